import type { Locator } from 'playwright-core';

/** What was read of one element: the texts of its parts as a person reads them, and its attributes; empty for what isn't there. */
export type Parts<Text extends string, Attribute extends string> = Readonly<Record<Text | Attribute, string>>;

/**
 * Reads parts of all the elements in one go: lists are drawn anew while somebody looks at them, and an element that was
 * there for the first question may be gone at the second.
 *
 * @param texts From a name to the selector of the part; of several, the first that can be seen.
 * @param attributes From a name to an attribute of the element itself.
 */
export async function readParts<Text extends string, Attribute extends string = never>(
  locator: Locator,
  texts: Readonly<Record<Text, string>>,
  attributes?: Readonly<Record<Attribute, string>>,
): Promise<Parts<Text, Attribute>[]> {
  // As a text: this project's types know no DOM.
  const script = `(elements, { texts, attributes }) => {
    const seen = element => element.getClientRects().length > 0;
    const read = element => (element ? element.innerText : '').replaceAll('\\u00a0', ' ').replaceAll('\\u200c', '').trim();
    return elements.filter(seen).map(element => Object.fromEntries([
      ...Object.entries(texts).map(([name, part]) => [name, read([...element.querySelectorAll(part)].find(seen))]),
      ...Object.entries(attributes).map(([name, attribute]) => [name, element.getAttribute(attribute) ?? '']),
    ]));
  }`;
  return (await locator.evaluateAll(script, { texts, attributes: attributes ?? {} })) as Parts<Text, Attribute>[];
}
