import type { FindingData } from '../findings.ts';
import { findAlgorithm } from './algorithms.ts';
import { matchAudience } from './audience.ts';
import { readAudience, readTimes } from './claims.ts';
import type { DecodedJwt, JsonObject } from './types.ts';

/** How verifiers of the servers that users meet are set up (those of `test/servers`). */
export interface VerifierProfile {
  readonly id: VerifierProfileId;
  /** The algorithms that it can be set up with. */
  readonly algorithms: readonly string[];
  /** The one that it accepts as long as nobody set it up otherwise. */
  readonly defaultAlgorithm: string;
  readonly requiredClaims: readonly string[];
  /** The values of `role` that it knows, where it refuses a token with another one. */
  readonly roles?: readonly string[];
  /** In which claims it looks for scopes, or for permissions. */
  readonly scopeClaims: readonly string[];
  /** How far clocks may differ, in seconds. */
  readonly leewaySeconds: number;
  /** It finds its key by the `kid` of the header when there are several. */
  readonly needsKid: boolean;
  /** It compares `aud` character for character with what it is set up with. */
  readonly exactAudience: boolean;
}

export type VerifierProfileId = 'shared-secret' | 'container' | 'resource-server' | 'authorization-server';

const hmac = ['HS256'];
const asymmetric = ['RS', 'PS', 'ES'].flatMap(family => [256, 384, 512].map(bits => `${family}${bits}`));

export const verifierProfiles: readonly VerifierProfile[] = [
  {
    id: 'shared-secret',
    algorithms: hmac,
    defaultAlgorithm: 'HS256',
    requiredClaims: ['iss', 'sub', 'role'],
    scopeClaims: ['permissions'],
    leewaySeconds: 0,
    needsKid: false,
    exactAudience: false,
  },
  {
    id: 'container',
    algorithms: hmac,
    defaultAlgorithm: 'HS256',
    requiredClaims: ['id', 'email', 'role', 'permissions', 'iss', 'aud', 'exp'],
    roles: ['admin', 'user', 'readonly'],
    scopeClaims: ['permissions'],
    leewaySeconds: 0,
    needsKid: false,
    exactAudience: true,
  },
  {
    id: 'resource-server',
    algorithms: ['HS256', 'HS384', 'HS512', ...asymmetric],
    defaultAlgorithm: 'RS256',
    requiredClaims: ['iss', 'aud'],
    scopeClaims: ['scope', 'scp'],
    leewaySeconds: 0,
    needsKid: true,
    exactAudience: true,
  },
  {
    // RFC 9068: what a resource server expects of an access token by the book.
    id: 'authorization-server',
    algorithms: [...asymmetric, 'EdDSA', 'Ed25519'],
    defaultAlgorithm: 'RS256',
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    scopeClaims: ['scope'],
    leewaySeconds: 0,
    needsKid: true,
    exactAudience: true,
  },
];

/** One setting of a verifier that would refuse the token. */
export interface VerifierFinding {
  readonly profile: VerifierProfileId;
  /** `certain`: however it is set up. `likely`: as it is set up by default. `possible`: if the server is set up so. */
  readonly certainty: 'certain' | 'likely' | 'possible';
  readonly reason: VerifierReason;
  readonly data: FindingData;
}

export type VerifierReason =
  | 'algorithm-unsupported' // data: algorithm, supported
  | 'algorithm-not-default' // data: algorithm, accepted
  | 'kid-missing'
  | 'claim-missing' // data: claim
  | 'scope-claim-ignored' // scopes stand where it doesn't look; data: found, wanted
  | 'role-list-ignored' // `roles` where it reads `role`
  | 'role-unknown' // data: role, roles
  | 'no-leeway' // data: claim, at
  | 'issued-in-future' // data: at
  | 'audience-not-exact'; // covers the server, but isn't its URL; data: audience, expected

export interface ServerView {
  /** ms since the epoch */
  readonly now: number;
  /** Our own tolerance: what is beyond it is a finding of the token itself, and not repeated here. */
  readonly toleranceSeconds: number;
  /** Canonical. */
  readonly serverUrl?: string;
}

/** Which settings of one kind of verifier would refuse this token, and why. An empty list is no promise. */
export function verifierFindings(
  { header, payload }: DecodedJwt,
  profile: VerifierProfile,
  view: ServerView,
): VerifierFinding[] {
  const findings: VerifierFinding[] = [];
  const add = (certainty: VerifierFinding['certainty'], reason: VerifierReason, data: FindingData = {}) =>
    findings.push({ profile: profile.id, certainty, reason, data });
  const algorithm = String(header.alg);
  if (!profile.algorithms.includes(algorithm)) {
    add('certain', 'algorithm-unsupported', { algorithm, supported: [...profile.algorithms] });
  } else if (algorithm !== profile.defaultAlgorithm) {
    add('likely', 'algorithm-not-default', { algorithm, accepted: profile.defaultAlgorithm });
  }
  if (profile.needsKid && header.kid === undefined && findAlgorithm(algorithm)?.family !== 'HMAC') {
    add('possible', 'kid-missing');
  }
  const missing = profile.requiredClaims.filter(claim => payload[claim] === undefined);
  for (const claim of missing) {
    add('certain', 'claim-missing', { claim });
  }
  if (missing.includes('role') && payload.roles !== undefined) {
    add('certain', 'role-list-ignored');
  }
  const { roles } = profile;
  if (roles && payload.role !== undefined && !roles.some(role => role === payload.role)) {
    add('certain', 'role-unknown', { role: String(payload.role), roles: [...roles] });
  }
  addScopeFinding(payload, profile, add);
  addTimeFindings(payload, profile, view, add);
  addAudienceFinding(payload, profile, view, add);
  return findings;
}

/**
 * The profiles that a token may be meant for, by what it is signed with: a shared secret is for some servers, a key pair
 * for others. None for an algorithm that nobody has.
 */
export function profilesFor({ header }: DecodedJwt): readonly VerifierProfile[] {
  const family = findAlgorithm(header.alg)?.family;
  return verifierProfiles.filter(({ algorithms }) =>
    algorithms.some(name => (findAlgorithm(name)?.family === 'HMAC') === (family === 'HMAC') && family !== undefined),
  );
}

/** What one kind of server would hold against a token. */
export interface ServerOpinion {
  readonly profile: VerifierProfileId;
  /** Never empty. */
  readonly findings: readonly VerifierFinding[];
}

/** The kinds of servers that would refuse a token, of those that it may be meant for. */
export function refusingServers(jwt: DecodedJwt, view: ServerView): ServerOpinion[] {
  return profilesFor(jwt)
    .map(profile => ({ profile: profile.id, findings: verifierFindings(jwt, profile, view) }))
    .filter(({ findings }) => findings.length > 0);
}

type Add = (certainty: VerifierFinding['certainty'], reason: VerifierReason, data?: FindingData) => void;

const scopeClaims = ['scope', 'scp', 'permissions'];

function addScopeFinding(payload: JsonObject, profile: VerifierProfile, add: Add): void {
  const found = scopeClaims.filter(claim => payload[claim] !== undefined);
  const isRead = found.some(claim => profile.scopeClaims.includes(claim));
  if (found.length > 0 && !isRead) {
    add('possible', 'scope-claim-ignored', { found, wanted: [...profile.scopeClaims] });
  }
}

function addTimeFindings(payload: JsonObject, profile: VerifierProfile, view: ServerView, add: Add): void {
  const { exp, nbf, iat } = readTimes(payload);
  const { now } = view;
  const leeway = profile.leewaySeconds * 1000;
  const tolerance = view.toleranceSeconds * 1000;
  if (exp.at !== undefined && now >= exp.at + leeway && now < exp.at + tolerance) {
    add('certain', 'no-leeway', { claim: 'exp', at: exp.at });
  }
  if (nbf.at !== undefined && now < nbf.at - leeway && now >= nbf.at - tolerance) {
    add('certain', 'no-leeway', { claim: 'nbf', at: nbf.at });
  }
  // Some libraries refuse what was issued in the future, others never look at it.
  if (iat.at !== undefined && now < iat.at - leeway) {
    add('possible', 'issued-in-future', { at: iat.at });
  }
}

function addAudienceFinding(
  payload: JsonObject,
  { exactAudience }: VerifierProfile,
  { serverUrl }: ServerView,
  add: Add,
): void {
  const audience = [...readAudience(payload)];
  if (!exactAudience || serverUrl === undefined || audience.includes(serverUrl)) {
    return;
  }
  if (matchAudience(audience, { serverUrl }) === 'covered') {
    add('possible', 'audience-not-exact', { audience, expected: serverUrl });
  }
}
