import * as vscode from 'vscode';
import { KeyringError } from '../core/errors.ts';
import type { Disposable, Log } from '../core/ports.ts';
import { vscodeCommands } from '../ids.ts';
import type { ConfigLocation } from './configLocations.ts';
import { mcpLenses } from './mcpLenses.ts';

/** A server as VS Code knows it: the id that its commands take, and whether it runs. */
export interface McpDefinition {
  readonly id: string;
  /** Undefined where VS Code doesn't say: for servers of a `.code-workspace` file. */
  readonly running: boolean | undefined;
  /** VS Code offers to start it again, and it doesn't run: its last start failed. */
  readonly failed: boolean;
}

/** How long VS Code may take to see a server that has just been written. */
const patience = 10_000;

/** How long a server of a `.code-workspace` file is tried: VS Code sees it within two seconds and doesn't say so. */
const blindPatience = 4000;

/**
 * How long the tools of a server that starts are waited for. VS Code waits for ever for those of one that answers with
 * something else, such as a sign-in page (measured, 1.139.1), and others are to start after it.
 */
const startPatience = 10_000;

/**
 * When a resolved input is purged after it was handed out, in ms. VS Code writes its state 100 ms after a change (1.139.1,
 * source), which a purge in between takes back; when it stores the input can't be seen, and waits for the other inputs of the
 * launch.
 */
const purgeDelays = [...Array.from({ length: 15 }, (_, index) => 20 + 40 * index), 1000, 1500, 3000];

/** VS Code's own MCP client, as far as its commands and lenses reach. */
export class McpServers implements Disposable {
  readonly #log: Log;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** How often VS Code has asked for the header of each server that is offered, by label. */
  readonly #asked = new Map<string, number>();
  /** Offered servers of which it is only to be found out whether they run. */
  readonly #probed = new Map<string, Promise<void>>();
  /** How many starts of each offered server are under way, by label. */
  readonly #starting = new Map<string, number>();
  /** How many references VS Code has had resolved. */
  #resolved = 0;
  #canPurge: Promise<boolean> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** What VS Code knows of a server, or undefined if it doesn't know it (yet). */
  async find(file: vscode.Uri, server: string): Promise<McpDefinition | undefined> {
    let id: string | undefined;
    let running = false;
    let restartable = false;
    for (const lens of await mcpLenses(file)) {
      if (isDefinitionOf(lens.id, server)) {
        id = lens.id;
        running ||= lens.command === vscodeCommands.stopServer;
        restartable ||= lens.command === vscodeCommands.restartServer;
      }
    }
    if (id !== undefined) {
      return { id, running, failed: restartable && !running };
    }
    // VS Code reads this file and draws lenses on those called `mcp.json` alone (1.139.1, source).
    return file.toString() === vscode.workspace.workspaceFile?.toString()
      ? { id: `mcp.config.workspace.${server}`, running: undefined, failed: false }
      : undefined;
  }

  /**
   * Starts a server through VS Code and waits until its tools are known, it has failed, or it has had its time. One that runs
   * is stopped first (VS Code's own restart opens the Output panel).
   * @returns whether VS Code knew the server
   */
  async start(file: vscode.Uri, server: string): Promise<boolean> {
    if (!vscode.workspace.isTrusted) {
      throw new KeyringError('workspace-not-trusted');
    }
    const deadline = Date.now() + patience;
    let definition = await this.find(file, server);
    while (!definition && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 200));
      definition = await this.find(file, server);
    }
    if (!definition) {
      this.#log.warn('server-unknown-to-vscode', { server });
      return false;
    }
    if (definition.running !== false) {
      await vscode.commands.executeCommand(vscodeCommands.stopServer, definition.id);
    }
    if (definition.running === undefined) {
      await this.#startBlindly(definition.id);
    } else {
      await startAndWait(definition.id);
    }
    return true;
  }

  /** A start does nothing while VS Code doesn't know the server yet, and nothing to one that runs. */
  async #startBlindly(id: string): Promise<void> {
    const before = this.#resolved;
    for (const deadline = Date.now() + blindPatience; Date.now() < deadline && this.#resolved === before; ) {
      await startAndWait(id);
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /**
   * Starts a server that this extension offers, again if it runs. VS Code says nothing about a server that it doesn't know
   * (yet), but for one that it starts it asks for the header.
   * @param extensionId the extension's own
   * @param currentLabel what the server goes by now: a file that gets or loses a server of its name changes that
   * @returns whether VS Code knew the server
   */
  async startProvided(extensionId: string, currentLabel: () => string | undefined): Promise<boolean> {
    if (!vscode.workspace.isTrusted) {
      throw new KeyringError('workspace-not-trusted');
    }
    const deadline = Date.now() + patience;
    let stopped: string | undefined;
    for (let label = currentLabel(); label !== undefined && Date.now() < deadline; label = currentLabel()) {
      const id = `${extensionId}/${label}`;
      // What is only looked at is called off, and this start would be with it.
      while (this.#probed.has(label)) {
        await this.#probed.get(label);
      }
      this.#count(label, 1);
      try {
        if (stopped !== label) {
          await vscode.commands.executeCommand(vscodeCommands.stopServer, id);
          stopped = label;
        }
        const before = this.#asked.get(label);
        await startAndWait(id, () => this.#asked.get(label) !== before);
        if (this.#asked.get(label) !== before) {
          return true;
        }
      } finally {
        this.#count(label, -1);
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    this.#log.warn('server-unknown-to-vscode', { server: stopped });
    return false;
  }

  /**
   * Whether a server that this extension offers runs. VS Code doesn't say, but a start does nothing to one that runs, and asks
   * for the header of one that doesn't; that start is then called off. One that is being started is not looked at: it gets
   * what is newest by itself.
   */
  async isProvidedRunning(extensionId: string, label: string): Promise<boolean> {
    while (this.#probed.has(label)) {
      await this.#probed.get(label);
    }
    if ((this.#starting.get(label) ?? 0) > 0) {
      return false;
    }
    const before = this.#asked.get(label);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#probed.set(label, promise);
    try {
      await vscode.commands.executeCommand(vscodeCommands.startServer, `${extensionId}/${label}`);
      return before !== undefined && this.#asked.get(label) === before;
    } finally {
      this.#probed.delete(label);
      resolve();
    }
  }

  #count(label: string, starts: 1 | -1): void {
    this.#starting.set(label, (this.#starting.get(label) ?? 0) + starts);
  }

  /** Whether the start that VS Code is at is none: see {@link isProvidedRunning}. */
  isProbed(label: string): boolean {
    return this.#probed.has(label);
  }

  /** VS Code starts a server that this extension offers, and wants its header. */
  noteAsked(label: string): void {
    this.#asked.set(label, (this.#asked.get(label) ?? 0) + 1);
  }

  /** Whether this VS Code can be made to forget a resolved input. Without that, no reference may be written. */
  canPurge(): Promise<boolean> {
    this.#canPurge ??= Promise.resolve(vscode.commands.getCommands(true)).then(commands =>
      commands.includes(vscodeCommands.removeStoredInput),
    );
    return this.#canPurge;
  }

  /**
   * Makes VS Code forget a value that it has just been given: it would otherwise cache it, store it in clear in its state
   * database and show it as an inlay hint.
   */
  purge(inputId: string, scopes: ReadonlySet<NonNullable<ConfigLocation['inputScope']>>): void {
    this.#resolved++;
    for (const delay of purgeDelays) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        for (const scope of scopes) {
          // VS Code's StorageScope: 0 is the profile's, 1 the workspace's.
          vscode.commands
            .executeCommand(vscodeCommands.removeStoredInput, scope === 'workspace' ? 1 : 0, `\${input:${inputId}}`)
            .then(undefined, error => this.#log.error('input-not-purged', error, { inputId }));
        }
      }, delay);
      this.#timers.add(timer);
    }
  }

  dispose(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
  }
}

/**
 * Until the server's tools are known, it has failed, or it has had its time: it goes on starting then.
 * @param isUnderWay whether VS Code is at the server by now, and not still at what comes before, such as a question
 */
async function startAndWait(id: string, isUnderWay = () => true): Promise<void> {
  const starting = vscode.commands.executeCommand(vscodeCommands.startServer, id, { waitForLiveTools: true });
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), startPatience);
  try {
    if ((await Promise.race([starting, late])) === 'late' && !isUnderWay()) {
      await starting;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Ids are a prefix that tells the file (`mcp.config.ws0.`, `workspace-dot-mcp.0.`) and the server's name, dots and all. */
function isDefinitionOf(id: string, server: string): boolean {
  return (
    /^(?:mcp\.config\.(?:ws\d+|workspace|usrlocal|usrremote)|workspace-dot-mcp\.\d+)\.(.*)$/s.exec(id)?.[1] === server
  );
}
