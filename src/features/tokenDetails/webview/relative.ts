import { element, type PageElement, page } from '../../../platform/webview/dom.ts';
import type { MomentView, PanelLabels } from '../panelView.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** As `platform/times.ts` says it; the words come from there. */
export function relativeText(at: number, now: number, labels: PanelLabels): string {
  const length = Math.abs(at - now);
  const duration =
    length < minute
      ? fill(labels.seconds, Math.floor(length / 1000))
      : length < 2 * hour
        ? fill(labels.minutes, Math.floor(length / minute))
        : length < 2 * day
          ? fill(labels.hours, Math.floor(length / hour))
          : fill(labels.days, Math.floor(length / day));
  return fill(at >= now ? labels.in : labels.ago, duration);
}

/** Puts a value where `{0}` stands. */
export function fill(text: string, value: string | number): string {
  return text.replace('{0}', () => String(value));
}

/** `Nov 21, 2026, 10:31:37 AM UTC (in 42 min)`; {@link updateMoments} keeps the latter true. */
export function momentElement({ at, text }: MomentView, labels: PanelLabels): PageElement {
  const date = new Date(at);
  return element(
    'span',
    { class: 'moment' },
    element('time', Number.isNaN(date.getTime()) ? {} : { datetime: date.toISOString() }, text),
    ' ',
    element('span', { class: 'relative', 'data-at': String(at) }, `(${relativeText(at, Date.now(), labels)})`),
  );
}

export function updateMoments(labels: PanelLabels): void {
  const now = Date.now();
  for (const shown of page.document.querySelectorAll('[data-at]')) {
    const text = `(${relativeText(Number(shown.dataset.at), now, labels)})`;
    // What is written anew loses a selection in it.
    if (shown.textContent !== text) {
      shown.textContent = text;
    }
  }
}
