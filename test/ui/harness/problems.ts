import type { Page } from 'playwright-core';
import { screenText } from './screenText.ts';

/** A row of the Problems view. */
export interface Problem {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly source: string;
  readonly code: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Opens the Problems view if it isn't open, and reads what it lists. */
export async function readProblems(page: Page): Promise<Problem[]> {
  const view = page.locator('.markers-panel');
  if (!(await view.isVisible())) {
    await page.keyboard.press('ControlOrMeta+Shift+m');
    await view.waitFor();
  }
  const rows = await view.locator('.monaco-list-row', { has: page.locator('.marker-icon') }).all();
  return Promise.all(
    rows.map(async row => ({
      message: await screenText(row.locator('.marker-message')),
      severity: severityOf((await row.getAttribute('aria-label')) ?? ''),
      source: await screenText(row.locator('.marker-source')),
      code: await screenText(row.locator('.marker-code')),
      line: Number(/Ln (\d+)/.exec(await screenText(row.locator('.marker-line')))?.[1]),
    })),
  );
}

/** The icon turns into a light bulb where there are quick fixes; what is spoken always begins with the severity. */
function severityOf(spoken: string): Problem['severity'] {
  if (spoken.startsWith('Error')) {
    return 'error';
  }
  return spoken.startsWith('Warning') ? 'warning' : 'info';
}
