// Of the DOM, what our pages use. The project's types know none, so that nothing else takes itself for a page.

export interface PageNode {
  textContent: string | null;
}

export interface PageElement extends PageNode {
  className: string;
  hidden: boolean;
  tabIndex: number;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { setProperty(name: string, value: string): void };
  readonly classList: { toggle(name: string, force: boolean): boolean };
  readonly scrollHeight: number;
  readonly clientHeight: number;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...nodes: readonly (PageNode | string)[]): void;
  replaceChildren(...nodes: readonly (PageNode | string)[]): void;
  replaceWith(node: PageNode): void;
  contains(node: PageNode | null): boolean;
  focus(): void;
  addEventListener(type: 'click' | 'keydown', listener: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageField extends PageElement {
  value: string;
}

export interface PageEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly data: unknown;
  preventDefault(): void;
}

interface PageDocument {
  readonly visibilityState: 'visible' | 'hidden';
  readonly activeElement: PageElement | null;
  createElement(tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
}

interface PageGlobals {
  readonly document: PageDocument;
  addEventListener(type: 'message' | 'pagehide', listener: (event: PageEvent) => void): void;
  acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: unknown): void };
}

export const page = globalThis as unknown as PageGlobals;

type Child = PageNode | string | undefined | false;

/** Makes an element. Strings become text, whatever stands in them. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): PageElement {
  const made = page.document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== undefined && child !== false));
  return made;
}

/** A button. `key` names it among all, so that the focus finds it again when its surroundings are drawn anew. */
export function button(label: string, key: string, clicked: () => void, kind = 'secondary'): PageElement {
  const made = element('button', { type: 'button', class: kind, 'data-key': key }, label);
  made.addEventListener('click', clicked);
  return made;
}
