import { type CryptoKey, compactVerify, errors } from 'jose';
import type { FindingData } from '../findings.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Algorithm, algorithmsOfJwk, findAlgorithm } from './algorithms.ts';
import { checkBase64url, decodeBase64urlText } from './base64url.ts';
import { checkSecretText, type PublicKey } from './importKey.ts';
import { isPrivateJwk, publicMembersOf } from './jwkMembers.ts';
import { checkRsaExponent, checkStrength, keyBits, type OctMaterial, publicKeyBits } from './keyMaterial.ts';
import type { JsonObject } from './types.ts';
import { importHmac, importJwkHalf } from './webKeys.ts';

/** What a token can be verified with. */
export type VerificationKey = PublicKey | (OctMaterial & { readonly kid?: string });

export interface SignatureOptions {
  readonly keys: readonly VerificationKey[];
  /** Names of the algorithms that are accepted. `none` never is, whatever stands here. */
  readonly algorithms: readonly string[];
  /**
   * Whether a token's `kid` has to be that of the key, as with a JWKS (the default). Without: the user chose the key, and
   * what it's called elsewhere says nothing.
   */
  readonly matchKid?: boolean;
  /** Takes a secret with fewer bits than the hash. The signature is as right with it, only worth less. */
  readonly allowWeakSecret?: boolean;
}

/** What was found about a signature, and at which step. */
export interface SignatureFailure {
  readonly check: 'structure' | 'algorithm' | 'signature';
  readonly reason: SignatureReason;
  readonly data: FindingData;
}

export type SignatureReason =
  | 'segments' // data: segments
  | 'not-canonical' // data: segment, problem
  | 'header-malformed'
  | 'crit' // extensions that nobody here understands (RFC 7515 section 4.1.11); data: names
  | 'alg-missing'
  | 'alg-none'
  | 'alg-unknown' // data: algorithm
  | 'alg-not-accepted' // data: algorithm, accepted
  | 'no-key'
  | 'kid-unknown' // data: kid, kids
  | 'kid-ambiguous' // several different keys of the set have the name (RFC 7517 section 4.5); data: kid
  | 'hmac-with-public-key' // an HMAC token, and only public keys to check it with (RFC 8725 section 2.1)
  | 'secret-for-asymmetric' // the reverse: RS256 and a shared secret
  | 'public-key-as-secret' // the secret is a public key in PEM
  | 'secret-encoding' // data: encoding
  | 'key-mismatch' // no key of the right type, curve, `alg` or use; data: algorithm
  | 'key-weak' // data: bits, needed, algorithm
  | 'key-broken'
  | 'signature-empty'
  | 'signature-mismatch'; // data: tried

export interface VerifiedSignature {
  readonly algorithm: string;
  /** Of the key that fits, where it has one. */
  readonly kid?: string;
}

/**
 * Verifies the signature of a JWS in compact serialisation (RFC 7515 section 5.2), whatever its payload is. jose does the
 * cryptography; in front of it stands what it leaves open: each segment is canonical base64url, the algorithm is one that
 * the caller names, and each key is tried with the algorithms of its own kind alone.
 */
export async function verifySignature(
  token: string,
  options: SignatureOptions,
): Promise<Result<VerifiedSignature, SignatureFailure>> {
  const header = readHeader(token);
  return header.ok ? verifyDecoded(token, header.value, options) : header;
}

/**
 * Verifies the signature of a token that was taken apart already.
 * @param token of three canonical segments
 * @param header what its first segment says
 */
export async function verifyDecoded(
  token: string,
  header: JsonObject,
  options: SignatureOptions,
): Promise<Result<VerifiedSignature, SignatureFailure>> {
  // `b64` (RFC 7797) is an extension too, and must be listed here to mean anything.
  if (header.crit !== undefined) {
    return failed('structure', 'crit', { names: Array.isArray(header.crit) ? header.crit.map(String) : [] });
  }
  const algorithm = acceptedAlgorithm(header, options.algorithms);
  if (!algorithm.ok) {
    return algorithm;
  }
  if (token.endsWith('.')) {
    return failed('signature', 'signature-empty');
  }
  const keys = candidates(header.kid, algorithm.value, options);
  if (!keys.ok) {
    return keys;
  }
  let failure: SignatureFailure | undefined;
  for (const key of keys.value) {
    const outcome = await verifyWith(token, key, algorithm.value, options);
    if (outcome === true) {
      const kid = kidOf(key);
      return ok({ algorithm: algorithm.value.name, ...(typeof kid === 'string' && { kid }) });
    }
    // A key that could be tried says more than one that couldn't.
    failure = failure?.reason === 'signature-mismatch' ? failure : outcome;
  }
  return fail(
    failure?.reason === 'signature-mismatch'
      ? { ...failure, data: { tried: keys.value.length } }
      : (failure ?? { check: 'signature', reason: 'no-key', data: {} }),
  );
}

function failed(check: SignatureFailure['check'], reason: SignatureReason, data: FindingData = {}) {
  return fail({ check, reason, data });
}

const segmentNames = ['header', 'payload', 'signature'];

function readHeader(token: string): Result<JsonObject, SignatureFailure> {
  const segments = token.split('.');
  if (segments.length !== 3) {
    return failed('structure', 'segments', { segments: segments.length });
  }
  for (const [index, segment] of segments.entries()) {
    const problem = checkBase64url(segment);
    if (problem) {
      return failed('structure', 'not-canonical', { segment: segmentNames[index] ?? '', problem });
    }
  }
  const header = parseObject(segments[0] ?? '');
  return header ? ok(header) : failed('structure', 'header-malformed');
}

function parseObject(segment: string): JsonObject | undefined {
  const text = decodeBase64urlText(segment);
  try {
    const value: unknown = text.ok ? JSON.parse(text.value) : undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function acceptedAlgorithm({ alg }: JsonObject, accepted: readonly string[]): Result<Algorithm, SignatureFailure> {
  if (typeof alg !== 'string') {
    return failed('algorithm', 'alg-missing');
  }
  if (alg.toLowerCase() === 'none') {
    return failed('algorithm', 'alg-none');
  }
  const algorithm = findAlgorithm(alg);
  if (!algorithm) {
    return failed('algorithm', 'alg-unknown', { algorithm: alg });
  }
  return accepted.includes(alg)
    ? ok(algorithm)
    : failed('algorithm', 'alg-not-accepted', { algorithm: alg, accepted: [...accepted] });
}

function kidOf(key: VerificationKey): unknown {
  return key.type === 'oct' ? key.kid : key.jwk.kid;
}

/** The keys that may have made this signature. */
function candidates(
  kid: unknown,
  algorithm: Algorithm,
  { keys, matchKid = true }: SignatureOptions,
): Result<readonly VerificationKey[], SignatureFailure> {
  if (keys.length === 0) {
    return failed('signature', 'no-key');
  }
  const ofType = keys.filter(key => (key.type === 'oct') === (algorithm.family === 'HMAC'));
  if (ofType.length === 0) {
    const reason = algorithm.family === 'HMAC' ? 'hmac-with-public-key' : 'secret-for-asymmetric';
    return failed('signature', reason, { algorithm: algorithm.name });
  }
  // A key without a name may be any.
  const named =
    matchKid && typeof kid === 'string' ? ofType.filter(key => kidOf(key) === kid || kidOf(key) === undefined) : ofType;
  if (named.length === 0) {
    const kids = ofType.map(kidOf).filter(name => typeof name === 'string');
    return failed('signature', 'kid-unknown', { kid: String(kid), kids });
  }
  const fitting = named.filter(key => key.type === 'oct' || fits(key.jwk, algorithm));
  if (matchKid && typeof kid === 'string' && differentKeys(fitting.filter(key => kidOf(key) === kid)) > 1) {
    return failed('signature', 'kid-ambiguous', { kid });
  }
  return fitting.length > 0 ? ok(fitting) : failed('signature', 'key-mismatch', { algorithm: algorithm.name });
}

/** How many keys these are: a set may hold one of them twice. */
function differentKeys(keys: readonly VerificationKey[]): number {
  return new Set(keys.map(key => (key.type === 'oct' ? key.text.reveal() : JSON.stringify(publicMembersOf(key.jwk)))))
    .size;
}

function fits(jwk: JsonObject, algorithm: Algorithm): boolean {
  const { use, key_ops: operations } = jwk;
  return (
    !isPrivateJwk(jwk) &&
    (use === undefined || use === 'sig') &&
    (!Array.isArray(operations) || operations.includes('verify')) &&
    algorithmsOfJwk(jwk).includes(algorithm)
  );
}

async function verifyWith(
  token: string,
  key: VerificationKey,
  algorithm: Algorithm,
  { allowWeakSecret }: SignatureOptions,
): Promise<true | SignatureFailure> {
  const { cryptoKey, problem, weak } = await prepareOnce(key, algorithm);
  if (problem) {
    return problem;
  }
  if (weak && !(key.type === 'oct' && allowWeakSecret)) {
    return weak;
  }
  if (!cryptoKey) {
    return keyBroken;
  }
  try {
    await compactVerify(token, cryptoKey, { algorithms: [algorithm.name] });
    return true;
  } catch (error) {
    return error instanceof errors.JWSSignatureVerificationFailed
      ? { check: 'signature', reason: 'signature-mismatch', data: {} }
      : keyBroken;
  }
}

const keyBroken: SignatureFailure = { check: 'signature', reason: 'key-broken', data: {} };

/** A key made ready for one algorithm, or what's wrong with it. */
interface PreparedKey {
  readonly cryptoKey?: CryptoKey;
  readonly problem?: SignatureFailure;
  readonly weak?: SignatureFailure;
}

/** As with signing: importing costs more than verifying. */
const prepared = new WeakMap<VerificationKey, Map<string, Promise<PreparedKey>>>();

function prepareOnce(key: VerificationKey, algorithm: Algorithm): Promise<PreparedKey> {
  const known = prepared.get(key) ?? new Map<string, Promise<PreparedKey>>();
  prepared.set(key, known);
  const ready = known.get(algorithm.name) ?? prepare(key, algorithm);
  known.set(algorithm.name, ready);
  return ready;
}

async function prepare(key: VerificationKey, algorithm: Algorithm): Promise<PreparedKey> {
  if (key.type === 'oct') {
    const problem = checkSecretText(key.text.reveal(), key.encoding);
    if (problem) {
      const reason = problem.reason === 'public-key-as-secret' ? problem.reason : 'secret-encoding';
      return { problem: { check: 'signature', reason, data: problem.data } };
    }
  }
  // An exponent of 1 lets everybody sign. Not every key comes by way of an import.
  if (key.type === 'public' && checkRsaExponent(key.jwk)) {
    return { problem: keyBroken };
  }
  const weakness = checkStrength(key.type === 'oct' ? keyBits(key) : publicKeyBits(key.jwk), algorithm);
  const weak = weakness && { weak: { check: 'signature' as const, reason: 'key-weak' as const, data: weakness.data } };
  try {
    const cryptoKey = await (key.type === 'oct'
      ? importHmac(key, 'verify', algorithm)
      : importJwkHalf(key.jwk, 'public', algorithm));
    return { ...weak, ...(cryptoKey && { cryptoKey }) };
  } catch {
    return { problem: keyBroken, ...weak };
  }
}
