import type { BrowserContext } from 'playwright-core';

/** The secrets of a window, as VS Code's web workbench takes them from whoever embeds it. */
interface SecretStorageProvider {
  readonly type: 'persisted';
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** What of the page is used here. */
interface PageWindow {
  addEventListener(type: 'storage', listener: (event: { readonly key: string | null }) => void): void;
}

/**
 * Gives all windows of a browser one keyring, as those of a desktop VS Code have it: an item for each secret, and every window
 * hears, a moment later, what another has written. The server has to be adapted to it (see `adaptServer`).
 */
export async function shareKeyring(browser: BrowserContext): Promise<void> {
  await browser.addInitScript(() => {
    const prefix = 'shared-keyring/';
    const sharedKeyring = (changed: (key: string) => void): SecretStorageProvider => {
      // Fires in the other windows, not in the one that writes.
      (globalThis as unknown as PageWindow).addEventListener('storage', ({ key }) => {
        if (key?.startsWith(prefix)) {
          changed(key.slice(prefix.length));
        }
      });
      return {
        type: 'persisted',
        get: async key => localStorage.getItem(prefix + key) ?? undefined,
        set: async (key, value) => localStorage.setItem(prefix + key, value),
        delete: async key => localStorage.removeItem(prefix + key),
        keys: async () =>
          Object.keys(localStorage).flatMap(key => (key.startsWith(prefix) ? [key.slice(prefix.length)] : [])),
      };
    };
    Object.assign(globalThis, { sharedKeyring });
  });
}
