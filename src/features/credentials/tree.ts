import * as vscode from 'vscode';
import { usersOfKey } from '../../core/credentials/keyUsers.ts';
import type { Credential, DamagedEntry, SigningKey } from '../../core/credentials/types.ts';
import type { CredentialSnapshot } from '../../core/inventory/types.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget, SigningKeyTarget } from '../../ids.ts';
import { escapeMarkdown } from '../../platform/markdown.ts';
import { statusIcon } from '../../platform/statusIcons.ts';
import { SteadyTree } from '../../platform/steadyTree.ts';
import { statusText } from '../../platform/texts.ts';
import { relativeTime } from '../../platform/times.ts';
import { findingsMarkdown, tokenMarkdown } from '../../platform/tokenMarkdown.ts';
import { kindText, signingKeyText, tokenSummary } from '../../platform/tokenSummary.ts';
import type { Services } from '../../services.ts';

/** A `CredentialTarget`, so that commands on it get one. */
interface CredentialNode extends CredentialTarget {
  readonly kind: 'credential';
  readonly snapshot: CredentialSnapshot;
}

/** A `SigningKeyTarget`, so that commands on it get one. */
interface SigningKeyNode extends SigningKeyTarget {
  readonly kind: 'signingKey';
  readonly key: SigningKey;
}

interface DamagedNode extends CredentialTarget {
  readonly kind: 'damaged';
  readonly entry: DamagedEntry;
}

interface AttachmentNode {
  readonly kind: 'attachment';
  readonly id: string;
  readonly url: string;
  readonly header: string;
  readonly inUse: boolean;
}

export type CredentialsNode = CredentialNode | SigningKeyNode | DamagedNode | AttachmentNode;

/** Credentials with the servers that they are attached to, signing keys, and what can't be read. */
export class CredentialsTree extends SteadyTree<CredentialsNode> {
  readonly #services: Services;

  constructor(services: Services) {
    super(services.inventory.onDidChange, services.clock);
    this.#services = services;
  }

  protected override childrenOf(node?: CredentialsNode): CredentialsNode[] {
    const { credentials, signingKeys, damaged } = this.#services.inventory.snapshot;
    if (node === undefined) {
      return [
        ...credentials.map(snapshot => ({
          kind: 'credential' as const,
          snapshot,
          credentialId: snapshot.credential.id,
        })),
        ...signingKeys.map(key => ({ kind: 'signingKey' as const, key, keyId: key.id })),
        ...damaged.map(entry => ({ kind: 'damaged' as const, entry, credentialId: entry.id })),
      ];
    }
    if (node.kind !== 'credential') {
      return [];
    }
    const { vault } = this.#services;
    const { credential } = node.snapshot;
    return credential.attachments.map(({ url, header }) => ({
      kind: 'attachment',
      id: `${credential.id}\n${url}\n${header}`,
      url,
      // Attachments know it in lower case; a person knows it as the credential was given it.
      header: header === credential.header.name.toLowerCase() ? credential.header.name : header,
      inUse: vault.attachedTo(url, header)[0]?.credentialId === credential.id,
    }));
  }

  protected override keyOf(node: CredentialsNode): string {
    switch (node.kind) {
      case 'credential':
        return node.credentialId;
      case 'signingKey':
        return `signing-key/${node.keyId}`;
      case 'damaged':
        return `damaged/${node.entry.key}`;
      case 'attachment':
        return node.id;
    }
  }

  protected override itemOf(node: CredentialsNode): vscode.TreeItem {
    switch (node.kind) {
      case 'credential':
        return this.#credentialItem(node.snapshot);
      case 'signingKey':
        return this.#signingKeyItem(node.key);
      case 'damaged':
        return damagedItem(node.entry);
      case 'attachment':
        return attachmentItem(node);
    }
  }

  #credentialItem({
    credential,
    token,
    status,
    findings,
    expiresAt: grantExpiry,
  }: CredentialSnapshot): vscode.TreeItem {
    const now = this.#services.clock.now();
    const label = plainText(credential.name);
    const item = new vscode.TreeItem(
      label,
      credential.attachments.length > 0
        ? vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    item.id = credential.id;
    item.contextValue = [
      'credential',
      credential.kind,
      isSignedIn(credential) && 'signedIn',
      token?.shape === 'jwt' && 'jwt',
      credential.terminal && 'terminal',
    ]
      .filter(Boolean)
      .join('.');
    item.iconPath = status === 'ready' ? new vscode.ThemeIcon(kindIcon(credential.kind)) : statusIcon(status);
    const { words, expiresAt } = tokenSummary(token, status, now, grantExpiry);
    const variable = credential.terminal && vscode.l10n.t('in terminals as {0}', credential.terminal.variable);
    item.description = [...words, ...(token?.shape === 'jwt' ? [] : [kindText(credential.kind)]), variable]
      .filter(Boolean)
      .join(' · ');
    if (expiresAt !== undefined) {
      this.showsDuration(expiresAt);
    }
    const facts = [
      vscode.l10n.t('Sent as {0}', escapeMarkdown(credential.header.name)),
      vscode.l10n.t('created {0}', relativeTime(credential.createdAt, now)),
      credential.lastUsedAt !== undefined && vscode.l10n.t('last used {0}', relativeTime(credential.lastUsedAt, now)),
      credential.timesRenewed > 0 && vscode.l10n.t('renewed {0} times', credential.timesRenewed),
    ];
    const parts = [
      `**${escapeMarkdown(credential.name)}** · ${kindText(credential.kind)}`,
      facts.filter(Boolean).join(' · '),
      findingsMarkdown(findings, now),
      credential.kind !== 'apiKey' && token && tokenMarkdown(token, now),
    ];
    item.tooltip = new vscode.MarkdownString(parts.filter(Boolean).join('\n\n'), true);
    item.accessibilityInformation = {
      label: [
        label,
        ...new Set([kindText(credential.kind), ...words, statusText(status)]),
        variable,
        attachedText(credential.attachments.length),
      ]
        .filter(Boolean)
        .join(', '),
    };
    return item;
  }

  #signingKeyItem(key: SigningKey): vscode.TreeItem {
    const label = plainText(key.name);
    const users = usersOfKey(this.#services.vault.credentials, key.id).length;
    const item = new vscode.TreeItem(label);
    item.id = `signing-key/${key.id}`;
    item.contextValue = ['signingKey', key.type, key.previousPublicKeys && 'rotated'].filter(Boolean).join('.');
    item.iconPath = new vscode.ThemeIcon(key.type === 'oct' ? 'lock' : 'gist-secret');
    item.description = [signingKeyText(key), usesText(users)].filter(Boolean).join(' · ');
    item.tooltip =
      key.type === 'oct'
        ? vscode.l10n.t('A secret that signs tokens. Servers need the same one to check them.')
        : vscode.l10n.t('A key pair that signs tokens. Servers need its public half only, which can be exported.');
    item.accessibilityInformation = { label: vscode.l10n.t('Signing key {0}, {1}', label, item.description) };
    return item;
  }
}

/** Whether there are tokens that signing out would end. */
function isSignedIn(credential: Credential): boolean {
  return (
    credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount' && credential.grant.tokens !== undefined
  );
}

function damagedItem(entry: DamagedEntry): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Damaged entry'));
  item.id = `damaged/${entry.key}`;
  item.contextValue = 'damaged';
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.description = damageText(entry.reason);
  item.tooltip = vscode.l10n.t('The keyring holds something here that cannot be read. It is kept until you delete it.');
  item.accessibilityInformation = { label: vscode.l10n.t('Damaged entry, {0}', item.description) };
  return item;
}

function attachmentItem({ id, url, header, inUse }: AttachmentNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainText(url, 100));
  item.id = id;
  item.contextValue = 'attachment';
  item.iconPath = new vscode.ThemeIcon(inUse ? 'plug' : 'debug-disconnect');
  const name = plainText(header, 100);
  item.description = inUse ? name : vscode.l10n.t('{0} · another credential is in use', name);
  item.accessibilityInformation = {
    label: vscode.l10n.t('Attached to {0}, {1}', plainText(url, 100), item.description),
  };
  return item;
}

function damageText(reason: DamagedEntry['reason']): string {
  switch (reason) {
    case 'not-json':
    case 'wrong-shape':
      return vscode.l10n.t('its content makes no sense');
    case 'newer-version':
      return vscode.l10n.t('written by a newer MCP Keyring');
    case 'unreadable':
      return vscode.l10n.t('it cannot be decrypted');
  }
}

function attachedText(count: number): string {
  switch (count) {
    case 0:
      return vscode.l10n.t('attached to no server');
    case 1:
      return vscode.l10n.t('attached to one server');
    default:
      return vscode.l10n.t('attached to {0} servers', count);
  }
}

function usesText(count: number): string {
  switch (count) {
    case 0:
      return vscode.l10n.t('signing key, unused');
    case 1:
      return vscode.l10n.t('signing key of one credential');
    default:
      return vscode.l10n.t('signing key of {0} credentials', count);
  }
}

function kindIcon(kind: CredentialSnapshot['credential']['kind']): string {
  switch (kind) {
    case 'apiKey':
      return 'key';
    case 'bearer':
      return 'shield';
    case 'signedJwt':
      return 'pencil';
    case 'oauth':
      return 'account';
  }
}
