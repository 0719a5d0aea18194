import type { AlgorithmName } from '../jwt/algorithms.ts';
import type { JwkMaterial, OctMaterial } from '../jwt/keyMaterial.ts';
import type { JsonObject } from '../jwt/types.ts';
import type { CredentialGrant } from '../oauth/grant.ts';
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
  /** This extension offers the server to VS Code, with this header; it stands in no file. */
  readonly provided?: ProvidedServer;
}

/** A server that stands in no file. Headers of one server are as many attachments with the same name and URL. */
export interface ProvidedServer {
  readonly name: string;
  /** The URL as it was given, query included; its canonical form is the attachment's. */
  readonly url: string;
  /** The header's name as it is sent. */
  readonly header: string;
  /** Further headers that are no secret. */
  readonly plainHeaders?: Readonly<Record<string, string>>;
  /** Where it stood before; absent for one that never stood in a file. */
  readonly from?: TakenFrom;
}

/** What it takes to give a server back to its file. */
export interface TakenFrom {
  /** The config file's URI as a string. */
  readonly file: string;
  /** SHA-256 in hex of the file's text, without byte order mark, once the server had been taken out. */
  readonly hash: string;
  /** The edits, as JSON, that bring that text back to what it was. A literal may stand in them. */
  readonly undo: Secret;
  /** The server's object as it stood in the file, for a file that has been edited since. */
  readonly source: Secret;
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
  | 'revoked'
  | 'signedIn'
  | 'signedOut';

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
  /** Digests of tokens that it had before, newest last and bounded: in a file they are known for ours. */
  readonly pastTokens?: readonly string[];
  /** The user lets VS Code's terminals have the token, in this environment variable. */
  readonly terminal?: TerminalVariable;
}

export interface TerminalVariable {
  readonly variable: string;
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

/** A credential that gets new tokens by itself. */
interface RenewableCredential extends CredentialBase {
  /** Whether it's renewed without somebody saying so; the setting decides where nothing stands here. */
  readonly automaticRenewal?: boolean;
}

export interface SignedJwtCredential extends RenewableCredential {
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

/** Tokens that an authorization server gives, or one of VS Code's accounts. */
export interface OAuthCredential extends RenewableCredential {
  readonly kind: 'oauth';
  readonly grant: CredentialGrant;
  /** The signing key with which the client proves who it is, for `private_key_jwt`. */
  readonly clientKeyId?: string;
}

export type Credential = ApiKeyCredential | BearerCredential | SignedJwtCredential | OAuthCredential;
export type CredentialKind = Credential['kind'];

/** How the text of an HMAC secret becomes bytes. Some servers use the UTF-8 bytes of base64-looking text. */
export type SecretEncoding = 'utf8' | 'base64' | 'base64url' | 'hex';

interface SigningKeyBase {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Key id in the header of what it signs and in the exported JWKS: the RFC 7638 thumbprint unless the user chose another. */
  readonly kid?: string;
  /** What it signs with unless a template says otherwise. */
  readonly algorithm?: AlgorithmName;
  /** Public keys that it had before it was rotated: kept in the exported JWKS until dropped. Newest first, each with `kid`. */
  readonly previousPublicKeys?: readonly JsonObject[];
}

/** A shared secret as it was typed or generated. */
export interface SecretSigningKey extends SigningKeyBase, OctMaterial {}

/** A key pair. */
export interface PairSigningKey extends SigningKeyBase, JwkMaterial {
  readonly algorithm: AlgorithmName;
}

/** An HMAC secret or a private JWK, used by any number of signed-JWT credentials. */
export type SigningKey = SecretSigningKey | PairSigningKey;

/** An entry of the vault that can't be read: kept, shown, and deleted only by its owner. */
export interface DamagedEntry {
  /** Its key in SecretStorage. */
  readonly key: string;
  readonly id: string;
  readonly what: 'credential' | 'signingKey';
  readonly reason: 'not-json' | 'wrong-shape' | 'newer-version' | 'unreadable';
}
