import type { FrameLocator, Page } from 'playwright-core';
import { waitFor } from './waitFor.ts';

/** What is used of a page's root element; this project's types know no DOM. */
interface PageRoot {
  readonly outerHTML: string;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly ownerDocument: {
    readonly title: string;
    readonly activeElement: { readonly textContent: string } | null;
    hasFocus(): boolean;
  };
}

/** The page of the webview that is shown in the editor's place. */
export class WebviewPanel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** What is on it. While one page gives way to another, both are in the window for a moment. */
  get content(): FrameLocator {
    const shown = this.#page.locator('iframe.webview.ready:visible').last();
    return shown.contentFrame().locator('#active-frame').contentFrame();
  }

  /** Everything that is on it, attributes, styles and scripts included. */
  async html(): Promise<string> {
    return this.#root(root => root.outerHTML);
  }

  async title(): Promise<string> {
    return this.#root(root => root.ownerDocument.title);
  }

  /** The text of what has the focus. */
  async focused(): Promise<string | undefined> {
    return this.#root(root => root.ownerDocument.activeElement?.textContent);
  }

  /** Whether it is wider than its window. */
  async scrollsSideways(): Promise<boolean> {
    return this.#root(root => root.scrollWidth > root.clientWidth);
  }

  /** Makes the window so many pixels wide, and waits until the page is less wide than that. */
  async narrow(width: number): Promise<void> {
    const height = this.#page.viewportSize()?.height ?? 1000;
    await this.#page.setViewportSize({ width, height });
    await waitFor(
      'the page to follow the window',
      async () => (await this.#root(root => root.clientWidth)) < width || undefined,
    );
  }

  /** Presses Tab until a button of this name has the focus. */
  async tabTo(name: string): Promise<void> {
    // Without the focus on the page, the key would go elsewhere; it comes a moment after the page.
    await waitFor(
      'the page to have the focus',
      async () => (await this.#root(root => root.ownerDocument.hasFocus())) || undefined,
    );
    for (let step = 0; step < 40; step++) {
      if ((await this.focused()) === name) {
        return;
      }
      await this.#page.keyboard.press('Tab');
    }
    throw new Error(`"${name}" can't be reached with the Tab key.`);
  }

  #root<T>(read: (root: PageRoot) => T): Promise<T> {
    return this.content.locator('html').evaluate(read);
  }
}
