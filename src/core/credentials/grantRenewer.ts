import { Emitter } from '../emitter.ts';
import { KeyringError } from '../errors.ts';
import { failureFields, type OAuthFailure, oauthFailure } from '../oauth/failures.ts';
import { type CredentialGrant, hasValidToken, type OAuthGrant, renewalDue } from '../oauth/grant.ts';
import { placeOf } from '../oauth/http.ts';
import { oauthError } from '../oauth/keyringError.ts';
import { type RenewalOutcome, renewGrant } from '../oauth/renewal.ts';
import { revokeTokens } from '../oauth/revoke.ts';
import type { OAuthContext } from '../oauth/tokenRequest.ts';
import type { Clock, Event, HeldLock, Locks, Log } from '../ports.ts';
import { withEvent } from './history.ts';
import { type RetryDelay, retryDelay } from './retryDelay.ts';
import type { Credential, OAuthCredential } from './types.ts';
import type { Vault } from './vault.ts';

/** How long to wait for another window that is renewing the same credential, in ms: its requests have time limits. */
const lockPatience = 45_000;
/** How often it is tried to store tokens that the keyring didn't keep, in ms. */
const storeAgainAfter = [2000, 10_000, 60_000];

/** A renewal that was cut off longer ago than this has left nothing that is still on its way, in ms. */
const recent = 60_000;

/** What the holder of a renewal's lock leaves for the next. */
interface RenewalNote {
  /** The server wants to be left alone until then, in ms. */
  readonly notBefore?: number;
  /** A window has tokens that its keyring didn't keep: the refresh token that others see is spent. */
  readonly unstored?: string;
}

export interface GrantRenewerParts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly locks: Locks;
  /** What requests for this credential are made with. */
  readonly contextFor: (credential: OAuthCredential) => OAuthContext;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Renews the grants of OAuth credentials: one at a time among all windows, after a fresh look at the vault, never sooner
 * than a server that was asked in vain wants it, and without losing a token that could not be stored.
 */
export class GrantRenewer {
  readonly #parts: GrantRenewerParts;
  readonly #random: () => number;
  /** Names this window in notes. */
  readonly #window = crypto.randomUUID();
  readonly #delays = new Map<string, RetryDelay>();
  readonly #unstored = new Map<string, OAuthCredential>();
  readonly #notStored: Emitter<OAuthCredential>;

  constructor(parts: GrantRenewerParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    this.#notStored = new Emitter(error => parts.log.error('not-stored-listener', error));
  }

  /** Fires when tokens were obtained that the vault did not keep. They stay in memory, and it is tried again. */
  get onDidNotStore(): Event<OAuthCredential> {
    return this.#notStored.event;
  }

  /** Why the last renewal of a credential failed, and when another is worth while; undefined after a success. */
  delayOf(credentialId: string): RetryDelay | undefined {
    return this.#delays.get(credentialId);
  }

  /** The network is back or the machine is awake: what failed for want of it need not wait. What a server asked for stays. */
  forgetDelays(): void {
    for (const [id, delay] of this.#delays) {
      if (delay.byItself && !delay.asked) {
        this.#delays.delete(id);
      }
    }
  }

  /** See `TokenSources.renewGrant`. */
  async renewGrant(credentialId: string, evenIfFresh: boolean): Promise<OAuthCredential> {
    const unstored = this.#unstored.get(credentialId);
    if (unstored && hasValidGrant(unstored, this.#parts.clock.now()) && !evenIfFresh) {
      return unstored;
    }
    return this.#parts.locks.run(`renewal/${credentialId}`, lockPatience, held =>
      this.#renew(credentialId, evenIfFresh, held),
    );
  }

  async #renew(id: string, evenIfFresh: boolean, held: HeldLock | undefined): Promise<OAuthCredential> {
    const credential = await this.#latest(id);
    try {
      return await this.#renewLatest(credential, evenIfFresh, held);
    } catch (error) {
      // Whatever an early renewal failed for, the token at hand is as good as before.
      const now = this.#parts.clock.now();
      if (!evenIfFresh && error instanceof KeyringError && hasValidGrant(credential, now)) {
        this.#parts.log.warn('grant-renewal-put-off', { id, code: error.code });
        return credential;
      }
      throw error;
    }
  }

  /** See `TokenSources.replaceGrant`. */
  replaceGrant(id: string, grant: CredentialGrant): Promise<void> {
    const { vault, clock, locks } = this.#parts;
    // Also without the lock: what a person has signed in for must not get lost for a window that hangs.
    return locks.run(`renewal/${id}`, lockPatience, async held => {
      await vault.updateCredential(id, current => {
        if (current.kind !== 'oauth') {
          return undefined;
        }
        const { revokedAt: _, ...rest } = current;
        return withEvent({ ...rest, grant }, { at: clock.now(), event: 'signedIn' });
      });
      this.#unstored.delete(id);
      this.#delays.delete(id);
      await this.#leave(held, {});
    });
  }

  /** See `TokenSources.endGrant`. */
  endGrant(id: string, ask: 'server' | 'nobody'): Promise<OAuthFailure | undefined> {
    const { vault, clock, log, locks } = this.#parts;
    // Also without the lock: a window that hangs must not keep anybody signed in.
    return locks.run(`renewal/${id}`, lockPatience, async held => {
      const credential = this.#unstored.get(id) ?? (await vault.readLatestCredential(id));
      if (credential.kind !== 'oauth' || credential.grant.flow === 'vscodeAccount') {
        throw new KeyringError('cannot-sign-out', { id, name: credential.name });
      }
      const { grant } = credential;
      const failure = ask === 'server' ? await revokeGrant(this.#parts.contextFor(credential), grant) : undefined;
      log.info('grant-ended', { id, asked: ask, failure: failure?.code });
      this.#logFailure(id, failure);
      if (failure && failure.code !== 'revocation-unsupported') {
        return failure;
      }
      await vault.updateCredential(id, current => signedOut(current, clock.now()));
      this.#unstored.delete(id);
      this.#delays.delete(id);
      await this.#leave(held, {});
      return failure;
    });
  }

  async #renewLatest(
    credential: OAuthCredential,
    evenIfFresh: boolean,
    held: HeldLock | undefined,
  ): Promise<OAuthCredential> {
    const { vault, clock, log } = this.#parts;
    const { id, name } = credential;
    const note = readNote(held);
    const obstacle = !held
      ? new KeyringError('renewal-locked', { id, name })
      : note.unstored !== undefined && note.unstored !== this.#window && !held.note?.beforeStart
        ? new KeyringError('vault-behind', { id, name })
        : this.#wait(credential, note, evenIfFresh);
    if (obstacle) {
      throw obstacle;
    }
    const { renewingSince } = grantOf(credential);
    if (renewingSince !== undefined && Math.abs(clock.now() - renewingSince) < recent) {
      // Whoever held the lock has died just now. What it may have stored last can still be on its way here.
      await vault.settle();
    }
    const context = this.#parts.contextFor(credential);
    const outcome = await renewGrant(
      { ...context, http: this.#guarded(context.http, held) },
      {
        load: async () => grantOf(await this.#latest(id)),
        store: async grant => {
          await vault.updateCredential(id, current => withGrant(current, grant, clock.now()));
          this.#unstored.delete(id);
        },
      },
      // Whoever asks has found it due; here it is only made sure that nobody was faster.
      grant => evenIfFresh || renewalDue(grant, clock.now(), 1),
    );
    log.info('grant-renewal', { id, status: outcome.status, failure: outcome.failure?.code });
    this.#logFailure(id, outcome.failure);
    return this.#settle(credential, outcome, held);
  }

  /** The credential as it was written last, or as it would have been written. */
  async #latest(id: string): Promise<OAuthCredential> {
    const credential = this.#unstored.get(id) ?? (await this.#parts.vault.readLatestCredential(id));
    const { name, kind } = credential;
    if (kind !== 'oauth' || credential.grant.flow === 'vscodeAccount') {
      throw new KeyringError('cannot-renew', { id, name, kind });
    }
    if (credential.revokedAt !== undefined) {
      throw new KeyringError('credential-revoked', { id, name });
    }
    return credential;
  }

  /** Why not to ask the server now. A person may ask sooner than we do by ourselves, but not sooner than the server wants. */
  #wait(credential: OAuthCredential, note: RenewalNote, evenIfFresh: boolean): KeyringError | undefined {
    const { id, name } = credential;
    const now = this.#parts.clock.now();
    const delay = this.#delays.get(id);
    if (note.notBefore !== undefined && now < note.notBefore) {
      const wait = note.notBefore - now;
      return oauthError(oauthFailure('rate-limited', delay?.failure.data ?? {}, wait), { id, name });
    }
    const notBefore = hasValidGrant(credential, now) ? delay?.notBefore : delay?.soonest;
    return delay && notBefore !== undefined && now < notBefore && !evenIfFresh
      ? oauthError(delay.failure, { id, name })
      : undefined;
  }

  async #settle(
    before: OAuthCredential,
    { status, grant, failure }: RenewalOutcome,
    held: HeldLock | undefined,
  ): Promise<OAuthCredential> {
    const { vault, clock } = this.#parts;
    const { id, name } = before;
    if (status === 'not-stored') {
      const credential = withGrant(before, grant, clock.now());
      this.#unstored.set(id, credential);
      await this.#leave(held, { unstored: this.#window });
      this.#storeLater(id, 0);
      this.#notStored.fire(credential);
      return credential;
    }
    if (!failure) {
      this.#delays.delete(id);
      await this.#leave(held, {});
      const stored = status === 'renewed' ? vault.credential(id) : undefined;
      return stored?.kind === 'oauth' ? stored : { ...before, grant };
    }
    const delay = this.#remember(id, failure);
    await this.#leave(held, delay.asked ? { notBefore: delay.notBefore } : {});
    throw oauthError(failure, { id, name });
  }

  /** Most fail where nobody sees a message, so the log is all that there is to find out why. */
  #logFailure(id: string, failure: OAuthFailure | undefined): void {
    if (failure) {
      this.#parts.log.warn('oauth-failed', { id, ...failureFields(failure) });
    }
  }

  #remember(id: string, failure: OAuthFailure): RetryDelay {
    const delay = retryDelay(failure, this.#delays.get(id), this.#parts.clock.now(), this.#random());
    this.#delays.set(id, delay);
    return delay;
  }

  /** Tokens that the keyring didn't keep are offered to it again. If it never takes them, they last as long as the window. */
  #storeLater(id: string, attempt: number): void {
    const { clock, log, locks, vault } = this.#parts;
    const wait = storeAgainAfter[Math.min(attempt, storeAgainAfter.length - 1)] ?? 0;
    clock.at(clock.now() + wait, () => {
      const again = async (held: HeldLock | undefined) => {
        const credential = this.#unstored.get(id);
        if (!credential) {
          return;
        }
        const now = clock.now();
        await vault.updateCredential(id, current => withGrant(current, grantOf(credential), now));
        this.#unstored.delete(id);
        await this.#leave(held, {});
        log.info('grant-stored-late', { id });
      };
      locks.run(`renewal/${id}`, lockPatience, again).catch(error => {
        if (error instanceof KeyringError && error.code === 'credential-not-found') {
          this.#unstored.delete(id);
          return;
        }
        log.error('grant-not-stored', error, { id });
        this.#storeLater(id, attempt + 1);
      });
    });
  }

  async #leave(held: HeldLock | undefined, note: RenewalNote): Promise<void> {
    const isEmpty = Object.keys(note).length === 0;
    if (held && !(isEmpty && !held.note)) {
      await held
        .leave(isEmpty ? undefined : JSON.stringify(note))
        .catch(error => this.#parts.log.error('renewal-not-noted', error));
    }
  }

  /** A process that stood still for long may have lost its lock meanwhile: nothing is spent then. */
  #guarded(http: OAuthContext['http'], held: HeldLock | undefined): OAuthContext['http'] {
    return async (url, init) => {
      if (!(await held?.isHeld())) {
        throw new Error('The lock has been lost.');
      }
      return http(url, init);
    };
  }
}

function readNote(held: HeldLock | undefined): RenewalNote {
  try {
    const { notBefore, unstored } = JSON.parse(held?.note?.text ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof notBefore === 'number' && { notBefore }),
      ...(typeof unstored === 'string' && { unstored }),
    };
  } catch {
    return {};
  }
}

function grantOf(credential: OAuthCredential): OAuthGrant {
  if (credential.grant.flow === 'vscodeAccount') {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  return credential.grant;
}

/** Tells the server that the grant is over. One without tokens is over already. */
async function revokeGrant(context: OAuthContext, grant: OAuthGrant): Promise<OAuthFailure | undefined> {
  if (!grant.tokens) {
    return undefined;
  }
  if (grant.flow === 'tokenEndpoint') {
    return oauthFailure('revocation-unsupported', { url: placeOf(grant.recipe.url) });
  }
  const ended = await revokeTokens(context, grant, grant.tokens);
  return ended.ok ? undefined : ended.error;
}

/** The credential without its tokens: what it takes to sign in again stays. */
function signedOut(credential: Credential, now: number): OAuthCredential | undefined {
  if (credential.kind !== 'oauth' || credential.grant.flow === 'vscodeAccount') {
    return undefined;
  }
  const { tokens: _, renewingSince: __, ended: ___, ...grant } = credential.grant;
  return withEvent({ ...credential, grant: grant as OAuthGrant }, { at: now, event: 'signedOut' });
}

function hasValidGrant({ grant }: OAuthCredential, now: number): boolean {
  return grant.flow !== 'vscodeAccount' && hasValidToken(grant, now);
}

/** The credential with what a renewal has made of its grant. Attachments and the like may have changed meanwhile: they stay. */
function withGrant(credential: Credential, grant: OAuthGrant, now: number): OAuthCredential {
  if (credential.kind !== 'oauth' || credential.grant.flow === 'vscodeAccount') {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name, kind: credential.kind });
  }
  const { tokens, ended } = credential.grant;
  const changed: OAuthCredential = { ...credential, grant };
  if (grant.tokens && !(tokens && grant.tokens.accessToken.equals(tokens.accessToken))) {
    const timesRenewed = credential.timesRenewed + (tokens ? 1 : 0);
    return withEvent({ ...changed, timesRenewed }, { at: now, event: 'renewed' });
  }
  return grant.ended && !ended ? withEvent(changed, { at: now, event: 'refused' }) : changed;
}
