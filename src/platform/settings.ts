import * as vscode from 'vscode';
import type { BrokerPolicy } from '../core/credentials/broker.ts';
import type { FindingPolicy } from '../core/inventory/analyze.ts';
import { type RolePreset, readRolePresets } from '../core/jwt/rolePresets.ts';
import { type FileDelivery, settingsSection } from '../ids.ts';

/** Whether a server that runs is restarted when its token has been renewed. */
export type RestartServers = 'ask' | 'always' | 'never';

export type HoverScope = 'everywhere' | 'configFiles' | 'off';

/** Every setting, read when it is asked for. Values of the wrong type count as not set. */
export class Settings {
  get brokerPolicy(): BrokerPolicy {
    return {
      clockToleranceSeconds: this.clockToleranceSeconds,
      automaticRenewal: this.automaticRenewal,
    };
  }

  get findingPolicy(): FindingPolicy {
    return {
      clockToleranceSeconds: this.clockToleranceSeconds,
      expiresSoonSeconds: atLeast(0, read('expiryWarning', 10)) * 60,
      longLivedDays: atLeast(1, read('longLivedTokenDays', 90)),
      automaticRenewal: this.automaticRenewal,
    };
  }

  get automaticRenewal(): boolean {
    return read('automaticRenewal', true);
  }

  get clockToleranceSeconds(): number {
    return atLeast(0, read('clockTolerance', 60));
  }

  get defaultDelivery(): FileDelivery | 'automatic' {
    return read<FileDelivery | 'automatic'>('defaultDelivery', 'automatic');
  }

  get restartServers(): RestartServers {
    return read<RestartServers>('restartServers', 'ask');
  }

  get hoverScope(): HoverScope {
    return read<HoverScope>('hoverScope', 'everywhere');
  }

  /** Seconds after which a copied token is taken off the clipboard; 0 for never. */
  get clearClipboardSeconds(): number {
    return atLeast(0, read('clearClipboardAfter', 45));
  }

  get probeServers(): boolean {
    return read('probeServers', true);
  }

  /** The https URL under which somebody hosts our client metadata document; empty for none. */
  get oauthClientMetadataUrl(): string {
    return read('oauthClientMetadataUrl', '').trim();
  }

  /** Where browsers come back to after a sign-in; empty for what suits the host. */
  get oauthRedirectUri(): string {
    return read('oauthRedirectUri', '').trim();
  }

  /** What isn't a preset is left out. */
  get rolePresets(): readonly RolePreset[] {
    return readRolePresets(read('rolePresets', {})).presets;
  }

  /** Config files beside those that are found by themselves, as they are written: `readExtraFiles` reads them. */
  get extraConfigFiles(): readonly unknown[] {
    const value = read<readonly unknown[]>('extraConfigFiles', []);
    return Array.isArray(value) ? value : [];
  }

  onDidChange(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration(settingsSection)) {
        listener();
      }
    });
  }
}

function read<T extends string | number | boolean | object>(key: string, otherwise: T): T {
  const value: unknown = vscode.workspace.getConfiguration(settingsSection).get(key);
  return typeof value === typeof otherwise ? (value as T) : otherwise;
}

function atLeast(least: number, value: number): number {
  return Number.isFinite(value) ? Math.max(least, value) : least;
}
