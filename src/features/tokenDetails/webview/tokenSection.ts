import { button, element, type PageElement, page } from '../../../platform/webview/dom.ts';
import type { PanelLabels, TokenView } from '../panelView.ts';

export interface TokenActions {
  /** Asks for the token; the answer comes with the same id. */
  reveal(request: string): void;
  copy(): void;
  announce(text: string): void;
}

/** How long a token is shown at most, in ms. */
const shownFor = 60_000;

/**
 * The token: dots of the lengths of its parts, until somebody asks for it. Then it stands in the page's text, and nowhere else:
 * no variable keeps it, so that hiding it is replacing that text.
 */
export class TokenSection {
  readonly node: PageElement;
  readonly #view: TokenView;
  readonly #labels: PanelLabels;
  readonly #actions: TokenActions;
  readonly #text: PageElement;
  readonly #note: PageElement;
  readonly #toggle: PageElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The question that is waiting for its answer. */
  #request: string | undefined;
  #isShown = false;

  constructor(view: TokenView, labels: PanelLabels, actions: TokenActions) {
    this.#view = view;
    this.#labels = labels;
    this.#actions = actions;
    this.#text = element('div', { class: 'token', role: 'group', 'aria-label': view.title });
    this.#note = element('p', { class: 'note' });
    this.#toggle = button(labels.reveal, 'reveal', () => this.#toggled());
    const hasToken = view.segments.length > 0;
    this.node = element(
      'section',
      { 'aria-labelledby': 'heading-token' },
      element('h2', { id: 'heading-token' }, view.title),
      element('p', {}, view.text),
      hasToken && this.#text,
      hasToken && legend(view),
      hasToken && this.#note,
      hasToken &&
        element(
          'div',
          { class: 'buttons' },
          this.#toggle,
          button(labels.copy, 'copy', () => actions.copy()),
        ),
    );
    this.#showDots();
  }

  /** Puts the token on the page, if it's the answer to the last question and somebody is looking. */
  show(request: string, segments: readonly string[]): void {
    if (request !== this.#request || page.document.visibilityState === 'hidden') {
      return;
    }
    this.#request = undefined;
    this.#isShown = true;
    this.#fill(segments.length === 3 ? ['header', 'payload', 'signature'] : ['whole'], segments);
    this.#text.classList.toggle('shown', true);
    this.#toggle.textContent = this.#labels.hide;
    this.#note.textContent = this.#labels.shown;
    this.#actions.announce(this.#labels.shown);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), shownFor);
  }

  /** Takes the token off the page, also one that is on its way. */
  hide(): void {
    this.#request = undefined;
    clearTimeout(this.#timer);
    if (this.#isShown) {
      this.#isShown = false;
      this.#showDots();
      this.#actions.announce(this.#labels.hidden);
    }
  }

  #toggled(): void {
    if (this.#isShown) {
      this.hide();
      return;
    }
    this.#request = crypto.randomUUID();
    this.#actions.reveal(this.#request);
  }

  #showDots(): void {
    const { segments } = this.#view;
    this.#fill(
      segments.map(({ part }) => part),
      segments.map(({ glyphs }) => '•'.repeat(glyphs)),
    );
    this.#text.classList.toggle('shown', false);
    this.#toggle.textContent = this.#labels.reveal;
    this.#note.textContent = this.#labels.hidden;
  }

  #fill(parts: readonly string[], texts: readonly string[]): void {
    this.#text.replaceChildren(
      ...texts.flatMap((text, index) => {
        const part = element('span', { class: `segment ${parts[index] ?? ''}` }, text);
        if (!this.#isShown) {
          // Hundreds of dots are nothing to listen to; the note says that it's hidden.
          part.setAttribute('aria-hidden', 'true');
        }
        return index === 0 ? [part] : [element('span', { class: 'dot', 'aria-hidden': 'true' }, '.'), part];
      }),
    );
    // What scrolls has to be reachable by the keyboard.
    this.#text.tabIndex = this.#isShown ? 0 : -1;
  }
}

function legend({ segments }: TokenView): PageElement | false {
  return (
    segments.length > 1 &&
    element('ul', { class: 'legend' }, ...segments.map(({ part, label }) => element('li', { class: part }, label)))
  );
}
