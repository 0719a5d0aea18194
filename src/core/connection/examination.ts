import type { Finding } from '../findings.ts';
import type { DecodedJwt, MalformedToken } from '../jwt/types.ts';
import type { ResourceMetadata } from '../oauth/resourceMetadata.ts';
import type { AuthorizationServer } from '../oauth/serverMetadata.ts';
import type { Secret } from '../secret.ts';
import type { ConnectFailure, Connection, Listing, ListKind, ToolAnswer, TransportKind } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { RequestHeader } from './recorder.ts';

/** What is to be examined: a server, and what VS Code would send to it. */
export interface Subject {
  /** As it stands in the file. */
  readonly serverUrl: string;
  /** The header that authenticates, with the value that would be sent. */
  readonly header?: { readonly name: string; readonly value: Secret };
  /** Further headers that are secrets, sent beside it. */
  readonly furtherHeaders: readonly RequestHeader[];
  /** Headers that are no secret. */
  readonly plainHeaders: Readonly<Record<string, string>>;
  readonly facts: CredentialFacts;
}

/** What is known of the credential without asking anybody. No secret is in it. */
export interface CredentialFacts {
  /** The header as the file has it. */
  readonly headerName?: string;
  readonly headerFindings: readonly Finding[];
  /** The scheme as it is sent. */
  readonly scheme?: string;
  readonly token?: DecodedJwt;
  readonly malformed?: MalformedToken;
  readonly kind: 'apiKey' | 'bearer' | 'signedJwt' | 'oauth' | 'literal' | 'foreign' | 'none';
  /** Of the secret that signs: how its text becomes bytes now, and how else it could. */
  readonly secret?: { readonly encoding: string; readonly alternatives: readonly string[] };
  /** Why there is nothing to send: the broker's refusal. */
  readonly refusal?: { readonly code: string; readonly data: Finding['data'] };
  /** Other roles that the person can switch to. */
  readonly otherRoles: readonly string[];
}

export const stepNames = ['reach', 'metadata', 'connect', 'list', 'call', 'look'] as const;
export type StepName = (typeof stepNames)[number];

export interface Step {
  readonly name: StepName;
  /** `notNeeded`: what came before made it pointless. */
  readonly outcome: 'done' | 'failed' | 'notNeeded';
  /** In ms. */
  readonly duration: number;
  readonly exchanges: readonly Exchange[];
}

/** What a look at the wire found after a request had failed below HTTP. */
export interface WireLook {
  /** Protocols that the server takes by ALPN (RFC 7301), among `h2` and `http/1.1`; empty for none. */
  readonly alpn?: readonly string[];
  /** It speaks HTTP/2 in clear (RFC 9113 section 3.3) to whoever connects. */
  readonly speaksHttp2?: boolean;
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    /** ms since the epoch */
    readonly validFrom?: number;
    readonly validTo?: number;
  };
  readonly addresses?: readonly string[];
}

/** Where an MCP server answers on the same origin. */
export interface OtherAddress {
  readonly url: string;
  readonly transport: TransportKind;
}

/** Whether the token's signature fits the keys that the token's issuer publishes. */
export interface PublishedKeys {
  readonly jwksUri: string;
  /** `keyUnknown`: none of the keys has the token's `kid`. */
  readonly outcome: 'fits' | 'mismatch' | 'keyUnknown' | 'algorithm';
  readonly algorithms: readonly string[];
}

/** Everything that was observed. */
export interface Examination {
  readonly serverUrl: string;
  readonly facts: CredentialFacts;
  /** ms since the epoch */
  readonly at: number;
  readonly toleranceSeconds: number;
  readonly steps: readonly Step[];
  /** What came of asking without a token. */
  readonly bare?: Exchange;
  readonly resource?: ResourceMetadata;
  readonly authorizationServer?: AuthorizationServer;
  readonly keys?: PublishedKeys;
  readonly connected?: Pick<Connection, 'transport' | 'protocolVersion' | 'server'>;
  readonly lists: Readonly<Partial<Record<ListKind, Listing>>>;
  readonly failure?: ConnectFailure;
  /** The exchange that the failure came of. */
  readonly refused?: Exchange;
  readonly call?: ToolAnswer & { readonly tool: string; readonly exchange?: Exchange };
  readonly others: readonly OtherAddress[];
  readonly wire?: WireLook;
  readonly cancelled: boolean;
}
