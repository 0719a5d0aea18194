import type { Page } from 'playwright-core';
import { screenText, screenTexts } from './screenText.ts';

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
      const icon = (await item.locator('.notification-list-item-icon').getAttribute('class')) ?? '';
      return {
        message: await screenText(item.locator('.notification-list-item-message')),
        severity: icon.includes('codicon-error') ? 'error' : icon.includes('codicon-warning') ? 'warning' : 'info',
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
