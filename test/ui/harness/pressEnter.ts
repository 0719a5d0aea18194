import type { Locator } from 'playwright-core';

/** Which element has to be the one that is meant, by a selector and its text, for a key to be let through. */
export interface Meant {
  readonly selector: string;
  readonly text: string;
}

/**
 * Presses Enter on an element, and says whether the element itself got it: the focus may have moved, or the element have been
 * drawn anew, since somebody looked. Where something else is meant by now, the key does nothing.
 */
export async function pressEnter(locator: Locator, meant?: Meant): Promise<boolean> {
  // A handle, not a locator: that finds another element when this one is gone, and knows nothing of what it got.
  const element = await locator.elementHandle({ timeout: 2000 }).catch(() => null);
  if (element === null) {
    return false;
  }
  // These functions run in the page: they see nothing of this file.
  const watch = (watched: WatchedElement, wanted: Meant | undefined) => {
    watched.enter?.stop.abort();
    const enter = { stop: new AbortController(), taken: false };
    watched.enter = enter;
    watched.addEventListener(
      'keydown',
      event => {
        const found = wanted && watched.ownerDocument.querySelector(wanted.selector)?.innerText;
        enter.taken = found?.replaceAll('\u00a0', ' ').trim() === wanted?.text;
        if (!enter.taken) {
          event.preventDefault();
          event.stopImmediatePropagation();
        }
      },
      { capture: true, once: true, signal: enter.stop.signal },
    );
  };
  const look = ({ enter }: WatchedElement) => {
    enter?.stop.abort();
    return enter?.taken ?? false;
  };
  try {
    await element.evaluate(watch, meant);
    await element.press('Enter', { timeout: 2000 }).catch(() => {});
    return await element.evaluate(look);
  } catch {
    // The page in which it was is gone.
    return false;
  } finally {
    await element.dispose().catch(() => {});
  }
}

/** What is used of the DOM's HTMLElement; this project's types know no DOM. */
interface WatchedElement {
  enter?: { readonly stop: AbortController; taken: boolean };
  readonly ownerDocument: { querySelector(selector: string): { readonly innerText: string } | null };
  addEventListener(
    type: 'keydown',
    listener: (event: { preventDefault(): void; stopImmediatePropagation(): void }) => void,
    options: { capture: boolean; once: boolean; signal: AbortSignal },
  ): void;
}
