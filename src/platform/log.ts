import * as vscode from 'vscode';
import type { Disposable, Log, LogFields } from '../core/ports.ts';
import { visibleJson } from '../core/text.ts';

/** The extension's output channel. Levels are VS Code's own (**Developer: Set Log Level...**). */
export class OutputLog implements Log, Disposable {
  readonly #channel: vscode.LogOutputChannel;

  constructor(name: string) {
    this.#channel = vscode.window.createOutputChannel(name, { log: true });
  }

  show(): void {
    this.#channel.show(true);
  }

  trace(event: string, fields?: LogFields): void {
    this.#channel.trace(line(event, fields));
  }

  info(event: string, fields?: LogFields): void {
    this.#channel.info(line(event, fields));
  }

  warn(event: string, fields?: LogFields): void {
    this.#channel.warn(line(event, fields));
  }

  error(event: string, cause: unknown, fields?: LogFields): void {
    this.#channel.error(`${line(event, fields)} ${story(cause)}`);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

function line(event: string, fields: LogFields = {}): string {
  const rest = Object.entries(fields).filter(([, value]) => value !== undefined);
  // JSON, so that a line break or an escape sequence in a foreign name can't forge a line.
  return rest.length === 0 ? event : `${event} ${inert(Object.fromEntries(rest))}`;
}

/** In UTF-16 units: a name of a megabyte would push everything else out of the log. */
const longestText = 1000;

/** JSON without what would hide a text, turn it round or drive a terminal. */
function inert(value: unknown): string {
  return visibleJson(
    JSON.stringify(value, (_, part) =>
      typeof part === 'string' && part.length > longestText ? `${part.slice(0, longestText)}…` : part,
    ),
  );
}

/** An error with all its causes. Messages are JSON too: they may quote foreign text. */
function story(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current !== undefined && parts.length < 5; ) {
    if (current instanceof Error) {
      parts.push(`${current.name}: ${inert(current.message)}`);
      current = current.cause;
    } else {
      parts.push(typeof current);
      break;
    }
  }
  return parts.join(' <- ');
}
