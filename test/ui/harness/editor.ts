import { basename, dirname } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { pressEscape } from './escape.ts';
import type { QuickInput } from './quickInput.ts';
import { screenText, screenTexts } from './screenText.ts';
import { soon, waitFor } from './waitFor.ts';

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

  /** Opens a file of the workspace by its relative path, through quick open, and waits until keys go to it. */
  async open(path: string): Promise<void> {
    const name = basename(path);
    const folder = dirname(path) === '.' ? '' : dirname(path);
    // Until what was typed has been looked for, the list holds files that were open lately: also those of the same name.
    const isFound = async () =>
      (await this.#quickInput.items()).some(
        ({ label, description, focused }) => focused && label === name && description.endsWith(folder),
      );
    const isOpen = async () =>
      !(await this.#quickInput.isOpen()) &&
      (await this.#page.locator(`.tab.active[data-resource-name="${name}"]`).isVisible()) &&
      (await this.#page
        .locator('.editor-group-container.active .monaco-editor.focused .view-line')
        .first()
        .isVisible());
    await waitFor(
      `the file "${path}"`,
      async () => {
        await this.#page.keyboard.press('ControlOrMeta+p');
        const isThere = await soon(async () => (await this.#quickInput.shownValue()) === '');
        if (isThere) {
          await this.#page.keyboard.insertText(path);
        }
        // The server indexes files as it starts.
        if (isThere && (await soon(isFound)) && (await this.#quickInput.acceptItem(name))) {
          return (await soon(isOpen, 5000)) || undefined;
        }
        await this.#quickInput.escape();
        return undefined;
      },
      startPatience,
    );
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
    const widget = this.#page.locator('.find-widget.visible');
    const find = widget.locator('textarea[aria-label="Find"]');
    await waitFor('the find widget', async () => {
      await this.#page.keyboard.press('ControlOrMeta+f');
      return (await soon(() => find.isVisible())) || undefined;
    });
    await find.fill(text);
    await waitFor(`"${text}" in the editor`, async () => {
      const count = await screenText(widget.locator('.matchesCount'));
      if (/^\S+ of [1-9]/.test(count) && !count.startsWith('1 of ')) {
        await find.press('Enter');
      }
      return count.startsWith('1 of ') || undefined;
    });
    await pressEscape(this.#page, 'the find widget', async () => (await widget.count()) === 0);
  }

  /**
   * Rests the mouse on the first occurrence of a text, and returns what the hover says once it has what is wanted of it: what
   * Problems says of the text is there a moment earlier than what extensions say.
   */
  async hover(text: string, wanted: RegExp): Promise<string> {
    await this.goTo(text);
    const hover = this.#page
      .locator('.monaco-editor .monaco-hover:visible, .monaco-resizable-hover .monaco-hover:visible')
      .first();
    const read = async () => {
      const said = await screenText(hover);
      return wanted.test(said) ? said : undefined;
    };
    // It goes again when the text below it moves.
    const said = await waitFor(`a hover on "${text}" that says ${wanted}`, async () => {
      const place = await this.#placeOf(text);
      // From elsewhere, so that the mouse moves even when it was there already.
      await this.#page.mouse.move(place.x, place.y - 40);
      await this.#page.mouse.move(place.x, place.y, { steps: 4 });
      return waitFor('it', read, 5000).catch(() => undefined);
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
    return waitFor(`quick fixes at "${text}"`, async () => {
      const titles = await this.#listFixes();
      return titles.length > 0 ? titles : undefined;
    });
  }

  /** Runs a quick fix at a text. */
  async quickFix(text: string, title: string): Promise<void> {
    await this.goTo(text);
    const row = this.#fixes.filter({ has: this.#page.getByText(title, { exact: true }) }).first();
    // What is listed depends on what has been found wrong so far. A click that doesn't reach the row is none.
    await waitFor(`the quick fix "${title}"`, async () => {
      const titles = await this.#listFixes();
      if (
        titles.includes(title) &&
        (await row.click({ timeout: 2000 }).then(
          () => true,
          () => false,
        ))
      ) {
        return true;
      }
      await this.closeFixes();
      return undefined;
    });
    await this.#fixes.first().waitFor({ state: 'hidden' });
  }

  /** Closes the list of quick fixes. */
  async closeFixes(): Promise<void> {
    await pressEscape(this.#page, 'the quick fixes', async () => !(await this.#fixes.first().isVisible()));
  }

  get #fixes(): Locator {
    return this.#page.locator('.action-widget .monaco-list-row.action');
  }

  /** Opens the list of quick fixes at the cursor; empty where it doesn't come soon. */
  async #listFixes(): Promise<string[]> {
    await this.#page.keyboard.press('ControlOrMeta+.');
    await soon(() => this.#fixes.first().isVisible());
    return screenTexts(this.#fixes);
  }

  /** Types at the cursor. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text);
  }

  /** Saves what has been changed, which has to be on screen. */
  async save(): Promise<void> {
    await this.#page.locator('.tab.active.dirty').waitFor();
    await waitFor('the file to be saved', async () => {
      await this.#page.keyboard.press('ControlOrMeta+s');
      return (await soon(() => this.#page.locator('.tab.active:not(.dirty)').isVisible())) || undefined;
    });
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
