import { l10n } from 'vscode';
import type { TokenContent } from '../core/credentials/token.ts';
import type { CredentialKind } from '../core/credentials/types.ts';
import type { Status } from '../core/inventory/types.ts';
import { readTimes } from '../core/jwt/claims.ts';
import { plainText } from '../core/text.ts';
import { statusText } from './texts.ts';
import { durationText } from './times.ts';

/** What a credential is, in two words. */
export function kindText(kind: CredentialKind): string {
  switch (kind) {
    case 'apiKey':
      return l10n.t('API key');
    case 'bearer':
      return l10n.t('bearer token');
    case 'signedJwt':
      return l10n.t('signed JWT');
  }
}

/** A token in a few words for a tree: `JWT · admin · 42 min left`. */
export function tokenSummary(token: TokenContent | undefined, status: Status, now: number): string {
  const parts: string[] = [];
  if (token?.shape === 'jwt') {
    parts.push('JWT');
    const { payload } = token.jwt;
    const who = firstText(payload.role, payload.roles, payload.sub, payload.client_id);
    if (who) {
      parts.push(who);
    }
    const { exp } = readTimes(payload);
    if (exp.at !== undefined && now < exp.at) {
      parts.push(l10n.t('{0} left', durationText(exp.at - now)));
    } else if (exp.at !== undefined) {
      parts.push(l10n.t('expired {0} ago', durationText(now - exp.at)));
    }
  }
  const said = status === 'ready' || status === 'unknown' || (status === 'expired' && token?.shape === 'jwt');
  if (!said) {
    parts.push(statusText(status));
  }
  return parts.join(' · ');
}

function firstText(...values: readonly unknown[]): string {
  for (const value of values) {
    const text = Array.isArray(value) ? value.filter(item => typeof item === 'string').join(', ') : value;
    if (typeof text === 'string' && text !== '') {
      return plainText(text, 40);
    }
  }
  return '';
}
