import type { Page } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** Presses what opens a page in the person's browser, and gives the page. */
export async function openedPage({ page }: Workbench, press: () => Promise<void>): Promise<Page> {
  const [opened] = await Promise.all([page.context().waitForEvent('page'), press()]);
  return opened;
}
