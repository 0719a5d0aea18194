import * as vscode from 'vscode';
import { markdownText, plainText } from '../core/text.ts';
import type { CommandId, Commands } from '../ids.ts';

/** Text from outside as Markdown that shows exactly that text, fit for one line. */
export function escapeMarkdown(text: string, limit = 200): string {
  return markdownText(plainText(text, limit));
}

/** In UTF-16 units. VS Code draws 100,000 of a Markdown text and no more. */
const longestArguments = 4000;

/**
 * A link that runs one of our commands. The Markdown has to allow it with {@link trusted}. Where a name in its arguments is
 * too long for a link, the title alone.
 */
export function commandLink<K extends CommandId>(title: string, command: K, ...args: Commands[K]): string {
  // What it leaves alone would end the link, or mean something behind it: arguments have names from outside in them.
  const encoded = encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*_~]/g,
    character => `%${character.charCodeAt(0).toString(16)}`,
  );
  const text = escapeMarkdown(title);
  return encoded.length > longestArguments ? text : `[${text}](command:${command}?${encoded})`;
}

/** Markdown in which those commands of ours can be run, and nothing else. */
export function trusted(text: string, commands: readonly CommandId[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text, true);
  markdown.isTrusted = { enabledCommands: commands };
  return markdown;
}
