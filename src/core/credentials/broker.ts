import { canonicalUrl, transportSecurity } from '../config/url.ts';
import { Emitter } from '../emitter.ts';
import { KeyringError } from '../errors.ts';
import { readTimes } from '../jwt/claims.ts';
import { isSendable } from '../jwt/headerValue.ts';
import type { JsonObject } from '../jwt/types.ts';
import type { OAuthFailure } from '../oauth/failures.ts';
import { type AccountGrant, type CredentialGrant, hasValidToken, renewalDue } from '../oauth/grant.ts';
import type { Introspection } from '../oauth/introspect.ts';
import type { Clock, Event, Log } from '../ports.ts';
import type { Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { withEvent } from './history.ts';
import { renewalDueAt } from './renewal.ts';
import { currentToken, expiryOf, isRenewable, readToken } from './token.ts';
import type { Attachment, BearerCredential, Credential, OAuthCredential, SignedJwtCredential } from './types.ts';
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

/** A token that a server was given in this window. */
export interface HandedOut {
  readonly url: string;
  readonly credentialId: string;
  readonly token: Secret;
}

/** Where the tokens of OAuth credentials come from. What it takes is loaded when it is first needed. */
export interface TokenSources {
  /**
   * Gets new tokens for a grant, once for all windows, and stores them.
   * @param evenIfFresh whether the user wants new ones although those at hand aren't due
   * @returns the credential with an access token that is good
   * @throws KeyringError `sign-in-needed`, `oauth-failed`, `renewal-locked`, and what the vault throws
   */
  renewGrant(credentialId: string, evenIfFresh: boolean): Promise<OAuthCredential>;
  /**
   * Puts a grant that a person got by signing in anew in the place of the one there is, after a renewal that is under way.
   * @throws what the vault throws; the old grant is then as it was
   */
  replaceGrant(credentialId: string, grant: CredentialGrant): Promise<void>;
  /**
   * Ends a grant: its tokens are revoked at the server and forgotten here.
   * @param ask `nobody` forgets them without a word to the server
   * @returns why the server did not revoke them. They are forgotten all the same where it can't revoke any
   *   (`revocation-unsupported`), and kept otherwise
   * @throws KeyringError `cannot-sign-out` for a VS Code account, and what the vault throws
   */
  endGrant(credentialId: string, ask: 'server' | 'nobody'): Promise<OAuthFailure | undefined>;
  /** What the server that gave an access token says of it (RFC 7662); undefined where it can't be asked. */
  introspect(credential: OAuthCredential): Promise<Result<Introspection, OAuthFailure> | undefined>;
  /** The token of one of VS Code's own accounts, without asking anybody; undefined where nobody is signed in. */
  accountToken(grant: AccountGrant): Promise<Secret | undefined>;
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
  readonly #sources: TokenSources | undefined;
  readonly #renewals = new Map<string, Promise<Credential>>();
  readonly #uses = new Map<string, number>();
  /** The last one for each URL and header. */
  readonly #handedOut = new Map<string, HandedOut>();
  readonly #givesOut: Emitter<HandedOut>;
  readonly #renewed: Emitter<string>;
  readonly #failed: Emitter<unknown>;

  /** @param sources needed for OAuth credentials alone */
  constructor(vault: Vault, clock: Clock, log: Log, policy: () => BrokerPolicy, sources?: TokenSources) {
    this.#vault = vault;
    this.#clock = clock;
    this.#log = log;
    this.#policy = policy;
    this.#sources = sources;
    this.#givesOut = new Emitter(error => log.error('hand-out-listener', error));
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

  /** What servers were given last, by URL and header. */
  get handedOut(): ReadonlyMap<string, HandedOut> {
    return this.#handedOut;
  }

  get onDidHandOut(): Event<HandedOut> {
    return this.#givesOut.event;
  }

  /** @param place a key of {@link handedOut} */
  forgetHandedOut(place: string): void {
    this.#handedOut.delete(place);
  }

  /** New tokens are in memory alone, since the vault did not keep them. */
  tellNotStored(id: string, name: string): void {
    this.#failed.fire(new KeyringError('tokens-not-stored', { id, name }));
  }

  /**
   * The header to send to a server: checks the attachment, renews if due, records the use.
   * @param serverUrl as it stands in the config file
   * @param headerName in any case
   * @param credentialId of those that are attached; the one in use if it isn't said
   * @throws KeyringError with a `RefusalCode`, or `vault-unavailable`; nothing was sent then
   */
  async headerFor(serverUrl: string, headerName: string, credentialId?: string): Promise<HeaderValue> {
    const { credential, url } = await this.#attached(serverUrl, headerName, credentialId);
    const header = compose(credential, headerName, await this.#fresh(credential, url));
    this.#recordUse(credential.id, url);
    const handedOut: HandedOut = { url, credentialId: credential.id, token: header.token };
    this.#handedOut.set(`${url}\n${headerName.toLowerCase()}`, handedOut);
    this.#givesOut.fire(handedOut);
    return header;
  }

  /**
   * The header with a token of other claims, signed for this once and stored nowhere. It goes where the credential may go.
   * @param claims in place of the template's
   * @throws KeyringError as {@link headerFor} and {@link sign} do; `cannot-renew` for a credential that isn't signed here
   */
  async headerWithClaims(
    serverUrl: string,
    headerName: string,
    credentialId: string,
    claims: JsonObject,
  ): Promise<HeaderValue> {
    const { credential, url } = await this.#attached(serverUrl, headerName, credentialId);
    if (credential.kind !== 'signedJwt') {
      throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name, kind: credential.kind });
    }
    const template = { ...credential.template, claims };
    const token = await this.sign({ ...credential, template }, this.#clock.now());
    const header = compose(credential, headerName, { token });
    this.#recordUse(credential.id, url);
    return header;
  }

  /** A credential that may be sent there. Nothing else of this class lets a value out. */
  async #attached(
    serverUrl: string,
    headerName: string,
    credentialId: string | undefined,
  ): Promise<{ readonly credential: Credential; readonly url: string }> {
    const canonical = canonicalUrl(serverUrl);
    if (!canonical.ok) {
      throw new KeyringError('url-invalid', { url: serverUrl });
    }
    const url = canonical.value;
    await this.#vault.load();
    const meant = this.#vault
      .attachedTo(url, headerName)
      .find(candidate => credentialId === undefined || candidate.credentialId === credentialId);
    if (!meant) {
      throw new KeyringError('no-credential', { url, header: headerName });
    }
    // Read afresh: it may have been detached, revoked or renewed in another window since memory heard of it.
    const credential = await this.#readAttached(meant.credentialId, url, headerName);
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
    return { credential, url };
  }

  /**
   * Signs a new token for a credential, or gets one from its authorization server. Calls at the same time get the same token.
   * @throws KeyringError `cannot-renew` for a credential whose token comes from elsewhere, `credential-revoked`,
   *   `signing-key-missing`, what {@link TokenSources.renewGrant} throws, and what the vault throws
   */
  renew(credentialId: string): Promise<Credential> {
    return this.#once(credentialId, () => this.#renew(credentialId));
  }

  /**
   * Stores what a person got by signing in anew. The credential keeps its id and its attachments; one that was revoked is
   * good again.
   * @throws what the vault throws; the old grant is then as it was
   */
  async replaceGrant(credential: OAuthCredential, grant: CredentialGrant): Promise<void> {
    const { id } = credential;
    await this.#sourcesFor(credential).replaceGrant(id, grant);
    this.#log.info('credential-signed-in', { id });
    this.#renewed.fire(id);
  }

  /**
   * As {@link renew}, but an OAuth grant is left alone where another window has been faster, and a failure is none as long as
   * the token at hand is good.
   */
  renewIfDue(credentialId: string): Promise<Credential> {
    return this.#once(credentialId, async () => {
      const credential = await this.#vault.readCredential(credentialId);
      return credential.kind === 'oauth' ? this.#renewGrant(credential, false) : this.#renew(credentialId);
    });
  }

  /** See {@link TokenSources.endGrant}. */
  async endGrant(credential: OAuthCredential, ask: 'server' | 'nobody'): Promise<OAuthFailure | undefined> {
    const failure = await this.#sourcesFor(credential).endGrant(credential.id, ask);
    for (const [place, { credentialId }] of this.#handedOut) {
      if (credentialId === credential.id) {
        this.#handedOut.delete(place);
      }
    }
    return failure;
  }

  /** See {@link TokenSources.introspect}. */
  introspect(credential: OAuthCredential): Promise<Result<Introspection, OAuthFailure> | undefined> {
    return this.#sourcesFor(credential).introspect(credential);
  }

  #once(credentialId: string, renew: () => Promise<Credential>): Promise<Credential> {
    let renewal = this.#renewals.get(credentialId);
    if (!renewal) {
      renewal = renew().finally(() => this.#renewals.delete(credentialId));
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

  /** A token that is good now. */
  async #fresh(credential: Credential, url: string): Promise<FreshToken> {
    switch (credential.kind) {
      case 'apiKey':
        return { token: credential.key };
      case 'oauth':
        return this.#freshGrant(credential, url);
      default:
        return this.#freshToken(credential, url);
    }
  }

  async #freshToken(credential: BearerCredential | SignedJwtCredential, url: string): Promise<FreshToken> {
    const now = this.#clock.now();
    const { clockToleranceSeconds } = this.#policy();
    const content = credential.token && readToken(credential.token.reveal());
    const times = content?.shape === 'jwt' ? readTimes(content.jwt.payload) : undefined;
    if (credential.kind === 'signedJwt') {
      const due =
        !credential.token ||
        (times?.exp.at !== undefined && now >= renewalDueAt(times.iat.at ?? times.exp.at, times.exp.at));
      if (due && (!credential.token || this.#renewsItself(credential))) {
        return freshTokenOf(await this.renew(credential.id));
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
        renewable: isRenewable(credential),
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
    return freshTokenOf(credential);
  }

  async #freshGrant(credential: OAuthCredential, url: string): Promise<FreshToken> {
    const { id, name, grant } = credential;
    if (grant.flow === 'vscodeAccount') {
      const token = await this.#sourcesFor(credential).accountToken(grant);
      if (!token) {
        throw new KeyringError('sign-in-needed', { id, name, url });
      }
      return { token };
    }
    const now = this.#clock.now();
    if (renewalDue(grant, now, 0) && (!grant.tokens || this.#renewsItself(credential))) {
      return freshTokenOf(await this.#once(id, () => this.#renewGrant(credential, false)));
    }
    if (!hasValidToken(grant, now)) {
      throw new KeyringError('token-expired', { id, name, url, at: grant.tokens?.expiresAt ?? now, renewable: true });
    }
    return freshTokenOf(credential);
  }

  #renewsItself(credential: SignedJwtCredential | OAuthCredential): boolean {
    return credential.automaticRenewal ?? this.#policy().automaticRenewal;
  }

  async #renew(credentialId: string): Promise<Credential> {
    await this.#vault.load();
    const credential = await this.#vault.readCredential(credentialId);
    if (credential.revokedAt !== undefined) {
      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name });
    }
    switch (credential.kind) {
      case 'signedJwt':
        return this.#signAnew(credential);
      case 'oauth':
        return this.#renewGrant(credential, true);
      default:
        throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name, kind: credential.kind });
    }
  }

  async #signAnew(credential: SignedJwtCredential): Promise<Credential> {
    const { id: credentialId } = credential;
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
    return stored;
  }

  async #renewGrant(credential: OAuthCredential, evenIfFresh: boolean): Promise<OAuthCredential> {
    const { id } = credential;
    const renewed = await this.#sourcesFor(credential).renewGrant(id, evenIfFresh);
    if (renewed.timesRenewed !== credential.timesRenewed) {
      this.#renewed.fire(id);
    }
    return renewed;
  }

  #sourcesFor({ id, name }: OAuthCredential): TokenSources {
    if (!this.#sources) {
      throw new KeyringError('cannot-renew', { id, name });
    }
    return this.#sources;
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

/** A token that is good now; `expiresAt` in ms, where anybody says. */
interface FreshToken {
  readonly token: Secret;
  readonly expiresAt?: number;
}

function freshTokenOf(credential: Credential): FreshToken {
  const token = currentToken(credential);
  if (!token) {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  const expiresAt = expiryOf(credential);
  return expiresAt === undefined ? { token } : { token, expiresAt };
}

function compose(credential: Credential, name: string, { token, expiresAt }: FreshToken): HeaderValue {
  const scheme = schemeFor(credential, name);
  const value = scheme ? `${scheme} ${token.reveal()}` : token.reveal();
  if (!isSendable(value)) {
    throw new KeyringError('header-not-sendable', { id: credential.id, name: credential.name, header: name });
  }
  return {
    name,
    value: new Secret(value),
    token,
    credentialId: credential.id,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
