import { l10n } from 'vscode';
import type { TokenContent } from '../core/credentials/token.ts';
import type { CredentialKind, SigningKey } from '../core/credentials/types.ts';
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
    case 'oauth':
      return 'OAuth';
  }
}

/** What a tree says of a token, the most important first: a narrow side bar cuts off the end. */
export interface TokenSummary {
  /** As in `42 min left`, `admin`, `JWT`. */
  readonly words: readonly string[];
  /** When the token expires or expired, in ms, if the words say how long that is away. */
  readonly expiresAt?: number;
}

/**
 * A token in a few words.
 * @param grantExpiry when it ends by the word of the server that gave it, in ms
 */
export function tokenSummary(
  token: TokenContent | undefined,
  status: Status,
  now: number,
  grantExpiry?: number,
): TokenSummary {
  const claims = token?.shape === 'jwt' ? token.jwt.payload : undefined;
  const expiresAt = grantExpiry ?? (claims && readTimes(claims).exp.at);
  // The time says these itself.
  const said = status === 'ready' || ((status === 'expired' || status === 'expiresSoon') && expiresAt !== undefined);
  const state = said ? '' : statusText(status);
  const words = [
    status !== 'exposed' && state,
    expiresAt !== undefined &&
      (now < expiresAt
        ? l10n.t('{0} left', durationText(expiresAt - now))
        : status === 'ready'
          ? l10n.t('renewed when needed')
          : l10n.t('expired {0} ago', durationText(now - expiresAt))),
    claims && firstText(claims.role, claims.roles, claims.sub, claims.client_id),
    claims && 'JWT',
    // Where it stands matters after whether it's good; the icon says it too.
    status === 'exposed' && state,
  ];
  return {
    words: words.filter(word => typeof word === 'string').filter(word => word !== ''),
    ...(expiresAt !== undefined && { expiresAt }),
  };
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

/** What a signing key is, in a few words: `ES256 · P-256`, `HMAC secret`. */
export function signingKeyText({ type, algorithm, previousPublicKeys }: SigningKey): string {
  const rotated = previousPublicKeys?.length ?? 0;
  return [
    algorithm,
    type === 'oct' ? l10n.t('HMAC secret') : l10n.t('key pair'),
    rotated > 0 && l10n.t('rotated, {0} earlier in its JWKS', rotated),
  ]
    .filter(Boolean)
    .join(' · ');
}
