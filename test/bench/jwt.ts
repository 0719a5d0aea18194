import { type CryptoKey, importJWK, type JWK, decodeJwt as joseDecodeJwt, jwtVerify, SignJWT } from 'jose';
import type { SigningKey } from '../../src/core/credentials/types.ts';
import { algorithms } from '../../src/core/jwt/algorithms.ts';
import { decodeJwt, findJwts } from '../../src/core/jwt/decode.ts';
import { generateKey, makeSigningKey } from '../../src/core/jwt/keys.ts';
import { claimsFor, signJwt } from '../../src/core/jwt/sign.ts';
import { tokenFindings } from '../../src/core/jwt/tokenFindings.ts';
import { verifyJwt } from '../../src/core/jwt/verify.ts';
import { signedJwt } from '../unit/core/credentials/samples.ts';
import { type Claim, compare } from './measure.ts';

const now = Date.now();
const claims = claimsFor(signedJwt('bench').template, now);
const options = { now, toleranceSeconds: 60, expiresSoonSeconds: 600, longLivedDays: 90 };

/** Batches: one decoding is shorter than the clock's step. */
const batch = 200;

/** Decoding with findings, finding tokens in a long line, signing and verifying with each algorithm: beside bare jose. */
export async function jwtClaims(): Promise<Claim[]> {
  const result: Claim[] = [await decoding()];
  for (const { name } of algorithms) {
    // The same signature under another name.
    if (name !== 'Ed25519') {
      result.push(...(await signingAndVerifying(name)));
    }
  }
  result.push(await longLine());
  return result;
}

async function decoding(): Promise<Claim> {
  const key = new TextEncoder().encode('demo-shared-secret-that-protects-nothing');
  const tokens = await Promise.all(
    Array.from({ length: batch }, (_, index) =>
      new SignJWT({ ...claims, sub: `user-${index}` }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key),
    ),
  );
  const { ours, yardstick } = await compare(
    () => {
      for (const token of tokens) {
        const decoded = decodeJwt(token);
        tokenFindings(decoded.ok ? decoded.value : decoded.error, options);
      }
    },
    () => {
      for (const token of tokens) {
        joseDecodeJwt(token);
      }
    },
    200,
  );
  return {
    what: 'decode and findings of a token, beside jose.decodeJwt',
    ours: (ours * 1000) / batch,
    yardstick: (yardstick * 1000) / batch,
    unit: 'µs',
    aim: 1.2,
  };
}

async function signingAndVerifying(algorithm: string): Promise<Claim[]> {
  const generated = await generateKey(algorithm);
  if (!generated.ok) {
    throw new Error(generated.error.reason);
  }
  const key = makeSigningKey({ id: 'bench', name: 'bench', createdAt: now }, generated.value);
  const [privateKey, publicKey] = await bareKeys(key, algorithm);
  const rounds = /^[RP]S/.test(algorithm) ? 150 : 500;
  const signing = await compare(
    () => signJwt({ algorithm, key, header: { typ: 'JWT' }, claims }),
    () => new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(privateKey),
    rounds,
  );
  const signed = await signJwt({ algorithm, key, header: { typ: 'JWT' }, claims });
  const token = signed.ok ? signed.value : '';
  const keys =
    key.type === 'oct'
      ? [{ type: 'oct' as const, text: key.text, encoding: key.encoding }]
      : [{ type: 'public' as const, jwk: key.publicJwk }];
  const verifying = await compare(
    () => verifyJwt(token, { keys, algorithms: [algorithm], matchKid: false, now, toleranceSeconds: 60 }),
    () => jwtVerify(token, publicKey, { algorithms: [algorithm] }),
    rounds,
  );
  return [
    { what: `${algorithm} signing, beside bare jose`, ...micro(signing), aim: 1.2 },
    { what: `${algorithm} verifying, all checks, beside bare jose`, ...micro(verifying), aim: 1.5 },
  ];
}

async function bareKeys(key: SigningKey, algorithm: string): Promise<readonly [CryptoKey, CryptoKey]> {
  if (key.type === 'oct') {
    const bytes = new TextEncoder().encode(key.text.reveal());
    const hmac = { name: 'HMAC', hash: `SHA-${algorithm.slice(2)}` };
    const imported = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify']);
    return [imported, imported];
  }
  const [privateKey, publicKey] = await Promise.all([
    importJWK(JSON.parse(key.text.reveal()) as JWK, algorithm),
    importJWK(key.publicJwk as JWK, algorithm),
  ]);
  return [privateKey as CryptoKey, publicKey as CryptoKey];
}

/** What a hover does first: all tokens of a line of a megabyte, beside one pass of a regular expression. */
async function longLine(): Promise<Claim> {
  const line = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln and then some words, '.repeat(16_000);
  const { ours, yardstick } = await compare(
    () => findJwts(line),
    () => line.match(/\bey[\w-]+\.[\w-]+\.[\w-]*/g),
    20,
  );
  return { what: 'tokens in a line of 1 MB, beside one regular expression', ours, yardstick, unit: 'ms', aim: 2 };
}

function micro({ ours, yardstick }: { readonly ours: number; readonly yardstick: number }) {
  return { ours: ours * 1000, yardstick: yardstick * 1000, unit: 'µs' as const };
}
