import type { Page } from 'playwright-core';
import type { QuickInput } from './quickInput.ts';
import { waitFor } from './waitFor.ts';

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
    await waitFor(
      `the command "${title}"`,
      async () => {
        await this.#open(title);
        const listed = async () => (await this.#quickInput.items()).some(({ label }) => label === title) || undefined;
        const found = await waitFor(`"${title}" in the palette`, listed, 3000).catch(() => undefined);
        if (found === undefined) {
          await this.#quickInput.escape();
          await this.#quickInput.disappears();
        }
        return found;
      },
      30_000,
    );
    await this.#quickInput.pick(title);
  }

  /** Opens the palette, types, and returns the titles that it offers. The palette stays open. */
  async find(text: string): Promise<string[]> {
    await this.#open(text);
    // The list is filtered a moment later; until then it holds everything, in another order.
    let before = '';
    let since = Date.now();
    return waitFor('the palette to settle', async () => {
      const now = (await this.#quickInput.items()).map(({ label }) => label);
      if (now.join('\n') !== before) {
        before = now.join('\n');
        since = Date.now();
      }
      return Date.now() - since > 600 ? now : undefined;
    });
  }

  async #open(text: string): Promise<void> {
    await this.#page.keyboard.press('F1');
    await this.#quickInput.appears();
    await this.#page.keyboard.insertText(text);
  }
}
