import type { JsonObject } from './types.ts';

/** A signature algorithm of JWS (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864). */
export interface Algorithm {
  /** As it stands in `alg`. `EdDSA` and its fully specified name `Ed25519` are the same signature under two names. */
  readonly name: AlgorithmName;
  readonly family: AlgorithmFamily;
  /** Key type (`kty`) that it takes. */
  readonly keyType: KeyType;
  /** The hash in bits. Ed25519 hashes with SHA-512 inside. */
  readonly hashBits: 256 | 384 | 512;
  /** The one curve (`crv`) that it takes. */
  readonly curve?: Curve;
  /** What a key must have at least: of HMAC as many bits as the hash (section 3.2), of RSA 2048 (sections 3.3, 3.5). */
  readonly minimumBits?: number;
}

export type AlgorithmName =
  | `${'HS' | 'RS' | 'PS' | 'ES'}${256 | 384 | 512}`
  | 'EdDSA' // the name that servers know
  | 'Ed25519';
export type AlgorithmFamily = 'HMAC' | 'RSA' | 'RSA-PSS' | 'ECDSA' | 'EdDSA';
export type KeyType = 'oct' | 'RSA' | 'EC' | 'OKP';
export type Curve = 'P-256' | 'P-384' | 'P-521' | 'Ed25519';

const hashes = [256, 384, 512] as const;
const curves = { 256: 'P-256', 384: 'P-384', 512: 'P-521' } as const;

/** Every algorithm that can sign here, in the order in which a person is offered them. */
export const algorithms: readonly Algorithm[] = [
  ...hashes.map(bits => ({
    name: `HS${bits}` as const,
    family: 'HMAC' as const,
    keyType: 'oct' as const,
    hashBits: bits,
    minimumBits: bits,
  })),
  ...hashes.map(bits => rsa(`RS${bits}`, 'RSA', bits)),
  ...hashes.map(bits => rsa(`PS${bits}`, 'RSA-PSS', bits)),
  ...hashes.map(bits => ({
    name: `ES${bits}` as const,
    family: 'ECDSA' as const,
    keyType: 'EC' as const,
    hashBits: bits,
    curve: curves[bits],
  })),
  { name: 'EdDSA', family: 'EdDSA', keyType: 'OKP', hashBits: 512, curve: 'Ed25519' },
  { name: 'Ed25519', family: 'EdDSA', keyType: 'OKP', hashBits: 512, curve: 'Ed25519' },
];

function rsa(name: AlgorithmName, family: 'RSA' | 'RSA-PSS', hashBits: 256 | 384 | 512): Algorithm {
  return { name, family, keyType: 'RSA', hashBits, minimumBits: 2048 };
}

const byName = new Map<unknown, Algorithm>(algorithms.map(algorithm => [algorithm.name, algorithm]));

/** The algorithm of an `alg`, by its exact name (RFC 7515 section 4.1.1: case-sensitive); undefined for `none` and the unknown. */
export function findAlgorithm(alg: unknown): Algorithm | undefined {
  return byName.get(alg);
}

/** The algorithms that a key of this type and curve can be used with. */
export function algorithmsFor(keyType: unknown, curve?: unknown): readonly Algorithm[] {
  return algorithms.filter(
    algorithm => algorithm.keyType === keyType && (algorithm.curve === undefined || algorithm.curve === curve),
  );
}

/** The algorithms that a JWK can be used with: by its type and curve, and its own `alg` where it has one (RFC 7517 section 4.4). */
export function algorithmsOfJwk(jwk: JsonObject): readonly Algorithm[] {
  const candidates = algorithmsFor(jwk.kty, jwk.crv);
  const named = findAlgorithm(jwk.alg);
  return jwk.alg === undefined
    ? candidates
    : candidates.filter(
        algorithm => algorithm === named || (algorithm.family === 'EdDSA' && named?.family === 'EdDSA'),
      );
}
