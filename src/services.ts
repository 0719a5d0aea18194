import * as vscode from 'vscode';
import { Verdicts } from './core/connection/verdicts.ts';
import { Broker } from './core/credentials/broker.ts';
import { Vault } from './core/credentials/vault.ts';
import { Verifications } from './core/credentials/verifications.ts';
import { Inventory } from './core/inventory/inventory.ts';
import type { Clock, Disposable } from './core/ports.ts';
import { Clipboard } from './platform/clipboard.ts';
import { systemClock } from './platform/clock.ts';
import { CommandRegistry } from './platform/commands.ts';
import { ConfigFiles } from './platform/configFiles.ts';
import { userFolder } from './platform/configLocations.ts';
import type { Deliverer } from './platform/deliverer.ts';
import { type AsyncMethods, lazyObject } from './platform/lazyObject.ts';
import { OutputLog } from './platform/log.ts';
import { McpServers } from './platform/mcpServers.ts';
import type { SignInDesk } from './platform/oauth/signInDesk.ts';
import type { WindowTokenSources } from './platform/oauth/tokenSources.ts';
import { VSCodeSecretStore } from './platform/secretStore.ts';
import { Settings } from './platform/settings.ts';
import { storageFolder } from './platform/storageFolder.ts';
import { VirtualDocuments } from './platform/virtualDocuments.ts';
import { WindowLocks } from './platform/windowLocks.ts';

/** What features share. Made by hand, passed in their `register` functions; there is no container. */
export interface Services extends Disposable {
  readonly context: vscode.ExtensionContext;
  readonly log: OutputLog;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly clipboard: Clipboard;
  readonly commands: CommandRegistry;
  readonly files: ConfigFiles;
  readonly vault: Vault;
  readonly broker: Broker;
  readonly inventory: Inventory;
  readonly verifications: Verifications;
  readonly verdicts: Verdicts;
  readonly mcp: McpServers;
  /** Loaded with its first use: it brings all that edits config files. */
  readonly deliverer: AsyncMethods<Deliverer>;
  /** Loaded with its first use: it brings all of OAuth. */
  readonly signIns: AsyncMethods<SignInDesk>;
  readonly documents: VirtualDocuments;
  /** The machine is awake or the network is back: renewals that failed for want of it need not wait. */
  forgetRenewalDelays(): void;
}

/** Builds the services. Nothing is read here: that is for {@link startReading}, off the critical path of activation. */
export function createServices(context: vscode.ExtensionContext): Services {
  const clock = systemClock;
  const log = new OutputLog('MCP Keyring');
  const settings = new Settings();
  const clipboard = new Clipboard();
  const commands = new CommandRegistry(log, async id =>
    (await import('./platform/fileCalls.ts')).refuseFileCalls(files, id),
  );
  const storage = storageFolder(context);
  const files = new ConfigFiles(userFolder(context, storage), settings, log);
  const locks = new WindowLocks(storage);
  const vault = new Vault(new VSCodeSecretStore(context.secrets), log, {
    allowed: () => vscode.workspace.isTrusted,
    locks,
  });
  let sources: WindowTokenSources | undefined;
  const tokenSources = lazyObject(async () => {
    const { WindowTokenSources } = await import('./platform/oauth/tokenSources.ts');
    sources = new WindowTokenSources({
      vault,
      clock,
      log,
      locks,
      onNotStored: ({ id, name }) => broker.tellNotStored(id, name),
    });
    return sources;
  });
  const broker: Broker = new Broker(vault, clock, log, () => settings.brokerPolicy, tokenSources);
  const verifications = new Verifications();
  const verdicts = new Verdicts();
  const inventory = new Inventory(vault, clock, log, () => settings.findingPolicy, verifications, verdicts);
  const mcp = new McpServers(log);
  const deliverer = lazyObject(async () => {
    const { Deliverer } = await import('./platform/deliverer.ts');
    return new Deliverer({ files, vault, broker, mcp, settings, clock, log });
  });
  const signIns = lazyObject(async () => {
    const { SignInDesk } = await import('./platform/oauth/signInDesk.ts');
    const desk = new SignInDesk({ context, vault, clock, log, settings, commands });
    disposables.push(desk);
    return desk;
  });
  const documents = new VirtualDocuments();
  const disposables: Disposable[] = [documents, mcp, inventory, vault, files, commands, clipboard, log];
  return {
    context,
    log,
    clock,
    settings,
    clipboard,
    commands,
    files,
    vault,
    broker,
    inventory,
    verifications,
    verdicts,
    mcp,
    deliverer,
    signIns,
    documents,
    forgetRenewalDelays: () => sources?.renewer.forgetDelays(),
    dispose: () => {
      for (const disposable of disposables) {
        disposable.dispose();
      }
    },
  };
}

/**
 * Reads the config files and the keyring, and keeps the inventory in step with both from then on. In Restricted Mode the
 * keyring isn't read until the workspace is trusted (SECURITY.md, “Restricted Mode”).
 */
export function startReading(services: Services): Disposable {
  const { files, inventory, settings, log } = services;
  let reading = Promise.resolve();
  const readFiles = () => {
    // One after another, so that an old reading never overtakes a newer one.
    reading = reading
      .then(async () =>
        inventory.setFiles(
          await files.current(),
          files.locations.map(({ key }) => key),
        ),
      )
      .catch(error => log.error('config-files-not-read', error));
  };
  const subscriptions: Disposable[] = [
    files.onDidChange(readFiles),
    settings.onDidChange(() => inventory.invalidate()),
    // Timers may sleep while the machine does.
    vscode.window.onDidChangeWindowState(state => state.focused && inventory.refreshIfDue()),
  ];
  readFiles();
  let disposed = false;
  // The detector is large, and nothing of what is shown at first needs it.
  inventory.filesKnown
    .then(() => import('./platform/exposure.ts'))
    .then(({ watchExposure }) => {
      if (!disposed) {
        subscriptions.push(watchExposure(inventory, files, log));
      }
    })
    .catch(error => log.error('detector-not-loaded', error));
  if (vscode.workspace.isTrusted) {
    readKeyring(services);
  } else {
    inventory.setVaultState('restricted');
    subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => readKeyring(services)));
  }
  return {
    dispose: () => {
      disposed = true;
      for (const subscription of subscriptions) {
        subscription.dispose();
      }
    },
  };
}

function readKeyring({ vault, inventory, commands }: Services): void {
  vault.load().then(
    () => inventory.setVaultState('ready'),
    error => {
      inventory.setVaultState('unavailable');
      commands.show(error);
    },
  );
}
