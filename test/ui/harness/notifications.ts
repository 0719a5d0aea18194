import type { Page } from 'playwright-core';
import { pressEnter } from './pressEnter.ts';
import { readParts } from './readParts.ts';
import { soon, waitFor } from './waitFor.ts';

/** A notification on screen. */
export interface Notification {
  readonly message: string;
  readonly buttons: readonly string[];
}

const shown = '.notification-list-item:visible';
const buttons = '.notification-list-item-buttons-container .monaco-button';

/** The notifications on screen, the newest first. */
export function readNotifications(page: Page): Promise<Notification[]> {
  return readParts(page.locator(shown), { message: '.notification-list-item-message' }, {}, { buttons });
}

/** Takes all notifications away. One may go by itself at any moment. */
export async function dismissNotifications(page: Page): Promise<void> {
  const item = page.locator(shown).first();
  await waitFor('the notifications to go', async () => {
    if (!(await item.isVisible())) {
      return true;
    }
    await item
      .hover({ timeout: 2000 })
      .then(() => item.locator('.codicon-notifications-clear').first().click({ timeout: 2000 }))
      .catch(() => {});
    return undefined;
  });
}

/**
 * Runs the first button of the notification that contains a text, by the keyboard.
 *
 * On the button itself: VS Code's command for it takes the newest notification, which may be another one by now. One that has
 * hidden itself meanwhile, as they do after 10 seconds, is looked for where a person finds it: behind the bell. That it's
 * gone is therefore no sign that it was accepted; that its button got the key is one.
 */
export async function acceptNotification(page: Page, text: string): Promise<void> {
  const item = page.locator(shown, { hasText: text });
  const button = item.locator(buttons).first();
  const bell = page.locator('.statusbar-item[id="status.notifications"]');
  await waitFor(`the notification "${text}"`, async () => {
    if (!(await soon(() => button.isVisible()))) {
      await bell.click({ timeout: 2000 }).catch(() => {});
      return undefined;
    }
    return (await pressEnter(button)) || undefined;
  });
  await waitFor(`the notification "${text}" to go`, async () => !(await item.isVisible()) || undefined);
  // With nothing left in it, the list goes by itself, perhaps just now.
  const list = page.locator('.notifications-center.visible');
  await waitFor('the list of notifications to go', async () => {
    if (!(await list.isVisible())) {
      return true;
    }
    await bell.click({ timeout: 2000 }).catch(() => {});
    await soon(async () => !(await list.isVisible()));
    return undefined;
  });
}
