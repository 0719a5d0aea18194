import type { Page } from 'playwright-core';

/** Presses Escape for what has the focus. While notifications are on screen, the first Escape only hides these. */
export async function pressEscape(page: Page): Promise<void> {
  const toasts = page.locator('.notifications-toasts.visible');
  if (await toasts.isVisible()) {
    await page.keyboard.press('Escape');
    await toasts.waitFor({ state: 'hidden' });
  }
  await page.keyboard.press('Escape');
}
