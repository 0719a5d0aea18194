import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** 48 characters that are nothing but text. */
export const textSecret = 'not-a-secret-but-long-enough-for-a-demo-of-hmac!';
export const otherSecret = 'another-text-that-nobody-should-take-for-a-secret';
/** Text that is base64 as well: of 33 bytes. */
export const base64Secret = 'ZGVtby1zZWNyZXQtMDEyMzQ1Njc4OUFCQ0RFRmdoaWpr';

export const issuer = 'https://login.example.com';
export const audience = 'https://notes.example.com/mcp';

export interface TokenChanges {
  /** Seconds from now; an hour if left out. */
  readonly expiresIn?: number;
  readonly notBeforeIn?: number;
  readonly issuedIn?: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly algorithm?: string;
  readonly kid?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A JWT that is as it should be but for the changes. */
export function signToken(key: Uint8Array | CryptoKey, changes: TokenChanges = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ role: 'admin', scope: 'notes:read notes:write', ...changes.claims })
    .setProtectedHeader({
      alg: changes.algorithm ?? (key instanceof Uint8Array ? 'HS256' : 'RS256'),
      typ: 'JWT',
      ...(changes.kid !== undefined && { kid: changes.kid }),
    })
    .setSubject('alice')
    .setIssuer(changes.issuer ?? issuer)
    .setAudience(changes.audience ?? audience)
    .setIssuedAt(now + (changes.issuedIn ?? 0))
    .setExpirationTime(now + (changes.expiresIn ?? 3600));
  if (changes.notBeforeIn !== undefined) {
    token.setNotBefore(now + changes.notBeforeIn);
  }
  return token.sign(key);
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export interface Pair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** A key pair with its public JWK, named `kid`. */
export async function makePair(kid: string, algorithm = 'RS256'): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}
