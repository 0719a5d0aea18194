import * as vscode from 'vscode';
import { KeyringError } from '../core/errors.ts';
import type { Disposable, Log } from '../core/ports.ts';
import type { CommandId, Commands } from '../ids.ts';
import type { MessageAction } from './errorTexts.ts';
import { inertText } from './texts.ts';

/** Thrown to leave a command without a word: the person pressed Escape. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** An error whose sentence a program gets: a command that was called with answers rejects with it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly code: string;

  constructor(sentence: string, error: KeyringError) {
    super(sentence, { cause: error });
    this.code = error.code;
  }
}

/** The words for errors are loaded with the first of them. */
export async function commandFailed(error: KeyringError): Promise<CommandFailed> {
  const { errorText } = await import('./errorTexts.ts');
  return new CommandFailed(errorText(error), error);
}

/**
 * The one boundary that every command goes through: cancelled is silent; an expected error is a sentence and at most two
 * buttons; anything else is a short sentence, and the whole story in the log.
 */
export class CommandRegistry implements Disposable {
  readonly #log: Log;
  readonly #refuseFileCalls: (id: CommandId) => Promise<void>;
  readonly #disposables: vscode.Disposable[] = [];

  /** @param refuseFileCalls throws where it may be a file that calls a command, and nobody */
  constructor(log: Log, refuseFileCalls: (id: CommandId) => Promise<void>) {
    this.#log = log;
    this.#refuseFileCalls = refuseFileCalls;
  }

  /** For commands that a person runs. Failures are shown, and the command returns undefined. */
  register<K extends CommandId>(id: K, handler: (...args: Commands[K]) => unknown): void {
    this.#add(id, async (...args: Commands[K]) => {
      try {
        return await handler(...args);
      } catch (error) {
        this.show(error);
        return undefined;
      }
    });
  }

  /**
   * For commands that a program may run with all their answers: where `programmatic` says so, failures reject with a
   * {@link CommandFailed} instead of being shown, and files are no such program. The resolver is for files, and looks at them
   * itself.
   */
  registerWithAnswers<K extends CommandId>(
    id: K,
    programmatic: (...args: Commands[K]) => boolean,
    handler: (...args: Commands[K]) => unknown,
  ): void {
    this.#add(id, async (...args: Commands[K]) => {
      const isProgram = programmatic(...args);
      try {
        if (isProgram && id !== 'mcpKeyring.resolveHeader') {
          await this.#refuseFileCalls(id);
        }
        return await handler(...args);
      } catch (error) {
        if (error instanceof KeyringError && error.code === 'command-in-file') {
          // Whoever has started the server knows nothing of it.
          this.show(error);
        }
        if (isProgram && (error instanceof KeyringError || error instanceof CommandFailed)) {
          throw error instanceof KeyringError ? await commandFailed(error) : error;
        }
        this.show(error);
        return undefined;
      }
    });
  }

  /** Shows what a person should know of an error; also for work that no command started. */
  show(error: unknown): void {
    if (error instanceof Cancelled) {
      return;
    }
    // From a command that ours ran with all its answers.
    if (error instanceof CommandFailed && error.cause instanceof KeyringError) {
      this.show(error.cause);
      return;
    }
    if (error instanceof KeyringError) {
      this.#log.warn('command-refused', { code: error.code });
      void this.#refuse(error);
      return;
    }
    this.#log.error('command-failed', error);
    void this.#offer(vscode.l10n.t('Something went wrong in MCP Keyring. The log has the details.'), [
      { title: vscode.l10n.t('Show Log'), command: 'mcpKeyring.showLog', arguments: [] },
    ]);
  }

  dispose(): void {
    for (const disposable of this.#disposables) {
      disposable.dispose();
    }
  }

  #add<K extends CommandId>(id: K, handler: (...args: Commands[K]) => unknown): void {
    this.#disposables.push(vscode.commands.registerCommand(id, handler));
  }

  async #refuse(error: KeyringError): Promise<void> {
    const { errorActions, errorText } = await import('./errorTexts.ts');
    await this.#offer(errorText(error), errorActions(error));
  }

  async #offer(message: string, actions: readonly MessageAction[]): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(inertText(message), ...actions.slice(0, 2));
    if (chosen) {
      await vscode.commands.executeCommand(chosen.command, ...chosen.arguments);
    }
  }
}

/** Runs one of our own commands, with its argument types checked. */
export function runCommand<K extends CommandId>(id: K, ...args: Commands[K]): Thenable<unknown> {
  return vscode.commands.executeCommand(id, ...args);
}
