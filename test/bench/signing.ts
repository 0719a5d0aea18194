import { SignJWT } from 'jose';
import { claimsFor, signJwt } from '../../src/core/jwt/sign.ts';
import { hmacKey, signedJwt } from '../unit/core/credentials/samples.ts';
import { type Claim, compare } from './measure.ts';

/** HS256 as the broker does it, beside jose with a key that is imported already. */
export async function signingClaims(): Promise<Claim[]> {
  const { template } = signedJwt('bench');
  const key = hmacKey();
  const now = Date.now();
  const bare = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(key.text.reveal()),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const claims = claimsFor(template, now);
  const { ours, yardstick } = await compare(
    () => signJwt({ algorithm: 'HS256', key, header: template.header, claims: claimsFor(template, now) }),
    () => new SignJWT({ ...claims }).setProtectedHeader({ ...template.header, alg: 'HS256' }).sign(bare),
    2000,
  );
  return [
    { what: 'HS256 signing, beside bare jose', ours: ours * 1000, yardstick: yardstick * 1000, unit: 'µs', aim: 1.2 },
  ];
}
