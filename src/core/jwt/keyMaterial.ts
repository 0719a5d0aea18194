import type { SecretEncoding } from '../credentials/types.ts';
import { KeyringError } from '../errors.ts';
import type { FindingData } from '../findings.ts';
import type { Secret } from '../secret.ts';
import { type Algorithm, type AlgorithmName, findAlgorithm } from './algorithms.ts';
import { decodeBase64url } from './base64url.ts';
import { hmacBytes } from './secrets.ts';
import type { JsonObject } from './types.ts';

/** What signs: a shared secret, or a key pair. The rest of a signing key is names and dates. */
export type KeyMaterial = OctMaterial | JwkMaterial;

/** A symmetric key (RFC 7518 section 6.4) as it was typed or generated. */
export interface OctMaterial {
  readonly type: 'oct';
  readonly text: Secret;
  /** How the text becomes bytes. */
  readonly encoding: SecretEncoding;
}

/** A key pair. */
export interface JwkMaterial {
  readonly type: 'jwk';
  /** The private JWK as JSON. */
  readonly text: Secret;
  /** Says what `text` is, and keeps it from being taken for an HMAC secret. */
  readonly encoding: 'jwk';
  /** The public half, with no member but those that make the key (`kty`, `crv`, `x`, `y`, `n`, `e`). */
  readonly publicJwk: JsonObject;
  /** What it signs with unless told otherwise. */
  readonly algorithm: AlgorithmName;
}

/** Why a key can't be used. `data` has what the words need. */
export interface KeyProblem {
  readonly reason: KeyProblemReason;
  readonly data: FindingData;
}

export type KeyProblemReason =
  | 'empty'
  | 'too-long'
  | 'not-a-key' // neither PEM nor JWK nor JWKS
  | 'pem-malformed' // begins as PEM but doesn't hold what its label says; data: label
  | 'pem-unsupported' // data: label
  | 'passphrase' // the private key is encrypted
  | 'certificate' // where a private key belongs
  | 'public-where-private' // a public key where a private one belongs
  | 'private-where-public' // the reverse
  | 'secret-where-public' // a symmetric key where a public one belongs
  | 'public-key-as-secret' // an HMAC secret that is a public key in PEM (RFC 8725 section 2.1)
  | 'unsupported-key-type' // data: keyType or oid
  | 'unsupported-curve' // data: curve
  | 'jwk-malformed' // a member is missing or isn't canonical base64url; data: member
  | 'jwk-use' // `use` or `key_ops` don't allow it; data: use
  | 'jwks-empty' // no key in it that could be used; data: count
  | 'jwks-several' // which one? data: kids
  | 'jwks-kid-unknown' // data: kid, kids
  | 'key-broken' // the numbers don't make a key, or the two halves don't belong together
  | 'key-weak' // data: bits, needed, algorithm
  | 'key-mismatch' // data: algorithm, keyType, curve?
  | 'algorithm-unknown' // data: algorithm
  | 'secret-encoding' // data: encoding
  | 'no-public-half'; // of a shared secret

/** Makes a {@link KeyProblem}. */
export function keyProblem(reason: KeyProblemReason, data: FindingData = {}): KeyProblem {
  return { reason, data };
}

/** As an error, for who can't go on without the key. */
export function keyError({ reason, data }: KeyProblem): KeyringError {
  return new KeyringError('signing-key-problem', { ...data, reason });
}

/** The size of a key in bits as its algorithm counts it: of RSA the modulus, of a secret its bytes, of a curve its order. */
export function keyBits(material: KeyMaterial): number {
  if (material.type === 'oct') {
    const bytes = hmacBytes(material.text.reveal(), material.encoding);
    return bytes.ok ? bytes.value.length * 8 : 0;
  }
  return publicKeyBits(material.publicJwk);
}

/** See {@link keyBits}; 0 for what can't be read. */
export function publicKeyBits({ kty, crv, n }: JsonObject): number {
  if (kty === 'RSA' && typeof n === 'string') {
    const bytes = decodeBase64url(n);
    const first = bytes.ok ? bytes.value.findIndex(byte => byte !== 0) : -1;
    return bytes.ok && first >= 0 ? (bytes.value.length - first) * 8 - (Math.clz32(bytes.value[first] ?? 0) - 24) : 0;
  }
  return { 'P-256': 256, 'P-384': 384, 'P-521': 521, Ed25519: 256 }[String(crv)] ?? 0;
}

/**
 * Why a key doesn't fit an algorithm: wrong type or curve, or too few bits (RFC 7518 sections 3.2, 3.3, 3.4, 3.5); undefined
 * if it does.
 */
export function checkKey(material: KeyMaterial, algorithmName: string): KeyProblem | undefined {
  const algorithm = findAlgorithm(algorithmName);
  if (!algorithm) {
    return keyProblem('algorithm-unknown', { algorithm: algorithmName });
  }
  const jwk: JsonObject = material.type === 'oct' ? { kty: 'oct' } : material.publicJwk;
  return checkFit(jwk, algorithm) ?? checkStrength(keyBits(material), algorithm);
}

/** Whether the type and curve of a JWK are the algorithm's. */
export function checkFit({ kty, crv }: JsonObject, algorithm: Algorithm): KeyProblem | undefined {
  const fits = kty === algorithm.keyType && (algorithm.curve === undefined || algorithm.curve === crv);
  return fits
    ? undefined
    : keyProblem('key-mismatch', {
        algorithm: algorithm.name,
        keyType: String(kty),
        ...(crv !== undefined && { curve: String(crv) }),
      });
}

/** Whether a key has as many bits as the algorithm asks for. */
export function checkStrength(bits: number, { name, minimumBits }: Algorithm): KeyProblem | undefined {
  return minimumBits === undefined || bits >= minimumBits
    ? undefined
    : keyProblem('key-weak', { bits, needed: minimumBits, algorithm: name });
}

/**
 * Whether the exponent of an RSA key is odd and at least 3 (RFC 8017 section 3.1); undefined for keys that aren't RSA, too.
 * WebCrypto takes 1, with which everybody can make a signature that verifies.
 */
export function checkRsaExponent({ kty, e }: JsonObject): KeyProblem | undefined {
  if (kty !== 'RSA') {
    return undefined;
  }
  const bytes = typeof e === 'string' ? decodeBase64url(e) : undefined;
  const digits = bytes?.ok ? bytes.value.subarray(bytes.value.findIndex(byte => byte !== 0)) : [];
  const last = digits.at(-1) ?? 0;
  return last % 2 === 1 && (digits.length > 1 || last >= 3) ? undefined : keyProblem('key-broken');
}
