import { schemeFor } from '../credentials/broker.ts';
import { currentToken, isRenewable } from '../credentials/token.ts';
import type { Attachment, Credential, CredentialKind, HeaderSpec, HistoryEntry } from '../credentials/types.ts';
import type { Vault } from '../credentials/vault.ts';
import type { Finding } from '../findings.ts';
import type { CredentialSnapshot, HeaderSnapshot, Snapshot, Status } from '../inventory/types.ts';
import { readTimes, type TokenTimes } from '../jwt/claims.ts';
import { refusingServers, type ServerOpinion, type ServerView } from '../jwt/verifierProfiles.ts';
import { type CredentialGrant, isRenewable as isRenewableGrant } from '../oauth/grant.ts';
import { exampleCall } from '../usage/call.ts';
import { usageExample } from '../usage/example.ts';
import type { ExampleForm } from '../usage/types.ts';
import { type MemberRows, memberRows } from './memberRows.ts';
import type { PanelAction } from './requests.ts';

/** Everything that the panel shows of a credential, as data. It holds nothing of the secret but lengths. */
export interface TokenDetails {
  readonly credentialId: string;
  readonly name: string;
  readonly kind: CredentialKind;
  readonly description: string;
  readonly status: Status;
  readonly header: HeaderSpec;
  /** Times in ms since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly revokedAt?: number;
  /** In which environment variable VS Code's terminals have the token. */
  readonly variable?: string;
  readonly timesRenewed: number;
  /** Where its tokens come from; absent where it isn't OAuth. */
  readonly grant?: GrantDetails;
  readonly token: TokenOutline;
  /** Worst first; one that several servers have stands there once. */
  readonly findings: readonly DetailedFinding[];
  /** The usual kinds of servers that would refuse the token; absent where it is no JWT. */
  readonly refusedBy?: readonly ServerOpinion[];
  /** Absent while nobody has verified the token. */
  readonly checks?: readonly VerificationCheck[];
  readonly attachments: readonly AttachmentDetails[];
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  readonly examples: readonly { readonly id: ExampleForm; readonly text: string }[];
  readonly actions: readonly PanelAction[];
}

export interface GrantDetails {
  /** Who gives the tokens: an issuer, the URL of a token endpoint, or the id of an account provider of VS Code. */
  readonly giver: { readonly kind: 'issuer' | 'endpoint' | 'account'; readonly name: string };
  readonly clientId?: string;
  /** As they were granted where the server said so, else as they were asked for. */
  readonly scopes: readonly string[];
  readonly resource?: string;
  /** When the token ends, in ms, as its server said. */
  readonly expiresAt?: number;
}

export type TokenOutline =
  /** There is none: never signed, signed out, or kept by VS Code. */
  | { readonly shape: 'none' }
  /** Not even the length of it is told. */
  | { readonly shape: 'opaque' | 'malformed' | 'encrypted' }
  | {
      readonly shape: 'jwt';
      /** In characters: header, payload, signature. */
      readonly segmentLengths: readonly [number, number, number];
      readonly times: TokenTimes;
      readonly parameters: MemberRows;
      readonly claims: MemberRows;
    };

export interface DetailedFinding {
  readonly finding: Finding;
  /** Names of the servers at which it was found; empty for what is wrong with the token itself. */
  readonly servers: readonly string[];
}

/** What came of one step of verifying a token. */
export interface VerificationCheck {
  /** What was looked at, in words: `Signature`, `Audience`. */
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'notChecked';
  /** Why, in words. */
  readonly text: string;
}

export interface AttachmentDetails {
  readonly url: string;
  /** As the credential spells it. */
  readonly header: string;
  readonly at: number;
  /** Whether the server would get this credential, or another one that was attached later. */
  readonly inUse: boolean;
  readonly places: readonly AttachmentPlace[];
}

/** Where an attachment's server is named. */
export type AttachmentPlace = FilePlace | ProvidedPlace;

export interface FilePlace {
  /** Names the place among those of the panel. */
  readonly key: string;
  /** URI as a string. */
  readonly file: string;
  readonly server: string;
  readonly header: string;
  /** `other`: the header is there, but what it says doesn't come from the keyring. */
  readonly delivery: 'reference' | 'environment' | 'literal' | 'other';
}

/** This extension offers the server itself, so there is no file to show. */
export interface ProvidedPlace {
  readonly server: string;
  readonly header: string;
  readonly delivery: 'provided';
}

/** Stands in examples as long as there is no server to name. */
const exampleUrl = 'https://server.example.com/mcp';

/**
 * Puts together what there is to show of a credential.
 * @param view now, and how far clocks may differ
 * @param checks of the last verification of the token as it is now
 * @returns undefined when the snapshot has no such credential
 */
export function tokenDetails(
  snapshot: Snapshot,
  credentialId: string,
  vault: Pick<Vault, 'attachedTo'>,
  view: Omit<ServerView, 'serverUrl'>,
  checks?: readonly VerificationCheck[],
): TokenDetails | undefined {
  const found = snapshot.credentials.find(({ credential }) => credential.id === credentialId);
  if (!found) {
    return undefined;
  }
  const { credential, status } = found;
  const token = outlineOf(found);
  const attachments = [...credential.attachments]
    .sort((a, b) => b.at - a.at)
    .map(attachment => attachmentDetails(attachment, credential, snapshot, vault));
  const first = attachments.find(({ inUse }) => inUse) ?? attachments[0];
  const header = first?.header ?? credential.header.name;
  return {
    credentialId,
    name: credential.name,
    kind: credential.kind,
    description: credential.description ?? '',
    status,
    header: credential.header,
    createdAt: credential.createdAt,
    ...(credential.lastUsedAt !== undefined && { lastUsedAt: credential.lastUsedAt }),
    ...(credential.revokedAt !== undefined && { revokedAt: credential.revokedAt }),
    ...(credential.terminal && { variable: credential.terminal.variable }),
    timesRenewed: credential.timesRenewed,
    ...(credential.kind === 'oauth' && { grant: grantDetails(credential.grant) }),
    token,
    findings: findingsOf(found, snapshot),
    ...(found.token?.shape === 'jwt' && {
      refusedBy: refusingServers(found.token.jwt, { ...view, ...(first && { serverUrl: first.url }) }),
    }),
    ...(checks && { checks }),
    attachments,
    history: credential.history.toReversed(),
    examples: examplesOf(first?.url ?? exampleUrl, { name: header, scheme: schemeFor(credential, header) }),
    actions: actionsFor(credential, token),
  };
}

/** The two that fit most terminals; **Copy As...** has the others. */
function examplesOf(url: string, { name, scheme }: HeaderSpec): TokenDetails['examples'] {
  const call = exampleCall({
    url,
    urlIsSecret: false,
    showUrl: true,
    headers: [{ name, prefix: scheme ? `${scheme} ` : '' }],
    request: 'initialize',
  });
  return (['curl', 'powershell'] as const).flatMap(id => {
    const text = call.ok ? usageExample(id, call.value) : call;
    return text.ok ? [{ id, text: text.value }] : [];
  });
}

function grantDetails(grant: CredentialGrant): GrantDetails {
  if (grant.flow === 'vscodeAccount') {
    return { giver: { kind: 'account', name: grant.providerId }, scopes: grant.scopes };
  }
  const { scopes, expiresAt } = grant.tokens ?? {};
  const ends = expiresAt !== undefined && { expiresAt };
  if (grant.flow === 'tokenEndpoint') {
    const { url, clientId, scopes: asked } = grant.recipe;
    return { giver: { kind: 'endpoint', name: url }, clientId, scopes: scopes ?? asked, ...ends };
  }
  const { server, client, scopes: asked, resource } = grant;
  return {
    giver: { kind: 'issuer', name: server.issuer },
    clientId: client.clientId,
    scopes: scopes ?? asked,
    ...(resource !== undefined && { resource }),
    ...ends,
  };
}

function outlineOf({ credential, token }: CredentialSnapshot): TokenOutline {
  if (!currentToken(credential)) {
    return { shape: 'none' };
  }
  if (token?.shape === 'malformed') {
    return { shape: token.problem.kind };
  }
  if (token?.shape !== 'jwt') {
    return { shape: 'opaque' };
  }
  const { header, payload, segmentLengths } = token.jwt;
  return {
    shape: 'jwt',
    segmentLengths,
    times: readTimes(payload),
    parameters: memberRows(header, 'header'),
    claims: memberRows(payload, 'claims'),
  };
}

function attachmentDetails(
  { url, header, at, provided }: Attachment,
  credential: Credential,
  snapshot: Snapshot,
  vault: Pick<Vault, 'attachedTo'>,
): AttachmentDetails {
  const places: AttachmentPlace[] = [];
  for (const { source, servers } of snapshot.files) {
    for (const server of servers) {
      const found = server.url === url && server.headers.find(({ parsed }) => parsed.name.toLowerCase() === header);
      if (found) {
        places.push({
          key: `${source.uri}\n${server.parsed.name}\n${header}`,
          file: source.uri,
          server: server.parsed.name,
          header: found.parsed.name,
          delivery: deliveryOf(found),
        });
      }
    }
  }
  if (provided) {
    places.push({ server: provided.name, header: provided.header, delivery: 'provided' });
  }
  return {
    url,
    // Attachments know it in lower case.
    header: header === credential.header.name.toLowerCase() ? credential.header.name : header,
    at,
    inUse: vault.attachedTo(url, header)[0]?.credentialId === credential.id,
    places,
  };
}

function deliveryOf({ kind }: HeaderSnapshot): AttachmentPlace['delivery'] {
  return kind === 'keyring' ? 'reference' : kind === 'literal' || kind === 'environment' ? kind : 'other';
}

const ranks: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, information: 2 };

/** What is wrong with the token, and with the headers that it is in use for. */
function findingsOf({ credential, findings }: CredentialSnapshot, snapshot: Snapshot): DetailedFinding[] {
  const own = new Set(findings.map(({ code }) => code));
  const elsewhere = new Map<string, { finding: Finding; servers: string[] }>();
  for (const server of [...snapshot.files.flatMap(({ servers }) => servers), ...snapshot.provided]) {
    for (const header of server.headers) {
      for (const finding of header.credentialId === credential.id ? header.findings : []) {
        if (own.has(finding.code)) {
          continue;
        }
        const key = JSON.stringify([finding.code, finding.data]);
        const known = elsewhere.get(key) ?? { finding, servers: [] };
        elsewhere.set(key, { finding, servers: [...new Set([...known.servers, server.parsed.name])] });
      }
    }
  }
  return [...findings.map(finding => ({ finding, servers: [] })), ...elsewhere.values()].sort(
    (a, b) => ranks[a.finding.severity] - ranks[b.finding.severity],
  );
}

/** Whether new tokens come from nowhere but a sign-in. */
function needsPerson(credential: Credential): boolean {
  return (
    credential.kind === 'oauth' && (credential.grant.flow === 'vscodeAccount' || !isRenewableGrant(credential.grant))
  );
}

function actionsFor(credential: Credential, token: TokenOutline): PanelAction[] {
  const revoked = credential.revokedAt !== undefined;
  const actions: PanelAction[] = [];
  if (revoked) {
    actions.push('replaceRevoked');
  } else {
    actions.push(needsPerson(credential) ? 'signIn' : isRenewable(credential) ? 'renew' : 'replace');
  }
  // What an opaque token of a grant is, its server can be asked.
  if (token.shape === 'jwt' || (credential.kind === 'oauth' && token.shape === 'opaque')) {
    actions.push('verify');
  }
  if (credential.kind === 'signedJwt' && !revoked) {
    actions.push('editClaims');
  }
  if (token.shape === 'jwt') {
    actions.push('showClaims');
  }
  actions.push('rename');
  if (!revoked) {
    actions.push('revoke');
  }
  actions.push('delete');
  return actions;
}
