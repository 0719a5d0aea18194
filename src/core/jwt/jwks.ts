import type { FindingData } from '../findings.ts';
import { fail, ok, type Result } from '../result.ts';
import { documentLimits, type FetchJson, type FetchProblemReason } from './fetchJson.ts';
import { importPublicJwk, type PublicKey } from './importKey.ts';
import type { JsonObject } from './types.ts';

export interface JwksProblem {
  readonly reason: FetchProblemReason | 'jwks-malformed' | 'jwks-too-many-keys' | 'jwks-no-usable-key';
  /** `url`; `count` and `limit` of keys. */
  readonly data: FindingData;
}

export interface JwksCacheOptions {
  /** ms since the epoch */
  readonly now: () => number;
  /** A set isn't fetched again for an unknown `kid` within this time, so that made-up names cause no traffic. In ms. */
  readonly cooldownMs?: number;
  /** An older set is fetched again: a key that was withdrawn is gone then. In ms. */
  readonly maximumAgeMs?: number;
}

interface CachedSet {
  readonly keys: readonly PublicKey[];
  readonly fetchedAt: number;
  /** When the server was asked last, whatever it answered. */
  readonly askedAt: number;
}

/** More keys in one set are nobody's rotation. */
const mostKeys = 100;
/** The sets that are kept; the one fetched longest ago goes first. */
const mostSets = 20;

/**
 * The keys of JWKS URLs (RFC 7517 section 5), fetched when they're needed and kept for a while. A `kid` that isn't among
 * them means that the server has rotated its keys: the set is fetched once more, but not more often than the cooldown allows.
 */
export class JwksCache {
  readonly #fetchJson: FetchJson;
  readonly #now: () => number;
  readonly #cooldown: number;
  readonly #maximumAge: number;
  readonly #sets = new Map<string, CachedSet>();
  readonly #fetches = new Map<string, Promise<Result<CachedSet, JwksProblem>>>();

  constructor(fetchJson: FetchJson, { now, cooldownMs = 30_000, maximumAgeMs = 600_000 }: JwksCacheOptions) {
    this.#fetchJson = fetchJson;
    this.#now = now;
    this.#cooldown = cooldownMs;
    this.#maximumAge = maximumAgeMs;
  }

  /**
   * The usable keys of a set; always at least one. Calls at the same time share one fetch.
   * @param kid that the token's header names
   */
  async keysFor(url: string, kid?: unknown): Promise<Result<readonly PublicKey[], JwksProblem>> {
    const cached = this.#sets.get(url);
    const now = this.#now();
    if (!cached || now - cached.fetchedAt >= this.#maximumAge) {
      const fetched = await this.#fetchOnce(url);
      return fetched.ok ? ok(fetched.value.keys) : fetched;
    }
    if (typeof kid === 'string' && !mayHave(cached, kid) && now - cached.askedAt >= this.#cooldown) {
      const fetched = await this.#fetchOnce(url);
      // The keys that are there are as good as before, whatever came of asking for new ones.
      return ok(fetched.ok ? fetched.value.keys : cached.keys);
    }
    return ok(cached.keys);
  }

  /** Forgets every set, so that the next call fetches. */
  clear(): void {
    this.#sets.clear();
  }

  #fetchOnce(url: string): Promise<Result<CachedSet, JwksProblem>> {
    let fetched = this.#fetches.get(url);
    if (!fetched) {
      fetched = this.#fetch(url).finally(() => this.#fetches.delete(url));
      this.#fetches.set(url, fetched);
    }
    return fetched;
  }

  async #fetch(url: string): Promise<Result<CachedSet, JwksProblem>> {
    const document = await this.#fetchJson(url, documentLimits);
    const keys = document.ok ? await readKeys(url, document.value) : document;
    const now = this.#now();
    if (!keys.ok) {
      const old = this.#sets.get(url);
      if (old) {
        this.#sets.set(url, { ...old, askedAt: now });
      }
      return keys;
    }
    const set = { keys: keys.value, fetchedAt: now, askedAt: now };
    this.#sets.delete(url);
    this.#sets.set(url, set);
    for (const oldest of [...this.#sets.keys()].slice(0, -mostSets)) {
      this.#sets.delete(oldest);
    }
    return ok(set);
  }
}

/** A key without a name may be any. */
function mayHave({ keys }: CachedSet, kid: string): boolean {
  return keys.some(({ jwk }) => jwk.kid === kid || jwk.kid === undefined);
}

async function readKeys(url: string, document: unknown): Promise<Result<readonly PublicKey[], JwksProblem>> {
  const keys = isObject(document) ? document.keys : undefined;
  if (!Array.isArray(keys)) {
    return fail({ reason: 'jwks-malformed', data: { url } });
  }
  if (keys.length > mostKeys) {
    return fail({ reason: 'jwks-too-many-keys', data: { url, count: keys.length, limit: mostKeys } });
  }
  // What it doesn't understand a reader passes over (RFC 7517 section 5).
  const imported = await Promise.all(keys.filter(isObject).map(jwk => importPublicJwk(jwk)));
  const usable = imported.filter(result => result.ok).map(({ value }) => value);
  return usable.length > 0 ? ok(usable) : fail({ reason: 'jwks-no-usable-key', data: { url, count: keys.length } });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
