import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { pressEscape } from './escape.ts';
import type { QuickInput } from './quickInput.ts';
import { screenText, screenTexts } from './screenText.ts';
import { waitFor } from './waitFor.ts';

/** The server looks through the workspace's files while it starts: so long may one not be found, in ms. */
const startPatience = 60_000;

/** The text editor that has the focus. */
export class Editor {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
  }

  /** Opens a file of the workspace by its relative path, through quick open. */
  async open(path: string): Promise<void> {
    const name = basename(path);
    await waitFor(
      `the file "${path}"`,
      async () => {
        await this.#page.keyboard.press('ControlOrMeta+p');
        await this.#quickInput.appears();
        await this.#page.keyboard.insertText(path);
        const item = await waitFor(
          `"${name}" in quick open`,
          async () => (await this.#quickInput.items()).find(({ label, focused }) => label === name && focused),
          3000,
        ).catch(() => undefined);
        if (item === undefined) {
          // The server indexes files as it starts.
          await this.#quickInput.escape();
          return undefined;
        }
        await this.#quickInput.accept();
        return true;
      },
      startPatience,
    );
    await this.#page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.#page.locator('.editor-group-container.active .view-line').first().waitFor();
  }

  /** The lines on screen, as text. */
  async visibleLines(): Promise<string[]> {
    const lines = await this.#page.locator('.editor-group-container.active .view-line').all();
    const placed = await Promise.all(
      lines.map(async line => ({ y: (await line.boundingBox())?.y ?? 0, text: await screenText(line) })),
    );
    return placed.sort((a, b) => a.y - b.y).map(({ text }) => text);
  }

  /** Selects the first occurrence of a text with the find widget, and brings it into view. */
  async goTo(text: string): Promise<void> {
    await this.#page.locator('.editor-group-container.active .view-lines').click();
    await this.#page.keyboard.press('ControlOrMeta+Home');
    await this.#page.keyboard.press('ControlOrMeta+f');
    const find = this.#page.locator('.find-widget.visible textarea[aria-label="Find"]');
    await find.fill(text);
    await waitFor(`"${text}" in the editor`, async () => {
      const count = await screenText(this.#page.locator('.find-widget.visible .matchesCount'));
      return /^[1-9?]\d* of [1-9]/.test(count) || undefined;
    });
    await find.press('Enter');
    await pressEscape(this.#page);
    await this.#page.locator('.find-widget.visible').waitFor({ state: 'detached' });
  }

  /** Rests the mouse on the first occurrence of a text, and returns what the hover says. */
  async hover(text: string): Promise<string> {
    await this.goTo(text);
    const hover = this.#page
      .locator('.monaco-editor .monaco-hover:visible, .monaco-resizable-hover .monaco-hover:visible')
      .first();
    await waitFor(`a hover on "${text}"`, async () => {
      const place = await this.#placeOf(text);
      // From elsewhere, so that the mouse moves even when it was there already.
      await this.#page.mouse.move(place.x, place.y - 40);
      await this.#page.mouse.move(place.x, place.y, { steps: 4 });
      return hover.waitFor({ timeout: 3000 }).then(
        () => true,
        () => undefined,
      );
    });
    const said = await waitFor('the hover to be loaded', async () => {
      const text = await screenText(hover);
      return text === '' || text === 'Loading...' ? undefined : text;
    });
    // It fades in, and a picture of it should be sharp.
    await hover.evaluate((element: { getAnimations(): { readonly finished: Promise<unknown> }[] }) =>
      Promise.allSettled(element.getAnimations().map(animation => animation.finished)),
    );
    return said;
  }

  /** The hover on screen, for a closer look or for clicking in it. */
  hoverWidget(): Locator {
    return this.#page.locator('.monaco-editor .monaco-hover:visible').first();
  }

  /** Puts the cursor on a text and lists the quick fixes there. The list stays open. */
  async quickFixes(text: string): Promise<string[]> {
    await this.goTo(text);
    const rows = this.#page.locator('.action-widget .monaco-list-row.action');
    return waitFor(`quick fixes at "${text}"`, async () => {
      await this.#page.keyboard.press('ControlOrMeta+.');
      const there = await rows
        .first()
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
      return there ? await screenTexts(rows) : undefined;
    });
  }

  /** Runs a quick fix at a text by the keyboard. */
  async quickFix(text: string, title: string): Promise<void> {
    const titles = await this.quickFixes(text);
    const index = titles.indexOf(title);
    if (index < 0) {
      throw new Error(`There is no quick fix "${title}"; there are: ${titles.join(', ')}.`);
    }
    const rows = this.#page.locator('.action-widget .monaco-list-row.action');
    await rows.nth(index).click();
    await rows.first().waitFor({ state: 'hidden' });
  }

  /** Types at the cursor. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text);
  }

  async save(): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+s');
    await this.#page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** Texts above the lines: code lenses, those that can be clicked and those that only say something. */
  async codeLenses(): Promise<string[]> {
    const lines = await screenTexts(this.#page.locator('.editor-group-container.active .codelens-decoration'));
    return lines.flatMap(line => line.split('|').map(lens => lens.trim()));
  }

  /** The middle of a text on screen. */
  async #placeOf(text: string): Promise<{ x: number; y: number }> {
    // A line consists of spans per token, so the text may start in one and end in another: ask for the range.
    const script = `(() => {
      const wanted = ${JSON.stringify(text)};
      for (const line of document.querySelectorAll('.editor-group-container.active .view-line')) {
        const at = line.textContent.replaceAll('\\u00a0', ' ').indexOf(wanted);
        if (at < 0) continue;
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        let offset = 0;
        const middle = at + Math.min(Math.floor(wanted.length / 2), 20);
        for (let node = walker.nextNode(); node; offset += node.length, node = walker.nextNode()) {
          if (middle < offset + node.length) {
            const range = document.createRange();
            range.setStart(node, middle - offset);
            range.setEnd(node, middle - offset + 1);
            const box = range.getBoundingClientRect();
            return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
          }
        }
      }
      return null;
    })()`;
    return waitFor(`"${text}" on screen`, async () => {
      const place = (await this.#page.evaluate(script)) as { x: number; y: number } | null;
      return place ?? undefined;
    });
  }
}
