/** A segment of a JWT. */
export function segment(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** What stands in for a signature: long enough to be looked for, and made by no key. */
export const fakeSignature = 'bm90LWEtc2lnbmF0dXJlLWJ1dC1sb25nLWVub3VnaA';

/** A JWT with these claims that no server accepts. */
export function jwt(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  return `${segment(header)}.${segment(claims)}.${fakeSignature}`;
}

/** Seconds since the epoch, as claims count. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A JWT that was issued now. */
export function freshJwt(claims: object = {}, lifetimeSeconds = 7200): string {
  const iat = nowSeconds();
  return jwt({ iss: 'mcp-auth-server', sub: 'alice', iat, exp: iat + lifetimeSeconds, ...claims });
}
