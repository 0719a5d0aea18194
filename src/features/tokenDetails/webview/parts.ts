import { element, type PageElement } from '../../../platform/webview/dom.ts';
import type { FactView, MembersView, MemberView, PanelLabels } from '../panelView.ts';
import { momentElement } from './relative.ts';

/** A section with its heading, which names it for screen readers. */
export function section(id: string, heading: string, ...children: (PageElement | false | undefined)[]): PageElement {
  return element(
    'section',
    { 'aria-labelledby': `heading-${id}` },
    element('h2', { id: `heading-${id}` }, heading),
    ...children,
  );
}

export function factList(facts: readonly FactView[], labels: PanelLabels): PageElement {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.map(({ label, text, moment }) =>
      element(
        'div',
        {},
        element('dt', {}, label),
        element('dd', {}, moment ? momentElement(moment, labels) : (text ?? '')),
      ),
    ),
  );
}

/**
 * A table. Roles are named although the tags have them: in a narrow panel rows are drawn as blocks, and some browsers then
 * no longer take them for rows.
 * @param rows the first cell of each is the row's heading
 */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly (PageElement | string)[])[],
): PageElement {
  return element(
    'table',
    { role: 'table', 'aria-label': caption },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        ...headings.map(heading => element('th', { role: 'columnheader', scope: 'col' }, heading)),
      ),
    ),
    element(
      'tbody',
      { role: 'rowgroup' },
      ...rows.map(cells =>
        element(
          'tr',
          { role: 'row' },
          ...cells.map((cell, index) =>
            index === 0
              ? element('th', { role: 'rowheader', scope: 'row' }, cell)
              : element('td', { role: 'cell', 'data-heading': headings[index] ?? '' }, cell),
          ),
        ),
      ),
    ),
  );
}

export function membersSection(
  id: string,
  heading: string,
  nameHeading: string,
  { rows, more }: MembersView,
  none: string,
  labels: PanelLabels,
): PageElement {
  return section(
    id,
    heading,
    rows.length === 0
      ? element('p', {}, none)
      : table(
          heading,
          [nameHeading, labels.value, labels.meaning],
          rows.map(row => [element('code', { class: 'name' }, row.name), memberValue(row, labels), memberMeaning(row)]),
        ),
    more !== '' && element('p', { class: 'note' }, more),
  );
}

function memberValue({ text, code, items, moment, more }: MemberView, labels: PanelLabels): PageElement {
  const rest = more !== undefined && element('span', { class: 'note' }, ` … ${more}`);
  if (moment) {
    return momentElement(moment, labels);
  }
  if (items) {
    return element('div', {}, element('ul', { class: 'items' }, ...items.map(item => element('li', {}, item))), rest);
  }
  return element('div', { class: 'value' }, code === undefined ? (text ?? '') : element('code', {}, code), rest);
}

function memberMeaning({ meaning, source }: MemberView): PageElement {
  return element(
    'div',
    {},
    meaning,
    meaning !== '' && ' ',
    source !== '' && element('span', { class: 'source' }, source),
  );
}
