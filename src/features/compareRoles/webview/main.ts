import { button, element, type PageElement, page } from '../../../platform/webview/dom.ts';
import type { MatrixMessage, MatrixRequest, MatrixView, SectionView } from '../matrixView.ts';

const { document } = page;
const vscode = page.acquireVsCodeApi();
const root = document.getElementById('page') ?? element('main');
const announcement = document.getElementById('announcement') ?? element('p');

/** More rows than these are behind a button: drawing tens of thousands of cells takes its time. */
const rowsAtFirst = 200;

let view: MatrixView | undefined;
let onlyDifferences = false;
let busy = false;
/** Headings of the sections that are shown to their end. */
const whole = new Set<string>();

page.addEventListener('message', event => receive(event.data as MatrixMessage));
post('ready');

function post(request: MatrixRequest): void {
  vscode.postMessage(request);
}

function receive(message: MatrixMessage): void {
  if (message.type === 'busy') {
    ({ busy } = message);
    draw();
    announcement.textContent = busy ? (view?.labels.asking ?? '') : (view?.summary ?? '');
    return;
  }
  ({ view } = message);
  draw();
}

/** Draws everything anew, and puts the focus back on the button that had it. */
function draw(): void {
  if (!view) {
    return;
  }
  const focused = document.activeElement?.dataset.key;
  const { title, url, summary, when, notes } = view;
  root.replaceChildren(
    element(
      'header',
      {},
      element('h1', {}, title),
      element('p', { class: 'url' }, url),
      element('p', { class: 'summary' }, element('strong', {}, summary), ' ', element('span', { class: 'note' }, when)),
    ),
    actions(view),
    roles(view),
    ...sections(view),
    element('section', { class: 'notes' }, ...notes.map(note => element('p', { class: 'note' }, note))),
  );
  if (focused !== undefined) {
    [...root.querySelectorAll('[data-key]')].find(candidate => candidate.dataset.key === focused)?.focus();
  }
}

function actions({ labels, columns, sections: shown }: MatrixView): PageElement {
  const toggle = button(labels.onlyDifferences, 'differences', () => {
    onlyDifferences = !onlyDifferences;
    draw();
  });
  toggle.setAttribute('aria-pressed', String(onlyDifferences));
  const again = button(busy ? labels.asking : labels.again, 'again', () => post('again'));
  if (busy) {
    again.setAttribute('aria-disabled', 'true');
  }
  const hasRows = shown.length > 0;
  return element(
    'div',
    { class: 'buttons', role: 'group', 'aria-label': labels.actions },
    hasRows && columns.length > 1 && toggle,
    hasRows && button(labels.copyMarkdown, 'markdown', () => post('copyMarkdown')),
    hasRows && button(labels.saveCsv, 'csv', () => post('saveCsv')),
    again,
  );
}

/** What came of each role. */
function roles({ labels, columns }: MatrixView): PageElement {
  return element(
    'section',
    { 'aria-labelledby': 'heading-roles' },
    element('h2', { id: 'heading-roles' }, labels.roles),
    element(
      'ul',
      { class: 'roles' },
      ...columns.map(({ name, kind, state, word, sentence }) =>
        element(
          'li',
          {},
          element('span', { class: 'role' }, name),
          ' ',
          element('span', { class: 'note' }, kind),
          ' ',
          element('span', { class: `outcome ${state}` }, word),
          sentence !== '' && element('p', {}, sentence),
        ),
      ),
    ),
  );
}

function sections(shown: MatrixView): PageElement[] {
  const { labels } = shown;
  const drawn = shown.sections.flatMap((section, index) => {
    const rows = onlyDifferences ? section.rows.filter(({ differs }) => differs) : section.rows;
    return rows.length === 0 ? [] : [sectionElement(shown, section, rows, `heading-${index}`)];
  });
  return drawn.length === 0 && onlyDifferences ? [element('p', {}, labels.noDifferences)] : drawn;
}

function sectionElement(
  { labels, columns }: MatrixView,
  { heading }: SectionView,
  rows: SectionView['rows'],
  id: string,
): PageElement {
  const some = whole.has(heading) ? rows : rows.slice(0, rowsAtFirst);
  const table = element(
    'table',
    { 'aria-labelledby': id },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        // Named, though it looks empty: a table whose first column has no name is hard to listen to.
        element('th', { scope: 'col' }, heading.replace(/ \(\d+\)$/, '')),
        ...columns.map(({ name, kind }) =>
          element('th', { scope: 'col', class: 'access' }, element('span', { class: 'role', title: kind }, name)),
        ),
        element('th', { scope: 'col' }, element('span', { class: 'spoken' }, labels.difference)),
      ),
    ),
    element(
      'tbody',
      {},
      ...some.map(({ name, description, access, differs }) =>
        element(
          'tr',
          differs ? { class: 'differs' } : {},
          element(
            'th',
            { scope: 'row' },
            element('code', {}, name),
            description !== '' && element('span', { class: 'description note' }, description),
          ),
          ...access.map(each =>
            element('td', { class: 'access' }, element('span', { class: `mark ${each}` }, labels[each])),
          ),
          element('td', {}, differs && element('span', { class: 'difference' }, labels.differs)),
        ),
      ),
    ),
  );
  const more = button(
    labels.showAll.replace('{0}', () => String(rows.length)),
    `all-${id}`,
    () => {
      whole.add(heading);
      draw();
    },
  );
  return element(
    'section',
    {},
    element('h2', { id }, heading),
    // It scrolls sideways where the window is narrow, so the keyboard has to reach it.
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': id }, table),
    some.length < rows.length && more,
  );
}
