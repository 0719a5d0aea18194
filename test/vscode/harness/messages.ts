import * as vscode from 'vscode';

/** A message that the extension showed. */
export interface ShownMessage {
  readonly kind: 'error' | 'warning' | 'information';
  readonly text: string;
  /** The titles of its buttons. */
  readonly buttons: readonly string[];
  /** Of a dialog. */
  readonly detail?: string;
}

type Button = string | { readonly title: string };

/** Stands in for the notifications and dialogs of VS Code, in which a suite can press nothing. */
export class Messages {
  readonly shown: ShownMessage[] = [];
  /** Picks the button to press, by its title; undefined leaves the message alone. */
  answer: (message: ShownMessage) => string | undefined = () => undefined;
  readonly #originals = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    information: vscode.window.showInformationMessage,
  };

  /** From here on, nothing is shown. */
  catch(): void {
    Object.assign(vscode.window, {
      showErrorMessage: this.#stand('error'),
      showWarningMessage: this.#stand('warning'),
      showInformationMessage: this.#stand('information'),
    });
  }

  release(): void {
    Object.assign(vscode.window, {
      showErrorMessage: this.#originals.error,
      showWarningMessage: this.#originals.warning,
      showInformationMessage: this.#originals.information,
    });
  }

  #stand(kind: ShownMessage['kind']) {
    return async (text: string, ...rest: readonly unknown[]): Promise<Button | undefined> => {
      const options = rest.find(
        (item): item is vscode.MessageOptions => typeof item === 'object' && item !== null && !('title' in item),
      );
      const buttons = rest.filter(
        (item): item is Button =>
          typeof item === 'string' || (typeof item === 'object' && item !== null && 'title' in item),
      );
      const message: ShownMessage = {
        kind,
        text,
        buttons: buttons.map(titleOf),
        ...(options?.detail !== undefined && { detail: options.detail }),
      };
      this.shown.push(message);
      const chosen = this.answer(message);
      return buttons.find(button => titleOf(button) === chosen);
    };
  }
}

/** Runs a command whose question is answered with this button. */
export async function answering<T>(button: string, work: () => Promise<T>): Promise<T> {
  const messages = new Messages();
  messages.answer = ({ buttons }) => buttons.find(title => title === button);
  messages.catch();
  try {
    return await work();
  } finally {
    messages.release();
  }
}

function titleOf(button: Button): string {
  return typeof button === 'string' ? button : button.title;
}
