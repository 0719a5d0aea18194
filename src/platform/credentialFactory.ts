import type { Credential, HeaderSpec, SigningKey, TokenTemplate } from '../core/credentials/types.ts';
import type { Vault } from '../core/credentials/vault.ts';
import { KeyringError } from '../core/errors.ts';
import { isSendable } from '../core/jwt/headerValue.ts';
import { checkKey, keyError } from '../core/jwt/keyMaterial.ts';
import { cleanPastedCredential } from '../core/jwt/mendHeader.ts';
import { generateHmacSecret, hmacBytes, hmacStrength } from '../core/jwt/secrets.ts';
import type { JsonObject } from '../core/jwt/types.ts';
import type { Clock } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import type { ApiKeyAnswers, BearerAnswers, SignedJwtAnswers } from '../ids.ts';
import type { NewGrant } from './oauth/signIn.ts';

/** Everything that a new credential is made of. */
export type NewCredentialAnswers = ApiKeyAnswers | BearerAnswers | SignedJwtAnswers | GrantedAnswers;

/** An OAuth credential, after the sign-in. */
export interface GrantedAnswers extends NewGrant {
  readonly kind: 'oauth';
  readonly name?: string;
}

/** What is to be stored: a credential, and the signing key that came with it. */
export interface NewCredential {
  readonly credential: Credential;
  readonly signingKey?: SigningKey;
}

export const defaultLifetimeSeconds = 3600;
const defaultAlgorithm = 'HS256';

/** In characters. Servers take 8 to 64 kB of headers; more is a file that was pasted by mistake. */
const longestValue = 64 * 1024;

/** In UTF-16 units. A server's name, which a credential gets if it has none of its own, comes from a file. */
const longestName = 200;

/** RFC 9110 section 5.1. */
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Makes a credential from answers without storing it.
 * @param header the header's name; by default the kind's own
 * @throws KeyringError `argument-invalid` with the `field` that is wrong, `signing-key-weak`
 */
export function makeCredential(
  answers: NewCredentialAnswers,
  fallbackName: string,
  header: string | undefined,
  vault: Vault,
  clock: Clock,
): NewCredential {
  const now = clock.now();
  const spec = headerSpec(answers.kind, header);
  const base = {
    id: crypto.randomUUID(),
    name: uniqueName((answers.name?.trim() || fallbackName).slice(0, longestName), vault),
    header: spec,
    attachments: [],
    history: [{ at: now, event: 'created' as const }],
    createdAt: now,
    timesRenewed: 0,
  };
  switch (answers.kind) {
    case 'apiKey':
      return {
        credential: { ...base, kind: 'apiKey', key: new Secret(checkedValue(answers.key, 'credential.key', spec)) },
      };
    case 'bearer':
      return {
        credential: {
          ...base,
          kind: 'bearer',
          token: new Secret(checkedValue(answers.token, 'credential.token', spec)),
        },
      };
    case 'signedJwt': {
      const signingKey = signingKeyFor(answers, base.name, vault, now);
      return {
        credential: {
          ...base,
          kind: 'signedJwt',
          keyId: signingKey.key.id,
          template: templateFor(answers, signingKey.key),
        },
        ...(signingKey.isNew && { signingKey: signingKey.key }),
      };
    }
    case 'oauth': {
      const { grant, clientKeyId } = answers;
      const credential = { ...base, kind: 'oauth' as const, grant };
      return { credential: clientKeyId === undefined ? credential : { ...credential, clientKeyId } };
    }
    default:
      throw invalid('credential.kind', 'unknown-kind');
  }
}

/**
 * What every token of a signed JWT has in common.
 * @throws KeyringError `argument-invalid`, `signing-key-problem` where the key doesn't fit the algorithm
 */
export function templateFor(answers: Omit<SignedJwtAnswers, 'kind'>, key: SigningKey): TokenTemplate {
  const algorithm = answers.algorithm ?? key.algorithm ?? defaultAlgorithm;
  const problem = checkKey(key, algorithm);
  // A short secret has been talked about when it was typed.
  if (problem && !(problem.reason === 'key-weak' && key.type === 'oct')) {
    throw keyError(problem);
  }
  return {
    algorithm,
    header: { typ: 'JWT', ...checkedObject(answers.tokenHeader, 'credential.tokenHeader') },
    claims: checkedClaims(answers.claims),
    lifetimeSeconds: checkedLifetime(answers.lifetimeSeconds),
    notBefore: answers.notBefore === true,
    tokenId: answers.tokenId === true,
  };
}

/** What's wrong with the claims of a template, as the error that making a credential of them would throw. */
export function checkClaims(claims: unknown): KeyringError | undefined {
  try {
    checkedClaims(claims);
    return undefined;
  } catch (error) {
    if (error instanceof KeyringError) {
      return error;
    }
    throw error;
  }
}

/** What's wrong with a pasted key or token, as the error that making a credential of it would throw. */
export function checkPasted(text: string, field: string): KeyringError | undefined {
  try {
    checkedValue(text, field, { name: 'Authorization', scheme: 'Bearer' });
    return undefined;
  } catch (error) {
    if (error instanceof KeyringError) {
      return error;
    }
    throw error;
  }
}

/**
 * Checks a typed HMAC secret.
 * @throws KeyringError `argument-invalid`, `signing-key-invalid`, `signing-key-weak`
 */
export function checkSecret(answers: Pick<SignedJwtAnswers, 'secret' | 'encoding' | 'allowWeak' | 'algorithm'>): void {
  const { secret = '', encoding = 'utf8', algorithm = defaultAlgorithm } = answers;
  if (secret === '') {
    throw invalid('credential.secret', 'empty');
  }
  const bytes = hmacBytes(secret, encoding);
  if (!bytes.ok) {
    throw new KeyringError('signing-key-invalid', { encoding, reason: bytes.error });
  }
  const { bits, needed } = hmacStrength(bytes.value, algorithm);
  if (bits < needed && !answers.allowWeak) {
    throw new KeyringError('signing-key-weak', { bits, needed, algorithm });
  }
}

function headerSpec(kind: Credential['kind'], header: string | undefined): HeaderSpec {
  const name = header ?? (kind === 'apiKey' ? 'X-API-Key' : 'Authorization');
  if (!headerName.test(name)) {
    throw invalid('header', name === '' ? 'empty' : 'header-name');
  }
  return { name, scheme: kind !== 'apiKey' && name.toLowerCase() === 'authorization' ? 'Bearer' : '' };
}

/** A key or token as it was pasted: a header's name, a scheme and blanks around it are not part of it. */
function checkedValue(value: unknown, field: string, { scheme }: HeaderSpec): string {
  if (value !== undefined && typeof value !== 'string') {
    throw invalid(field, 'wrong-type');
  }
  const cleaned = cleanPastedCredential(value ?? '');
  // A scheme that isn't ours is part of what the server wants to see: `Basic dXNlcjpwYXNz`.
  const keep = cleaned.scheme !== undefined && cleaned.scheme.toLowerCase() !== 'bearer' && scheme === '';
  const text = keep ? `${cleaned.scheme} ${cleaned.token}` : cleaned.token;
  if (text === '') {
    throw invalid(field, 'empty');
  }
  if (/\s/.test(cleaned.token)) {
    throw invalid(field, 'blanks');
  }
  if (text.length > longestValue) {
    throw invalid(field, 'too-long');
  }
  if (!isSendable(text)) {
    throw invalid(field, 'not-sendable');
  }
  return text;
}

function signingKeyFor(answers: SignedJwtAnswers, name: string, vault: Vault, now: number) {
  if (answers.keyId !== undefined) {
    const key = vault.signingKey(answers.keyId);
    if (!key) {
      throw invalid('credential.keyId', 'missing');
    }
    return { key, isNew: false };
  }
  const base = { id: crypto.randomUUID(), name, createdAt: now, type: 'oct' as const };
  if (answers.secret === undefined) {
    const { text, encoding } = generateHmacSecret(answers.algorithm ?? defaultAlgorithm);
    return { key: { ...base, text, encoding }, isNew: true };
  }
  checkSecret(answers);
  return { key: { ...base, text: new Secret(answers.secret), encoding: answers.encoding ?? 'utf8' }, isNew: true };
}

function checkedClaims(claims: unknown): JsonObject {
  const checked = checkedObject(claims, 'credential.claims');
  for (const name of ['iat', 'nbf', 'exp', 'jti']) {
    // They're made anew at every signing; one that was typed would silently mean nothing.
    if (checked[name] !== undefined) {
      throw new KeyringError('argument-invalid', {
        field: 'credential.claims',
        reason: 'claim-made-anew',
        value: name,
      });
    }
  }
  return checked;
}

function checkedObject(value: unknown, field: string): JsonObject {
  if (value === undefined) {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, 'not-json-object');
  }
  return value as JsonObject;
}

function checkedLifetime(seconds: unknown): number | null {
  if (seconds === undefined) {
    return defaultLifetimeSeconds;
  }
  if (seconds === null || (typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0)) {
    return seconds;
  }
  throw invalid('credential.lifetimeSeconds', 'lifetime');
}

/** Two credentials of one name couldn't be told apart in a list. */
function uniqueName(name: string, vault: Vault): string {
  const taken = new Set(vault.credentials.map(credential => credential.name));
  for (let number = 2, candidate = name; ; number++) {
    if (!taken.has(candidate)) {
      return candidate;
    }
    candidate = `${name} ${number}`;
  }
}

function invalid(field: string, reason: string): KeyringError {
  return new KeyringError('argument-invalid', { field, reason });
}
