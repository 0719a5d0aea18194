import type { Locator, Page } from 'playwright-core';
import { pressEscape } from './escape.ts';
import { pressEnter } from './pressEnter.ts';
import { readParts } from './readParts.ts';
import { screenText } from './screenText.ts';
import { soon, waitFor } from './waitFor.ts';

/** An item of a quick pick, as it's on screen. */
export interface QuickItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly focused: boolean;
}

const row = '.quick-input-list .monaco-list-row';
const label = '.quick-input-list-row .label-name';

/** The input box and the list at the top of the window: what wizards and the palette are made of. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #input: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget');
    this.#input = this.#widget.locator('.quick-input-box input');
  }

  /** Waits until it's there, with this title or prompt if one is given (a part of it is enough). */
  async appears(text?: string): Promise<void> {
    await this.#input.waitFor();
    if (text !== undefined) {
      await waitFor(`the quick input "${text}"`, async () => {
        const all = [await this.title(), await this.message(), (await this.#input.getAttribute('placeholder')) ?? ''];
        return all.some(part => part.includes(text)) || undefined;
      });
    }
  }

  /** Waits until it's gone. */
  async disappears(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async isOpen(): Promise<boolean> {
    return this.#widget.isVisible();
  }

  /** The title, with its step (`Add Server (1/5)`); empty when there's none. */
  async title(): Promise<string> {
    return screenText(this.#widget.locator('.quick-input-title'));
  }

  /** The prompt below an input box, or what is wrong with its value. */
  async message(): Promise<string> {
    return screenText(this.#widget.locator('.quick-input-message'));
  }

  /** Whether the message is an error; a warning isn't. */
  async isRefused(): Promise<boolean> {
    return (await this.#widget.locator('.monaco-inputbox.error').count()) > 0;
  }

  async value(): Promise<string> {
    return this.#input.inputValue();
  }

  /** The same, at once: undefined while it's not open. */
  async shownValue(): Promise<string | undefined> {
    return (await this.isOpen()) ? this.#input.inputValue({ timeout: 1000 }).catch(() => undefined) : undefined;
  }

  /** Whether what is typed is hidden, as a password is. */
  async isPassword(): Promise<boolean> {
    return (await this.#input.getAttribute('type')) === 'password';
  }

  /** The items on screen. A long list shows only some of its items. */
  async items(): Promise<QuickItem[]> {
    const rows = await readParts(
      this.#widget.locator(row),
      {
        label,
        description: '.label-description',
        detail: '.quick-input-list-label-meta',
      },
      { classes: 'class' },
    );
    return rows.map(({ classes, ...item }) => ({ ...item, focused: classes.split(' ').includes('focused') }));
  }

  /** The labels of the items that are ticked, in a list of which several can be picked. */
  async ticked(): Promise<string[]> {
    const rows = await readParts(this.#widget.locator(row), { label }, { checked: 'aria-checked' });
    return rows.filter(({ checked }) => checked === 'true').map(({ label }) => label);
  }

  /** Whether one of these texts is in it anywhere, attributes included. */
  async holds(...texts: readonly string[]): Promise<boolean> {
    const html = await this.#widget.innerHTML();
    return texts.some(text => html.includes(text));
  }

  /** Types, in place of what is there. */
  async type(text: string): Promise<void> {
    await waitFor('the box to hold what is typed', async () => {
      await this.#input.press('ControlOrMeta+a');
      await this.#page.keyboard.press('Delete');
      await this.#page.keyboard.insertText(text);
      return (await this.shownValue()) === text || undefined;
    });
  }

  /** Presses Enter. */
  async accept(): Promise<void> {
    await waitFor('the box to take Enter', async () => (await pressEnter(this.#input)) || undefined);
  }

  /** Presses Enter if the item with this label has the focus at that very moment, and says whether it had. */
  async acceptItem(text: string): Promise<boolean> {
    return pressEnter(this.#input, { selector: `.quick-input-widget ${row}.focused ${label}`, text });
  }

  /** Types into an input box and presses Enter. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /** Moves to the item with this label by the arrow keys, and presses Enter. A list that is filled anew may move the focus. */
  async pick(label: string): Promise<void> {
    await waitFor(`the item "${label}" to be taken`, async () => {
      await this.focus(label);
      return (await this.acceptItem(label)) || undefined;
    });
  }

  /** Moves to the item with this label by the arrow keys. */
  async focus(label: string): Promise<void> {
    await waitFor(`the item "${label}"`, async () => (await this.items()).find(item => item.label === label));
    // Once around is enough; each step is on screen before the next.
    for (let step = 0; step < 200; step++) {
      const focused = (await this.items()).find(item => item.focused)?.label;
      if (focused === label) {
        return;
      }
      await this.#input.press('ArrowDown');
      await soon(async () => {
        const now = (await this.items()).find(item => item.focused)?.label;
        return now !== undefined && now !== focused;
      }, 2000);
    }
    throw new Error(`The item "${label}" can't be reached with the arrow keys.`);
  }

  /** Clicks the arrow in the title bar that goes one step back. */
  async back(): Promise<void> {
    await this.#widget.locator('.quick-input-titlebar').getByRole('button', { name: 'Back' }).click();
  }

  /** Presses Escape until it's gone. */
  async escape(): Promise<void> {
    await pressEscape(this.#page, 'the quick input', async () => !(await this.isOpen()));
  }
}
