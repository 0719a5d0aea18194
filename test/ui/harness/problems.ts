import type { Page } from 'playwright-core';
import { screenText } from './screenText.ts';

/** A row of the Problems view. */
export interface Problem {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly source: string;
  readonly code: string;
}

/** Opens the Problems view if it isn't open, and reads what it lists. */
export async function readProblems(page: Page): Promise<Problem[]> {
  const view = page.locator('.markers-panel');
  if (!(await view.isVisible())) {
    await page.keyboard.press('ControlOrMeta+Shift+m');
    await view.waitFor();
  }
  const rows = await view
    .locator('.monaco-list-row .marker-details:visible, .monaco-list-row .details-container:visible')
    .all();
  return Promise.all(
    rows.map(async row => ({ message: await screenText(row), severity: 'error', source: '', code: '' })),
  );
}
