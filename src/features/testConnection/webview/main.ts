import { button, element, type PageElement, page } from '../../../platform/webview/dom.ts';
import type { ButtonView, ReportMessage, ReportRequest, ReportView, RequestView, StepView } from '../reportView.ts';

const { document } = page;
const vscode = page.acquireVsCodeApi();
const root = document.getElementById('page') ?? element('main');
const announcement = document.getElementById('announcement') ?? element('p');

page.addEventListener('message', event => receive(event.data as ReportMessage));
post({ type: 'ready' });

function post(request: ReportRequest): void {
  vscode.postMessage(request);
}

function receive(message: ReportMessage): void {
  if (message.type === 'testing') {
    announcement.textContent = message.text;
    root.setAttribute('aria-busy', 'true');
    return;
  }
  root.removeAttribute('aria-busy');
  show(message.view);
}

function show(view: ReportView): void {
  const focused = document.activeElement?.dataset.key;
  const { labels } = view;
  root.replaceChildren(
    element(
      'header',
      { class: 'head' },
      element('h1', {}, view.server),
      element('p', { class: 'note' }, view.url),
      element(
        'p',
        { class: `verdict ${view.tone}` },
        element('strong', { class: 'state' }, view.state),
        ' ',
        view.verdict,
      ),
      ...view.notes.map(note => element('p', { class: 'note' }, note)),
      element(
        'div',
        { class: 'buttons' },
        ...view.buttons.map((offered, index) => offer(offered, index === 0 ? 'primary' : 'secondary')),
        button(
          labels.testAgain,
          'again',
          () => post({ type: 'again' }),
          view.buttons.length === 0 ? 'primary' : 'secondary',
        ),
        view.tone === 'good' && button(labels.callTool, 'callTool', () => post({ type: 'callTool' })),
      ),
      element('p', { class: 'note' }, view.tested),
    ),
    ...others(view),
    ...answer(view),
    steps(view),
    ...view.lists.map(({ heading, items }, index) =>
      section(
        `list-${index}`,
        heading,
        element(
          'dl',
          { class: 'items' },
          ...items.map(({ name, description }) =>
            element('div', {}, element('dt', {}, name), element('dd', {}, description)),
          ),
        ),
      ),
    ),
  );
  announcement.textContent = `${view.state}. ${view.verdict}`;
  for (const candidate of focused === undefined ? [] : root.querySelectorAll('[data-key]')) {
    if (candidate.dataset.key === focused) {
      candidate.focus();
      break;
    }
  }
}

function offer({ label, cause, offer: which }: ButtonView, kind: string): PageElement {
  return button(label, `fix-${cause}-${which}`, () => post({ type: 'fix', cause, offer: which }), kind);
}

function section(id: string, heading: string, ...children: (PageElement | false | undefined)[]): PageElement {
  return element(
    'section',
    { 'aria-labelledby': `heading-${id}` },
    element('h2', { id: `heading-${id}` }, heading),
    ...children,
  );
}

function others({ others: causes, labels }: ReportView): PageElement[] {
  return causes.length === 0
    ? []
    : [
        section(
          'others',
          labels.others,
          element(
            'ul',
            { class: 'others' },
            ...causes.map(({ text, buttons }) =>
              element(
                'li',
                {},
                element('p', {}, text),
                element('div', { class: 'buttons' }, ...buttons.map(offered => offer(offered, 'link'))),
              ),
            ),
          ),
        ),
      ];
}

function answer({ call }: ReportView): PageElement[] {
  return call
    ? [section('call', call.heading, element('p', {}, call.outcome), element('pre', { class: 'body' }, call.text))]
    : [];
}

function steps({ steps: all, labels }: ReportView): PageElement {
  return section('steps', labels.steps, element('ol', { class: 'steps' }, ...all.map(step => stepItem(step, labels))));
}

function stepItem(step: StepView, labels: ReportView['labels']): PageElement {
  const line = [
    element('span', { class: 'name' }, step.name),
    element('span', { class: `outcome ${step.state}` }, step.outcome),
    element('span', { class: 'time' }, step.time),
  ];
  return element(
    'li',
    {},
    step.requests.length === 0
      ? element('p', { class: 'line' }, ...line)
      : element(
          'details',
          {},
          element('summary', { class: 'line' }, ...line),
          ...step.requests.map(request => requestBox(request, labels)),
        ),
  );
}

function requestBox(request: RequestView, labels: ReportView['labels']): PageElement {
  return element(
    'div',
    { class: 'request' },
    element(
      'p',
      { class: 'line' },
      element('code', { class: 'name' }, request.line),
      element('span', { class: `outcome ${request.failed ? 'failed' : 'done'}` }, request.result),
    ),
    ...headers(labels.sent, request.sent),
    ...headers(labels.answered, request.received),
    request.body !== '' &&
      element('pre', { class: 'body', tabindex: '0', 'aria-label': labels.answered }, request.body),
  );
}

function headers(label: string, list: RequestView['sent']): PageElement[] {
  return list.length === 0
    ? []
    : [
        element('h3', {}, label),
        element(
          'dl',
          { class: 'headers' },
          ...list.map(({ name, value }) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
        ),
      ];
}
