/** Where a claim or header parameter is defined. `common`: nowhere, but many servers use it in the same sense. */
export type NameSource =
  | 'RFC 7515'
  | 'RFC 7516'
  | 'RFC 7519'
  | 'RFC 7797'
  | 'RFC 7800'
  | 'RFC 8693'
  | 'RFC 9068'
  | 'RFC 9396'
  | 'OpenID Connect'
  | 'common';

/** Claims that are explained: the IANA registry's, as far as they are met in access and ID tokens, and a few that it lacks. */
export const knownClaims = {
  iss: 'RFC 7519',
  sub: 'RFC 7519',
  aud: 'RFC 7519',
  exp: 'RFC 7519',
  nbf: 'RFC 7519',
  iat: 'RFC 7519',
  jti: 'RFC 7519',
  scope: 'RFC 8693',
  client_id: 'RFC 8693',
  act: 'RFC 8693',
  may_act: 'RFC 8693',
  roles: 'RFC 9068',
  groups: 'RFC 9068',
  entitlements: 'RFC 9068',
  cnf: 'RFC 7800',
  authorization_details: 'RFC 9396',
  auth_time: 'OpenID Connect',
  nonce: 'OpenID Connect',
  acr: 'OpenID Connect',
  amr: 'OpenID Connect',
  azp: 'OpenID Connect',
  at_hash: 'OpenID Connect',
  c_hash: 'OpenID Connect',
  sid: 'OpenID Connect',
  name: 'OpenID Connect',
  given_name: 'OpenID Connect',
  family_name: 'OpenID Connect',
  nickname: 'OpenID Connect',
  preferred_username: 'OpenID Connect',
  profile: 'OpenID Connect',
  picture: 'OpenID Connect',
  website: 'OpenID Connect',
  email: 'OpenID Connect',
  email_verified: 'OpenID Connect',
  gender: 'OpenID Connect',
  birthdate: 'OpenID Connect',
  zoneinfo: 'OpenID Connect',
  locale: 'OpenID Connect',
  phone_number: 'OpenID Connect',
  phone_number_verified: 'OpenID Connect',
  address: 'OpenID Connect',
  updated_at: 'OpenID Connect',
  scp: 'common',
  role: 'common',
  permissions: 'common',
  tid: 'common',
  oid: 'common',
} as const satisfies Readonly<Record<string, NameSource>>;

export type KnownClaim = keyof typeof knownClaims;

/** Header parameters that are explained (RFC 7515 section 4.1 and what extends it). */
export const knownParameters = {
  alg: 'RFC 7515',
  typ: 'RFC 7515',
  cty: 'RFC 7515',
  kid: 'RFC 7515',
  jku: 'RFC 7515',
  jwk: 'RFC 7515',
  x5u: 'RFC 7515',
  x5c: 'RFC 7515',
  x5t: 'RFC 7515',
  'x5t#S256': 'RFC 7515',
  crit: 'RFC 7515',
  b64: 'RFC 7797',
  enc: 'RFC 7516',
  zip: 'RFC 7516',
} as const satisfies Readonly<Record<string, NameSource>>;

export type KnownParameter = keyof typeof knownParameters;

// Own properties alone: a token may well have a claim named `constructor`.

export function isKnownClaim(name: string): name is KnownClaim {
  return Object.hasOwn(knownClaims, name);
}

export function isKnownParameter(name: string): name is KnownParameter {
  return Object.hasOwn(knownParameters, name);
}
