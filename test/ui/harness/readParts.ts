import type { Locator } from 'playwright-core';

/** What was read of one element: the texts of its parts as a person reads them, and its attributes; empty for what isn't there. */
export type Parts<Text extends string, Attribute extends string, List extends string = never> = Readonly<
  Record<Text | Attribute, string>
> &
  Readonly<Record<List, readonly string[]>>;

/**
 * Reads parts of all the elements in one go: lists are drawn anew while somebody looks at them, and an element that was
 * there for the first question may be gone at the second.
 *
 * @param texts From a name to the selector of the part; of several, the first that can be seen.
 * @param attributes From a name to an attribute of the element itself.
 * @param lists From a name to the selector of several parts: all of them that can be seen.
 */
export async function readParts<Text extends string, Attribute extends string = never, List extends string = never>(
  locator: Locator,
  texts: Readonly<Record<Text, string>>,
  attributes?: Readonly<Record<Attribute, string>>,
  lists?: Readonly<Record<List, string>>,
): Promise<Parts<Text, Attribute, List>[]> {
  // This function runs in the page: it sees nothing of this file.
  const read = (elements: PageElement[], wanted: Record<'texts' | 'attributes' | 'lists', string[][]>) => {
    const isSeen = (element: PageElement) => element.getClientRects().length > 0;
    // Not textContent: what is hidden, nobody reads.
    const textOf = ({ innerText = '' }: Partial<PageElement> = {}) =>
      innerText.replaceAll('\u00a0', ' ').replaceAll('\u200c', '').trim();
    return elements
      .filter(isSeen)
      .map(element =>
        Object.fromEntries([
          ...wanted.texts.map(([name = '', part = '']) => [
            name,
            textOf([...element.querySelectorAll(part)].find(isSeen)),
          ]),
          ...wanted.attributes.map(([name = '', attribute = '']) => [name, element.getAttribute(attribute) ?? '']),
          ...wanted.lists.map(([name = '', parts = '']) => [
            name,
            [...element.querySelectorAll(parts)].filter(isSeen).map(part => textOf(part)),
          ]),
        ]),
      );
  };
  const wanted = {
    texts: Object.entries<string>(texts),
    attributes: Object.entries<string>(attributes ?? {}),
    lists: Object.entries<string>(lists ?? {}),
  };
  return (await locator.evaluateAll(read, wanted)) as Parts<Text, Attribute, List>[];
}

/** What is used of the DOM's HTMLElement; this project's types know no DOM. */
interface PageElement {
  readonly innerText: string;
  getClientRects(): { readonly length: number };
  querySelectorAll(selector: string): Iterable<PageElement>;
  getAttribute(name: string): string | null;
}
