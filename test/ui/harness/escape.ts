import type { Page } from 'playwright-core';
import { soon, waitFor } from './waitFor.ts';

/**
 * Presses Escape until something is gone. While notifications are on screen, the first Escape only hides these, and one may
 * come up at any moment.
 */
export async function pressEscape(page: Page, what: string, isGone: () => Promise<boolean>): Promise<void> {
  await waitFor(`${what} to go`, async () => {
    if (await isGone()) {
      return true;
    }
    const toasts = page.locator('.notifications-toasts.visible');
    const wereThere = await toasts.isVisible();
    await page.keyboard.press('Escape');
    await soon(async () => (await isGone()) || (wereThere && !(await toasts.isVisible())));
    return undefined;
  });
}
