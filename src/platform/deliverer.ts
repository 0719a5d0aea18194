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
} from '../core/config/edit.ts';
import { resolveCommand } from '../core/config/inputUses.ts';
import { parseConfig } from '../core/config/parse.ts';
import { inputReference, keyringInputId, parseKeyringInputId, parseReferences } from '../core/config/references.ts';
import type { JsonValue } from '../core/config/render.ts';
import type { ConfigFormat, ParsedConfig, ParsedServer } from '../core/config/types.ts';
import { canonicalUrl, transportSecurity } from '../core/config/url.ts';
import { attach, detach } from '../core/credentials/attachments.ts';
import { type Broker, schemeFor } from '../core/credentials/broker.ts';
import type { Vault } from '../core/credentials/vault.ts';
import { KeyringError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import { ok } from '../core/result.ts';
import type { FileDelivery, ServerTarget } from '../ids.ts';
import { type EditOutcome, editConfigFile, planned } from './configEdits.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';
import type { ConfigLocation } from './configLocations.ts';
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

/** A server found in a config file, ready to be worked on. */
export interface FoundServer {
  readonly place: ConfigLocation;
  readonly parsed: ParsedServer;
  readonly config: ParsedConfig;
}

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

  /** The delivery that suits a file best, unless the user has set one and the file's clients can do it. */
  async preferredDelivery(place: ConfigLocation): Promise<FileDelivery> {
    const set = this.#settings.defaultDelivery;
    const reference = place.format.indirections.includes('input') && (await this.#mcp.canPurge());
    return reference && set !== 'literal' ? 'reference' : 'literal';
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
   * @throws KeyringError `reference-not-supported`, `purge-missing`, `file-broken`, `file-unreadable`, `url-invalid`
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
  async attach(
    placement: Placement,
    credentialId: string,
    options: { readonly allowInsecure?: boolean } = {},
  ): Promise<EditOutcome> {
    await this.check(placement);
    const canonical = canonicalUrl(placement.url);
    const url = canonical.ok ? canonical.value : '';
    const header = placement.header.toLowerCase();
    const insecure = transportSecurity(url) === 'insecure';
    if (insecure && !options.allowInsecure) {
      throw new KeyringError('insecure-url', { url });
    }
    const before = await this.#vault.readCredential(credentialId);
    await this.#vault.updateCredential(credentialId, credential =>
      attach(credential, { url, header, at: this.#clock.now(), ...(insecure && { insecureAllowed: true }) }),
    );
    try {
      return await this.#write(placement, url);
    } catch (error) {
      await this.#vault.updateCredential(credentialId, credential => ({
        ...credential,
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
   */
  async headerText(
    server: string,
    url: string,
    header: string,
    delivery: FileDelivery,
  ): Promise<{ readonly value: string; readonly inputId?: string }> {
    if (delivery === 'literal') {
      return { value: (await this.#broker.headerFor(url, header)).value.reveal() };
    }
    const attached = this.#vault.attachedTo(url, header)[0];
    const credential = attached && this.#vault.credential(attached.credentialId);
    const scheme = credential ? schemeFor(credential, header) : '';
    const inputId = await keyringInputId(server, url, header);
    const reference = inputReference(inputId);
    return { value: scheme ? `${scheme} ${reference}` : reference, inputId };
  }

  /** Writes another value for a header that is there already; for repairs that need no credential. */
  setValue(found: FoundServer, header: string, value: string): Promise<EditOutcome> {
    return editConfigFile(
      found.place.uri,
      text => setHeader(text, found.place.format, found.parsed.name, header, value),
      { secret: true },
    );
  }

  /**
   * Writes a credential's new token into every file where an old one stands in clear.
   * @returns how many headers were rewritten
   */
  async rewriteLiterals(credentialId: string): Promise<number> {
    let count = 0;
    for (const source of await this.#files.readAll()) {
      const place = this.#files.locationOf(source.uri);
      if (!place || source.content.state !== 'text') {
        continue;
      }
      for (const server of parseConfig(source.content.text, source.format).servers) {
        const url = server.url && canonicalUrl(server.url.value);
        for (const header of server.headers) {
          const literal = header.value !== undefined && header.value !== '' && !header.value.includes('${');
          if (!literal || !url?.ok) {
            continue;
          }
          if (this.#vault.attachedTo(url.value, header.name)[0]?.credentialId === credentialId) {
            const placement: Placement = {
              place,
              server: server.name,
              url: url.value,
              header: header.name,
              delivery: 'literal',
            };
            count += (await this.#write(placement, url.value)) === 'unchanged' ? 0 : 1;
          }
        }
      }
    }
    return count;
  }

  async #write(placement: Placement, url: string): Promise<EditOutcome> {
    const { place, server, header, delivery } = placement;
    const { value, inputId } = await this.headerText(server, url, header, delivery);
    const steps = this.#steps(placement, value, inputId);
    return editConfigFile(place.uri, text => planEdits(text, steps(text)), { secret: delivery === 'literal' });
  }

  /** The edits that place a header: the server if it isn't there, the header, its input. */
  #steps(placement: Placement, value: string, inputId: string | undefined): (text: string) => Step[] {
    const { format } = placement.place;
    return text => {
      const steps: Step[] = [];
      const config = parseConfig(text, format);
      if (!config.servers.some(server => server.name === placement.server)) {
        steps.push(step =>
          addServer(step, format, {
            name: placement.server,
            url: placement.url,
            headers: { [placement.header]: value },
          }),
        );
      } else {
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

function ensureOurInput(format: ConfigFormat, id: string): Step {
  return text => ensureInput(text, format, { id, type: 'command', command: resolveCommand, args: id });
}
