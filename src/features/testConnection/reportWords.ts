import { l10n } from 'vscode';
import { type ListKind, listKinds } from '../../core/connection/connection.ts';
import type { Diagnosis } from '../../core/connection/diagnosis/types.ts';
import type { Step } from '../../core/connection/examination.ts';
import type { Exchange, SentHeader } from '../../core/connection/exchange.ts';
import { placeOf } from '../../core/oauth/http.ts';
import { plainText } from '../../core/text.ts';
import { causeText, listHeading, offerText, stepText, verdictText } from '../../platform/causeTexts.ts';
import { absoluteTime } from '../../platform/times.ts';
import type { ButtonView, ListView, ReportView, RequestView, StepView } from './reportView.ts';

/** More items of a list than these nobody reads in a report. */
const itemsShown = 200;
const bodyShown = 2000;

/** A diagnosis in words, for the page. Whatever a server said is plain text by then. */
export function reportView(server: string, diagnosis: Diagnosis): ReportView {
  const { healthy, causes, examination } = diagnosis;
  const { call } = examination;
  const certain = causes[0]?.certainty === 'certain';
  return {
    server: plainText(server),
    // A secret may stand in the query.
    url: plainText(placeOf(examination.serverUrl), 400),
    tested: l10n.t('Tested on {0}', absoluteTime(examination.at)),
    tone: healthy ? 'good' : certain ? 'bad' : 'warning',
    state: healthy ? l10n.t('Works') : certain ? l10n.t('Does not work') : l10n.t('Does not work, cause likely'),
    verdict: verdictText(diagnosis),
    notes: healthy
      ? [...connectedNote(diagnosis), ...causes.map(cause => causeText(cause, examination.serverUrl))]
      : [],
    buttons: healthy ? [] : buttonsOf(diagnosis, 0),
    others: healthy
      ? []
      : causes.slice(1).map((cause, index) => ({
          text: causeText(cause, examination.serverUrl),
          buttons: buttonsOf(diagnosis, index + 1),
        })),
    steps: examination.steps.map(stepView),
    lists: listKinds.flatMap(kind => listView(kind, diagnosis)),
    ...(call && {
      call: {
        heading: l10n.t('Answer of {0}', plainText(call.tool)),
        outcome: call.outcome === 'answered' ? l10n.t('It answered.') : l10n.t('It failed.'),
        text: lines(call.text, bodyShown),
      },
    }),
    labels: {
      others: l10n.t('What else it may be'),
      steps: l10n.t('Steps'),
      step: l10n.t('Step'),
      outcome: l10n.t('Outcome'),
      time: l10n.t('Time'),
      requests: l10n.t('Requests'),
      sent: l10n.t('Sent'),
      answered: l10n.t('Answered'),
      nothing: l10n.t('Nothing was sent.'),
      callTool: l10n.t('Call a Read-Only Tool...'),
      testAgain: l10n.t('Test Again'),
      testing: l10n.t('Testing...'),
    },
  };
}

function connectedNote({ examination }: Diagnosis): string[] {
  const { connected } = examination;
  if (!connected) {
    return [];
  }
  const transport = connected.transport === 'sse' ? 'HTTP+SSE' : 'Streamable HTTP';
  const name = plainText([connected.server.name, connected.server.version].filter(Boolean).join(' '));
  return [
    l10n.t(
      '{0} over {1}, protocol {2}.',
      name || l10n.t('a server without a name'),
      transport,
      connected.protocolVersion,
    ),
  ];
}

/** The report has its own button for another test. */
function buttonsOf({ causes }: Diagnosis, cause: number): ButtonView[] {
  return (causes[cause]?.offers ?? []).flatMap((offer, index) =>
    offer.kind === 'testAgain' ? [] : [{ label: offerText(offer), cause, offer: index }],
  );
}

function stepView({ name, outcome, duration, exchanges }: Step): StepView {
  return {
    name: stepText(name),
    state: outcome,
    outcome: outcome === 'done' ? l10n.t('done') : outcome === 'failed' ? l10n.t('failed') : l10n.t('not needed'),
    time: outcome === 'notNeeded' ? '' : l10n.t('{0} ms', Math.round(duration)),
    requests: exchanges.map(requestView),
  };
}

function requestView(exchange: Exchange): RequestView {
  const { method, url, rpcMethod, status, failure, duration, sent, headers, body } = exchange;
  const took = duration === undefined ? '' : l10n.t('{0} ms', Math.round(duration));
  const what =
    failure?.code === 'redirected'
      ? l10n.t('{0}, not followed', status ?? '')
      : failure
        ? [failure.code, failure.reason].filter(Boolean).join(' ')
        : String(status ?? l10n.t('no answer'));
  return {
    line: plainText([method, url, rpcMethod].filter(Boolean).join(' '), 400),
    result: [what, took].filter(Boolean).join(', '),
    failed: failure !== undefined || (status ?? 0) >= 400,
    sent: sent.map(({ name, value }) => ({ name: plainText(name), value: sentText(value) })),
    received: Object.entries(headers).map(([name, value]) => ({ name, value: plainText(value, 500) })),
    body: lines(body, bodyShown),
  };
}

function sentText(value: SentHeader['value']): string {
  if (typeof value === 'string') {
    return plainText(value, 300);
  }
  const { scheme, masked } = value;
  const { shown, length, hash } = masked;
  return [scheme, l10n.t('{0} ({1} characters, SHA-256 {2}…)', shown, length, hash)].filter(Boolean).join(' ');
}

function listView(kind: ListKind, { examination }: Diagnosis): ListView[] {
  const listing = examination.lists[kind];
  if (listing?.state !== 'listed' || listing.items.length === 0) {
    return [];
  }
  const { items } = listing;
  const count = listing.truncated ? l10n.t('more than {0}', items.length) : String(items.length);
  return [
    {
      heading: `${listHeading(kind)} (${count})`,
      items: items.slice(0, itemsShown).map(({ name, title, description, readOnly }) => ({
        name: plainText(name),
        description: [readOnly && l10n.t('read-only'), plainText(description ?? title ?? '', 300)]
          .filter(Boolean)
          .join(' · '),
      })),
    },
  ];
}

/** Several lines, each without what has no place on a screen. */
function lines(text: string, limit: number): string {
  return text
    .slice(0, limit)
    .split(/\r\n|[\r\n]/)
    .map(line => plainText(line, limit))
    .join('\n');
}
