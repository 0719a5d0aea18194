import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { algorithms, algorithmsFor } from '../../core/jwt/algorithms.ts';
import { discoverJwks } from '../../core/jwt/discovery.ts';
import { fetchJsonWith } from '../../core/jwt/fetchJson.ts';
import { importPublicKeys } from '../../core/jwt/importKey.ts';
import { JwksCache } from '../../core/jwt/jwks.ts';
import { keyError } from '../../core/jwt/keyMaterial.ts';
import type { VerificationKey } from '../../core/jwt/verifySignature.ts';
import { Secret } from '../../core/secret.ts';
import type { VerificationKeySource } from '../../ids.ts';
import type { Services } from '../../services.ts';

/** The keys to verify with, and which algorithms go with them. */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  readonly algorithms: readonly string[];
  /** Whether the token's `kid` has to name the key. */
  readonly matchKid: boolean;
  /** For the screen. */
  readonly source: string;
  readonly keyId?: string;
}

const fetchJson = fetchJsonWith((url, init) => fetch(url, init));
const cache = new JwksCache(fetchJson, { now: () => Date.now() });

/** Public keys verify what public keys can: never HMAC, whatever the token's header says (RFC 8725 section 3.1). */
const asymmetric = algorithms.filter(({ keyType }) => keyType !== 'oct').map(({ name }) => name);
const symmetric = algorithmsFor('oct').map(({ name }) => name);

/**
 * Finds the keys that a source names.
 * @param header and claims of the token: `kid` chooses among keys, `iss` tells where to look
 * @throws KeyringError `signing-key-problem`, `signing-key-not-found`, `keys-not-found`, `argument-invalid`
 */
export async function keysFrom(
  { vault }: Services,
  from: VerificationKeySource,
  token: { readonly kid?: unknown; readonly iss?: unknown },
): Promise<KeySet> {
  switch (from.kind) {
    case 'signingKey': {
      const key = vault.signingKey(from.keyId);
      if (!key) {
        throw new KeyringError('signing-key-not-found', { id: from.keyId });
      }
      const keys: VerificationKey[] =
        key.type === 'oct'
          ? [{ type: 'oct', text: key.text, encoding: key.encoding }]
          : [key.publicJwk, ...(key.previousPublicKeys ?? [])].map(jwk => ({ type: 'public', jwk }));
      return {
        keys,
        algorithms: key.type === 'oct' ? symmetric : asymmetric,
        matchKid: false,
        source: key.name,
        keyId: key.id,
      };
    }
    case 'secret':
      return {
        keys: [{ type: 'oct', text: new Secret(from.secret), encoding: from.encoding ?? 'utf8' }],
        algorithms: symmetric,
        matchKid: false,
        source: vscode.l10n.t('a shared secret'),
      };
    case 'publicKey': {
      const keys = await importPublicKeys(from.text);
      if (!keys.ok) {
        throw keyError(keys.error);
      }
      return { keys: keys.value, algorithms: asymmetric, matchKid: false, source: vscode.l10n.t('a public key') };
    }
    case 'jwksUrl':
      return { ...(await fromJwks(from.url, token.kid)), source: from.url };
    case 'discovery': {
      if (typeof token.iss !== 'string') {
        throw new KeyringError('keys-not-found', { reason: 'issuer-not-url', issuer: '' });
      }
      const found = await discoverJwks(token.iss, fetchJson);
      if (!found.ok) {
        throw new KeyringError('keys-not-found', { ...found.error.data, reason: found.error.reason });
      }
      return { ...(await fromJwks(found.value.jwksUri, token.kid)), source: found.value.jwksUri };
    }
    default:
      throw new KeyringError('argument-invalid', { field: 'with.kind', reason: 'wrong-type' });
  }
}

async function fromJwks(url: string, kid: unknown): Promise<Omit<KeySet, 'source'>> {
  const keys = await cache.keysFor(url, kid);
  if (!keys.ok) {
    throw new KeyringError('keys-not-found', { ...keys.error.data, reason: keys.error.reason });
  }
  return { keys: keys.value, algorithms: asymmetric, matchKid: true };
}
