import * as vscode from 'vscode';
import type { Disposable } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

/** Copies secrets and takes them back: after a while, if the clipboard still holds what was put there. */
export class Clipboard implements Disposable {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param clearAfterSeconds 0 to leave it there */
  async copy(secret: Secret, clearAfterSeconds: number): Promise<void> {
    await vscode.env.clipboard.writeText(secret.reveal());
    clearTimeout(this.#timer);
    if (clearAfterSeconds > 0) {
      this.#timer = setTimeout(() => void this.#clear(secret), clearAfterSeconds * 1000);
    }
  }

  async #clear(secret: Secret): Promise<void> {
    if ((await vscode.env.clipboard.readText()) === secret.reveal()) {
      await vscode.env.clipboard.writeText('');
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
