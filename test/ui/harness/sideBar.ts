import type { Locator, Page } from 'playwright-core';
import { pressEscape } from './escape.ts';
import { readParts } from './readParts.ts';
import { screenText } from './screenText.ts';
import { soon, waitFor } from './waitFor.ts';

/** A row of a tree view. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** 1 at the root. */
  readonly level: number;
}

/** The side bar with its views. */
export class SideBar {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Shows the views behind an icon of the activity bar. */
  async show(container: string): Promise<void> {
    const tab = this.#page.locator('.part.activitybar').getByRole('tab', { name: container });
    await tab.waitFor();
    const isShown = async () => (await tab.getAttribute('aria-selected')) === 'true';
    await waitFor(`the views of "${container}"`, async () => {
      // A click on the shown one would hide it.
      if (await isShown()) {
        return true;
      }
      await tab.click();
      await soon(isShown, 5000);
      return undefined;
    });
  }

  /** The rows of a view that are on screen; those below a row that was just opened may come a moment later. */
  async rows(view: string): Promise<TreeRow[]> {
    const rows = await readParts(
      this.#pane(view).locator('.monaco-list-row'),
      { label: '.label-name', description: '.label-description' },
      { spoken: 'aria-label', level: 'aria-level' },
    );
    return rows.map(row => ({ ...row, level: Number(row.level) }));
  }

  /** The row with this label, for a click or a closer look. */
  row(view: string, label: string): Locator {
    return this.#pane(view)
      .locator('.monaco-list-row')
      .filter({ has: this.#page.getByText(label, { exact: true }) })
      .first();
  }

  /** Opens a collapsed row. */
  async expand(view: string, label: string): Promise<void> {
    const row = this.row(view, label);
    const isOpen = async () => (await row.getAttribute('aria-expanded')) !== 'false';
    await row.waitFor();
    await waitFor(`"${label}" to open`, async () => {
      if (await isOpen()) {
        return true;
      }
      await row.locator('.monaco-tl-twistie').click();
      await soon(isOpen, 5000);
      return undefined;
    });
  }

  /** Clicks an inline action of a row. */
  async clickAction(view: string, label: string, action: string): Promise<void> {
    const row = this.row(view, label);
    const button = row.getByRole('button', { name: action, exact: true });
    await this.#settles(view);
    // The button is there while the mouse is over the row, and the row may be elsewhere by then. A click that doesn't reach
    // the button is none.
    await waitFor(`"${action}" of "${label}"`, async () =>
      row
        .hover({ timeout: 2000 })
        .then(() => button.click({ timeout: 2000 }))
        .then(
          () => true,
          () => undefined,
        ),
    );
  }

  /** Chooses from a row's context menu. */
  async contextMenu(view: string, label: string, action: string): Promise<void> {
    const row = this.row(view, label);
    const menu = this.#page.locator('.monaco-menu').first();
    const item = menu.getByRole('menuitem', { name: action, exact: true });
    const isGone = () => menu.isHidden();
    // VS Code makes the menu for the row that is under the mouse when it clicks, which gets the focus. In a tree that is
    // being drawn anew that may be another one, or the same as it was before. A person who sees the wrong menu closes it and
    // clicks again.
    const open = async () => {
      await this.#settles(view);
      await row.click({ button: 'right', timeout: 2000 }).catch(() => {});
      if (!(await soon(() => menu.isVisible()))) {
        return false;
      }
      if ((await this.#focusedRow(view)) === label && (await item.isVisible())) {
        return true;
      }
      await pressEscape(this.#page, 'the wrong menu', isGone);
      return false;
    };
    await waitFor(`"${action}" in the menu of "${label}"`, async () => {
      if (!(await open())) {
        return undefined;
      }
      // A menu ignores the mouse in its first 100 ms, so that the click that opened it chooses nothing. By the page's own
      // clock: what is set there later and for longer comes later, however busy it is.
      await this.#page.evaluate('new Promise(resolve => setTimeout(resolve, 150))');
      // It also goes by itself when something else gets the focus. So it's clicked as long as it's there, and opened again if
      // none of the clicks has reached it.
      let isClicked = false;
      await waitFor(`the menu to take "${action}"`, async () => {
        if (await isGone()) {
          return true;
        }
        const reached = await item.click({ timeout: 1000 }).then(
          () => true,
          () => false,
        );
        isClicked ||= reached;
        await soon(isGone, 500);
        return undefined;
      });
      return isClicked || undefined;
    });
  }

  /** Waits until the keys go to a view. That is a moment after a command has sent the focus there. */
  async hasFocus(view: string): Promise<void> {
    await this.#pane(view).locator('.monaco-list:focus').waitFor();
  }

  /** Waits until a view says that it has no rows. By then the extension runs, and the person's keys are known. */
  async isEmpty(view: string): Promise<void> {
    await waitFor(`the empty view "${view}"`, async () => (await this.welcome(view)) !== '' || undefined);
  }

  /** What a view says while it has no rows. */
  async welcome(view: string): Promise<string> {
    return screenText(this.#pane(view).locator('.welcome-view-content'));
  }

  /**
   * Waits until no row has come or gone for a moment: while VS Code reads a tree anew, it runs what is clicked without the row,
   * and the person is asked which one was meant.
   */
  async #settles(view: string): Promise<void> {
    let before: string | undefined;
    let since = Date.now();
    await waitFor(`the rows of "${view}" to stay`, async () => {
      const now = JSON.stringify((await this.rows(view)).map(({ label, level }) => [label, level]));
      if (now !== before) {
        before = now;
        since = Date.now();
      }
      return Date.now() - since > 250 || undefined;
    });
  }

  /** The label of the row that has the focus. */
  async #focusedRow(view: string): Promise<string | undefined> {
    const rows = await readParts(this.#pane(view).locator('.monaco-list-row.focused'), { label: '.label-name' });
    return rows[0]?.label;
  }

  #pane(view: string): Locator {
    return this.#page.locator('.pane').filter({ has: this.#page.locator(`.pane-header[aria-label^="${view}"]`) });
  }
}
