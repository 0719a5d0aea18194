import type { Locator, Page } from 'playwright-core';
import { readParts } from './readParts.ts';
import { screenText } from './screenText.ts';
import { waitFor } from './waitFor.ts';

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
    // A click on the shown one would hide it.
    if ((await tab.getAttribute('aria-selected')) !== 'true') {
      await tab.click();
    }
    await waitFor(`the views of "${container}"`, async () =>
      (await tab.getAttribute('aria-selected')) === 'true' ? true : undefined,
    );
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
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
      await waitFor(`"${label}" to open`, async () =>
        (await row.getAttribute('aria-expanded')) === 'true' ? true : undefined,
      );
    }
  }

  /** Clicks an inline action of a row. */
  async clickAction(view: string, label: string, action: string): Promise<void> {
    const row = this.row(view, label);
    await row.hover();
    await row.getByRole('button', { name: action }).click();
  }

  /** Chooses from a row's context menu. */
  async contextMenu(view: string, label: string, action: string): Promise<void> {
    const row = this.row(view, label);
    const menu = this.#page.locator('.monaco-menu').first();
    const item = menu.getByRole('menuitem', { name: action, exact: true });
    // VS Code makes the menu for the row as it was when it was clicked, and a tree that is being drawn anew may have
    // another row there by then. A person who sees the wrong menu closes it and clicks again.
    await waitFor(`"${action}" in the menu of "${label}"`, async () => {
      await row.click({ button: 'right' });
      await menu.waitFor();
      if (await item.isVisible()) {
        return true;
      }
      await this.#page.keyboard.press('Escape');
      await menu.waitFor({ state: 'hidden' });
      return undefined;
    });
    // A menu ignores the mouse in its first moments, so that the click that opened it chooses nothing.
    await waitFor(`the menu to take "${action}"`, async () => {
      const box = await item.boundingBox();
      if (box) {
        await this.#page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      }
      return item.waitFor({ state: 'hidden', timeout: 500 }).then(
        () => true,
        () => undefined,
      );
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

  #pane(view: string): Locator {
    return this.#page.locator('.pane').filter({ has: this.#page.locator(`.pane-header[aria-label^="${view}"]`) });
  }
}
