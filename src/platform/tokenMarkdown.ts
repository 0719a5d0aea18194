import { l10n } from 'vscode';
import type { TokenContent } from '../core/credentials/token.ts';
import type { Finding } from '../core/findings.ts';
import { readTimes } from '../core/jwt/claims.ts';
import type { JsonObject } from '../core/jwt/types.ts';
import { escapeMarkdown } from './markdown.ts';
import { findingText, malformedText } from './texts.ts';
import { absoluteTime, durationText, relativeTime } from './times.ts';

const timeClaims = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at']);

/** More claims than these are counted, not shown: a hover isn't a page. */
const mostClaims = 30;
const longestValue = 300;

/**
 * A token in Markdown: algorithm, key id and what is left of its life, then claims as a table. It holds neither the token
 * nor its signature.
 * @param actions links, put above the table: a hover is low, and what is below many claims has to be scrolled to
 */
export function tokenMarkdown(token: TokenContent, now: number, actions = ''): string {
  switch (token.shape) {
    case 'opaque':
      return paragraphs(l10n.t('An opaque token: only the server that issued it can tell what it allows.'), actions);
    case 'malformed':
      return paragraphs(
        token.problem.kind === 'encrypted'
          ? l10n.t('An encrypted token (JWE): only its recipient can read the claims.')
          : `$(error) ${l10n.t('Not a usable JWT: {0}', escapeMarkdown(malformedText(problemData(token.problem))))}`,
        actions,
      );
    case 'jwt': {
      const { header, payload } = token.jwt;
      return paragraphs(
        [headline(header), lifeBar(payload, now)].filter(Boolean).join(' · '),
        actions,
        claimsTable(payload, now),
      );
    }
  }
}

/** Findings as a Markdown list with the icons of the Problems view. */
export function findingsMarkdown(findings: readonly Finding[], now: number): string {
  return findings
    .map(({ severity, ...rest }) => {
      const icon = severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'info';
      return `$(${icon}) ${escapeMarkdown(findingText({ severity, ...rest }, now), 400)}`;
    })
    .join('  \n');
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter(Boolean).join('\n\n');
}

function problemData(problem: { readonly reason: string; readonly segments: number }) {
  return { reason: problem.reason, segments: problem.segments };
}

function headline(header: JsonObject): string {
  const parts = ['**JWT**'];
  if (typeof header.alg === 'string') {
    parts.push(escapeMarkdown(header.alg));
  }
  if (typeof header.kid === 'string') {
    parts.push(l10n.t('key {0}', escapeMarkdown(header.kid)));
  }
  return parts.join(' · ');
}

/** `▰▰▰▰▰▰▱▱▱▱ 42 min left of 1 h` */
function lifeBar(payload: JsonObject, now: number): string {
  const { iat, nbf, exp } = readTimes(payload);
  const start = iat.at ?? nbf.at;
  if (exp.at === undefined) {
    return '';
  }
  if (now >= exp.at) {
    return `$(error) ${l10n.t('expired {0}', relativeTime(exp.at, now))}`;
  }
  const left = l10n.t('{0} left', durationText(exp.at - now));
  if (start === undefined || start >= exp.at) {
    return left;
  }
  const cells = 10;
  const full = Math.max(0, Math.min(cells, Math.ceil(((exp.at - now) / (exp.at - start)) * cells)));
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)} ${l10n.t('{0} left of {1}', durationText(exp.at - now), durationText(exp.at - start))}`;
}

function claimsTable(payload: JsonObject, now: number): string {
  const claims = Object.entries(payload);
  const rows = claims.slice(0, mostClaims).map(([name, value]) => {
    return `| ${escapeMarkdown(name, 60)} | ${claimValue(name, value, now)} |`;
  });
  if (claims.length > mostClaims) {
    rows.push(`| … | ${l10n.t('{0} more', claims.length - mostClaims)} |`);
  }
  return rows.length === 0
    ? l10n.t('The token has no claims.')
    : [`| ${l10n.t('Claim')} | ${l10n.t('Value')} |`, '| :-- | :-- |', ...rows].join('\n');
}

function claimValue(name: string, value: unknown, now: number): string {
  if (timeClaims.has(name) && typeof value === 'number' && Number.isFinite(value)) {
    const at = value * 1000;
    return escapeMarkdown(`${absoluteTime(at)} (${relativeTime(at, now)})`);
  }
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) {
    return escapeMarkdown(value.slice(0, 50).join(', '), longestValue);
  }
  return escapeMarkdown(typeof value === 'string' ? value : JSON.stringify(value), longestValue);
}
