import { transportSecurity } from '../config/url.ts';
import type { Attachment, Credential, ProvidedServer } from '../credentials/types.ts';
import type { Finding } from '../findings.ts';
import { type AnalysisContext, connectionFailed, grantExpiry, verdictOn } from './analyze.ts';
import { contentOf, findingsOfCredential } from './credentialFindings.ts';
import { statusOf } from './status.ts';
import type { HeaderSnapshot, ProvidedSnapshot, Snapshot } from './types.ts';

const nowhere = { start: 0, end: 0 };

/**
 * The servers that are offered in this window: all but those that were taken from a file of another one.
 * @param places the URIs of the config files that this window may have
 * @param taken names of servers in files: VS Code drops one of two servers that share a label
 */
export function analyzeProvided(
  credentials: readonly Credential[],
  places: ReadonlySet<string>,
  taken: ReadonlySet<string>,
  context: AnalysisContext,
): ProvidedSnapshot[] {
  const servers = new Map<string, { readonly first: ProvidedServer; readonly attachments: Attachment[] }>();
  for (const { attachments } of credentials) {
    for (const attachment of attachments) {
      const { provided } = attachment;
      if (provided && (!provided.from || places.has(provided.from.file))) {
        const key = `${provided.name}\n${provided.url}`;
        const server = servers.get(key) ?? { first: provided, attachments: [] };
        server.attachments.push(attachment);
        servers.set(key, server);
      }
    }
  }
  const labels = new Set(taken);
  return [...servers.values()]
    .sort((a, b) => a.first.name.localeCompare(b.first.name) || a.first.url.localeCompare(b.first.url))
    .map(({ first, attachments }) => analyzeServer(first, attachments, freeLabel(first.name, labels), context));
}

function analyzeServer(
  server: ProvidedServer,
  attachments: readonly Attachment[],
  label: string,
  context: AnalysisContext,
): ProvidedSnapshot {
  const url = attachments[0]?.url ?? server.url;
  const byHeader = new Map(attachments.map(attachment => [attachment.header, attachment]));
  const headers = [...byHeader.values()].map(attachment => analyzeHeader(attachment, context));
  const findings: Finding[] =
    transportSecurity(url) === 'insecure' ? [{ code: 'insecure-url', severity: 'warning', data: { url } }] : [];
  const verdict = verdictOn(url, headers, context);
  if (verdict && !verdict.healthy) {
    findings.push(connectionFailed(verdict));
  }
  const from = attachments.find(({ provided }) => provided?.from)?.provided?.from;
  return {
    parsed: {
      name: server.name,
      nameSpan: nowhere,
      span: nowhere,
      transport: 'http',
      url: { value: server.url, span: nowhere },
      headers: headers.map(header => header.parsed),
    },
    url,
    label,
    plainHeaders: Object.assign({}, ...attachments.map(({ provided }) => provided?.plainHeaders)),
    headers,
    findings,
    ...(verdict && { verdict }),
    ...(from && { from: from.file }),
  };
}

function analyzeHeader({ url, header, provided }: Attachment, context: AnalysisContext): HeaderSnapshot {
  const inUse = context.vault.attachedTo(url, header)[0];
  const credential = inUse && context.vault.credential(inUse.credentialId);
  const token = credential && contentOf(credential);
  const findings = credential ? findingsOfCredential(credential, context, url) : [];
  return {
    parsed: { name: provided?.header ?? header, nameSpan: nowhere, valueSpan: nowhere },
    kind: 'provided',
    ...(credential && { credentialId: credential.id }),
    ...(token && { token }),
    ...(credential && grantExpiry(credential)),
    authenticates: true,
    status: credential?.revokedAt === undefined ? statusOf(findings) : 'revoked',
    findings,
  };
}

function freeLabel(name: string, taken: Set<string>): string {
  let label = name;
  for (let number = 1; taken.has(label); number++) {
    label = number === 1 ? `${name} (MCP Keyring)` : `${name} (MCP Keyring ${number})`;
  }
  taken.add(label);
  return label;
}

/** What VS Code knows an offered server by; undefined if none of this name is offered. */
export function providedLabel({ provided }: Pick<Snapshot, 'provided'>, name: string): string | undefined {
  return provided.find(({ parsed }) => parsed.name === name)?.label;
}
