import { canonicalUrl, transportSecurity } from '../config/url.ts';
import { Emitter } from '../emitter.ts';
import { KeyringError } from '../errors.ts';
import { readTimes } from '../jwt/claims.ts';
import { isSendable } from '../jwt/headerValue.ts';
import type { Clock, Event, Log } from '../ports.ts';
import { Secret } from '../secret.ts';
import { withEvent } from './history.ts';
import { renewalDueAt } from './renewal.ts';
import { currentToken, readToken } from './token.ts';
import type { Attachment, Credential, SignedJwtCredential } from './types.ts';
import type { Vault } from './vault.ts';

/** A header that may be sent to the server that it was asked for, and to no other. */
export interface HeaderValue {
  readonly name: string;
  /** The whole value, scheme included. */
  readonly value: Secret;
  /** The token alone. */
  readonly token: Secret;
  readonly credentialId: string;
  /** In ms; absent where the token doesn't say. */
  readonly expiresAt?: number;
}

/** What the user has set, read at every call. */
export interface BrokerPolicy {
  /** Clocks may differ by this much, in seconds. */
  readonly clockToleranceSeconds: number;
  /** Whether a token that is due is renewed when it is asked for. */
  readonly automaticRenewal: boolean;
}

/** A use is written down at most this often per credential and server, so that a burst of starts costs one write. */
const useInterval = 60_000;

/**
 * From a server to the header that authenticates to it. Every delivery calls {@link headerFor} and none has another way
 * to a value.
 */
export class Broker {
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #policy: () => BrokerPolicy;
  readonly #renewals = new Map<string, Promise<SignedJwtCredential>>();
  readonly #uses = new Map<string, number>();
  readonly #renewed: Emitter<string>;
  readonly #failed: Emitter<unknown>;

  constructor(vault: Vault, clock: Clock, log: Log, policy: () => BrokerPolicy) {
    this.#vault = vault;
    this.#clock = clock;
    this.#log = log;
    this.#policy = policy;
    this.#renewed = new Emitter(error => log.error('renewal-listener', error));
    this.#failed = new Emitter(error => log.error('write-failure-listener', error));
  }

  /** Fires with the credential's id after a new token has been stored. */
  get onDidRenew(): Event<string> {
    return this.#renewed.event;
  }

  /** Fires with the error when something was not written that no command waits for. */
  get onDidFailToWrite(): Event<unknown> {
    return this.#failed.event;
  }

  /**
   * The header to send to a server: checks the attachment, renews if due, records the use.
   * @param serverUrl as it stands in the config file
   * @param headerName in any case
   * @throws KeyringError with a `RefusalCode`, or `vault-unavailable`; nothing was sent then
   */
  async headerFor(serverUrl: string, headerName: string): Promise<HeaderValue> {
    const canonical = canonicalUrl(serverUrl);
    if (!canonical.ok) {
      throw new KeyringError('url-invalid', { url: serverUrl });
    }
    const url = canonical.value;
    await this.#vault.load();
    const inUse = this.#vault.attachedTo(url, headerName)[0];
    if (!inUse) {
      throw new KeyringError('no-credential', { url, header: headerName });
    }
    // Read afresh: it may have been detached, revoked or renewed in another window since memory heard of it.
    const credential = await this.#readAttached(inUse.credentialId, url, headerName);
    const attachment = findAttachment(credential, url, headerName);
    if (!attachment) {
      throw new KeyringError('no-credential', { url, header: headerName });
    }
    if (credential.revokedAt !== undefined) {
      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name, url });
    }
    if (transportSecurity(url) === 'insecure' && !attachment.insecureAllowed) {
      throw new KeyringError('insecure-url', { url, name: credential.name });
    }
    const fresh = await this.#fresh(credential, url);
    const token = currentToken(fresh);
    if (!token) {
      throw new KeyringError('cannot-renew', { id: fresh.id, name: fresh.name });
    }
    const header = compose(fresh, headerName, token);
    this.#recordUse(fresh.id, url);
    return header;
  }

  /**
   * Signs a new token for a credential that can do so. Calls at the same time get the same token.
   * @throws KeyringError `cannot-renew` for a credential whose token comes from elsewhere, `credential-revoked`,
   *   `signing-key-missing`, and what the vault throws
   */
  renew(credentialId: string): Promise<SignedJwtCredential> {
    let renewal = this.#renewals.get(credentialId);
    if (!renewal) {
      renewal = this.#renew(credentialId).finally(() => this.#renewals.delete(credentialId));
      this.#renewals.set(credentialId, renewal);
    }
    return renewal;
  }

  async #readAttached(id: string, url: string, header: string): Promise<Credential> {
    try {
      return await this.#vault.readCredential(id);
    } catch (error) {
      if (error instanceof KeyringError && error.code === 'credential-not-found') {
        throw new KeyringError('no-credential', { url, header }, { cause: error });
      }
      throw error;
    }
  }

  /** The credential with a token that is good now. */
  async #fresh(credential: Credential, url: string): Promise<Credential> {
    if (credential.kind === 'apiKey') {
      return credential;
    }
    const now = this.#clock.now();
    const { automaticRenewal, clockToleranceSeconds } = this.#policy();
    const content = credential.token && readToken(credential.token.reveal());
    const times = content?.shape === 'jwt' ? readTimes(content.jwt.payload) : undefined;
    if (credential.kind === 'signedJwt') {
      const due =
        !credential.token ||
        (times?.exp.at !== undefined && now >= renewalDueAt(times.iat.at ?? times.exp.at, times.exp.at));
      if (due && (automaticRenewal || !credential.token)) {
        return this.renew(credential.id);
      }
    }
    // Without tolerance: a server with a strict clock would refuse it, and VS Code would answer the refusal with an
    // OAuth dialog that explains nothing.
    if (times?.exp.at !== undefined && now >= times.exp.at) {
      throw new KeyringError('token-expired', {
        id: credential.id,
        name: credential.name,
        url,
        at: times.exp.at,
        renewable: credential.kind === 'signedJwt',
      });
    }
    if (times?.nbf.at !== undefined && now < times.nbf.at - clockToleranceSeconds * 1000) {
      throw new KeyringError('token-not-yet-valid', {
        id: credential.id,
        name: credential.name,
        url,
        at: times.nbf.at,
      });
    }
    return credential;
  }

  async #renew(credentialId: string): Promise<SignedJwtCredential> {
    await this.#vault.load();
    const credential = await this.#vault.readCredential(credentialId);
    if (credential.kind !== 'signedJwt') {
      throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name, kind: credential.kind });
    }
    if (credential.revokedAt !== undefined) {
      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name });
    }
    const now = this.#clock.now();
    const token = await this.sign(credential, now);
    const first = credential.token === undefined;
    const stored = await this.#vault.updateCredential(credentialId, current =>
      current.kind === 'signedJwt'
        ? withEvent(
            { ...current, token, timesRenewed: current.timesRenewed + (first ? 0 : 1) },
            { at: now, event: first ? 'signed' : 'renewed' },
          )
        : undefined,
    );
    this.#log.info('credential-renewed', { id: credentialId });
    this.#renewed.fire(credentialId);
    return stored as SignedJwtCredential;
  }

  /**
   * Signs a token from a credential's template without storing anything.
   * @param now in ms
   * @throws KeyringError `signing-key-missing`, `signing-key-invalid`
   */
  async sign(credential: Pick<SignedJwtCredential, 'name' | 'keyId' | 'template'>, now: number): Promise<Secret> {
    const key = this.#vault.signingKey(credential.keyId);
    if (!key) {
      throw new KeyringError('signing-key-missing', { name: credential.name, keyId: credential.keyId });
    }
    const { template } = credential;
    // jose is loaded with the first signature, not with the extension.
    const { claimsFor, signJwt } = await import('../jwt/sign.ts');
    const signed = await signJwt({
      algorithm: template.algorithm,
      key,
      header: template.header,
      claims: claimsFor(template, now),
    });
    if (!signed.ok) {
      throw new KeyringError('signing-key-invalid', { name: key.name, reason: signed.error });
    }
    return new Secret(signed.value);
  }

  /** Off the critical path: a failed write loses a date, not a token. */
  #recordUse(credentialId: string, url: string): void {
    const now = this.#clock.now();
    const key = `${credentialId}\n${url}`;
    if (now - (this.#uses.get(key) ?? Number.NEGATIVE_INFINITY) < useInterval) {
      return;
    }
    this.#uses.set(key, now);
    this.#vault
      .updateCredential(credentialId, credential =>
        withEvent({ ...credential, lastUsedAt: now }, { at: now, event: 'used', server: url }),
      )
      .catch(error => {
        this.#log.error('use-not-recorded', error, { id: credentialId });
        this.#failed.fire(error);
      });
  }
}

function findAttachment(credential: Credential, url: string, header: string): Attachment | undefined {
  const lower = header.toLowerCase();
  return credential.attachments.find(attachment => attachment.url === url && attachment.header === lower);
}

/** A credential may be attached under another header than its own: the scheme belongs to `Authorization` alone then. */
export function schemeFor(credential: Pick<Credential, 'header'>, headerName: string): string {
  const lower = headerName.toLowerCase();
  if (lower === credential.header.name.toLowerCase()) {
    return credential.header.scheme;
  }
  return lower === 'authorization' ? 'Bearer' : '';
}

function compose(credential: Credential, name: string, token: Secret): HeaderValue {
  const scheme = schemeFor(credential, name);
  const value = scheme ? `${scheme} ${token.reveal()}` : token.reveal();
  if (!isSendable(value)) {
    throw new KeyringError('header-not-sendable', { id: credential.id, name: credential.name, header: name });
  }
  const content = credential.kind === 'apiKey' ? undefined : readToken(token.reveal());
  const expiresAt = content?.shape === 'jwt' ? readTimes(content.jwt.payload).exp.at : undefined;
  return {
    name,
    value: new Secret(value),
    token,
    credentialId: credential.id,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
