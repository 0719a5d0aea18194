import type { Uri } from 'vscode';
import {
  addServer,
  addServerValue,
  dropInput,
  type EditResult,
  ensureInput,
  planEdits,
  removeHeader,
  removeServer,
  setHeader,
  setUrl,
} from '../core/config/edit.ts';
import { resolveCommand } from '../core/config/inputUses.ts';
import { parseConfig } from '../core/config/parse.ts';
import { inputReference, keyringInputId, parseKeyringInputId, parseReferences } from '../core/config/references.ts';
import type { JsonValue } from '../core/config/render.ts';
import { addTranslated, type TranslatedServer } from '../core/config/translate.ts';
import type { ConfigFormat, ParsedConfig, ParsedServer } from '../core/config/types.ts';
import { canonicalUrl, transportSecurity } from '../core/config/url.ts';
import { resolvesVariables } from '../core/config/variableNames.ts';
import { hasReference, variableHeader } from '../core/config/variables.ts';
import { attach, detach } from '../core/credentials/attachments.ts';
import { type Broker, schemeFor } from '../core/credentials/broker.ts';
import { isOwnToken, tokenDigest, withPastToken } from '../core/credentials/ownTokens.ts';
import type { Credential } from '../core/credentials/types.ts';
import type { Vault } from '../core/credentials/vault.ts';
import { KeyringError } from '../core/errors.ts';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { Clock, Log } from '../core/ports.ts';
import { ok } from '../core/result.ts';
import type { Secret } from '../core/secret.ts';
import type { FileDelivery, ServerTarget } from '../ids.ts';
import { type EditOutcome, editConfigFile, planned } from './configEdits.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';
import { type ConfigLocation, comparable } from './configLocations.ts';
import type { McpServers } from './mcpServers.ts';
import type { Settings } from './settings.ts';

/** Where a header is to stand. */
export interface Placement {
  readonly place: ConfigLocation;
  readonly server: string;
  /** The server's URL. Where the server doesn't exist yet, it's added with this one. */
  readonly url: string;
  readonly header: string;
  readonly delivery: FileDelivery;
}

/** A header, and the credential that is to stand in it. */
export interface Assignment {
  readonly placement: Placement;
  readonly credentialId: string;
  readonly allowInsecure?: boolean;
  /** What stood in the header when the credential was made of it: of what somebody has written since nothing would be left. */
  readonly replaces?: string;
}

/** A server found in a config file, ready to be worked on. */
export interface FoundServer {
  readonly place: ConfigLocation;
  readonly parsed: ParsedServer;
  readonly config: ParsedConfig;
}

/** A credential, and the header in which it is delivered. */
export interface Delivered {
  readonly credentialId: string;
  readonly header: string;
}

/** A literal that stands in a file, and what is to stand there. */
interface StaleLiteral {
  readonly server: string;
  readonly header: string;
  readonly old: string;
  readonly value: string;
}

/** Renewals come in bursts: several credentials, or one in several windows. In ms. */
const burstTime = 200;

type Step = Parameters<typeof planEdits>[1][number];

/**
 * Brings headers into config files and takes them out again: attachment first, file second, and back to where it was if
 * the file can't be written.
 */
export class Deliverer {
  readonly #files: ConfigFiles;
  readonly #vault: Vault;
  readonly #broker: Broker;
  readonly #mcp: McpServers;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #log: Log;
  #renewed = new Set<string>();
  #rewriting: Promise<number> | undefined;

  constructor(parts: {
    readonly files: ConfigFiles;
    readonly vault: Vault;
    readonly broker: Broker;
    readonly mcp: McpServers;
    readonly settings: Settings;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#files = parts.files;
    this.#vault = parts.vault;
    this.#broker = parts.broker;
    this.#mcp = parts.mcp;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /**
   * The delivery that suits a file best, unless the user has set one and the file's clients can do it.
   * @param wanted what is to be delivered; without it, variables of the terminal aren't thought of
   */
  async preferredDelivery(place: ConfigLocation, wanted?: Delivered): Promise<FileDelivery> {
    const set = this.#settings.defaultDelivery;
    if (set === 'literal') {
      return 'literal';
    }
    if (place.format.indirections.includes('input') && (await this.#mcp.canPurge())) {
      return 'reference';
    }
    // What other readers of the file resolve is not enough: the client that it is shown for would send the reference.
    const own = place.format.indirections.length > 0;
    return own && wanted && this.#variableText(place.format, wanted) !== undefined ? 'environment' : 'literal';
  }

  /** Every delivery that a file's clients, or some of them, can do for a credential. */
  async possibleDeliveries(place: ConfigLocation, wanted: Delivered): Promise<readonly FileDelivery[]> {
    const reference = place.format.indirections.includes('input') && (await this.#mcp.canPurge());
    const variable = this.#variableText(place.format, wanted) !== undefined;
    return [...(reference ? ['reference' as const] : []), ...(variable ? ['environment' as const] : []), 'literal'];
  }

  /** What refers to the credential's variable of the terminal; undefined where it has none or the format's clients can't. */
  #variableText(format: ConfigFormat, { credentialId, header }: Delivered): string | undefined {
    const credential = this.#vault.credential(credentialId);
    return (
      credential?.terminal &&
      variableHeader(format, header, schemeFor(credential, header), credential.terminal.variable)
    );
  }

  /**
   * Finds a server in its file as it is now.
   * @throws KeyringError `server-not-found`, `file-unreadable`
   */
  async find(target: ServerTarget): Promise<FoundServer> {
    const place = this.#files.locationOf(target.file);
    const source = place && (await this.#files.read(place));
    if (source?.content.state === 'unreadable') {
      throw new KeyringError('file-unreadable', { file: fileLabel(target.file) });
    }
    const config = source?.content.state === 'text' ? parseConfig(source.content.text, source.format) : undefined;
    // Clients take the last of several servers of one name.
    const parsed = config?.servers.findLast(server => server.name === target.server);
    if (!place || !config || !parsed) {
      throw new KeyringError('server-not-found', { server: target.server, file: fileLabel(target.file) });
    }
    return { place, parsed, config };
  }

  /**
   * Whether a header could be placed, without changing anything.
   * @throws KeyringError `reference-not-supported`, `variable-not-supported`, `purge-missing`, `file-broken`, `file-unreadable`, `url-invalid`
   */
  async check(placement: Placement): Promise<void> {
    const { place, delivery } = placement;
    const label = fileLabel(place.uri);
    const canonical = canonicalUrl(placement.url);
    if (!canonical.ok) {
      throw new KeyringError('url-invalid', { url: placement.url });
    }
    if (delivery === 'reference') {
      if (!place.format.indirections.includes('input')) {
        throw new KeyringError('reference-not-supported', { file: label });
      }
      if (!(await this.#mcp.canPurge())) {
        throw new KeyringError('purge-missing');
      }
    }
    if (delivery === 'environment' && !resolvesVariables(place.format)) {
      throw new KeyringError('variable-not-supported', { file: label });
    }
    const source = await this.#files.read(place);
    if (source?.content.state === 'unreadable') {
      throw new KeyringError('file-unreadable', { file: label });
    }
    const steps = this.#steps(placement, 'x', undefined);
    planned(place.uri, source?.content.text ?? '', text => planEdits(text, steps(text)));
  }

  /**
   * Attaches a credential to a server and writes the header, adding the server where it isn't there yet. If the file
   * can't be written, the attachment is taken back.
   * @throws KeyringError as {@link check}, the broker's refusals, and what the vault throws
   */
  attach(
    placement: Placement,
    credentialId: string,
    options: { readonly allowInsecure?: boolean } = {},
  ): Promise<EditOutcome> {
    return this.attachAll(placement.place, [{ placement, credentialId, ...options }]);
  }

  /**
   * As {@link attach}, for several headers of one file: all of them or none, by one edit, so that one undo brings the text
   * back.
   * @param place the one of all placements
   * @param options `undoable`: also where no editor shows the file yet
   */
  async attachAll(
    place: ConfigLocation,
    assignments: readonly Assignment[],
    options: { readonly undoable?: boolean } = {},
  ): Promise<EditOutcome> {
    const wanted: { readonly assignment: Assignment; readonly url: string; readonly insecure: boolean }[] = [];
    for (const assignment of assignments) {
      await this.check(assignment.placement);
      const canonical = canonicalUrl(assignment.placement.url);
      const url = canonical.ok ? canonical.value : '';
      const insecure = transportSecurity(url) === 'insecure';
      if (insecure && !assignment.allowInsecure) {
        throw new KeyringError('insecure-url', { url });
      }
      wanted.push({ assignment, url, insecure });
    }
    const before = new Map<string, Credential>();
    try {
      for (const { assignment, url, insecure } of wanted) {
        const { credentialId, placement } = assignment;
        if (!before.has(credentialId)) {
          before.set(credentialId, await this.#vault.readCredential(credentialId));
        }
        const header = placement.header.toLowerCase();
        await this.#vault.updateCredential(credentialId, credential =>
          attach(credential, { url, header, at: this.#clock.now(), ...(insecure && { insecureAllowed: true }) }),
        );
      }
      return await this.#write(
        place,
        wanted.map(({ assignment: { placement, replaces }, url }) => ({
          placement,
          url,
          ...(replaces !== undefined && { replaces }),
        })),
        options,
      );
    } catch (error) {
      for (const [credentialId, { attachments, history }] of before) {
        await this.#vault.updateCredential(credentialId, credential => ({ ...credential, attachments, history }));
      }
      throw error;
    }
  }

  /**
   * Writes the header of a credential that is attached already, in this delivery.
   * @throws KeyringError as {@link check}, and the broker's refusals
   */
  async deliver(placement: Placement): Promise<EditOutcome> {
    await this.check(placement);
    const canonical = canonicalUrl(placement.url);
    return this.#write(placement.place, [{ placement, url: canonical.ok ? canonical.value : '' }]);
  }

  /** The credentials in use for a server's headers. */
  deliveredBy({ parsed }: Pick<FoundServer, 'parsed'>): readonly Delivered[] {
    const url = parsed.url && canonicalUrl(parsed.url.value);
    return parsed.headers.flatMap(({ name: header }) => {
      const inUse = url?.ok ? this.#vault.attachedTo(url.value, header)[0] : undefined;
      return inUse ? [{ header, credentialId: inUse.credentialId }] : [];
    });
  }

  /**
   * Adds a server to another file, each header that a credential is attached to in the delivery that suits it there.
   * Nothing of the keyring changes: attachments name the URL and no file.
   * @throws KeyringError `file-broken`, `file-read-only`, `file-changed`, `file-unreadable`, `variable-not-supported`, and the
   *   broker's refusals; the file is then as it was
   */
  async addTranslated(
    place: ConfigLocation,
    server: TranslatedServer,
    headers: readonly { readonly header: string; readonly delivery: FileDelivery }[],
  ): Promise<EditOutcome> {
    const { format } = place;
    const canonical = canonicalUrl(server.url);
    const url = canonical.ok ? canonical.value : '';
    const texts = await Promise.all(
      headers.map(async ({ header, delivery }) => ({
        header,
        ...(await this.headerText(place, server.name, url, header, delivery)),
      })),
    );
    const plan = (text: string) =>
      planEdits(text, [
        step => addTranslated(step, format, server),
        ...texts.map(
          ({ header, value }): Step =>
            step =>
              setHeader(step, format, server.name, header, value),
        ),
        ...texts.flatMap(({ inputId }) => (inputId === undefined ? [] : [ensureOurInput(format, inputId)])),
      ]);
    const secret = headers.some(({ delivery }) => delivery === 'literal');
    const outcome = await editConfigFile(place.uri, plan, { secret });
    // The file may be new, in a folder that nothing was told of so far.
    this.#files.refresh();
    return outcome;
  }

  /**
   * Moves a server to another URL, and its credential with it: attached there first, then written, and detached from the old
   * URL where no other server has it. If the file can't be written, everything stays as it was.
   * @param credential none where the header stands in the file in clear, or there is none
   * @throws KeyringError `url-invalid`, `insecure-url`, what the file and the vault throw
   */
  async move(
    found: FoundServer,
    url: string,
    credential: { readonly id: string; readonly header: string } | undefined,
    options: { readonly allowInsecure?: boolean } = {},
  ): Promise<EditOutcome> {
    const { place, parsed } = found;
    const canonical = canonicalUrl(url);
    if (!canonical.ok) {
      throw new KeyringError('url-invalid', { url });
    }
    const move: Step = step => setUrl(step, place.format, parsed.name, url);
    if (!credential) {
      return editConfigFile(place.uri, text => planEdits(text, [move]));
    }
    const insecure = transportSecurity(canonical.value) === 'insecure';
    if (insecure && !options.allowInsecure) {
      throw new KeyringError('insecure-url', { url: canonical.value });
    }
    const { id, header } = credential;
    const before = await this.#vault.readCredential(id);
    const attachment = { url: canonical.value, header: header.toLowerCase(), at: this.#clock.now() };
    await this.#vault.updateCredential(id, current =>
      attach(current, { ...attachment, ...(insecure && { insecureAllowed: true }) }),
    );
    try {
      const standing = parsed.headers.find(({ name }) => name.toLowerCase() === header.toLowerCase());
      const delivery = deliveryIn(standing?.value ?? '');
      const { value, inputId } = await this.headerText(place, parsed.name, canonical.value, header, delivery);
      const outcome = await editConfigFile(
        place.uri,
        text =>
          planEdits(text, [
            move,
            step => setHeader(step, place.format, parsed.name, header, value),
            ...(inputId === undefined ? [] : [ensureOurInput(place.format, inputId)]),
            ...this.#dropUnusedInputs(found),
          ]),
        { secret: delivery === 'literal' },
      );
      await this.#forget(found, [header]);
      return outcome;
    } catch (error) {
      await this.#vault.updateCredential(id, current => ({
        ...current,
        attachments: before.attachments,
        history: before.history,
      }));
      throw error;
    }
  }

  /** Takes the credential's permission and the header away. */
  async detach(found: FoundServer, header: string): Promise<EditOutcome> {
    const outcome = await editConfigFile(found.place.uri, text =>
      planEdits(text, [
        step => removeHeader(step, found.place.format, found.parsed.name, header),
        ...this.#dropUnusedInputs(found),
      ]),
    );
    await this.#forget(found, [header]);
    return outcome;
  }

  /** Takes a server out of its file. Credentials stay in the keyring, detached where no other server has the URL. */
  async remove(found: FoundServer): Promise<EditOutcome> {
    const outcome = await editConfigFile(found.place.uri, this.removal(found));
    await this.#forget(
      found,
      found.parsed.headers.map(header => header.name),
    );
    return outcome;
  }

  /** The edits that take a server out of its file, with the inputs that nothing needs any more. */
  removal(found: FoundServer): (text: string) => EditResult {
    return text =>
      planEdits(text, [
        step => removeServer(step, found.place.format, found.parsed.name),
        ...this.#dropUnusedInputs(found),
      ]);
  }

  /**
   * The edits that put a server with all that it had into a file, each of its headers as a delivery wants it.
   * @param values per header name; a reference's `inputId` comes with its input
   */
  addition(
    place: ConfigLocation,
    name: string,
    value: JsonValue,
    headers: readonly { readonly name: string; readonly value: string; readonly inputId?: string }[],
  ): (text: string) => EditResult {
    const { format } = place;
    return text =>
      planEdits(text, [
        step => addServerValue(step, format, name, value),
        ...headers.map(header => (step: string) => setHeader(step, format, name, header.name, header.value)),
        ...headers.flatMap(({ inputId }) => (inputId === undefined ? [] : [ensureOurInput(format, inputId)])),
      ]);
  }

  /**
   * What is written for a header that a credential is attached to.
   * @param url canonical
   * @throws KeyringError `variable-not-supported`, and the broker's refusals
   */
  async headerText(
    { format, uri }: ConfigLocation,
    server: string,
    url: string,
    header: string,
    delivery: FileDelivery,
  ): Promise<{ readonly value: string; readonly inputId?: string }> {
    if (delivery === 'literal') {
      const { value, token, credentialId } = await this.#broker.headerFor(url, header);
      await this.#rememberWritten(credentialId, token);
      return { value: value.reveal() };
    }
    if (delivery === 'environment') {
      const credentialId = this.#vault.attachedTo(url, header)[0]?.credentialId ?? '';
      const value = this.#variableText(format, { credentialId, header });
      if (value === undefined) {
        throw new KeyringError('variable-not-supported', { file: fileLabel(uri) });
      }
      return { value };
    }
    const attached = this.#vault.attachedTo(url, header)[0];
    const credential = attached && this.#vault.credential(attached.credentialId);
    const scheme = credential ? schemeFor(credential, header) : '';
    const inputId = await keyringInputId(server, url, header);
    const reference = inputReference(inputId);
    return { value: scheme ? `${scheme} ${reference}` : reference, inputId };
  }

  /**
   * Writes another value for a header that is there already, for repairs that need no credential.
   * @param renamed its new name; the old one goes by the same edit
   * @throws KeyringError `file-changed` where the header isn't what it was found to be, and what the file throws
   */
  async setValue(found: FoundServer, header: string, value: string, renamed = header): Promise<EditOutcome> {
    const { place, parsed } = found;
    const standing = parsed.headers.findLast(({ name }) => name === header)?.value;
    const goes = renamed.toLowerCase() !== header.toLowerCase();
    const outcome = await editConfigFile(
      place.uri,
      text => {
        if (standing !== undefined) {
          requireStanding(text, place, parsed.name, header, standing);
        }
        return planEdits(text, [
          step => setHeader(step, place.format, parsed.name, renamed, value),
          ...(goes ? [(step: string) => removeHeader(step, place.format, parsed.name, header)] : []),
        ]);
      },
      { secret: true },
    );
    if (goes) {
      await this.#forget(found, [header]);
    }
    return outcome;
  }

  /** One of VS Code's accounts keeps its token elsewhere: what is written of it is known by its digest alone. */
  async #rememberWritten(credentialId: string, token: Secret): Promise<void> {
    const credential = this.#vault.credential(credentialId);
    if (credential && !(await isOwnToken(credential, token.reveal()))) {
      const digest = await tokenDigest(token.reveal());
      await this.#vault.updateCredential(credentialId, current => withPastToken(current, digest));
    }
  }

  /**
   * Writes a credential's new token into every file where one that it had before stands in clear. What somebody has
   * written there since stays. Calls at nearly the same time are one: a file is written once for all of them.
   * @returns how many headers were rewritten
   * @throws KeyringError for the first file that could not be written; the others are
   */
  rewriteLiterals(credentialId: string): Promise<number> {
    this.#renewed.add(credentialId);
    this.#rewriting ??= new Promise(resolve => setTimeout(resolve, burstTime)).then(() => {
      const ids = this.#renewed;
      this.#renewed = new Set();
      this.#rewriting = undefined;
      return this.#rewrite(ids);
    });
    return this.#rewriting;
  }

  async #rewrite(ids: ReadonlySet<string>): Promise<number> {
    const files = new Map<string, { readonly uri: Uri; readonly steps: Step[] }>();
    for (const source of await this.#files.readAll()) {
      const place = this.#files.locationOf(source.uri);
      const stale = place && source.content.state === 'text' ? await this.#staleLiterals(source, ids) : [];
      if (place && stale.length > 0) {
        // A file of Claude Code holds the servers of several places.
        const file = files.get(comparable(place.uri)) ?? { uri: place.uri, steps: [] };
        file.steps.push(...rewriteSteps(place.format, stale));
        files.set(comparable(place.uri), file);
      }
    }
    let count = 0;
    const errors: unknown[] = [];
    for (const { uri, steps } of files.values()) {
      try {
        const outcome = await editConfigFile(uri, text => planEdits(text, steps), { secret: true });
        count += outcome === 'unchanged' ? 0 : steps.length;
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw errors[0];
    }
    return count;
  }

  async #staleLiterals(source: ConfigSource, ids: ReadonlySet<string>): Promise<StaleLiteral[]> {
    const stale: StaleLiteral[] = [];
    const { format } = source;
    const text = source.content.state === 'text' ? source.content.text : '';
    for (const server of parseConfig(text, format).servers) {
      const url = server.url && canonicalUrl(server.url.value);
      for (const { name: header, value: old } of server.headers) {
        if (!url?.ok || !old || hasReference(old, format)) {
          continue;
        }
        const id = this.#vault.attachedTo(url.value, header)[0]?.credentialId;
        const credential = id !== undefined && ids.has(id) ? this.#vault.credential(id) : undefined;
        if (!credential || !(await isOwnToken(credential, withoutScheme(old, schemeFor(credential, header))))) {
          continue;
        }
        try {
          const value = (await this.#broker.headerFor(url.value, header)).value.reveal();
          if (value !== old) {
            stale.push({ server: server.name, header, old, value });
          }
        } catch (error) {
          this.#log.error('literal-not-renewed', error, { id: credential.id });
        }
      }
    }
    return stale;
  }

  async #write(
    place: ConfigLocation,
    headers: readonly { readonly placement: Placement; readonly url: string; readonly replaces?: string }[],
    options: { readonly undoable?: boolean } = {},
  ): Promise<EditOutcome> {
    const plans = await Promise.all(
      headers.map(async ({ placement, url, replaces }) => {
        const { server, header, delivery } = placement;
        const { value, inputId } = await this.headerText(place, server, url, header, delivery);
        const steps = this.#steps(placement, value, inputId);
        return (text: string) => {
          if (replaces !== undefined) {
            requireStanding(text, place, server, header, replaces);
          }
          return steps(text);
        };
      }),
    );
    return editConfigFile(
      place.uri,
      text =>
        planEdits(
          text,
          plans.flatMap(steps => steps(text)),
        ),
      { ...options, secret: headers.some(({ placement }) => placement.delivery === 'literal') },
    );
  }

  /** The edits that place a header: the server if it isn't there, the header, its input. */
  #steps(placement: Placement, value: string, inputId: string | undefined): (text: string) => Step[] {
    const { format } = placement.place;
    return text => {
      const steps: Step[] = [];
      const config = parseConfig(text, format);
      const standing = config.servers.findLast(server => server.name === placement.server);
      if (!standing) {
        steps.push(step =>
          addServer(step, format, {
            name: placement.server,
            url: placement.url,
            headers: { [placement.header]: value },
          }),
        );
      } else {
        requireUrl(standing, placement);
        steps.push(step => setHeader(step, format, placement.server, placement.header, value));
      }
      if (inputId !== undefined) {
        steps.push(ensureOurInput(format, inputId));
      } else {
        steps.push(...this.#dropUnusedInputs({ place: placement.place, config }));
      }
      return steps;
    };
  }

  /** Drops those inputs of ours that nothing in the file refers to any more. */
  #dropUnusedInputs({ place, config }: Pick<FoundServer, 'place' | 'config'>): Step[] {
    const { format } = place;
    return format.inputsPath === undefined
      ? []
      : config.inputs
          .filter(input => parseKeyringInputId(input.id) !== undefined)
          .map(input => (text: string) => {
            const used = parseConfig(text, format).servers.some(server =>
              server.headers.some(
                header =>
                  header.value !== undefined &&
                  parseReferences(header.value).some(
                    reference => reference.kind === 'input' && reference.name === input.id,
                  ),
              ),
            );
            return used ? ok([]) : dropInput(text, format, input.id);
          });
  }

  /** Detaches what was attached to a server that is gone. */
  async #forget(found: FoundServer, headers: readonly string[]): Promise<void> {
    const url = found.parsed.url && canonicalUrl(found.parsed.url.value);
    if (url?.ok) {
      await this.detachUnnamed(url.value, headers);
    }
  }

  /**
   * Detaches every credential from a URL, unless a file names it or it is offered without one.
   * @param url canonical
   */
  async detachUnnamed(url: string, headers: readonly string[]): Promise<void> {
    for (const header of headers) {
      const attached = this.#vault.attachedTo(url, header);
      if (attached.some(({ attachment }) => attachment.provided) || (await this.#stillNamed(url, header))) {
        continue;
      }
      for (const { credentialId } of attached) {
        await this.#vault
          .updateCredential(credentialId, credential =>
            detach(credential, { url, header: header.toLowerCase() }, this.#clock.now()),
          )
          .catch(error => this.#log.error('not-detached', error, { id: credentialId }));
      }
    }
  }

  async #stillNamed(url: string, header: string): Promise<boolean> {
    return (await this.#files.readAll()).some(
      source =>
        source.content.state === 'text' &&
        parseConfig(source.content.text, source.format).servers.some(server => {
          const other = server.url && canonicalUrl(server.url.value);
          return (
            other?.ok &&
            other.value === url &&
            server.headers.some(candidate => candidate.name.toLowerCase() === header.toLowerCase())
          );
        }),
    );
  }
}

/** Only what is still as it was found. */
function rewriteSteps(format: ConfigFormat, stale: readonly StaleLiteral[]): Step[] {
  return stale.map(
    ({ server, header, old, value }) =>
      text =>
        stands(text, format, server, header, old) ? setHeader(text, format, server, header, value) : ok([]),
  );
}

/** Whether a header of a server has this value. */
function stands(text: string, format: ConfigFormat, server: string, header: string, value: string): boolean {
  const headers = parseConfig(text, format).servers.findLast(({ name }) => name === server)?.headers ?? [];
  return headers.some(other => other.name === header && other.value === value);
}

/** @throws KeyringError `file-changed` for a server that has got another URL than the one that the credential is meant for */
function requireUrl({ url }: ParsedServer, { url: wanted, place }: Placement): void {
  const standing = url && canonicalUrl(url.value);
  const meant = canonicalUrl(wanted);
  if (!standing?.ok || !meant.ok || standing.value !== meant.value) {
    throw new KeyringError('file-changed', { file: fileLabel(place.uri) });
  }
}

/** @throws KeyringError `file-changed` unless a header has this value */
function requireStanding(
  text: string,
  { format, uri }: ConfigLocation,
  server: string,
  header: string,
  value: string,
): void {
  if (!stands(text, format, server, header, value)) {
    throw new KeyringError('file-changed', { file: fileLabel(uri) });
  }
}

function withoutScheme(value: string, scheme: string): string {
  const start = `${scheme} `;
  return scheme !== '' && value.toLowerCase().startsWith(start.toLowerCase())
    ? value.slice(start.length).trim()
    : value;
}

/** How a header that stands in a file gets its value. */
function deliveryIn(value: string): FileDelivery {
  const references = parseReferences(value);
  return references.length === 0
    ? 'literal'
    : references.some(({ kind }) => kind === 'input')
      ? 'reference'
      : 'environment';
}

function ensureOurInput(format: ConfigFormat, id: string): Step {
  return text => ensureInput(text, format, { id, type: 'command', command: resolveCommand, args: id });
}
