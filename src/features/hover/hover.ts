import * as vscode from 'vscode';
import { wayOut } from '../../core/config/variableNames.ts';
import { readToken } from '../../core/credentials/token.ts';
import { elsewhere } from '../../core/inventory/sharedUrls.ts';
import type { FileSnapshot, HeaderSnapshot } from '../../core/inventory/types.ts';
import { findJwts } from '../../core/jwt/decode.ts';
import { tokenFindings } from '../../core/jwt/tokenFindings.ts';
import type { CommandId, ServerTarget } from '../../ids.ts';
import { elsewhereTexts } from '../../platform/locationTexts.ts';
import { commandLink, escapeMarkdown, trusted } from '../../platform/markdown.ts';
import { filesIn } from '../../platform/shownFiles.ts';
import { findingsMarkdown, tokenMarkdown } from '../../platform/tokenMarkdown.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import { verificationMarkdown } from '../../platform/verificationMarkdown.ts';
import type { Services } from '../../services.ts';

/** Commands that a hover may run; nothing else is ever trusted. */
const hoverCommands: readonly CommandId[] = [
  'mcpKeyring.servers.renewToken',
  'mcpKeyring.servers.copyToken',
  'mcpKeyring.servers.attachCredential',
  'mcpKeyring.servers.moveToKeyring',
  'mcpKeyring.servers.repairHeader',
  'mcpKeyring.credentials.showDetails',
  'mcpKeyring.verifyToken',
  'mcpKeyring.servers.testConnection',
  'mcpKeyring.credentials.showClaims',
  'mcpKeyring.credentials.replaceToken',
];

/** A token further from the mouse than this isn't looked for: a minified line may have a million characters. */
const reach = 300_000;

/** What there is to say about the place under the mouse. */
export function hoverAt(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  switch (services.settings.hoverScope) {
    case 'off':
      return undefined;
    case 'configFiles':
      return headerHover(services, document, position);
    case 'everywhere':
      return headerHover(services, document, position) ?? tokenHover(services, document, position);
  }
}

function headerHover(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const text = document.getText();
  for (const file of filesIn(services, document)) {
    // A moment after typing, the inventory still describes the text before; its offsets would point elsewhere.
    if (file.source.content.state === 'text' && file.source.content.text === text) {
      const hover = headerHoverIn(services, file, document, position);
      if (hover) {
        return hover;
      }
    }
  }
  return undefined;
}

function headerHoverIn(
  { vault, clock, files, inventory }: Services,
  file: FileSnapshot,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const offset = document.offsetAt(position);
  for (const server of file.servers) {
    for (const header of server.headers) {
      const { nameSpan, valueSpan } = header.parsed;
      if (offset < nameSpan.start || offset > valueSpan.end || !header.authenticates) {
        continue;
      }
      const credential = header.credentialId === undefined ? undefined : vault.credential(header.credentialId);
      const title = credential
        ? `$(key) **${escapeMarkdown(credential.name)}** · ${kindText(credential.kind)} · ${escapeMarkdown(server.url ?? '', 100)}`
        : '';
      const target: ServerTarget = { file: file.source.uri, server: server.parsed.name, header: header.parsed.name };
      const now = clock.now();
      const movable = wayOut(file.source.format) !== undefined && server.url !== undefined;
      // What VS Code alone resolves, no test can send.
      const testable = server.url !== undefined && (header.kind !== 'foreign' || server.verdict !== undefined);
      const links = actions(header, target, movable, credential?.kind, testable);
      // Over the value VS Code shows the problems itself, above this.
      const findings = offset < valueSpan.start ? findingsMarkdown(header.findings, now) : '';
      const token = header.token && credential?.kind !== 'apiKey' ? tokenMarkdown(header.token, now, links) : links;
      const verification = header.verification ? verificationMarkdown(header.verification) : '';
      const others = elsewhereTexts(files, elsewhere(inventory.snapshot.shared, server.url, file.source.uri));
      const also =
        others.length > 0
          ? vscode.l10n.t('The same server stands also in {0}.', escapeMarkdown(others.join(', '), 300))
          : '';
      const tested = server.verdict ? escapeMarkdown(server.verdict.sentence, 400) : '';
      const parts = [title, findings, tested, verification, token, also].filter(Boolean);
      if (parts.length === 0) {
        return undefined;
      }
      const range = new vscode.Range(document.positionAt(nameSpan.start), document.positionAt(valueSpan.end));
      return new vscode.Hover(trusted(parts.join('\n\n'), hoverCommands), range);
    }
  }
  return undefined;
}

function actions(
  header: HeaderSnapshot,
  target: ServerTarget,
  movable: boolean,
  kind: string | undefined,
  testable: boolean,
): string {
  const links: string[] = [];
  if (kind === 'signedJwt' || kind === 'oauth') {
    links.push(commandLink(vscode.l10n.t('Renew'), 'mcpKeyring.servers.renewToken', target));
  }
  if ((kind === 'bearer' || kind === 'apiKey') && header.credentialId !== undefined) {
    const { credentialId } = header;
    links.push(commandLink(vscode.l10n.t('Replace'), 'mcpKeyring.credentials.replaceToken', { credentialId }));
  }
  if (header.status === 'invalidHeader') {
    links.push(commandLink(vscode.l10n.t('Repair Header'), 'mcpKeyring.servers.repairHeader', target));
  }
  if (movable && header.kind === 'literal' && kind === undefined) {
    links.push(commandLink(vscode.l10n.t('Move to Keyring'), 'mcpKeyring.servers.moveToKeyring', target));
  }
  if (header.status === 'missing' || header.status === 'refused') {
    links.push(commandLink(vscode.l10n.t('Attach Credential'), 'mcpKeyring.servers.attachCredential', target));
  }
  if (header.token) {
    links.push(commandLink(vscode.l10n.t('Copy Token'), 'mcpKeyring.servers.copyToken', target));
  }
  if (header.credentialId !== undefined) {
    const { credentialId } = header;
    links.push(commandLink(vscode.l10n.t('Details'), 'mcpKeyring.credentials.showDetails', { credentialId }));
  }
  if (header.token?.shape === 'jwt') {
    links.push(commandLink(vscode.l10n.t('Verify'), 'mcpKeyring.verifyToken', target));
  }
  if (header.token?.shape === 'jwt' && header.credentialId !== undefined) {
    const { credentialId } = header;
    links.push(commandLink(vscode.l10n.t('Show Claims'), 'mcpKeyring.credentials.showClaims', { credentialId }));
  }
  if (testable) {
    links.push(commandLink(vscode.l10n.t('Test Connection'), 'mcpKeyring.servers.testConnection', target));
  }
  return links.join(' | ');
}

function tokenHover(
  { settings, clock }: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const line = document.lineAt(position.line).text;
  const first = Math.max(0, position.character - reach);
  const text = line.slice(first, position.character + reach);
  const span = findJwts(text).find(
    ({ start, end }) => first + start <= position.character && position.character <= first + end,
  );
  if (!span) {
    return undefined;
  }
  const token = readToken(text.slice(span.start, span.end));
  if (token.shape === 'opaque') {
    return undefined;
  }
  const now = clock.now();
  const { clockToleranceSeconds, expiresSoonSeconds, longLivedDays } = settings.findingPolicy;
  const findings = tokenFindings(token.shape === 'jwt' ? token.jwt : token.problem, {
    now,
    toleranceSeconds: clockToleranceSeconds,
    expiresSoonSeconds,
    longLivedDays,
  });
  const range = new vscode.Range(position.line, first + span.start, position.line, first + span.end);
  const parts = [findingsMarkdown(findings, now), tokenMarkdown(token, now)];
  return new vscode.Hover(trusted(parts.filter(Boolean).join('\n\n'), []), range);
}
