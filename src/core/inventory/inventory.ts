import { parseConfig } from '../config/parse.ts';
import { keyringInputId, parseReferences } from '../config/references.ts';
import type { ConfigFormat, ParsedConfig } from '../config/types.ts';
import { canonicalUrl } from '../config/url.ts';
import { Verdicts } from '../connection/verdicts.ts';
import type { Vault } from '../credentials/vault.ts';
import { Verifications } from '../credentials/verifications.ts';
import type { Detection } from '../detect/types.ts';
import { Emitter } from '../emitter.ts';
import type { Clock, Disposable, Event, Log } from '../ports.ts';
import { type AnalysisContext, analyzeCredential, analyzeFile, type FindingPolicy } from './analyze.ts';
import { type Exposure, inServers, unexposed, withExposed } from './exposed.ts';
import { analyzeProvided } from './provided.ts';
import { sameShared, sharedUrls } from './sharedUrls.ts';
import type { ConfigSource, FileSnapshot, Snapshot, VaultState } from './types.ts';

/** Finds the literal secrets in a file's text. */
export type Detector = (text: string, format: ConfigFormat) => readonly Detection[];

interface File {
  readonly source: ConfigSource;
  readonly parsed: ParsedConfig;
  /** The secrets in the text, once the detector has looked at it. */
  exposed?: readonly Detection[];
  /** The analysis, until something that it depends on changes. */
  snapshot?: FileSnapshot;
  /** The earliest instant at which `snapshot` is no longer true. */
  boundary: number;
}

const empty: ParsedConfig = { servers: [], inputs: [], problems: [] };

/**
 * Joins config files, attachments, credentials and findings into one {@link Snapshot}. A file is parsed when its text
 * changes and looked at again when the vault, the settings or the clock change what there is to say about it.
 */
export class Inventory implements Disposable {
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #policy: () => FindingPolicy;
  #files: ReadonlyMap<string, File> = new Map();
  readonly #expectedIds = new Map<string, string>();
  readonly #filesKnown = Promise.withResolvers<void>();
  #places: ReadonlySet<string> = new Set();
  #detector: Detector | undefined;
  readonly #exposures = new Map<string, Exposure>();
  readonly #changed: Emitter<Snapshot>;
  readonly #subscriptions: readonly Disposable[];
  readonly #verifications: Verifications;
  readonly #verdicts: Verdicts;
  #snapshot: Snapshot | undefined;
  #vaultState: VaultState = 'loading';
  #shared: Snapshot['shared'] = new Map();
  #timer: Disposable | undefined;
  /** When the snapshot stops being true by itself, in ms. */
  #next = Number.POSITIVE_INFINITY;

  constructor(
    vault: Vault,
    clock: Clock,
    log: Log,
    policy: () => FindingPolicy,
    verifications: Verifications = new Verifications(),
    verdicts: Verdicts = new Verdicts(),
  ) {
    this.#verdicts = verdicts;
    this.#verifications = verifications;
    this.#vault = vault;
    this.#clock = clock;
    this.#policy = policy;
    this.#changed = new Emitter(error => log.error('inventory-listener', error));
    this.#subscriptions = [
      vault.onDidChange(() => {
        this.#vaultState = 'ready';
        this.invalidate();
      }),
      verifications.onDidChange(() => this.invalidate()),
      verdicts.onDidChange(() => this.invalidate()),
    ];
  }

  /** Fires after every change with the new snapshot. */
  get onDidChange(): Event<Snapshot> {
    return this.#changed.event;
  }

  /** The state of everything now; the same object until something changes. */
  get snapshot(): Snapshot {
    this.#snapshot ??= this.#compute();
    return this.#snapshot;
  }

  /** Settles when {@link setFiles} has been called for the first time. */
  get filesKnown(): Promise<void> {
    return this.#filesKnown.promise;
  }

  setVaultState(state: VaultState): void {
    this.#vaultState = state;
    this.invalidate();
  }

  /**
   * Replaces what is known about the files: new texts are parsed, unchanged ones are kept as they are.
   * @param places the URIs of all config files that this window may have, whether or not they are there
   */
  async setFiles(sources: readonly ConfigSource[], places = sources.map(source => source.uri)): Promise<void> {
    const before = this.#files;
    // Whoever asks in between sees the files as they were, not half of them.
    const after = new Map<string, File>();
    let changed = before.size !== sources.length || places.join('\n') !== [...this.#places].join('\n');
    const order = [...before.keys()];
    for (const [index, source] of sources.entries()) {
      const known = before.get(source.uri);
      if (known && sameContent(known.source, source)) {
        after.set(source.uri, known);
        changed ||= order[index] !== source.uri;
        continue;
      }
      changed = true;
      const parsed = source.content.state === 'text' ? parseConfig(source.content.text, source.format) : empty;
      const file: File = { source, parsed, boundary: Number.POSITIVE_INFINITY };
      after.set(source.uri, file);
      await this.#prepareIds(parsed);
    }
    this.#files = after;
    this.#places = new Set(places);
    for (const file of after.values()) {
      if (!file.exposed) {
        this.#detect(file);
      }
    }
    this.#filesKnown.resolve();
    if (changed) {
      this.#announce();
    }
  }

  /**
   * From now on every text is searched for secrets, once. The detector comes late because it's large, and nobody waits for
   * it: until then only headers are looked at.
   */
  setDetector(detector: Detector): void {
    this.#detector = detector;
    for (const file of this.#files.values()) {
      this.#detect(file);
    }
    this.#announce();
  }

  /** Tells where files go by themselves, by their URIs as strings. Files that aren't among them go nowhere. */
  setExposures(exposures: ReadonlyMap<string, Exposure>): void {
    let changed = false;
    for (const [uri, file] of this.#files) {
      const before = this.#exposures.get(uri) ?? unexposed;
      const after = exposures.get(uri) ?? unexposed;
      if (before.tracked !== after.tracked || before.synced !== after.synced) {
        delete file.snapshot;
        changed = true;
      }
    }
    this.#exposures.clear();
    for (const [uri, exposure] of exposures) {
      this.#exposures.set(uri, exposure);
    }
    if (changed) {
      this.#announce();
    }
  }

  /** Looks at everything again: settings have changed, or the machine was asleep. */
  invalidate(): void {
    for (const file of this.#files.values()) {
      delete file.snapshot;
    }
    this.#announce();
  }

  /** Looks again if an instant has passed at which something changes: timers don't run while the machine sleeps. */
  refreshIfDue(): void {
    if (this.#clock.now() >= this.#next) {
      this.#announce();
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#timer?.dispose();
  }

  #detect(file: File): void {
    const { content, format } = file.source;
    if (this.#detector && content.state === 'text') {
      const detections = this.#detector(content.text, format);
      file.exposed = format.shared ? inServers(detections, file.parsed.servers) : detections;
      delete file.snapshot;
    }
  }

  #analyze(file: File, context: AnalysisContext): FileSnapshot {
    const analyzed = analyzeFile(file.source, file.parsed, context);
    const exposure = this.#exposures.get(file.source.uri) ?? unexposed;
    return file.exposed ? withExposed(analyzed, file.exposed, exposure) : analyzed;
  }

  #announce(): void {
    this.#snapshot = undefined;
    this.#changed.fire(this.snapshot);
  }

  #compute(): Snapshot {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    let boundary = Number.POSITIVE_INFINITY;
    const context: AnalysisContext = {
      now,
      policy: this.#policy(),
      vault: this.#vault,
      vaultState: this.#vaultState,
      verificationOf: token => this.#verifications.of(token),
      ...(!this.#verdicts.isEmpty && { verdictOf: subject => this.#verdicts.of(subject) }),
      expectedInputId: (name, url, header) => this.#expectedIds.get(idKey(name, url, header)),
      onBoundary: at => {
        boundary = Math.min(boundary, at);
      },
    };
    const files = [...this.#files.values()].map(file => {
      if (!file.snapshot || file.boundary <= now) {
        boundary = Number.POSITIVE_INFINITY;
        file.snapshot = this.#analyze(file, context);
        file.boundary = boundary;
      }
      next = Math.min(next, file.boundary);
      return file.snapshot;
    });
    boundary = Number.POSITIVE_INFINITY;
    const credentials = this.#vault.credentials.map(credential => analyzeCredential(credential, context));
    const names = new Set(files.flatMap(file => file.servers.map(server => server.parsed.name)));
    const provided = analyzeProvided(this.#vault.credentials, this.#places, names, context);
    next = Math.min(next, boundary);
    this.#schedule(next);
    const shared = sharedUrls(files);
    this.#shared = sameShared(shared, this.#shared) ? this.#shared : shared;
    return {
      files,
      credentials,
      provided,
      signingKeys: this.#vault.signingKeys,
      damaged: this.#vault.damaged,
      shared: this.#shared,
      vault: this.#vaultState,
    };
  }

  /** One timer, for the next instant at which anything changes by itself. */
  #schedule(next: number): void {
    this.#timer?.dispose();
    this.#next = next;
    this.#timer = Number.isFinite(next) ? this.#clock.at(next, () => this.#announce()) : undefined;
  }

  /** Hashing is asynchronous, so the ids that references should have are at hand before the file is looked at. */
  async #prepareIds(parsed: ParsedConfig): Promise<void> {
    for (const server of parsed.servers) {
      const url = server.url && canonicalUrl(server.url.value);
      for (const header of server.headers) {
        if (url?.ok && header.value?.includes('${') && parseReferences(header.value).some(isInput)) {
          const key = idKey(server.name, url.value, header.name);
          if (!this.#expectedIds.has(key)) {
            this.#expectedIds.set(key, await keyringInputId(server.name, url.value, header.name));
          }
        }
      }
    }
  }
}

function isInput(reference: { readonly kind: string }): boolean {
  return reference.kind === 'input';
}

function idKey(name: string, url: string, header: string): string {
  return `${name}\n${url}\n${header.toLowerCase()}`;
}

function sameContent(a: ConfigSource, b: ConfigSource): boolean {
  return (
    a.format === b.format &&
    (a.content.state === 'text'
      ? b.content.state === 'text' && a.content.text === b.content.text
      : b.content.state !== 'text' && a.content.reason === b.content.reason)
  );
}
