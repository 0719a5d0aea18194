import * as vscode from 'vscode';
import { currentToken, isRenewable } from '../../core/credentials/token.ts';
import { KeyringError } from '../../core/errors.ts';
import type { ProvidedSnapshot } from '../../core/inventory/types.ts';
import type { Disposable } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { commandFailed } from '../../platform/commands.ts';
import { refuseTraced } from '../../platform/tracedHeaders.ts';
import type { Services } from '../../services.ts';

/** By which credentials a server gets which tokens. */
type Tokens = readonly { readonly credentialId: string | undefined; readonly token: Secret | undefined }[];

/** What VS Code has been told of a server. */
interface Told {
  version: number;
  /** What the server was last started with, or had when it was seen for the first time: the whole URL, and tokens. */
  url: string;
  tokens: Tokens;
  /** How many starts are under way. A token that is renewed for one of them is no reason to stop it. */
  starting: number;
}

/**
 * Offers servers that stand in no file. VS Code keeps what {@link provideMcpServerDefinitions} returns in clear in its
 * state database, so no header is in it, and nothing of the URL that may be a key (user info, query);
 * {@link resolveMcpServerDefinition} runs at every start and nothing keeps its result.
 */
export class ServerProvider implements vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition>, Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: Disposable;
  readonly #told = new Map<string, Told>();
  #last = '[]';
  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.#subscription = services.inventory.onDidChange(() => this.#announce());
  }

  async provideMcpServerDefinitions(): Promise<vscode.McpHttpServerDefinition[]> {
    const { vault, inventory, log } = this.#services;
    if (!vscode.workspace.isTrusted) {
      return [];
    }
    try {
      // VS Code drops what isn't returned, and may ask before anything has been read.
      await Promise.all([vault.load(), inventory.filesKnown]);
    } catch (error) {
      log.error('provided-servers-unknown', error);
      return [];
    }
    const definitions = inventory.snapshot.provided.map(server => this.#definition(server));
    this.#last = describe(definitions);
    return definitions;
  }

  /** @throws CommandFailed with a sentence that says why the server gets nothing; VS Code then doesn't start it */
  async resolveMcpServerDefinition(
    offered: vscode.McpHttpServerDefinition,
  ): Promise<vscode.McpHttpServerDefinition | undefined> {
    const { commands, mcp } = this.#services;
    mcp.noteAsked(offered.label);
    if (mcp.isProbed(offered.label)) {
      // VS Code then does not start it, and says nothing.
      return undefined;
    }
    try {
      return await this.#resolve(offered);
    } catch (error) {
      // VS Code's own message has no buttons.
      commands.show(error);
      throw error instanceof KeyringError ? await commandFailed(error) : error;
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #resolve({ label }: vscode.McpHttpServerDefinition): Promise<vscode.McpHttpServerDefinition> {
    if (!vscode.workspace.isTrusted) {
      throw new KeyringError('workspace-not-trusted');
    }
    const { vault, inventory, broker, log } = this.#services;
    await Promise.all([vault.load(), inventory.filesKnown]);
    const server = inventory.snapshot.provided.find(candidate => candidate.label === label);
    if (!server) {
      throw new KeyringError('server-not-found', { server: label, file: 'MCP Keyring' });
    }
    const told = this.#toldOf(server);
    told.starting++;
    try {
      const headers: Record<string, string> = { ...server.plainHeaders };
      const tokens: Tokens[number][] = [];
      for (const { parsed } of server.headers) {
        // The one spelling that VS Code masks in its log.
        const name = parsed.name.toLowerCase() === 'authorization' ? 'Authorization' : parsed.name;
        await refuseTraced(name, server.url);
        const { value, token, credentialId } = await broker.headerFor(server.url, name);
        headers[name] = value.reveal();
        tokens.push({ credentialId, token });
      }
      told.url = urlOf(server);
      told.tokens = tokens;
      log.info('provided-server-resolved', { server: server.parsed.name, url: server.url });
      // A fresh object, to the URL that the credential is attached to: changes to the given one would be kept.
      return new vscode.McpHttpServerDefinition(label, vscode.Uri.parse(urlOf(server), true), headers, versionOf(told));
    } finally {
      told.starting--;
    }
  }

  #definition(server: ProvidedSnapshot): vscode.McpHttpServerDefinition {
    const uri = vscode.Uri.parse(server.url, true);
    return new vscode.McpHttpServerDefinition(server.label, uri, {}, versionOf(this.#toldOf(server)));
  }

  /**
   * A running server is stopped when its version changes, and so doesn't go on with a token that has been replaced. One that
   * was only renewed is brought to it by a restart, if the user wants that.
   */
  #toldOf(server: ProvidedSnapshot): Told {
    const key = `${server.parsed.name}\n${server.url}`;
    const url = urlOf(server);
    const tokens = this.#tokensOf(server);
    let told = this.#told.get(key);
    if (!told) {
      told = { version: 1, url, tokens, starting: 0 };
      this.#told.set(key, told);
    } else if (told.starting === 0 && (told.url !== url || !this.#sameTokens(told.tokens, tokens))) {
      told.version++;
      told.url = url;
      told.tokens = tokens;
    }
    return told;
  }

  /** A token that is revoked counts as gone, so that a server that runs with it is stopped. */
  #tokensOf({ headers }: ProvidedSnapshot): Tokens {
    return headers.map(({ credentialId }) => {
      const credential = credentialId === undefined ? undefined : this.#services.vault.credential(credentialId);
      const good = credential?.revokedAt === undefined ? credential : undefined;
      return { credentialId, token: good && currentToken(good) };
    });
  }

  #sameTokens(a: Tokens, b: Tokens): boolean {
    return (
      a.length === b.length &&
      a.every(({ credentialId, token }, index) => {
        const other = b[index];
        const credential = credentialId === undefined ? undefined : this.#services.vault.credential(credentialId);
        return (
          credentialId === other?.credentialId &&
          (token && other?.token
            ? (credential && isRenewable(credential)) || token.equals(other.token)
            : token === other?.token)
        );
      })
    );
  }

  #announce(): void {
    const { inventory, vault } = this.#services;
    if (!vault.loaded) {
      return;
    }
    const now = describe(inventory.snapshot.provided.map(server => this.#definition(server)));
    if (now !== this.#last) {
      this.#last = now;
      this.#changed.fire();
    }
  }
}

function describe(definitions: readonly vscode.McpHttpServerDefinition[]): string {
  return JSON.stringify(definitions.map(({ label, uri, version }) => [label, uri.toString(), version]));
}

/** All of it, with what is no part of the canonical one. */
function urlOf({ parsed, url }: ProvidedSnapshot): string {
  return parsed.url?.value ?? url;
}

function versionOf({ version }: Told): string {
  return String(version);
}
