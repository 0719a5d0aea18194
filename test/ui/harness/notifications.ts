import type { Page } from 'playwright-core';
import type { Palette } from './palette.ts';
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

/** Runs the first button of the notification that contains a text, by the keyboard. */
export async function acceptNotification(page: Page, palette: Palette, text: string): Promise<void> {
  const isThere = async () => (await readNotifications(page)).some(({ message }) => message.includes(text));
  await waitFor(`the notification "${text}"`, async () => (await isThere()) || undefined);
  // By the palette, since the key of this command does something else in an editor.
  await palette.run('Notifications: Accept Notification Primary Action');
  await waitFor(`the notification "${text}" to go`, async () => !(await isThere()) || undefined);
}
