import type { Locator } from 'playwright-core';

/** The text of elements as a person reads it: without hidden parts, with plain blanks. Empty for what isn't there. */
export async function screenText(locator: Locator): Promise<string> {
  return (await screenTexts(locator)).join('\n').trim();
}

/** The text of each of the elements. */
export async function screenTexts(locator: Locator): Promise<string[]> {
  const texts = await locator.locator('visible=true').allInnerTexts();
  return texts.map(text => text.replaceAll('\u00a0', ' ').replaceAll('\u200c', '').trim());
}
