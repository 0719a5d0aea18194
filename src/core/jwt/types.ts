/** A JSON object out of a token, as it stands there: nothing about its members may be presumed. */
export type JsonObject = { readonly [key: string]: unknown };

/** A JWS in compact serialisation (RFC 7515 section 3.1) whose payload is a JSON object (RFC 7519), taken apart but not verified. */
export interface DecodedJwt {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** Lengths of the three segments in characters; none of the signature's content leaves the decoder. */
  readonly segmentLengths: readonly [number, number, number];
}

/** Why a text isn't a JWT that anybody would accept. */
export type MalformedReason =
  | 'empty'
  | 'too-long'
  | 'segments' // not three; `segments` says how many
  | 'header-empty'
  | 'header-not-base64url'
  | 'header-not-canonical' // padding, or bits set beyond the last byte
  | 'header-not-utf8'
  | 'header-not-json'
  | 'header-not-object'
  | 'payload-empty'
  | 'payload-not-base64url'
  | 'payload-not-canonical'
  | 'payload-not-utf8'
  | 'payload-not-json'
  | 'payload-not-object'
  | 'signature-not-base64url'
  | 'signature-not-canonical';

export interface MalformedToken {
  readonly kind: 'malformed' | 'encrypted'; // encrypted: five segments and a JWE header (RFC 7516)
  readonly reason: MalformedReason;
  /** How many segments the text has. */
  readonly segments: number;
  /** The header, where it could be read. */
  readonly header?: JsonObject;
}
