import * as vscode from 'vscode';
import { markdownText, plainText } from '../core/text.ts';
import type { CommandId, Commands } from '../ids.ts';

/** Text from outside as Markdown that shows exactly that text, fit for one line. */
export function escapeMarkdown(text: string, limit = 200): string {
  return markdownText(plainText(text, limit));
}

/** A link that runs one of our commands. The Markdown has to allow it with {@link trusted}. */
export function commandLink<K extends CommandId>(title: string, command: K, ...args: Commands[K]): string {
  return `[${escapeMarkdown(title)}](command:${command}?${encodeURIComponent(JSON.stringify(args))})`;
}

/** Markdown in which those commands of ours can be run, and nothing else. */
export function trusted(text: string, commands: readonly CommandId[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text, true);
  markdown.isTrusted = { enabledCommands: commands };
  return markdown;
}
