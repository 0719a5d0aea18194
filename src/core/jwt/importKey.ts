import { type CryptoKey, calculateJwkThumbprint, type JWK } from 'jose';
import type { SecretEncoding } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { type AlgorithmName, algorithmsFor, findAlgorithm } from './algorithms.ts';
import { checkBase64url } from './base64url.ts';
import { isPrivateJwk, publicMembersOf } from './jwkMembers.ts';
import {
  type ContainedKey,
  readCertificate,
  readPkcs8,
  readSpki,
  wrapPkcs1Private,
  wrapPkcs1Public,
  wrapSec1,
} from './keyContainers.ts';
import {
  checkFit,
  checkKey,
  checkRsaExponent,
  checkStrength,
  type KeyMaterial,
  type KeyProblem,
  keyProblem,
  publicKeyBits,
} from './keyMaterial.ts';
import { looksLikePem, type PemBlock, readPem } from './pem.ts';
import { hmacBytes } from './secrets.ts';
import type { JsonObject } from './types.ts';
import { importJwkHalf, importParameters, privateMembersOf } from './webKeys.ts';

export interface ImportOptions {
  /** What the key is to be used with; by default what its `alg` says, or the usual one of its type. */
  readonly algorithm?: string;
  /** Which key of a JWKS: its `kid`, or `#0` for the first. */
  readonly kid?: string;
  /** Takes an HMAC secret with fewer bits than its hash: the server has it already. A weak RSA key is never taken. */
  readonly allowWeakSecret?: boolean;
}

/** A key that can sign, ready to be named and stored. */
export interface ImportedKey {
  readonly material: KeyMaterial;
  readonly algorithm: AlgorithmName;
  /** `kid` of the JWK, or the RFC 7638 thumbprint. A secret has none by itself: its thumbprint would help to guess it. */
  readonly kid?: string;
  /** Whether certificates stood beside it, which nobody needs to sign. */
  readonly hadCertificate?: true;
}

/** A key that can verify, as a JWK: its public members, and `kid`, `alg`, `use`, where it says them. */
export interface PublicKey {
  readonly type: 'public';
  readonly jwk: JsonObject;
}

/** Longer texts are no keys. In characters. */
const longest = 512 * 1024;

/**
 * Reads a private key: PEM (PKCS#8, PKCS#1, SEC 1), a JWK, or one key of a JWKS. Never throws; nothing of the text is in
 * the problem.
 */
export async function importPrivateKey(
  text: string,
  options: ImportOptions = {},
): Promise<Result<ImportedKey, KeyProblem>> {
  const json = readJson(text);
  if (!json.ok) {
    return json;
  }
  if (json.value === undefined) {
    return importPrivatePem(text, options);
  }
  const jwk = chooseJwk(json.value, options.kid, isPrivateJwk);
  if (!jwk.ok) {
    return jwk;
  }
  return jwk.value.kty === 'oct' ? importOctJwk(jwk.value, options) : importPrivateJwk(jwk.value, options);
}

/**
 * Reads public keys: PEM (SubjectPublicKeyInfo, PKCS#1, or a certificate, of which nothing but the key is looked at), a
 * JWK, or every usable key of a JWKS.
 */
export async function importPublicKeys(
  text: string,
  options: ImportOptions = {},
): Promise<Result<readonly PublicKey[], KeyProblem>> {
  const json = readJson(text);
  if (!json.ok) {
    return json;
  }
  if (json.value === undefined) {
    const contained = readPublicPem(text);
    if (!contained.ok) {
      return contained;
    }
    const exported = await exportContained(contained.value);
    return exported.ok ? one(await importPublicJwk(exported.value, options)) : exported;
  }
  const keys = keysOf(json.value);
  if (!keys) {
    return one(await importPublicJwk(json.value, options));
  }
  const imported = await Promise.all(keys.map(jwk => importPublicJwk(jwk, options)));
  const usable = imported.filter(result => result.ok).map(({ value }) => value);
  return usable.length > 0 ? ok(usable) : fail(keyProblem('jwks-empty', { count: keys.length }));
}

function one(result: Result<PublicKey, KeyProblem>): Result<readonly PublicKey[], KeyProblem> {
  return result.ok ? ok([result.value]) : result;
}

/** Reads an HMAC secret in the encoding that the user named. */
export function importSecret(
  text: string,
  encoding: SecretEncoding,
  { algorithm = 'HS256', allowWeakSecret }: ImportOptions = {},
): Result<ImportedKey, KeyProblem> {
  if (text === '') {
    return fail(keyProblem('empty'));
  }
  const named = findAlgorithm(algorithm);
  if (!named) {
    return fail(keyProblem('algorithm-unknown', { algorithm }));
  }
  const problem = checkSecretText(text, encoding);
  if (problem) {
    return fail(problem);
  }
  const material: KeyMaterial = { type: 'oct', text: new Secret(text), encoding };
  const misfit = checkKey(material, algorithm);
  return misfit && !(misfit.reason === 'key-weak' && allowWeakSecret)
    ? fail(misfit)
    : ok({ material, algorithm: named.name });
}

/** What keeps a text from being a secret, its strength aside. */
export function checkSecretText(text: string, encoding: SecretEncoding): KeyProblem | undefined {
  // A server that takes its public key for an HMAC secret lets everybody sign (RFC 8725 section 2.1): not with our help.
  if (encoding === 'utf8' && /-----BEGIN (?:[A-Z0-9]+ )?(?:PUBLIC KEY|CERTIFICATE)-----/.test(text)) {
    return keyProblem('public-key-as-secret');
  }
  const bytes = hmacBytes(text, encoding);
  return bytes.ok ? undefined : keyProblem(bytes.error === 'empty' ? 'empty' : 'secret-encoding', { encoding });
}

/**
 * Reads one public JWK: its type, curve, members, use and strength.
 * @param jwk anything that a JWKS may hold
 */
export async function importPublicJwk(
  jwk: JsonObject,
  options: Pick<ImportOptions, 'algorithm'> = {},
): Promise<Result<PublicKey, KeyProblem>> {
  const problem = checkJwk(jwk, 'public', options.algorithm);
  if (problem) {
    return fail(problem);
  }
  try {
    const key = await importJwkHalf(jwk, 'public', undefined, true);
    const { kid, alg, use } = jwk;
    const names = {
      ...(typeof kid === 'string' && { kid }),
      ...(alg !== undefined && { alg }),
      ...(use !== undefined && { use }),
    };
    return ok({ type: 'public', jwk: { ...publicMembersOf(await exportMembers(key)), ...names } });
  } catch {
    return fail(keyProblem('key-broken'));
  }
}

/** RFC 7638 thumbprint with SHA-256, in base64url. */
export function thumbprint(publicJwk: JsonObject): Promise<string> {
  return calculateJwkThumbprint(publicJwk as JWK, 'sha256');
}

function readJson(text: string): Result<JsonObject | undefined, KeyProblem> {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > longest) {
    return fail(keyProblem(trimmed === '' ? 'empty' : 'too-long'));
  }
  if (!/^[{[]/.test(trimmed)) {
    return looksLikePem(trimmed) ? ok(undefined) : fail(keyProblem('not-a-key'));
  }
  try {
    const value: unknown = JSON.parse(trimmed);
    const object = Array.isArray(value) ? { keys: value } : value;
    return isObject(object) ? ok(object) : fail(keyProblem('not-a-key'));
  } catch {
    return fail(keyProblem('not-a-key'));
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys of a JWKS (RFC 7517 section 5.1); what is no object in it is passed over. */
function keysOf(json: JsonObject): readonly JsonObject[] | undefined {
  return Array.isArray(json.keys) ? json.keys.filter(isObject) : undefined;
}

function chooseJwk(
  json: JsonObject,
  kid: string | undefined,
  usable: (jwk: JsonObject) => boolean,
): Result<JsonObject, KeyProblem> {
  const keys = keysOf(json);
  if (!keys) {
    return ok(json);
  }
  const candidates = keys
    .map((jwk, index) => ({ jwk, kid: typeof jwk.kid === 'string' ? jwk.kid : `#${index}` }))
    .filter(({ jwk }) => usable(jwk));
  const kids = candidates.map(candidate => candidate.kid);
  const [first] = kid === undefined ? candidates : candidates.filter(candidate => candidate.kid === kid);
  if (!first) {
    return candidates.length === 0
      ? fail(keys.length > 0 ? keyProblem('public-where-private') : keyProblem('jwks-empty', { count: 0 }))
      : fail(keyProblem('jwks-kid-unknown', { kid: kid ?? '', kids }));
  }
  return kid === undefined && candidates.length > 1 ? fail(keyProblem('jwks-several', { kids })) : ok(first.jwk);
}

async function importPrivatePem(text: string, options: ImportOptions): Promise<Result<ImportedKey, KeyProblem>> {
  // A file for a web server begins with its certificates.
  const block = readPem(text, label => label.endsWith('PRIVATE KEY'));
  const contained = block.ok ? readPrivateKey(block.value) : block;
  const imported = contained.ok ? await importContained(contained.value, options) : contained;
  return imported.ok && block.ok && block.value.otherLabels.some(isCertificate)
    ? ok({ ...imported.value, hadCertificate: true })
    : imported;
}

function isCertificate(label: string): boolean {
  return label.endsWith('CERTIFICATE');
}

function readPrivateKey({ label, der }: PemBlock): Result<ContainedKey, KeyProblem> {
  switch (label) {
    case 'PRIVATE KEY':
      return readPkcs8(der);
    case 'RSA PRIVATE KEY':
      return wrapPkcs1Private(der);
    case 'EC PRIVATE KEY':
      return wrapSec1(der);
    case 'PUBLIC KEY':
    case 'RSA PUBLIC KEY':
      return fail(keyProblem('public-where-private', { label }));
    default:
      return fail(keyProblem(isCertificate(label) ? 'certificate' : 'pem-unsupported', { label }));
  }
}

function readPublicPem(text: string): Result<ContainedKey, KeyProblem> {
  const block = readPem(text);
  if (!block.ok) {
    return block.error.reason === 'passphrase' ? fail(keyProblem('private-where-public', block.error.data)) : block;
  }
  const { label, der } = block.value;
  switch (label) {
    case 'PUBLIC KEY':
      return readSpki(der);
    case 'RSA PUBLIC KEY':
      return wrapPkcs1Public(der);
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
      return readCertificate(der);
    default:
      return fail(keyProblem(/PRIVATE KEY$/.test(label) ? 'private-where-public' : 'pem-unsupported', { label }));
  }
}

async function importContained(
  contained: ContainedKey,
  options: ImportOptions,
): Promise<Result<ImportedKey, KeyProblem>> {
  const exported = await exportContained(contained);
  const algorithm = options.algorithm ?? (contained.pss ? 'PS256' : undefined);
  return exported.ok
    ? importPrivateJwk(exported.value, { ...options, ...(algorithm !== undefined && { algorithm }) })
    : exported;
}

/** From a container to a JWK, by way of WebCrypto, which also finds out the public half where it's missing. */
async function exportContained({ format, der, keyType, curve }: ContainedKey): Promise<Result<JsonObject, KeyProblem>> {
  try {
    const usage = format === 'pkcs8' ? 'sign' : 'verify';
    const key = await crypto.subtle.importKey(format, der, importParameters(keyType, curve), true, [usage]);
    return ok(await exportMembers(key));
  } catch {
    return fail(keyProblem('key-broken'));
  }
}

async function exportMembers(key: CryptoKey): Promise<JsonObject> {
  return privateMembersOf({ ...(await crypto.subtle.exportKey('jwk', key)) });
}

function importOctJwk(jwk: JsonObject, options: ImportOptions): Result<ImportedKey, KeyProblem> {
  const problem = checkUse(jwk, 'private') ?? checkMembers(jwk, ['k']) ?? checkAlg(jwk, options.algorithm);
  if (problem) {
    return fail(problem);
  }
  const algorithm = options.algorithm ?? (typeof jwk.alg === 'string' ? jwk.alg : 'HS256');
  const imported = importSecret(String(jwk.k), 'base64url', { ...options, algorithm });
  return imported.ok && typeof jwk.kid === 'string' ? ok({ ...imported.value, kid: jwk.kid }) : imported;
}

async function importPrivateJwk(jwk: JsonObject, options: ImportOptions): Promise<Result<ImportedKey, KeyProblem>> {
  const problem = checkJwk(jwk, 'private', options.algorithm);
  if (problem) {
    return fail(problem);
  }
  const [usual] = algorithmsFor(jwk.kty, jwk.crv);
  const algorithm = findAlgorithm(options.algorithm ?? jwk.alg) ?? usual;
  if (!algorithm) {
    return fail(keyProblem('unsupported-key-type', { keyType: String(jwk.kty) }));
  }
  try {
    const privateKey = await importJwkHalf(jwk, 'private', undefined, true);
    const members = await exportMembers(privateKey);
    const publicJwk = publicMembersOf(jwk);
    if (!(await belongTogether(privateKey, await importJwkHalf(publicJwk, 'public')))) {
      return fail(keyProblem('key-broken'));
    }
    const normal = publicMembersOf(members);
    return ok({
      material: {
        type: 'jwk',
        text: new Secret(JSON.stringify(members)),
        encoding: 'jwk',
        publicJwk: normal,
        algorithm: algorithm.name,
      },
      algorithm: algorithm.name,
      kid: typeof jwk.kid === 'string' && jwk.kid !== '' ? jwk.kid : await thumbprint(normal),
    });
  } catch {
    return fail(keyProblem('key-broken'));
  }
}

/** A JWK may bring a public half that isn't its own; some implementations look at it, others don't. */
async function belongTogether(privateKey: CryptoKey, publicKey: CryptoKey): Promise<boolean> {
  const parameters = { name: privateKey.algorithm.name, hash: 'SHA-256' };
  const sample = new TextEncoder().encode('sample');
  return crypto.subtle.verify(parameters, publicKey, await crypto.subtle.sign(parameters, privateKey, sample), sample);
}

const requiredMembers: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['x', 'y'], OKP: ['x'] };

/** All that can be said of a JWK before its numbers are tried. */
function checkJwk(jwk: JsonObject, half: 'private' | 'public', wanted: string | undefined): KeyProblem | undefined {
  const { kty, crv } = jwk;
  if (kty === undefined) {
    return keyProblem('jwk-malformed', { member: 'kty' });
  }
  if (kty === 'oct') {
    return keyProblem(half === 'public' ? 'secret-where-public' : 'jwk-malformed', { member: 'k' });
  }
  const required = typeof kty === 'string' && Object.hasOwn(requiredMembers, kty) ? requiredMembers[kty] : undefined;
  if (!required) {
    return keyProblem('unsupported-key-type', { keyType: String(kty) });
  }
  if (kty !== 'RSA' && algorithmsFor(kty, crv).length === 0) {
    return keyProblem('unsupported-curve', { curve: String(crv) });
  }
  if (isPrivateJwk(jwk) !== (half === 'private')) {
    return keyProblem(half === 'private' ? 'public-where-private' : 'private-where-public');
  }
  return (
    checkMembers(jwk, half === 'private' ? [...required, 'd'] : required) ??
    checkUse(jwk, half) ??
    checkAlg(jwk, wanted) ??
    checkRsaBits(jwk) ??
    checkRsaExponent(jwk)
  );
}

function checkMembers(jwk: JsonObject, members: readonly string[]): KeyProblem | undefined {
  const wrong = members.find(member => {
    const value = jwk[member];
    return typeof value !== 'string' || value === '' || checkBase64url(value) !== undefined;
  });
  return wrong === undefined ? undefined : keyProblem('jwk-malformed', { member: wrong });
}

/** RFC 7517 sections 4.2 and 4.3. */
function checkUse({ use, key_ops: operations, alg }: JsonObject, half: 'private' | 'public'): KeyProblem | undefined {
  if (use !== undefined && use !== 'sig') {
    return keyProblem('jwk-use', { use: String(use) });
  }
  if (Array.isArray(operations) && !operations.includes(half === 'private' ? 'sign' : 'verify')) {
    return keyProblem('jwk-use', { use: operations.map(String) });
  }
  return alg !== undefined && !findAlgorithm(alg) ? keyProblem('jwk-use', { use: String(alg) }) : undefined;
}

function checkAlg(jwk: JsonObject, wanted: string | undefined): KeyProblem | undefined {
  const algorithm = findAlgorithm(wanted ?? jwk.alg);
  if (!algorithm) {
    return wanted === undefined ? undefined : keyProblem('algorithm-unknown', { algorithm: wanted });
  }
  const named = findAlgorithm(jwk.alg);
  const differs =
    named !== undefined && named !== algorithm && !(named.family === 'EdDSA' && algorithm.family === 'EdDSA');
  return differs
    ? keyProblem('key-mismatch', { algorithm: algorithm.name, keyType: String(jwk.kty), keyAlgorithm: named.name })
    : checkFit(jwk, algorithm);
}

function checkRsaBits(jwk: JsonObject): KeyProblem | undefined {
  const [algorithm] = jwk.kty === 'RSA' ? algorithmsFor('RSA') : [];
  return algorithm && checkStrength(publicKeyBits(jwk), algorithm);
}
