import type { JsonObject } from '../jwt/types.ts';
import type { Secret } from '../secret.ts';

/** The header in which a credential is sent: `scheme` is empty where the value stands alone, as in `X-API-Key: abc`. */
export interface HeaderSpec {
  readonly name: string;
  readonly scheme: string;
}

/** "This credential may be sent to this server URL in this header." */
export interface Attachment {
  /** Canonical URL (`config/url.ts`). */
  readonly url: string;
  /** Header name in lower case. */
  readonly header: string;
  /** When it was made, in ms. The newest attachment for a URL and header is the one in use. */
  readonly at: number;
  /** The user said yes to plain http to a host that isn't loopback, for this server. */
  readonly insecureAllowed?: true;
}

export type HistoryEvent =
  | 'created'
  | 'attached'
  | 'detached'
  | 'signed'
  | 'renewed'
  | 'used'
  | 'copied'
  | 'verified'
  | 'refused'
  | 'replaced'
  | 'revoked';

/** Something that happened to a credential: when, what and for which server; never a value. */
export interface HistoryEntry {
  readonly at: number;
  readonly event: HistoryEvent;
  readonly server?: string;
}

interface CredentialBase {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly header: HeaderSpec;
  readonly attachments: readonly Attachment[];
  /** Newest last, bounded. */
  readonly history: readonly HistoryEntry[];
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly timesRenewed: number;
  readonly revokedAt?: number;
}

export interface ApiKeyCredential extends CredentialBase {
  readonly kind: 'apiKey';
  readonly key: Secret;
}

/** A token that came from elsewhere, JWT or opaque: it can be replaced, not renewed. */
export interface BearerCredential extends CredentialBase {
  readonly kind: 'bearer';
  readonly token: Secret;
}

export interface SignedJwtCredential extends CredentialBase {
  readonly kind: 'signedJwt';
  readonly keyId: string;
  readonly template: TokenTemplate;
  /** The token signed last; renewal replaces it. */
  readonly token?: Secret;
}

/** What every token of a signed-JWT credential has in common. */
export interface TokenTemplate {
  readonly algorithm: string;
  /** Header parameters beside `alg`: `kid`, `typ`. */
  readonly header: JsonObject;
  /** All claims but `iat`, `nbf`, `exp` and `jti`, which are made anew at every signing. */
  readonly claims: JsonObject;
  /** `exp` - `iat`, or null for a token that doesn't expire. */
  readonly lifetimeSeconds: number | null;
  readonly notBefore: boolean;
  readonly tokenId: boolean;
}

export type Credential = ApiKeyCredential | BearerCredential | SignedJwtCredential;
export type CredentialKind = Credential['kind'];

/** How the text of an HMAC secret becomes bytes. Some servers use the UTF-8 bytes of base64-looking text. */
export type SecretEncoding = 'utf8' | 'base64' | 'base64url' | 'hex';

/** A symmetric key (RFC 7518 section 6.4) as it was typed or generated. */
export interface SigningKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly type: 'oct';
  readonly text: Secret;
  readonly encoding: SecretEncoding;
}

/** An entry of the vault that can't be read: kept, shown, and deleted only by its owner. */
export interface DamagedEntry {
  /** Its key in SecretStorage. */
  readonly key: string;
  readonly id: string;
  readonly what: 'credential' | 'signingKey';
  readonly reason: 'not-json' | 'wrong-shape' | 'newer-version' | 'unreadable';
}
