import { algorithmsOfJwk } from '../../src/core/jwt/algorithms.ts';
import type { JsonObject } from '../../src/core/jwt/types.ts';
import { type SignatureOptions, type VerificationKey, verifySignature } from '../../src/core/jwt/verifySignature.ts';
import { Secret } from '../../src/core/secret.ts';

/**
 * One group of a file: keys and what was signed with one of them, or wasn't. In Wycheproof's schemas
 * `json_web_signature_schema_v1.json` has a JWK where `json_web_key_schema_v1.json` has a JWKS.
 */
export interface VectorGroup {
  readonly comment?: string;
  readonly type?: string;
  /** JWK or JWKS; of a shared secret there is only the private one. */
  readonly private?: JsonObject;
  readonly public?: JsonObject;
  readonly tests: readonly Vector[];
}

export interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  /** Compact serialisation, or an object where the vector is one of JSON serialisation. */
  readonly jws: unknown;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** What came out for a group. */
export interface GroupOutcome {
  readonly name: string;
  readonly accepted: number;
  readonly rejected: number;
  /** How many are to be accepted, rejected, or may be either. */
  readonly valid: number;
  readonly invalid: number;
  readonly acceptable: number;
  readonly different: readonly {
    readonly id: number;
    readonly comment: string;
    readonly expected: 'valid' | 'invalid';
    /** Why it was rejected; absent if it was accepted. */
    readonly reason?: string;
  }[];
}

/** Reads a file of vectors. Throws if it isn't one. */
export function readVectors(text: string): readonly VectorGroup[] {
  const file = JSON.parse(text) as { readonly testGroups?: unknown };
  if (!Array.isArray(file.testGroups)) {
    throw new TypeError('this file has no "testGroups".');
  }
  const groups = file.testGroups as readonly VectorGroup[];
  if (!groups.every(group => Array.isArray(group.tests) && group.tests.every(test => 'jws' in test))) {
    throw new TypeError('these are not vectors of JSON Web Signature.');
  }
  return groups;
}

/** Verifies every vector with the keys of its group, in the way in which tokens are verified. */
export async function checkVectors(groups: readonly VectorGroup[]): Promise<readonly GroupOutcome[]> {
  const outcomes: GroupOutcome[] = [];
  for (const group of groups) {
    outcomes.push(await checkGroup(group));
  }
  return outcomes;
}

async function checkGroup(group: VectorGroup): Promise<GroupOutcome> {
  const jwks = keysOf(group);
  const options = {
    keys: jwks.map(keyOf),
    // The algorithms that the keys are for, and no other.
    algorithms: jwks.flatMap(jwk => algorithmsOfJwk(jwk).map(({ name }) => name)),
  };
  const results: { readonly test: Vector; readonly reason: string | undefined }[] = [];
  for (const test of group.tests) {
    results.push({ test, reason: await rejection(test.jws, options) });
  }
  const count = (result: Vector['result']) => group.tests.filter(test => test.result === result).length;
  return {
    name: group.comment ?? group.type ?? '',
    accepted: results.filter(({ reason }) => reason === undefined).length,
    rejected: results.filter(({ reason }) => reason !== undefined).length,
    valid: count('valid'),
    invalid: count('invalid'),
    acceptable: count('acceptable'),
    different: results.flatMap(({ test: { tcId, comment = '', result }, reason }) =>
      result !== 'acceptable' && (result === 'valid') !== (reason === undefined)
        ? [{ id: tcId, comment, expected: result, ...(reason !== undefined && { reason }) }]
        : [],
    ),
  };
}

/** Why a vector is rejected. */
async function rejection(jws: unknown, options: SignatureOptions): Promise<string | undefined> {
  if (typeof jws !== 'string') {
    return 'not compact';
  }
  const verified = await verifySignature(jws, options);
  return verified.ok ? undefined : `${verified.error.check} ${verified.error.reason}`;
}

/**
 * What a verifier gets: the public keys of a set, or its shared secrets where there is nothing else. Nobody gives both to
 * one (RFC 8725 section 3.1), and an import of a JWKS takes no secret out of it either.
 */
function keysOf(group: VectorGroup): readonly JsonObject[] {
  const source = group.public ?? group.private ?? {};
  const jwks = Array.isArray(source.keys) ? (source.keys as readonly JsonObject[]) : [source];
  const publicKeys = jwks.filter(({ kty }) => kty !== 'oct');
  return publicKeys.length > 0 ? publicKeys : jwks;
}

function keyOf(jwk: JsonObject): VerificationKey {
  if (jwk.kty !== 'oct') {
    return { type: 'public', jwk };
  }
  const { kid } = jwk;
  return {
    type: 'oct',
    text: new Secret(String(jwk.k)),
    encoding: 'base64url',
    ...(typeof kid === 'string' && { kid }),
  };
}
