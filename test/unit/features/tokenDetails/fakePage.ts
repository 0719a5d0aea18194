/** An element of a page that nobody draws: it holds what was put into it. */
export class FakeElement {
  readonly tag: string;
  readonly attributes: Record<string, string> = {};
  readonly classes = new Set<string>();
  readonly listeners: Record<string, (() => void)[]> = {};
  children: (FakeElement | string)[] = [];
  tabIndex = 0;
  readonly classList = {
    toggle: (name: string, force: boolean) => (force ? this.classes.add(name) : this.classes.delete(name)),
  };

  constructor(tag: string) {
    this.tag = tag;
  }

  get textContent(): string {
    return this.children.map(child => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  set textContent(text: string) {
    this.children = [text];
  }

  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
  }

  append(...nodes: (FakeElement | string)[]): void {
    this.children.push(...nodes);
  }

  replaceChildren(...nodes: (FakeElement | string)[]): void {
    this.children = nodes;
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners[type] = [...(this.listeners[type] ?? []), listener];
  }

  /** The button with this text below here. */
  button(text: string): FakeElement | undefined {
    return this.all().find(({ tag, textContent }) => tag === 'button' && textContent === text);
  }

  click(): void {
    for (const listener of this.listeners.click ?? []) {
      listener();
    }
  }

  all(): FakeElement[] {
    return [this, ...this.children.flatMap(child => (typeof child === 'string' ? [] : child.all()))];
  }
}

/** Of a document, what the page's parts use. */
export class FakeDocument {
  visibilityState: 'visible' | 'hidden' = 'visible';

  createElement(tag: string): FakeElement {
    return new FakeElement(tag);
  }
}
