import type { Page } from 'playwright-core';
import { screenText, screenTexts } from './screenText.ts';
import { waitFor } from './waitFor.ts';

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

  /** Presses a button, and waits until the dialog is gone. */
  async choose(button: string): Promise<void> {
    const box = this.#page.locator('.monaco-dialog-box');
    await box.getByRole('button', { name: button, exact: true }).click();
    await box.waitFor({ state: 'detached' });
  }

  /** Presses Escape, and waits until the dialog is gone. */
  async escape(): Promise<void> {
    await this.#page.locator('.monaco-dialog-box').waitFor();
    await this.#page.keyboard.press('Escape');
    await waitFor('the dialog to go', async () =>
      (await this.#page.locator('.monaco-dialog-box').count()) === 0 ? true : undefined,
    );
  }
}
