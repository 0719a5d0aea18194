import { Emitter } from '../emitter.ts';
import { KeyringError } from '../errors.ts';
import { noLocks } from '../noLocks.ts';
import type { Disposable, Event, HeldLock, Locks, Log, SecretStore } from '../ports.ts';
import type { Result } from '../result.ts';
import { decodeCredential, decodeSigningKey, encodeCredential, encodeSigningKey, writeIdOf } from './codec.ts';
import { rememberToken } from './ownTokens.ts';
import type { Attachment, Credential, DamagedEntry, SigningKey } from './types.ts';

const credentialPrefix = 'credential/';
const signingKeyPrefix = 'signing-key/';

/** What is left for the next holder of an entry's lock once the entry is gone: whoever still sees it shall not write it again. */
const deleted = 'deleted';
/** How long to wait for another window that is writing the same entry, in ms, before writing all the same. */
const lockPatience = 5000;
/** How long what another window has written may take to be seen in this one, in ms. VS Code hands it on after a moment. */
const defaultSettleTime = 5000;

export interface VaultOptions {
  /** Whether secrets may be touched now: not in a workspace that isn't trusted. */
  readonly allowed?: () => boolean;
  /** Keep writes of several windows to one entry apart; without any there is but one window. */
  readonly locks?: Locks;
  /** In ms. */
  readonly settleTime?: number;
}

/** An attachment with the credential that it belongs to. */
export interface AttachedCredential {
  readonly credentialId: string;
  readonly attachment: Attachment;
}

/**
 * All credentials and signing keys: one SecretStorage entry each, `keys()` the only index (SECURITY.md, “Secrets”).
 *
 * What is read stays in memory, wrapped in `Secret`s, and follows the store's change events, so that views cost no reads.
 * Whoever hands a value out reads the entry afresh with {@link readCredential}.
 */
export class Vault implements Disposable {
  readonly #store: SecretStore;
  readonly #log: Log;
  readonly #allowed: () => boolean;
  readonly #locks: Locks;
  readonly #settleTime: number;
  readonly #credentials = new Map<string, Credential>();
  readonly #signingKeys = new Map<string, SigningKey>();
  readonly #damaged = new Map<string, DamagedEntry>();
  readonly #changed: Emitter<void>;
  readonly #subscription: Disposable;
  /** The last write under way for each key: writes to one entry follow each other. */
  readonly #writes = new Map<string, Promise<unknown>>();
  #attached: Map<string, AttachedCredential[]> | undefined;
  #loading: Promise<void> | undefined;
  #loaded = false;

  constructor(store: SecretStore, log: Log, options: VaultOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#allowed = options.allowed ?? (() => true);
    this.#locks = options.locks ?? noLocks;
    this.#settleTime = options.settleTime ?? defaultSettleTime;
    this.#changed = new Emitter(error => log.error('vault-listener', error));
    this.#subscription = store.onDidChange(key => {
      if (this.#loaded && kindOf(key)) {
        void this.#refresh(key).then(() => this.#fireChanged());
      }
    });
  }

  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Whether {@link load} has come to its end; before that the lists are empty. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get credentials(): readonly Credential[] {
    return [...this.#credentials.values()].sort((a, b) => a.name.localeCompare(b.name) || a.createdAt - b.createdAt);
  }

  get signingKeys(): readonly SigningKey[] {
    return [...this.#signingKeys.values()].sort((a, b) => a.name.localeCompare(b.name) || a.createdAt - b.createdAt);
  }

  /** Entries that can't be read. They are kept until their owner deletes them. */
  get damaged(): readonly DamagedEntry[] {
    return [...this.#damaged.values()];
  }

  /**
   * Reads everything once; later calls return the same promise. One entry that can't be read damages no other.
   * @throws KeyringError `vault-unavailable` when the list of entries can't be read, `workspace-not-trusted`; the next call
   *   tries again
   */
  async load(): Promise<void> {
    this.#check();
    this.#loading ??= this.#readAll().catch(error => {
      this.#loading = undefined;
      throw new KeyringError('vault-unavailable', {}, { cause: error });
    });
    return this.#loading;
  }

  /** The credential as known in memory. */
  credential(id: string): Credential | undefined {
    return this.#credentials.get(id);
  }

  signingKey(id: string): SigningKey | undefined {
    return this.#signingKeys.get(id);
  }

  /** Every attachment to this canonical URL and header (in any case), the one in use first. */
  attachedTo(url: string, header: string): readonly AttachedCredential[] {
    if (!this.#attached) {
      this.#attached = new Map();
      for (const credential of this.#credentials.values()) {
        for (const attachment of credential.attachments) {
          const key = attachmentKey(attachment.url, attachment.header);
          const list = this.#attached.get(key) ?? [];
          list.push({ credentialId: credential.id, attachment });
          this.#attached.set(key, list);
        }
      }
      for (const list of this.#attached.values()) {
        list.sort((a, b) => b.attachment.at - a.attachment.at);
      }
    }
    return this.#attached.get(attachmentKey(url, header)) ?? [];
  }

  /**
   * Reads one credential from the store, past the memory: another window may have detached, renewed or deleted it just now.
   * @throws KeyringError `credential-not-found`, `credential-damaged`, `vault-unavailable`, `workspace-not-trusted`
   */
  async readCredential(id: string): Promise<Credential> {
    this.#check();
    return decoded(id, await this.#get(credentialPrefix + id));
  }

  /**
   * As {@link readCredential}, and surely what was written last, in whichever window: the store tells others of a write only
   * after a moment, and in browsers never.
   * @throws KeyringError also `vault-behind` where this window does not get to see it
   */
  readLatestCredential(id: string): Promise<Credential> {
    const key = credentialPrefix + id;
    return this.#exclusively(key, async held => decoded(id, await this.#getLatest(key, held)));
  }

  /** Waits until whatever another window has written before this call is seen in this one, if it ever is. */
  async settle(): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, this.#settleTime));
  }

  /**
   * Writes a credential and reads it back: a store may accept a value and lose it (over quota in browsers).
   * @throws KeyringError `vault-unavailable`, `vault-not-persisted`; the memory is then as it was
   */
  async putCredential(credential: Credential): Promise<void> {
    await this.#write(
      credentialPrefix + credential.id,
      writeId => encodeCredential(credential, writeId),
      () => this.#credentials.set(credential.id, credential),
    );
  }

  /** As {@link putCredential}, for a signing key. */
  async putSigningKey(signingKey: SigningKey): Promise<void> {
    await this.#write(
      signingKeyPrefix + signingKey.id,
      async writeId => encodeSigningKey(signingKey, writeId),
      () => this.#signingKeys.set(signingKey.id, signingKey),
    );
  }

  /**
   * Reads a credential, changes it and writes it, with no other update of any window in between.
   * @param change returns the new credential, or undefined to leave it as it is
   * @throws KeyringError as {@link readLatestCredential} and {@link putCredential}
   */
  updateCredential(id: string, change: (credential: Credential) => Credential | undefined): Promise<Credential> {
    const key = credentialPrefix + id;
    return this.#exclusively(key, async held => {
      const current = await decoded(id, await this.#getLatest(key, held));
      const wanted = change(current);
      if (wanted === undefined) {
        return current;
      }
      const changed = await rememberToken(current, wanted);
      await this.#persist(key, held, writeId => encodeCredential(changed, writeId));
      this.#credentials.set(id, changed);
      this.#fireChanged();
      return changed;
    });
  }

  /**
   * As {@link updateCredential}, for a signing key.
   * @throws KeyringError `signing-key-not-found`, and as {@link updateCredential}
   */
  updateSigningKey(
    id: string,
    change: (signingKey: SigningKey) => SigningKey | Promise<SigningKey>,
  ): Promise<SigningKey> {
    const key = signingKeyPrefix + id;
    return this.#exclusively(key, async held => {
      const text = await this.#getLatest(key, held);
      const current = text === undefined ? undefined : decodeSigningKey(text);
      if (!current?.ok) {
        throw new KeyringError('signing-key-not-found', { id });
      }
      const changed = await change(current.value);
      await this.#persist(key, held, async writeId => encodeSigningKey(changed, writeId));
      this.#signingKeys.set(id, changed);
      this.#fireChanged();
      return changed;
    });
  }

  /** Deletes a credential. Deleting what isn't there is fine. */
  deleteCredential(id: string): Promise<void> {
    return this.#delete(credentialPrefix + id);
  }

  deleteSigningKey(id: string): Promise<void> {
    return this.#delete(signingKeyPrefix + id);
  }

  deleteDamaged(entry: DamagedEntry): Promise<void> {
    return this.#delete(entry.key);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #readAll(): Promise<void> {
    const keys = (await this.#store.keys()).filter(key => kindOf(key));
    await Promise.all(keys.map(key => this.#refresh(key)));
    this.#loaded = true;
    this.#fireChanged();
  }

  async #refresh(key: string): Promise<void> {
    const kind = kindOf(key);
    if (!kind) {
      return;
    }
    const id = key.slice(key.indexOf('/') + 1);
    let text: string | undefined;
    try {
      text = await this.#store.get(key);
    } catch (error) {
      this.#log.error('vault-entry-unreadable', error, { key });
      this.#forget(key, id);
      this.#damaged.set(key, { key, id, what: kind, reason: 'unreadable' });
      return;
    }
    const decoded: Result<Credential | SigningKey, DamagedEntry['reason']> | undefined =
      text === undefined ? undefined : await (kind === 'credential' ? decodeCredential(text) : decodeSigningKey(text));
    this.#forget(key, id);
    if (!decoded) {
      return;
    }
    if (!decoded.ok) {
      this.#log.warn('vault-entry-damaged', { key, reason: decoded.error });
      this.#damaged.set(key, { key, id, what: kind, reason: decoded.error });
    } else if (kind === 'credential') {
      this.#credentials.set(id, decoded.value as Credential);
    } else {
      this.#signingKeys.set(id, decoded.value as SigningKey);
    }
  }

  #forget(key: string, id: string): void {
    this.#damaged.delete(key);
    (kindOf(key) === 'credential' ? this.#credentials : this.#signingKeys).delete(id);
  }

  #write(key: string, encode: (writeId: string) => Promise<string>, remember: () => void): Promise<void> {
    return this.#exclusively(key, async held => {
      await this.#persist(key, held, encode);
      remember();
      this.#damaged.delete(key);
      this.#fireChanged();
    });
  }

  async #persist(key: string, held: HeldLock | undefined, encode: (writeId: string) => Promise<string>): Promise<void> {
    const writeId = crypto.randomUUID();
    const text = await encode(writeId);
    try {
      await this.#store.store(key, text);
    } catch (error) {
      throw new KeyringError('vault-unavailable', {}, { cause: error });
    }
    if ((await this.#get(key)) !== text) {
      throw new KeyringError('vault-not-persisted');
    }
    await held?.leave(writeId).catch(error => this.#log.error('write-not-noted', error, { key }));
  }

  async #get(key: string): Promise<string | undefined> {
    try {
      return await this.#store.get(key);
    } catch (error) {
      throw new KeyringError('vault-unavailable', {}, { cause: error });
    }
  }

  /** The entry once it is the one that was written last; that of a write which never arrived is given up for lost. */
  async #getLatest(key: string, held: HeldLock | undefined): Promise<string | undefined> {
    const { note } = held ?? {};
    // One that was left long before this window started is not on its way any more.
    const patience = note?.beforeStart
      ? Math.min(this.#settleTime, note.at + this.#settleTime - Date.now())
      : this.#settleTime;
    const deadline = performance.now() + patience;
    for (;;) {
      const text = await this.#get(key);
      if (!note || (text === undefined ? deleted : writeIdOf(text)) === note.text) {
        return text;
      }
      if (performance.now() >= deadline) {
        // This window has read everything since, so nobody has what was written then.
        if (note.beforeStart) {
          return text;
        }
        throw new KeyringError('vault-behind');
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  }

  #delete(key: string): Promise<void> {
    return this.#exclusively(key, async held => {
      try {
        await this.#store.delete(key);
      } catch (error) {
        throw new KeyringError('vault-unavailable', {}, { cause: error });
      }
      await held?.leave(deleted).catch(error => this.#log.error('write-not-noted', error, { key }));
      this.#forget(key, key.slice(key.indexOf('/') + 1));
      this.#fireChanged();
    });
  }

  /** Every read and write comes by here, so that no command can forget to ask. */
  #check(): void {
    if (!this.#allowed()) {
      throw new KeyringError('workspace-not-trusted');
    }
  }

  #exclusively<T>(key: string, work: (held: HeldLock | undefined) => Promise<T>): Promise<T> {
    return this.#afterWrites(key, () => this.#locks.run(key, lockPatience, work));
  }

  async #afterWrites<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#check();
    const before = this.#writes.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#writes.set(key, settled);
    void settled.then(() => {
      if (this.#writes.get(key) === settled) {
        this.#writes.delete(key);
      }
    });
    return result;
  }

  #fireChanged(): void {
    this.#attached = undefined;
    this.#changed.fire();
  }
}

async function decoded(id: string, text: string | undefined): Promise<Credential> {
  if (text === undefined) {
    throw new KeyringError('credential-not-found', { id });
  }
  const credential = await decodeCredential(text);
  if (!credential.ok) {
    throw new KeyringError('credential-damaged', { id, reason: credential.error });
  }
  return credential.value;
}

function kindOf(key: string): DamagedEntry['what'] | undefined {
  return key.startsWith(credentialPrefix) ? 'credential' : key.startsWith(signingKeyPrefix) ? 'signingKey' : undefined;
}

function attachmentKey(url: string, header: string): string {
  return `${url}\n${header.toLowerCase()}`;
}
