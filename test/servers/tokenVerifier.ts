import { createSecretKey } from 'node:crypto';
import {
  type CryptoKey,
  decodeProtectedHeader,
  importJWK,
  importSPKI,
  type JWK,
  type JWTPayload,
  jwtVerify,
  type KeyObject,
} from 'jose';

/** Who a token is about and what it may do. */
export interface Principal {
  readonly subject: string;
  readonly scopes: string[];
  /** Seconds since 1970; absent for a token that doesn't expire. */
  readonly expiresAt?: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Tells whose token it is. Throws, with the reason, when it can't be believed. */
export type TokenVerifier = (token: string, now: Date) => Promise<Principal>;

/** What a JWT verifier of a resource server is set up with. */
export interface JwtVerifierSettings {
  /** The one algorithm that is accepted; RS256 when left out. */
  readonly algorithm?: string;
  /** What `iss` must be, character for character. */
  readonly issuer: string;
  /** What `aud` must be or contain. */
  readonly audience: string;
  /** Most verifiers of this kind know nothing of EdDSA, and this one refuses it too unless told otherwise. */
  readonly allowEdDSA?: boolean;
}

/** A verifier that finds its key in a JWKS, which may change at any time. */
export function verifierByJwks(settings: JwtVerifierSettings, jwks: () => readonly JWK[]): TokenVerifier {
  const algorithm = checkedAlgorithm(settings);
  if (algorithm.startsWith('HS')) {
    throw new RangeError('A secret is not published: HMAC needs a fixed key.');
  }
  return async (token, now) => {
    const { kid } = decodeProtectedHeader(token);
    const jwk = keyByKid(jwks(), kid);
    return verifyJwt(token, (await importJWK(jwk, algorithm)) as CryptoKey, algorithm, settings, now);
  };
}

/** A verifier with one fixed key: a public key in PEM (SPKI), or for HMAC the secret as text. */
export function verifierByKey(settings: JwtVerifierSettings, key: string): TokenVerifier {
  const algorithm = checkedAlgorithm(settings);
  const imported = algorithm.startsWith('HS')
    ? Promise.resolve(createSecretKey(key, 'utf8'))
    : importSPKI(key, algorithm);
  // Whoever verifies first learns that the key is no good; until then nobody waits for it.
  imported.catch(() => undefined);
  return async (token, now) => verifyJwt(token, await imported, algorithm, settings, now);
}

/** A verifier of opaque tokens that it knows by heart, as servers have in development. */
export function verifierByList(
  tokens: Readonly<Record<string, { readonly subject: string; readonly scopes: readonly string[] }>>,
): TokenVerifier {
  return async token => {
    const known = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
    if (known === undefined) {
      throw new Error('The token is not on the list.');
    }
    return { subject: known.subject, scopes: [...known.scopes], claims: { sub: known.subject } };
  };
}

function checkedAlgorithm({ algorithm = 'RS256', allowEdDSA = false }: JwtVerifierSettings): string {
  const isKnown = /^(HS|RS|PS|ES)(256|384|512)$/.test(algorithm) || (allowEdDSA && algorithm === 'EdDSA');
  if (!isKnown) {
    throw new RangeError(`Unsupported algorithm: ${algorithm}`);
  }
  return algorithm;
}

function keyByKid(keys: readonly JWK[], kid: string | undefined): JWK {
  const [first, ...others] = keys;
  if (first === undefined) {
    throw new Error('The JWKS is empty.');
  }
  if (kid === undefined) {
    if (others.length > 0) {
      throw new Error('The JWKS has several keys, and the token names none.');
    }
    return first;
  }
  const named = keys.find(key => key.kid === kid);
  if (named === undefined) {
    throw new Error('The JWKS has no key of that kid.');
  }
  return named;
}

async function verifyJwt(
  token: string,
  key: CryptoKey | KeyObject,
  algorithm: string,
  { issuer, audience }: JwtVerifierSettings,
  now: Date,
): Promise<Principal> {
  // No tolerance, on purpose: the clocks of a client and of such a server must agree to the second.
  const { payload } = await jwtVerify(token, key, {
    algorithms: [algorithm],
    issuer,
    audience,
    clockTolerance: 0,
    currentDate: now,
  });
  return {
    subject: payload.sub ?? 'unknown',
    scopes: scopesOf(payload),
    ...(payload.exp === undefined ? {} : { expiresAt: payload.exp }),
    claims: payload,
  };
}

/** Scopes come as a string with blanks or as a list, under either of two names. */
function scopesOf(payload: JWTPayload): string[] {
  for (const claim of [payload.scope, payload.scp]) {
    if (typeof claim === 'string') {
      return claim.split(' ').filter(scope => scope !== '');
    }
    if (Array.isArray(claim)) {
      return claim.map(String);
    }
  }
  return [];
}
