import type { Page } from 'playwright-core';
import type { QuickInput } from './quickInput.ts';
import { soon, waitFor } from './waitFor.ts';

/** The command palette. */
export class Palette {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
  }

  /**
   * Runs a command by its full title with category.
   *
   * The palette lists what is known when it opens, and an extension's commands are known a moment after the start:
   * so it's opened again until the command is there.
   */
  async run(title: string): Promise<void> {
    await waitFor(`the command "${title}"`, async () => {
      const isListed = async () => (await this.#quickInput.items()).some(({ label }) => label === title);
      if ((await this.#open(title)) && (await soon(isListed))) {
        return true;
      }
      await this.#quickInput.escape();
      return undefined;
    });
    await this.#quickInput.pick(title);
    // What the command opens has the focus only once the palette has given it back.
    await waitFor('the palette to close', async () => (await this.#typed()) === undefined || undefined);
  }

  /** Whether it's open with this text in it; another box that is just going, or has just come, is none. */
  async #open(text: string): Promise<boolean> {
    await this.#page.keyboard.press('F1');
    if (!(await soon(async () => (await this.#typed()) === ''))) {
      return false;
    }
    await this.#page.keyboard.insertText(text);
    return soon(async () => (await this.#typed()) === text);
  }

  /** What stands behind its prompt; undefined while it isn't open. */
  async #typed(): Promise<string | undefined> {
    const value = await this.#quickInput.shownValue();
    return value?.startsWith('>') ? value.slice(1) : undefined;
  }
}
