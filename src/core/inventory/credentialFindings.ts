import { issuedToken, readToken, type TokenContent } from '../credentials/token.ts';
import type { Credential, OAuthCredential } from '../credentials/types.ts';
import type { Finding, FindingCode } from '../findings.ts';
import { nextBoundary, type TokenFindingOptions, tokenFindings } from '../jwt/tokenFindings.ts';
import { hasValidToken, isRenewable } from '../oauth/grant.ts';
import type { AnalysisContext } from './analyze.ts';

const opaque: TokenContent = { shape: 'opaque' };

/** What can be read of a credential's token. */
export function contentOf(credential: Credential): TokenContent | undefined {
  if (credential.kind === 'apiKey') {
    return opaque;
  }
  const token = issuedToken(credential);
  return token && readToken(token.reveal());
}

/**
 * What is wrong with a credential's token, and with how it comes by its next one.
 * @param url of the server that it is looked at for, canonical
 */
export function findingsOfCredential(credential: Credential, context: AnalysisContext, url?: string): Finding[] {
  const token = contentOf(credential);
  const findings = token ? findingsOfToken(token, context, url) : [];
  return credential.kind === 'oauth'
    ? // Its times are those that the server gave, by our own clock; and one that renews itself may end when it likes.
      [...findings.filter(({ code }) => !aging.has(code)), ...findingsOfGrant(credential, context)]
    : findings;
}

const aging: ReadonlySet<FindingCode> = new Set([
  'token-expired',
  'token-expires-soon',
  'token-not-yet-valid',
  'token-no-expiry',
]);

function findingsOfGrant({ grant, automaticRenewal }: OAuthCredential, context: AnalysisContext): Finding[] {
  if (grant.flow === 'vscodeAccount') {
    return [];
  }
  const { now, policy, onBoundary } = context;
  const valid = hasValidToken(grant, now);
  const { expiresAt } = grant.tokens ?? {};
  const soon = expiresAt === undefined ? undefined : expiresAt - policy.expiresSoonSeconds * 1000;
  for (const instant of [soon, expiresAt]) {
    if (instant !== undefined && instant > now) {
      onBoundary(instant);
    }
  }
  const at = expiresAt === undefined ? {} : { at: expiresAt };
  if (!isRenewable(grant) && (!valid || grant.ended || (soon !== undefined && now >= soon))) {
    return [{ code: 'sign-in-needed', severity: valid ? 'warning' : 'error', data: { ...at, valid } }];
  }
  const renewsItself = automaticRenewal ?? policy.automaticRenewal;
  return grant.tokens && !valid && !renewsItself ? [{ code: 'token-expired', severity: 'error', data: at }] : [];
}

/** What is wrong with a token by itself. */
export function findingsOfToken(token: TokenContent, context: AnalysisContext, url?: string): Finding[] {
  if (token.shape === 'opaque') {
    return [];
  }
  const { now, policy } = context;
  const options: TokenFindingOptions = {
    now,
    toleranceSeconds: policy.clockToleranceSeconds,
    expiresSoonSeconds: policy.expiresSoonSeconds,
    longLivedDays: policy.longLivedDays,
  };
  if (token.shape === 'malformed') {
    return tokenFindings(token.problem, options);
  }
  const boundary = nextBoundary(token.jwt, options);
  if (boundary !== undefined) {
    context.onBoundary(boundary);
  }
  const audience = url !== undefined && token.jwt.payload.aud !== undefined;
  return tokenFindings(token.jwt, audience ? { ...options, audience: { serverUrl: url } } : options);
}
