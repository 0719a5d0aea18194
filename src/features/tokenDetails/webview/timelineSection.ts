import { nowPosition } from '../../../core/tokenDetails/timeline.ts';
import { element, type PageElement } from '../../../platform/webview/dom.ts';
import type { PanelLabels, TimelineView } from '../panelView.ts';
import { factList } from './parts.ts';
import { fill } from './relative.ts';

/** Marks whose words would run into each other: the later ones move down a row. */
const roomForWords = 0.2;

/** The life of the token as a line with now on it, and the same in words below. */
export class TimelineSection {
  readonly node: PageElement;
  readonly #view: TimelineView;
  readonly #labels: PanelLabels;
  readonly #line: PageElement;
  readonly #now: PageElement;
  readonly #spent: PageElement;

  constructor(view: TimelineView, labels: PanelLabels) {
    this.#view = view;
    this.#labels = labels;
    this.#now = element(
      'span',
      { class: 'mark now' },
      element('span', { class: 'tick' }),
      element('span', { class: 'word' }, view.marks.now),
    );
    this.#spent = element('p', { class: 'note' });
    this.#line = element('div', { class: 'timeline', role: 'img', 'aria-label': view.spoken });
    this.#draw();
    this.node = element(
      'section',
      { 'aria-labelledby': 'heading-lifetime' },
      element('h2', { id: 'heading-lifetime' }, labels.lifetime),
      this.#line,
      factList(view.facts, labels),
      view.life !== undefined && this.#spent,
    );
    this.tick();
  }

  /** Moves now to where it is. */
  tick(): void {
    const now = Date.now();
    const { timeline, life } = this.#view;
    const position = nowPosition(timeline, now);
    this.#now.style.setProperty('--at', String(position));
    this.#line.style.setProperty('--now', String(position));
    this.#line.classList.toggle('over', position > timeline.good.to);
    this.#line.classList.toggle('early', position < timeline.good.from);
    this.#now.classList.toggle('left', position > 0.85);
    if (life) {
      const part = Math.min(1, Math.max(0, (now - life.from) / (life.to - life.from)));
      const text = fill(this.#labels.spent, Math.floor(part * 100));
      if (this.#spent.textContent !== text) {
        this.#spent.textContent = text;
      }
    }
  }

  #draw(): void {
    const { timeline, marks } = this.#view;
    const good = element('span', { class: 'good' });
    good.classList.toggle('opens-left', timeline.opensLeft);
    good.classList.toggle('opens-right', timeline.opensRight);
    this.#line.style.setProperty('--from', String(timeline.good.from));
    this.#line.style.setProperty('--to', String(timeline.good.to));
    const drawn: PageElement[] = [];
    let row = 0;
    let rows = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const { kinds, position } of timeline.marks) {
      row = position - last < roomForWords ? row + 1 : 0;
      rows = Math.max(rows, row);
      last = position;
      const words = kinds.map(kind => marks[kind]).join(', ');
      const mark = element(
        'span',
        { class: `mark row-${row}${position > 0.7 ? ' left' : ''}` },
        element('span', { class: 'tick' }),
        element('span', { class: 'word' }, words),
      );
      mark.style.setProperty('--at', String(position));
      drawn.push(mark);
    }
    this.#line.style.setProperty('--rows', String(rows));
    this.#line.replaceChildren(
      element('span', { class: 'track' }, good, element('span', { class: 'spent' })),
      ...drawn,
      this.#now,
    );
  }
}
