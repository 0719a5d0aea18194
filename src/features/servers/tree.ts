import * as vscode from 'vscode';
import type { Verdict } from '../../core/connection/verdicts.ts';
import { elsewhere } from '../../core/inventory/sharedUrls.ts';
import type { FileSnapshot, HeaderSnapshot, ServerSnapshot, Snapshot } from '../../core/inventory/types.ts';
import { plainText } from '../../core/text.ts';
import { providedFile, type ServerTarget } from '../../ids.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { fileTrouble } from '../../platform/fileTroubles.ts';
import { elsewhereTexts, locationLabel } from '../../platform/locationTexts.ts';
import { escapeMarkdown } from '../../platform/markdown.ts';
import { statusIcon } from '../../platform/statusIcons.ts';
import { SteadyTree } from '../../platform/steadyTree.ts';
import { statusText } from '../../platform/texts.ts';
import { durationText } from '../../platform/times.ts';
import { findingsMarkdown, tokenMarkdown } from '../../platform/tokenMarkdown.ts';
import { kindText, tokenSummary } from '../../platform/tokenSummary.ts';
import type { Services } from '../../services.ts';

/** Servers that stand in no file. */
interface ProvidedNode {
  readonly kind: 'provided';
}

interface FileNode {
  readonly kind: 'file';
  readonly snapshot: FileSnapshot;
  readonly file: string;
}

/** Server and header nodes are `ServerTarget`s, so that commands on them get one. */
interface ServerNode extends ServerTarget {
  readonly kind: 'server';
  /** How many servers of this name stand before it in the file: a name may be there twice. */
  readonly earlier: number;
  readonly snapshot: ServerSnapshot;
}

interface HeaderNode extends ServerTarget {
  readonly kind: 'header';
  /** The key of its server, and how many headers of this name stand before it. */
  readonly parent: string;
  readonly earlier: number;
  readonly snapshot: HeaderSnapshot;
  readonly header: string;
}

export type ServersNode = ProvidedNode | FileNode | ServerNode | HeaderNode;

/** Config file -> server -> header, as the inventory has it. */
export class ServersTree extends SteadyTree<ServersNode> {
  readonly #services: Services;
  #stamps = new WeakMap<FileSnapshot, object>();
  #stampedFor: Snapshot['shared'] | undefined;

  constructor(services: Services) {
    super(services.inventory.onDidChange, services.clock);
    this.#services = services;
  }

  protected override childrenOf(node?: ServersNode): ServersNode[] {
    const { files, provided } = this.#snapshot;
    switch (node?.kind) {
      case undefined:
        return [
          // A file without servers is worth a line only where something is wrong with it.
          ...files
            .filter(
              file =>
                file.servers.length > 0 || file.source.content.state !== 'text' || file.parsed.problems.length > 0,
            )
            .map(snapshot => ({ kind: 'file' as const, snapshot, file: snapshot.source.uri })),
          ...(provided.length > 0 ? [{ kind: 'provided' as const }] : []),
        ];
      case 'provided':
        return counted(provided).map(([snapshot, earlier]) => ({
          kind: 'server',
          snapshot,
          earlier,
          file: providedFile,
          server: snapshot.parsed.name,
        }));
      case 'file':
        return counted(node.snapshot.servers).map(([snapshot, earlier]) => ({
          kind: 'server',
          snapshot,
          earlier,
          file: node.file,
          server: snapshot.parsed.name,
        }));
      case 'server':
        return counted(node.snapshot.headers).map(([snapshot, earlier]) => ({
          kind: 'header',
          snapshot,
          earlier,
          parent: this.keyOf(node),
          file: node.file,
          server: node.server,
          header: snapshot.parsed.name,
        }));
      case 'header':
        return [];
    }
  }

  protected override keyOf(node: ServersNode): string {
    switch (node.kind) {
      case 'provided':
        return providedFile;
      case 'file':
        return node.file;
      case 'server':
        // VS Code never opens a row by itself that it has once seen without children: the first header makes it another row.
        return `${node.file}\n${node.server}\n${node.earlier}${node.snapshot.headers.length > 0 ? '' : '\nbare'}`;
      case 'header':
        return `${node.parent}\n${node.header}\n${node.earlier}`;
    }
  }

  protected override stampOf(root: ServersNode): object | undefined {
    if (root.kind !== 'file') {
      return undefined;
    }
    const { shared } = this.#snapshot;
    if (shared !== this.#stampedFor) {
      // What a row says of other files is no part of its own file's snapshot.
      this.#stampedFor = shared;
      this.#stamps = new WeakMap();
    }
    const stamp = this.#stamps.get(root.snapshot) ?? {};
    this.#stamps.set(root.snapshot, stamp);
    return stamp;
  }

  protected override itemOf(node: ServersNode): vscode.TreeItem {
    switch (node.kind) {
      case 'provided':
        return providedItem();
      case 'file':
        return this.#fileItem(node);
      case 'server':
        return this.#serverItem(node);
      case 'header':
        return this.#headerItem(node);
    }
  }

  get #snapshot(): Snapshot {
    return this.#services.inventory.snapshot;
  }

  #fileItem({ snapshot, file }: FileNode): vscode.TreeItem {
    const uri = fileUri(file);
    const place = this.#services.files.locationOf(file);
    const { name, path } = place ? locationLabel(place) : { name: fileLabel(uri), path: '' };
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
    item.id = file;
    item.contextValue = 'file';
    const trouble = fileTrouble(snapshot);
    // In a narrow view the end isn't seen, and what is wrong says more than where.
    item.description = [trouble?.state, path].filter(Boolean).join(' · ');
    item.iconPath = new vscode.ThemeIcon(trouble ? 'warning' : 'file-code');
    const where = uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
    item.tooltip = [plainText(where, 500), trouble?.state, trouble?.remedy].filter(Boolean).join('\n');
    item.accessibilityInformation = { label: [name, trouble?.state, trouble?.remedy, path].filter(Boolean).join(', ') };
    return item;
  }

  #serverItem(node: ServerNode): vscode.TreeItem {
    const { snapshot, file, server } = node;
    const label = plainText(server);
    const remote = isRemote(snapshot);
    const item = new vscode.TreeItem(
      label,
      snapshot.headers.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
    );
    item.id = this.keyOf(node);
    const offered = file === providedFile;
    item.contextValue = offered ? 'provided' : this.#contextOf(node);
    item.iconPath = new vscode.ThemeIcon(remote ? 'globe' : 'terminal');
    const address = remote ? plainText(snapshot.parsed.url?.value ?? '', 100) : 'stdio';
    const others = elsewhereTexts(this.#services.files, elsewhere(this.#snapshot.shared, snapshot.url, file));
    // Short and first: of a narrow view's description little is seen.
    const shared = others.length > 0 && vscode.l10n.t('in {0} files', others.length + 1);
    item.description = [shared, address].filter(Boolean).join(' · ');
    const { verdict } = snapshot;
    if (verdict && !verdict.healthy) {
      // Why it doesn't serve is worth more than where it is, and that is in the tooltip.
      item.iconPath = failedIcon(verdict);
      item.description = plainText(verdict.sentence, 300);
    }
    item.accessibilityInformation = {
      label: [
        vscode.l10n.t('MCP server {0}, {1}', label, address || snapshot.parsed.transport),
        verdict && !verdict.healthy && plainText(verdict.sentence, 300),
        others.length > 0 && vscode.l10n.t('also in {0}', others.join(', ')),
      ]
        .filter(Boolean)
        .join(', '),
    };
    if (others.length > 0) {
      const also = vscode.l10n.t('The same server stands in other files too:');
      item.tooltip = [label, address, '', also, ...others].join('\n');
    }
    if (verdict) {
      item.tooltip = verdictTooltip([address, ...others], verdict, this.#services.clock.now());
    }
    if (!offered) {
      item.command = {
        title: vscode.l10n.t('Reveal in File'),
        command: 'mcpKeyring.servers.revealInFile',
        arguments: [{ file, server } satisfies ServerTarget],
      };
    }
    return item;
  }

  /** What the manifest's `when` clauses look at: `foreign` where VS Code can't start it. */
  #contextOf({ file, snapshot }: ServerNode): string {
    const place = this.#services.files.locationOf(file);
    const ours = place?.inputScope !== undefined;
    const kind = isRemote(snapshot) ? 'http' : 'stdio';
    return [
      'server',
      !ours && 'foreign',
      kind,
      kind === 'http' && snapshot.headers.some(isAuthentic) && 'authenticated',
      place?.folder && place.format.id === 'vscode' && 'inVscode',
      place?.folder && place.format.id === 'dotMcp' && 'inDotMcp',
    ]
      .filter(Boolean)
      .join('.');
  }

  #headerItem(node: HeaderNode): vscode.TreeItem {
    const { snapshot, file, server, header } = node;
    const { vault, clock } = this.#services;
    const label = plainText(header);
    const credential = snapshot.credentialId === undefined ? undefined : vault.credential(snapshot.credentialId);
    const item = new vscode.TreeItem(label);
    const status = snapshot.authenticates ? snapshot.status : 'unknown';
    item.id = this.keyOf(node);
    item.contextValue = contextOf(snapshot, credential?.kind);
    item.iconPath = statusIcon(status);
    const { words, expiresAt } = tokenSummary(snapshot.token, status, clock.now(), snapshot.expiresAt);
    const verified = verifiedText(snapshot);
    const described = [
      ...words,
      ...(verified === undefined ? [] : [verified]),
      ...(credential ? [plainText(credential.name, 60)] : []),
      ...(credential && snapshot.token?.shape !== 'jwt' ? [kindText(credential.kind)] : []),
    ];
    item.description = described.join(' · ');
    if (expiresAt !== undefined) {
      this.showsDuration(expiresAt);
    }
    item.tooltip = headerTooltip(snapshot, header, credential?.name, clock.now());
    item.accessibilityInformation = {
      label: [
        vscode.l10n.t('Header {0} of server {1}', label, plainText(server)),
        ...new Set([...described, statusText(status)]),
      ]
        .filter(Boolean)
        .join(', '),
    };
    if (file !== providedFile) {
      item.command = {
        title: vscode.l10n.t('Reveal in File'),
        command: 'mcpKeyring.servers.revealInFile',
        arguments: [{ file, server, header } satisfies ServerTarget],
      };
    }
    return item;
  }
}

/** Each with the number of those before it that have its name: unlike its place in the text, no edit elsewhere changes it. */
function counted<T extends { readonly parsed: { readonly name: string } }>(all: readonly T[]): [T, number][] {
  const seen = new Map<string, number>();
  return all.map(one => {
    const earlier = seen.get(one.parsed.name) ?? 0;
    seen.set(one.parsed.name, earlier + 1);
    return [one, earlier];
  });
}

function failedIcon({ certainty }: Verdict): vscode.ThemeIcon {
  return certainty === 'certain'
    ? new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'))
    : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
}

function verdictTooltip(places: readonly string[], { sentence, at }: Verdict, now: number): vscode.MarkdownString {
  const tested = vscode.l10n.t('Tested {0} ago.', durationText(now - at));
  return new vscode.MarkdownString([...places, sentence, tested].map(line => escapeMarkdown(line, 400)).join('\n\n'));
}

function providedItem(): vscode.TreeItem {
  const label = vscode.l10n.t('Provided by MCP Keyring');
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = providedFile;
  item.contextValue = 'providedList';
  item.iconPath = new vscode.ThemeIcon('plug');
  item.tooltip = vscode.l10n.t('These servers stand in no file: VS Code asks MCP Keyring for them.');
  item.accessibilityInformation = { label };
  return item;
}

/** `mcp-remote` is a command that stands for a server over HTTP. */
function isRemote({ parsed }: ServerSnapshot): boolean {
  return parsed.transport !== 'stdio' || parsed.viaMcpRemote === true;
}

function isAuthentic(header: HeaderSnapshot): boolean {
  return header.authenticates;
}

/** What the manifest's `when` clauses look at: `header.keyring.credential.renewable`. */
function contextOf(header: HeaderSnapshot, kind: string | undefined): string {
  return [
    'header',
    header.kind,
    header.authenticates && 'authenticated',
    kind && 'credential',
    (kind === 'signedJwt' || kind === 'oauth') && 'renewable',
    kind === 'signedJwt' && 'signed',
    header.kind === 'literal' && !kind && header.authenticates && 'movable',
  ]
    .filter(Boolean)
    .join('.');
}

/** What came out of the last verification, if there was one. */
function verifiedText({ verification }: HeaderSnapshot): string | undefined {
  return verification && (verification.result.valid ? vscode.l10n.t('verified') : vscode.l10n.t('a check failed'));
}

function headerTooltip(
  header: HeaderSnapshot,
  name: string,
  credential: string | undefined,
  now: number,
): vscode.MarkdownString {
  const title = credential
    ? `**${escapeMarkdown(name)}** · ${escapeMarkdown(credential)}`
    : `**${escapeMarkdown(name)}**`;
  const parts = [
    title,
    findingsMarkdown(header.findings, now),
    header.verification &&
      (header.verification.result.valid
        ? `$(verified) ${vscode.l10n.t('Verified: no check failed.')}`
        : `$(error) ${vscode.l10n.t('Verify Token: a check failed. The hover in the file says which.')}`),
    header.token && tokenMarkdown(header.token, now),
  ];
  return new vscode.MarkdownString(parts.filter(Boolean).join('\n\n'), true);
}
