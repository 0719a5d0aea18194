import type { Page } from 'playwright-core';
import { readParts } from './readParts.ts';
import { soon, waitFor } from './waitFor.ts';

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
  const isOpen = () => view.isVisible();
  await waitFor('the Problems view', async () => {
    if (await isOpen()) {
      return true;
    }
    await page.keyboard.press('ControlOrMeta+Shift+m');
    // Not again too soon: the key closes what is open.
    await soon(isOpen, 5000);
    return undefined;
  });
  const rows = await readParts(
    view.locator('.monaco-list-row', { has: page.locator('.marker-icon') }),
    { message: '.marker-message', source: '.marker-source', code: '.marker-code', place: '.marker-line' },
    { spoken: 'aria-label' },
  );
  return rows.map(({ message, source, code, place, spoken }) => ({
    message,
    severity: severityOf(spoken),
    source,
    code,
    line: Number(/Ln (\d+)/.exec(place)?.[1]),
  }));
}

/** The icon turns into a light bulb where there are quick fixes; what is spoken always begins with the severity. */
function severityOf(spoken: string): Problem['severity'] {
  if (spoken.startsWith('Error')) {
    return 'error';
  }
  return spoken.startsWith('Warning') ? 'warning' : 'info';
}
