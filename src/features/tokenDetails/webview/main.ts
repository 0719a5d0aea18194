import type { PanelRequest } from '../../../core/tokenDetails/requests.ts';
import { button, element, type PageElement, page } from '../../../platform/webview/dom.ts';
import type { AttachmentView, EmptyView, PanelMessage, PanelView } from '../panelView.ts';
import { DescriptionSection } from './descriptionSection.ts';
import { factList, membersSection, section, table } from './parts.ts';
import { fill, momentElement, updateMoments } from './relative.ts';
import { TimelineSection } from './timelineSection.ts';
import { TokenSection } from './tokenSection.ts';

const { document } = page;
const vscode = page.acquireVsCodeApi();
const root = document.getElementById('page') ?? element('main');
const announcement = document.getElementById('announcement') ?? element('p');

/** More events than these are behind a button. */
const recentEvents = 8;

/** A part of the page, drawn anew only when what it shows has changed: the focus, a selection and a revealed token stay. */
interface Part {
  json: string;
  node: PageElement;
}

const parts = new Map<string, Part>();
let view: PanelView | undefined;
let description: DescriptionSection | undefined;
let token: TokenSection | undefined;
let timeline: TimelineSection | undefined;
let showsAllHistory = false;

page.addEventListener('message', event => receive(event.data as PanelMessage));
page.addEventListener('pagehide', () => token?.hide());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') {
    token?.hide();
  } else {
    tick();
  }
});
setInterval(() => {
  if (document.visibilityState === 'visible') {
    tick();
  }
}, 1000);
post({ type: 'ready' });

function post(request: PanelRequest): void {
  vscode.postMessage(request);
}

function announce(text: string): void {
  announcement.textContent = text;
}

function tick(): void {
  if (view) {
    updateMoments(view.labels);
    timeline?.tick();
  }
}

function receive(message: PanelMessage): void {
  switch (message.type) {
    case 'view':
      // The id alone, so that the panel can be restored: VS Code writes this down.
      vscode.setState({ credentialId: message.view.credentialId });
      show(message.view);
      break;
    case 'empty':
      showEmpty(message.empty);
      break;
    case 'token':
      token?.show(message.request, message.segments);
      break;
    case 'described':
      description?.close();
      break;
  }
}

function showEmpty({ title, text, button: action }: EmptyView): void {
  token?.hide();
  view = undefined;
  description = undefined;
  token = undefined;
  timeline = undefined;
  parts.clear();
  root.replaceChildren(
    element(
      'div',
      { class: 'empty' },
      element('h1', {}, title),
      element('p', {}, text),
      ...(action ? [button(action.label, 'empty', () => post({ type: action.request }), 'primary')] : []),
    ),
  );
  announce(`${title}. ${text}`);
}

function show(next: PanelView): void {
  const { labels } = next;
  view = next;
  if (parts.size === 0) {
    root.replaceChildren();
    description = undefined;
  }
  draw('head', [next.name, next.kind, next.status], () => head(next));
  description ??= new DescriptionSection(next, text => post({ type: 'describe', text }));
  description.update(next);
  place('description', description.node);
  draw('actions', next.actions, () => actions(next));
  draw('facts', next.facts, () => section('facts', labels.facts, factList(next.facts, labels)));
  draw('findings', next.findings, () => findings(next));
  draw('token', next.token, () => {
    token?.hide();
    token = new TokenSection(next.token, labels, {
      reveal: request => post({ type: 'reveal', request }),
      copy: () => post({ type: 'copy' }),
      announce,
    });
    return token.node;
  });
  draw('timeline', next.timeline, () => {
    timeline = next.timeline && new TimelineSection(next.timeline, labels);
    return timeline?.node;
  });
  draw(
    'claims',
    next.claims,
    () => next.claims && membersSection('claims', labels.claims, labels.claim, next.claims, labels.noClaims, labels),
  );
  draw(
    'parameters',
    next.parameters,
    () =>
      next.parameters && membersSection('parameters', labels.parameters, labels.parameter, next.parameters, '', labels),
  );
  draw('checks', [next.checks, next.claims !== undefined], () => checks(next));
  draw('servers', next.refusedBy, () => servers(next));
  draw('attachments', next.attachments, () => attachments(next));
  draw('examples', next.examples, () => examples(next));
  draw('history', [next.history, showsAllHistory], () => history(next));
  tick();
}

/** Draws a part if what it shows isn't what is there. */
function draw(name: string, shown: unknown, make: () => PageElement | undefined): void {
  const json = JSON.stringify(shown) ?? '';
  const part = parts.get(name);
  if (part?.json === json) {
    return;
  }
  const node = make() ?? element('div', { class: 'nothing' });
  if (part) {
    const focused = document.activeElement;
    const key = focused && part.node.contains(focused) ? focused.dataset.key : undefined;
    part.node.replaceWith(node);
    if (key !== undefined) {
      find(node, key)?.focus();
    }
    part.json = json;
    part.node = node;
  } else {
    root.append(node);
    parts.set(name, { json, node });
  }
}

/** Puts a part there that draws itself. */
function place(name: string, node: PageElement): void {
  if (!parts.has(name)) {
    root.append(node);
    parts.set(name, { json: '', node });
  }
}

function find(node: PageElement, key: string): PageElement | undefined {
  return [...node.querySelectorAll('[data-key]')].find(candidate => candidate.dataset.key === key);
}

function head({ name, kind, status }: PanelView): PageElement {
  return element(
    'header',
    {},
    element('h1', {}, name),
    element(
      'p',
      { class: 'badges' },
      element('span', { class: `status ${status.tone}` }, status.word),
      ' ',
      element('span', { class: 'kind' }, kind),
    ),
    status.sentence !== '' && element('p', {}, status.sentence),
  );
}

function actions({ actions: offered, labels }: PanelView): PageElement {
  return element(
    'div',
    { class: 'buttons actions', role: 'group', 'aria-label': labels.actions },
    ...offered.map(({ action, label }, index) =>
      button(label, `run-${action}`, () => post({ type: 'run', action }), index === 0 ? 'primary' : 'secondary'),
    ),
  );
}

function findings({ findings: found, labels }: PanelView): PageElement {
  return section(
    'problems',
    labels.problems,
    found.length === 0
      ? element('p', { class: 'note' }, labels.noProblems)
      : element(
          'ul',
          { class: 'findings' },
          ...found.map(({ severity, word, text }) =>
            element('li', { class: severity }, element('strong', {}, word), ' ', text),
          ),
        ),
  );
}

function checks({ checks: done, claims, labels }: PanelView): PageElement | undefined {
  if (!claims) {
    return undefined;
  }
  return section(
    'verification',
    labels.verification,
    done.length === 0
      ? element('p', { class: 'note' }, labels.notVerified)
      : table(
          labels.verification,
          [labels.check, labels.outcome, labels.reason],
          done.map(({ check, outcome, word, text }) => [
            check,
            element('span', { class: `outcome ${outcome}` }, word),
            text,
          ]),
        ),
  );
}

function servers({ refusedBy, labels }: PanelView): PageElement | undefined {
  return (
    refusedBy &&
    section(
      'servers',
      labels.servers,
      element('p', { class: 'note' }, refusedBy.length === 0 ? labels.noRefusal : labels.serversNote),
      refusedBy.length > 0 &&
        element(
          'ul',
          { class: 'plain servers' },
          ...refusedBy.map(({ server, reasons }) =>
            element(
              'li',
              {},
              element('strong', {}, server),
              element('ul', {}, ...reasons.map(reason => element('li', {}, reason))),
            ),
          ),
        ),
    )
  );
}

function attachments({ attachments: attached, labels }: PanelView): PageElement {
  return section(
    'attachments',
    labels.attachments,
    attached.length === 0
      ? element('p', { class: 'note' }, labels.noAttachments)
      : table(
          labels.attachments,
          [labels.server, labels.header, labels.use, labels.configFile],
          attached.map(attachment => [
            element('span', { class: 'url' }, attachment.url),
            element('code', { class: 'name' }, attachment.header),
            element(
              'div',
              {},
              element('span', { class: attachment.inUse ? 'outcome passed' : 'outcome notChecked' }, attachment.use),
            ),
            places(attachment),
          ]),
        ),
  );

  function places({ places: named }: AttachmentView): PageElement {
    return named.length === 0
      ? element('span', { class: 'note' }, labels.noFile)
      : element(
          'ul',
          { class: 'plain' },
          ...named.map(({ key, text }) => {
            if (key === undefined) {
              return element('li', {}, text);
            }
            const link = button(
              labels.showInFile,
              `file-${key}`,
              () => post({ type: 'showInFile', place: key }),
              'link',
            );
            link.setAttribute('aria-label', `${labels.showInFile}: ${text}`);
            return element('li', {}, text, ' ', link);
          }),
        );
  }
}

function examples({ examples: given, labels }: PanelView): PageElement {
  return section(
    'usage',
    labels.usage,
    element('p', {}, labels.usageNote),
    ...given.map(({ id, title, text }) => {
      const copy = button(
        labels.copyExample,
        `example-${id}`,
        () => post({ type: 'copyExample', example: id }),
        'link',
      );
      copy.setAttribute('aria-label', `${labels.copyExample}: ${title}`);
      const code = element('pre', { tabindex: '0', 'aria-label': title }, element('code', {}, text));
      return element('div', { class: 'example' }, element('h3', {}, title), copy, code);
    }),
  );
}

function history(shown: PanelView): PageElement {
  const { history: events, labels } = shown;
  const some = showsAllHistory ? events : events.slice(0, recentEvents);
  return section(
    'history',
    labels.history,
    events.length === 0
      ? element('p', { class: 'note' }, labels.noHistory)
      : table(
          labels.history,
          [labels.time, labels.event, labels.server],
          some.map(({ moment, event, server }) => [momentElement(moment, labels), event, server]),
        ),
    some.length < events.length &&
      button(
        fill(labels.showAll, events.length),
        'history',
        () => {
          showsAllHistory = true;
          if (view) {
            show(view);
          }
        },
        'link',
      ),
  );
}
