import { keyringInputOf, parseKeyringInputId } from '../config/references.ts';
import type { ConfigFormat, ParsedHeader, ParsedServer } from '../config/types.ts';
import { readUrl } from '../config/url.ts';
import { variableReference } from '../config/variableNames.ts';
import type { Verdict, VerdictSubject } from '../connection/verdicts.ts';
import { currentToken, expiryOf, issuedToken, readToken } from '../credentials/token.ts';
import type { Credential } from '../credentials/types.ts';
import type { Vault } from '../credentials/vault.ts';
import type { VerificationRecord } from '../credentials/verifications.ts';
import type { Finding } from '../findings.ts';
import { headerFindings } from '../jwt/headerValue.ts';
import type { Span } from '../text.ts';
import { contentOf, findingsOfCredential, findingsOfToken } from './credentialFindings.ts';
import { LiteralHeader } from './literalHeader.ts';
import { isAuthenticationHeader, isLiteralSecret } from './literals.ts';
import { readHeader } from './readHeader.ts';
import { statusOf } from './status.ts';
import type {
  ConfigSource,
  CredentialSnapshot,
  FileSnapshot,
  HeaderSnapshot,
  ServerSnapshot,
  VaultState,
} from './types.ts';

/** What the user has set that decides what is a finding. */
export interface FindingPolicy {
  readonly clockToleranceSeconds: number;
  readonly expiresSoonSeconds: number;
  readonly longLivedDays: number;
  /** Whether tokens are renewed without somebody saying so. */
  readonly automaticRenewal: boolean;
}

/** All that analysis needs beside the file. */
export interface AnalysisContext {
  /** ms since the epoch */
  readonly now: number;
  readonly policy: FindingPolicy;
  readonly vault: Pick<Vault, 'attachedTo' | 'credential'>;
  readonly vaultState: VaultState;
  /** What was found when a token was verified. */
  readonly verificationOf?: (token: string) => VerificationRecord | undefined;
  /** What the last test of a connection found; absent where none was made. */
  readonly verdictOf?: (subject: VerdictSubject) => Verdict | undefined;
  /** The input id that a reference for this canonical URL and header has, where it has been computed. */
  readonly expectedInputId: (serverName: string, url: string, header: string) => string | undefined;
  /** Hears of every instant (ms) at which the result would change. */
  readonly onBoundary: (at: number) => void;
}

/** Looks at one file: each server, each header, each token. Linear in the size of the text. */
export function analyzeFile(
  source: ConfigSource,
  parsed: FileSnapshot['parsed'],
  context: AnalysisContext,
): FileSnapshot {
  return { source, parsed, servers: parsed.servers.map(server => analyzeServer(server, source, parsed, context)) };
}

/** Looks at one credential, apart from where it is used. */
export function analyzeCredential(credential: Credential, context: AnalysisContext): CredentialSnapshot {
  const token = contentOf(credential);
  const verification = verificationOf(credential, context);
  const findings = findingsOfCredential(credential, context);
  findings.push(...findingsOfVerification(verification));
  return {
    credential,
    ...(token && { token }),
    ...grantExpiry(credential),
    ...(verification && { verification }),
    status: credential.revokedAt === undefined ? statusOf(findings) : 'revoked',
    findings,
  };
}

function analyzeServer(
  server: ParsedServer,
  source: ConfigSource,
  parsed: FileSnapshot['parsed'],
  context: AnalysisContext,
): ServerSnapshot {
  const parts = server.url && readUrl(server.url.value);
  const url = parts?.ok ? parts.value.canonical : undefined;
  const headers = server.headers.map(header => analyzeHeader(header, server, url, source, parsed, context));
  const findings: Finding[] = [];
  const insecure = parts?.ok && parts.value.security === 'insecure';
  if (insecure && url && server.url && headers.some(header => header.authenticates)) {
    findings.push({ code: 'insecure-url', severity: 'warning', span: server.url.span, data: { url } });
  }
  if (url === undefined) {
    return { parsed: server, headers, findings };
  }
  const verdict = verdictOn(url, headers, context);
  if (verdict && !verdict.healthy) {
    const span = server.url?.span;
    findings.push({ ...connectionFailed(verdict), ...(span && { span }) });
  }
  return { parsed: server, url, headers, findings, ...(verdict && { verdict }) };
}

/** The verdict on a server as it is now: with another URL, header or token there is none. */
export function verdictOn(
  url: string,
  headers: readonly HeaderSnapshot[],
  context: AnalysisContext,
): Verdict | undefined {
  if (!context.verdictOf) {
    return undefined;
  }
  const meant =
    headers.find(({ credentialId }) => credentialId !== undefined) ??
    headers.find(({ authenticates }) => authenticates);
  const credential = meant?.credentialId === undefined ? undefined : context.vault.credential(meant.credentialId);
  const token = credential && currentToken(credential)?.reveal();
  const verdict = context.verdictOf({
    url,
    ...(meant && { header: { name: meant.parsed.name, value: meant.parsed.value ?? '' } }),
    ...(token !== undefined && { token }),
  });
  if (verdict?.until !== undefined && verdict.until <= context.now) {
    return undefined;
  }
  if (verdict?.until !== undefined) {
    context.onBoundary(verdict.until);
  }
  return verdict;
}

export function connectionFailed({ sentence, certainty }: Verdict): Finding {
  return { code: 'connection-failed', severity: certainty === 'certain' ? 'error' : 'warning', data: { sentence } };
}

function analyzeHeader(
  header: ParsedHeader,
  server: ParsedServer,
  url: string | undefined,
  source: ConfigSource,
  parsed: FileSnapshot['parsed'],
  context: AnalysisContext,
): HeaderSnapshot {
  const span = header.valueSpan;
  const value = header.value ?? '';
  const attached = url ? context.vault.attachedTo(url, header.name)[0] : undefined;
  const credential = attached && context.vault.credential(attached.credentialId);
  const base: Base = credential ? { parsed: header, credentialId: credential.id } : { parsed: header };

  if (value === '') {
    return {
      ...base,
      kind: 'empty',
      authenticates: isAuthenticationHeader(header.name),
      status: 'unknown',
      findings: [],
    };
  }
  const inputId = keyringInputOf(value);
  if (inputId !== undefined) {
    return analyzeReference({ ...base, inputId }, header, server, url, credential, source, parsed, context);
  }
  const read = readHeader(header.name, value);
  const findings = read.findings.length === 0 ? [] : read.findings.map(finding => at(finding, span));
  if (read.shape === 'reference') {
    const variable = credential?.terminal?.variable;
    if (variable !== undefined && takesVariable(value, source.format, variable)) {
      return analyzeVariable(base, header, url, credential, findings, context);
    }
    const authenticates = isAuthenticationHeader(header.name);
    return { ...base, kind: 'foreign', authenticates, status: statusOf(findings, 'unknown'), findings };
  }
  if (!isLiteralSecret(header.name, read)) {
    const authenticates = isAuthenticationHeader(header.name);
    return { ...base, kind: 'literal', authenticates, status: statusOf(findings, 'unknown'), findings };
  }
  const text = read.shape === 'jwt' ? read.token : undefined;
  const verification = text === undefined ? undefined : context.verificationOf?.(text);
  if (text !== undefined) {
    for (const finding of findingsOfToken(readToken(text), context, url)) {
      findings.push(at(finding, span));
    }
    for (const finding of findingsOfVerification(verification)) {
      findings.push(at(finding, span));
    }
  }
  findings.push({ code: 'secret-in-file', severity: 'warning', span, data: { header: header.name } });
  return new LiteralHeader(
    { ...base, ...(verification && { verification }), status: statusOf(findings), findings },
    text,
  );
}

function takesVariable(value: string, format: ConfigFormat, variable: string): boolean {
  const reference = variableReference(format, variable);
  return reference !== undefined && value.includes(reference);
}

/** A reference to the variable that this window's terminals have from the keyring. */
function analyzeVariable(
  base: Base,
  header: ParsedHeader,
  url: string | undefined,
  credential: Credential | undefined,
  findings: Finding[],
  context: AnalysisContext,
): HeaderSnapshot {
  const token = credential && contentOf(credential);
  const verification = credential && verificationOf(credential, context);
  if (credential && findings.length === 0) {
    const own = [...findingsOfCredential(credential, context, url), ...findingsOfVerification(verification)];
    findings.push(...own.map(finding => at(finding, header.valueSpan)));
  }
  return {
    ...base,
    kind: 'environment',
    ...(token && { token }),
    ...(credential && grantExpiry(credential)),
    ...(verification && { verification }),
    authenticates: true,
    status: credential?.revokedAt === undefined ? statusOf(findings) : 'revoked',
    findings,
  };
}

/** What every header has, whatever stands in it. */
type Base = Pick<HeaderSnapshot, 'parsed' | 'credentialId'>;

function analyzeReference(
  base: Base & { readonly inputId: string },
  header: ParsedHeader,
  server: ParsedServer,
  url: string | undefined,
  credential: Credential | undefined,
  source: ConfigSource,
  parsed: FileSnapshot['parsed'],
  context: AnalysisContext,
): HeaderSnapshot {
  const span = header.valueSpan;
  const findings: Finding[] = [];
  const expected = url && context.expectedInputId(server.name, url, header.name);
  if (!source.format.indirections.includes('input')) {
    findings.push({
      code: 'credential-refused',
      severity: 'error',
      span,
      data: { reason: 'format-without-inputs', url: url ?? '', header: header.name },
    });
  } else if (!url || (expected && hashOf(expected) !== hashOf(base.inputId))) {
    findings.push({
      code: 'credential-refused',
      severity: 'error',
      span,
      data: { reason: 'other-url', url: url ?? '', header: header.name },
    });
  } else if (!parsed.inputs.some(input => input.id === base.inputId)) {
    findings.push({
      code: 'credential-missing',
      severity: 'error',
      span,
      data: { reason: 'no-input', url, header: header.name },
    });
  } else if (!credential && context.vaultState === 'ready') {
    findings.push({
      code: 'credential-missing',
      severity: 'error',
      span,
      data: { reason: 'not-attached', url, header: header.name },
    });
  }
  // What the input gives is the token alone: the scheme has to stand in the file.
  findings.push(...headerFindings(header.name, header.value ?? '').map(finding => at(finding, span)));
  const token = credential && contentOf(credential);
  const verification = credential && verificationOf(credential, context);
  if (credential && findings.length === 0) {
    findings.push(...findingsOfCredential(credential, context, url).map(finding => at(finding, span)));
    findings.push(...findingsOfVerification(verification).map(finding => at(finding, span)));
  }
  return {
    ...base,
    kind: 'keyring',
    ...(token && { token }),
    ...(credential && grantExpiry(credential)),
    ...(verification && { verification }),
    authenticates: true,
    status: credential?.revokedAt === undefined ? statusOf(findings, credential ? 'ready' : 'unknown') : 'revoked',
    findings,
  };
}

/** When the token of a grant ends, as its server said. */
export function grantExpiry(credential: Credential): { readonly expiresAt?: number } {
  const expiresAt = credential.kind === 'oauth' ? expiryOf(credential) : undefined;
  return expiresAt === undefined ? {} : { expiresAt };
}

function verificationOf(credential: Credential, context: AnalysisContext): VerificationRecord | undefined {
  const token = issuedToken(credential);
  return token && context.verificationOf?.(token.reveal());
}

/** What a verification found that the token alone doesn't tell. */
function findingsOfVerification(record: VerificationRecord | undefined): Finding[] {
  const failed = record?.result.checks.filter(({ outcome }) => outcome === 'failed') ?? [];
  return failed.flatMap(({ check, reason, data }): Finding[] => {
    switch (check) {
      case 'signature':
        return [{ code: 'token-signature-invalid', severity: 'error', data: { ...data, reason } }];
      case 'iss':
        return [{ code: 'token-issuer-mismatch', severity: 'warning', data }];
      default:
        return [];
    }
  });
}

/**
 * Puts a finding that was just made where it belongs: at the whole value, quotes included, since a token's inner offsets don't
 * survive JSON escapes, and the eye finds the value.
 */
function at(finding: Finding, span: Span): Finding {
  (finding as { span?: Span }).span = span;
  return finding;
}

function hashOf(inputId: string): string | undefined {
  return parseKeyringInputId(inputId)?.hash;
}
