import type { Page } from 'playwright-core';
import { screenText, screenTexts } from './screenText.ts';
import { waitFor } from './waitFor.ts';

/** A notification on screen. */
export interface Notification {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly buttons: readonly string[];
}

/** The notifications on screen, the newest first. */
export async function readNotifications(page: Page): Promise<Notification[]> {
  const items = await page.locator('.notification-list-item:visible').all();
  return Promise.all(
    items.map(async item => {
      // Counted, not asked for an attribute: the item may be gone by now, and nothing of it is waited for.
      const has = async (icon: string) =>
        (await item.locator(`.notification-list-item-icon.codicon-${icon}`).count()) > 0;
      return {
        message: await screenText(item.locator('.notification-list-item-message')),
        severity: (await has('error')) ? 'error' : (await has('warning')) ? 'warning' : 'info',
        buttons: await screenTexts(item.locator('.notification-list-item-buttons-container .monaco-button')),
      } as const;
    }),
  );
}

/** Takes all notifications away. */
export async function dismissNotifications(page: Page): Promise<void> {
  for (;;) {
    const item = page.locator('.notification-list-item:visible').first();
    if (!(await item.isVisible())) {
      return;
    }
    await item.hover();
    await item.locator('.codicon-notifications-clear').first().click();
    await page.waitForTimeout(100);
  }
}

/**
 * Runs the first button of the notification that contains a text, by the keyboard.
 *
 * On the button itself: VS Code's command for it takes the newest notification, which may be another one by now. A key can
 * meet a toast that is being drawn anew, so it's pressed again while the notification is there.
 */
export async function acceptNotification(page: Page, text: string): Promise<void> {
  const item = page.locator('.notification-list-item:visible', { hasText: text });
  const button = item.locator('.notification-list-item-buttons-container .monaco-button').first();
  await waitFor(`the notification "${text}"`, async () => (await button.isVisible()) || undefined);
  await waitFor(`the notification "${text}" to go`, async () => {
    await button.press('Enter', { timeout: 2000 }).catch(() => {});
    return await item
      .waitFor({ state: 'hidden', timeout: 2000 })
      .then(() => true)
      .catch(() => undefined);
  });
}
