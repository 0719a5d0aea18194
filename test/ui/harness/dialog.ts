import type { Page } from 'playwright-core';
import { pressEscape } from './escape.ts';
import { screenText, screenTexts } from './screenText.ts';

/** A modal dialog as it's on screen. */
export interface DialogText {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** The modal dialog of the window. */
export class Dialog {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits until it's there, and reads it. */
  async read(): Promise<DialogText> {
    const box = this.#page.locator('.monaco-dialog-box');
    await box.waitFor();
    return {
      message: await screenText(box.locator('.dialog-message-text')),
      detail: await screenText(box.locator('.dialog-message-detail')),
      buttons: await screenTexts(box.locator('.dialog-buttons .monaco-button')),
    };
  }

  /** Presses a button, and waits until the dialog is gone; another one may come in its place. */
  async choose(button: string): Promise<void> {
    const box = await this.#page.locator('.monaco-dialog-box').elementHandle();
    await this.#page.locator('.monaco-dialog-box').getByRole('button', { name: button, exact: true }).click();
    await box?.waitForElementState('hidden');
  }

  /** Presses Escape, and waits until the dialog is gone. */
  async escape(): Promise<void> {
    const box = this.#page.locator('.monaco-dialog-box');
    await box.waitFor();
    await pressEscape(this.#page, 'the dialog', async () => (await box.count()) === 0);
  }
}
