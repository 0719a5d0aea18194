import * as vscode from 'vscode';
import type { FormatId } from '../core/config/types.ts';
import { fileLabel } from './configFiles.ts';
import type { ConfigLocation } from './configLocations.ts';

/** How a place is called: what tells it from the others first, what else there is to say of it second. */
export interface LocationLabel {
  readonly name: string;
  /** May be empty. */
  readonly path: string;
}

/**
 * A file of a folder goes by its path, with its client where the path isn't VS Code's; a user's own file by its client, so
 * that a narrow view shows what matters.
 */
export function locationLabel({ uri, format, level, folder, profile }: ConfigLocation): LocationLabel {
  const path = fileLabel(uri);
  if (level === 'workspace') {
    const shared = format.id === 'vscode' || format.id === 'dotMcp' || format.id === 'codeWorkspace';
    return { name: path, path: shared ? '' : clientName(format.id) };
  }
  if (format.id === 'vscodeUser') {
    return {
      name: vscode.l10n.t('User mcp.json'),
      path: profile === undefined ? '' : vscode.l10n.t('profile {0}', profile),
    };
  }
  return {
    name: folder ? vscode.l10n.t('{0}, only in {1}', clientName(format.id), folder.name) : clientName(format.id),
    path,
  };
}

/** Who has what is written there. */
export function ownerText({ level, folder }: ConfigLocation): string {
  if (level === 'workspace') {
    return vscode.l10n.t('for this folder');
  }
  return folder ? vscode.l10n.t('for you, in this folder') : vscode.l10n.t('for you, in every window');
}

/** Product names, which no language translates. */
export function clientName(format: FormatId): string {
  return clientNames[format];
}

const clientNames: Readonly<Record<FormatId, string>> = {
  vscode: 'VS Code',
  vscodeUser: 'VS Code',
  codeWorkspace: 'VS Code',
  dotMcp: 'VS Code, Claude Code, Copilot CLI',
  devContainer: 'Dev Container',
  copilotCli: 'Copilot CLI',
  claudeDesktop: 'Claude Desktop',
  claudeCode: 'Claude Code',
  cursor: 'Cursor',
  windsurf: 'Windsurf',
  geminiCli: 'Gemini CLI',
  codex: 'Codex',
};
