import { l10n } from 'vscode';
import type { HistoryEvent } from '../../core/credentials/types.ts';
import type { Finding } from '../../core/findings.ts';
import type { Status } from '../../core/inventory/types.ts';
import { plainText } from '../../core/text.ts';
import type {
  AttachmentDetails,
  AttachmentPlace,
  GrantDetails,
  TokenDetails,
  TokenOutline,
  VerificationCheck,
} from '../../core/tokenDetails/details.ts';
import type { MemberRows, MemberValue } from '../../core/tokenDetails/memberRows.ts';
import {
  isKnownClaim,
  isKnownParameter,
  knownClaims,
  knownParameters,
} from '../../core/tokenDetails/registeredNames.ts';
import type { PanelAction } from '../../core/tokenDetails/requests.ts';
import { timelineOf } from '../../core/tokenDetails/timeline.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { findingText, statusText } from '../../platform/texts.ts';
import { absoluteTime } from '../../platform/times.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import { exampleFormText } from '../../platform/usageTexts.ts';
import { profileName, verifierFindingText } from '../../platform/verifierTexts.ts';
import { panelLabels } from './labels.ts';
import { claimText, parameterText, sourceText } from './nameTexts.ts';
import type {
  AttachmentView,
  CheckView,
  FactView,
  FindingView,
  MembersView,
  MemberView,
  MomentView,
  PanelView,
  TimelineView,
  TokenView,
  Tone,
} from './panelView.ts';

/** More dots than these say nothing more. */
const mostGlyphs = 400;
/** For what hides its length, too. */
const opaqueGlyphs = 32;

/** Details in words, as the page shows them. */
export function panelView(details: TokenDetails, tokenVersion: number): PanelView {
  const { token } = details;
  const timeline = timelineView(token);
  return {
    credentialId: details.credentialId,
    labels: panelLabels(),
    name: plainText(details.name),
    kind: kindText(details.kind),
    status: { word: statusWord(details.status), tone: toneOf(details.status), sentence: statusSentence(details) },
    description: details.description,
    facts: factsOf(details),
    actions: details.actions.map(action => ({ action, label: actionText(action, details) })),
    findings: details.findings.map(findingView),
    token: tokenView(token, details, tokenVersion),
    ...(timeline && { timeline }),
    ...(token.shape === 'jwt' && {
      claims: membersView(token.claims, 'claims'),
      parameters: membersView(token.parameters, 'header'),
    }),
    checks: (details.checks ?? []).map(checkView),
    ...(details.refusedBy && {
      refusedBy: details.refusedBy.map(({ profile, findings }) => ({
        server: profileName(profile),
        reasons: findings.map(verifierFindingText),
      })),
    }),
    attachments: details.attachments.map(attachmentView),
    examples: details.examples.map(({ id, text }) => ({ id, title: exampleFormText(id), text })),
    history: details.history.map(({ at, event, server }) => ({
      moment: moment(at),
      event: eventText(event),
      server: plainText(server ?? '', 120),
    })),
  };
}

function moment(at: number): MomentView {
  return { at, text: absoluteTime(at) };
}

function statusWord(status: Status): string {
  return status === 'ready' ? l10n.t('active') : statusText(status) || l10n.t('unknown');
}

function toneOf(status: Status): Tone {
  switch (status) {
    case 'ready':
      return 'good';
    case 'expiresSoon':
    case 'notYetValid':
    case 'exposed':
      return 'warning';
    case 'unknown':
      return 'neutral';
    default:
      return 'bad';
  }
}

function statusSentence({ status, kind, revokedAt }: TokenDetails): string {
  if (revokedAt !== undefined) {
    return l10n.t(
      'MCP Keyring hands it out no more. A copy that is elsewhere stays good until it expires, unless its issuer is told.',
    );
  }
  if (status === 'expired') {
    return kind === 'signedJwt' || kind === 'oauth'
      ? l10n.t('Servers refuse it now. Renew it to use it again.')
      : l10n.t('Servers refuse it now. Replace it by a new one.');
  }
  return '';
}

function factsOf(details: TokenDetails): FactView[] {
  const { name, scheme } = details.header;
  const facts: FactView[] = [
    expiryFact(details),
    { label: l10n.t('Sent as'), text: plainText(scheme ? `${name}: ${scheme} …` : `${name}: …`) },
    ...grantFacts(details.grant),
    { label: l10n.t('Created'), moment: moment(details.createdAt) },
    details.lastUsedAt === undefined
      ? { label: l10n.t('Last used'), text: l10n.t('never') }
      : { label: l10n.t('Last used'), moment: moment(details.lastUsedAt) },
  ];
  if (details.kind === 'signedJwt' || details.kind === 'oauth') {
    facts.push({ label: l10n.t('Times renewed'), text: String(details.timesRenewed) });
  }
  if (details.variable !== undefined) {
    facts.push({ label: l10n.t('Variable in terminals'), text: details.variable });
  }
  if (details.revokedAt !== undefined) {
    facts.unshift({ label: l10n.t('Revoked'), moment: moment(details.revokedAt) });
  }
  return facts;
}

/** Where tokens come from, in the words of the question before a sign-in. */
function grantFacts(grant: GrantDetails | undefined): FactView[] {
  if (!grant) {
    return [];
  }
  const { giver, clientId, scopes, resource } = grant;
  const all: [string, string | undefined][] = [
    [giverText(giver.kind), giver.name],
    [l10n.t('Client'), clientId],
    [l10n.t('Scopes'), scopes.join(' ')],
    [l10n.t('Resource'), resource],
  ];
  return all.flatMap(([label, text]) => (text ? [{ label, text: plainText(text, 300) }] : []));
}

function giverText(kind: GrantDetails['giver']['kind']): string {
  switch (kind) {
    case 'issuer':
      return l10n.t('Authorization server');
    case 'endpoint':
      return l10n.t('Token endpoint');
    case 'account':
      return l10n.t('Account of VS Code');
  }
}

function expiryFact({ token, grant }: TokenDetails): FactView {
  const label = l10n.t('Expires');
  if (grant?.expiresAt !== undefined) {
    return { label, moment: moment(grant.expiresAt) };
  }
  if (token.shape === 'none') {
    return { label, text: grant ? l10n.t('no token at hand') : l10n.t('not signed yet') };
  }
  if (token.shape !== 'jwt') {
    return { label, text: l10n.t('only the server knows') };
  }
  const { state, at } = token.times.exp;
  if (at !== undefined) {
    return { label, moment: moment(at) };
  }
  return { label, text: state === 'absent' ? l10n.t('never') : l10n.t('the claim makes no sense') };
}

function actionText(action: PanelAction, { kind }: TokenDetails): string {
  switch (action) {
    case 'renew':
      return l10n.t('Renew');
    case 'signIn':
      return l10n.t('Sign In Again...');
    case 'replace':
      return kind === 'apiKey' ? l10n.t('Replace Key...') : l10n.t('Replace Token...');
    case 'verify':
      return l10n.t('Verify...');
    case 'editClaims':
      return l10n.t('Edit Claims...');
    case 'rename':
      return l10n.t('Rename...');
    case 'showClaims':
      return l10n.t('Show Claims as JSON');
    case 'revoke':
      return l10n.t('Revoke...');
    case 'replaceRevoked':
      return l10n.t('Replace by a New Credential...');
    case 'delete':
      return l10n.t('Delete...');
  }
}

function findingView({ finding, servers }: TokenDetails['findings'][number]): FindingView {
  // Without the time of now: the sentence stays on screen.
  const text = findingText(finding);
  return {
    severity: finding.severity,
    word: severityText(finding.severity),
    text:
      servers.length === 0
        ? text
        : l10n.t('{0} Found at {1}.', text, servers.map(name => plainText(name, 60)).join(', ')),
  };
}

function severityText(severity: Finding['severity']): string {
  switch (severity) {
    case 'error':
      return l10n.t('Error');
    case 'warning':
      return l10n.t('Warning');
    case 'information':
      return l10n.t('Note');
  }
}

function noTokenText({ grant, actions }: TokenDetails): string {
  if (!grant) {
    return l10n.t('No token has been signed yet. Renew signs the first.');
  }
  return grant.giver.kind === 'account'
    ? l10n.t('VS Code keeps the tokens of this account. One is asked for when a server starts.')
    : actions.includes('signIn')
      ? l10n.t('There is no token. Sign in again to get one.')
      : l10n.t('There is no token. Renew gets one.');
}

function tokenView(token: TokenOutline, details: TokenDetails, version: number): TokenView {
  const { kind } = details;
  const title = kind === 'apiKey' ? l10n.t('API key') : l10n.t('Token');
  switch (token.shape) {
    case 'none':
      return { version, title, segments: [], text: noTokenText(details) };
    case 'jwt': {
      const [header, payload, signature] = token.segmentLengths;
      return {
        version,
        title,
        segments: [
          { part: 'header', label: l10n.t('Header, {0} characters', header), glyphs: glyphs(header) },
          { part: 'payload', label: l10n.t('Payload, {0} characters', payload), glyphs: glyphs(payload) },
          { part: 'signature', label: l10n.t('Signature, {0} characters', signature), glyphs: glyphs(signature) },
        ],
        text: l10n.t('A JSON Web Token (JWT) of three parts. Whoever has all of it can use it.'),
      };
    }
    case 'opaque':
      return {
        version,
        title,
        segments: [whole(title)],
        text:
          kind === 'apiKey'
            ? l10n.t('An API key: only the server can tell what it allows and how long.')
            : l10n.t('An opaque token: only the server that issued it can tell what it allows.'),
      };
    case 'encrypted':
      return {
        version,
        title,
        segments: [whole(title)],
        text: l10n.t('An encrypted token (JWE): only its recipient can read the claims.'),
      };
    case 'malformed':
      return {
        version,
        title,
        segments: [whole(title)],
        text: l10n.t('It looks like a JWT, but cannot be read as one.'),
      };
  }
}

function whole(label: string): TokenView['segments'][number] {
  return { part: 'whole', label, glyphs: opaqueGlyphs };
}

function glyphs(length: number): number {
  return Math.min(length, mostGlyphs);
}

function timelineView(token: TokenOutline): TimelineView | undefined {
  if (token.shape !== 'jwt') {
    return undefined;
  }
  const { times } = token;
  const timeline = timelineOf(times);
  if (!timeline) {
    return undefined;
  }
  const from = times.iat.at ?? times.nbf.at;
  const to = times.exp.at;
  const named = [
    { label: l10n.t('Issued'), at: times.iat.at },
    { label: l10n.t('Valid from'), at: times.nbf.at },
    { label: l10n.t('Expires'), at: to },
  ];
  const known = named.flatMap(({ label, at }) => (at === undefined ? [] : [{ label, moment: moment(at) }]));
  const never = to === undefined && times.exp.state === 'absent';
  return {
    timeline,
    marks: {
      iat: l10n.t('issued'),
      nbf: l10n.t('valid from'),
      exp: l10n.t('expires'),
      now: l10n.t('now'),
    },
    facts: never ? [...known, { label: l10n.t('Expires'), text: l10n.t('never') }] : known,
    ...(from !== undefined && to !== undefined && to > from && { life: { from, to } }),
    spoken: l10n.t(
      'The life of the token as a line: {0}.',
      known.map(({ label, moment: { text } }) => `${label} ${text}`).join(', '),
    ),
  };
}

function membersView({ rows, omitted }: MemberRows, what: 'claims' | 'header'): MembersView {
  return {
    rows: rows.map(({ key, name, value }) => ({ name, ...valueView(value), ...meaningOf(key, what) })),
    more: omitted > 0 ? l10n.t('{0} more are left out. “Show Claims as JSON” has all of them.', omitted) : '',
  };
}

function meaningOf(key: string, what: 'claims' | 'header'): Pick<MemberView, 'meaning' | 'source'> {
  if (what === 'claims' && isKnownClaim(key)) {
    return { meaning: claimText(key), source: sourceText(knownClaims[key]) };
  }
  if (what === 'header' && isKnownParameter(key)) {
    return { meaning: parameterText(key), source: sourceText(knownParameters[key]) };
  }
  return { meaning: '', source: '' };
}

function valueView(value: MemberValue): Omit<MemberView, 'name' | 'meaning' | 'source'> {
  if (value.kind === 'time') {
    return { moment: moment(value.at) };
  }
  if (value.kind === 'list') {
    return { items: value.items, ...(value.omitted > 0 && { more: l10n.t('and {0} more', value.omitted) }) };
  }
  const more = value.omitted > 0 && { more: l10n.t('{0} more characters', value.omitted) };
  return value.kind === 'json' ? { code: value.text, ...more } : { text: value.text, ...more };
}

function checkView({ check, outcome, text }: VerificationCheck): CheckView {
  return { check, outcome, word: outcomeText(outcome), text };
}

function outcomeText(outcome: VerificationCheck['outcome']): string {
  switch (outcome) {
    case 'passed':
      return l10n.t('passed');
    case 'failed':
      return l10n.t('failed');
    case 'notChecked':
      return l10n.t('not checked');
  }
}

function attachmentView({ url, header, at, inUse, places }: AttachmentDetails): AttachmentView {
  return {
    url: plainText(url, 300),
    header: plainText(header, 100),
    inUse,
    use: inUse ? l10n.t('in use') : l10n.t('another credential is in use'),
    since: moment(at),
    places: places.map(place => ({
      ...(place.delivery !== 'provided' && { key: place.key }),
      text: placeText(place),
    })),
  };
}

function placeText(place: AttachmentPlace): string {
  const name = plainText(place.server, 60);
  if (place.delivery === 'provided') {
    return l10n.t('{0}, offered by MCP Keyring', name);
  }
  const label = plainText(fileLabel(place.file), 120);
  switch (place.delivery) {
    case 'reference':
      return l10n.t('{0} in {1}, by reference', name, label);
    case 'environment':
      return l10n.t('{0} in {1}, by a variable of the terminal', name, label);
    case 'literal':
      return l10n.t('{0} in {1}, in plain text', name, label);
    case 'other':
      return l10n.t('{0} in {1}', name, label);
  }
}

function eventText(event: HistoryEvent): string {
  switch (event) {
    case 'created':
      return l10n.t('created');
    case 'attached':
      return l10n.t('attached');
    case 'detached':
      return l10n.t('detached');
    case 'signed':
      return l10n.t('signed');
    case 'renewed':
      return l10n.t('renewed');
    case 'used':
      return l10n.t('used');
    case 'copied':
      return l10n.t('copied');
    case 'verified':
      return l10n.t('verified');
    case 'refused':
      return l10n.t('refused');
    case 'replaced':
      return l10n.t('replaced');
    case 'revoked':
      return l10n.t('revoked');
    case 'signedIn':
      return l10n.t('signed in');
    case 'signedOut':
      return l10n.t('signed out');
    default:
      // Written by a newer version of this extension.
      return plainText(String(event), 40);
  }
}
