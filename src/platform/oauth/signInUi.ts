import * as vscode from 'vscode';
import { Cancelled } from '../commands.ts';
import { inertLine } from '../texts.ts';
import type { Prompts, WaitButton } from '../wizard.ts';
import type { SignInUi, WaitingFor } from './flow.ts';
import { openPage } from './openPage.ts';

/** In a wizard: its own box, from which one can go back. */
export function wizardUi(prompts: Prompts): SignInUi {
  return {
    wait: (prompt, work) =>
      prompts.wait(prompt, (signal, show) =>
        work(signal, waiting =>
          show({
            prompt: waiting.prompt,
            ...(waiting.code !== undefined && { value: waiting.code }),
            buttons: buttonsFor(waiting),
          }),
        ),
      ),
  };
}

/** For commands that were run with all their answers: a notification, of which there may be several. */
export const progressUi: SignInUi = {
  wait: async (prompt, work) =>
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, cancellable: true, title: 'MCP Keyring' },
      async (progress, cancellation) => {
        const abort = new AbortController();
        const subscription = cancellation.onCancellationRequested(() => abort.abort());
        const say = (text: string) => progress.report({ message: inertLine(text) });
        say(prompt);
        try {
          const result = await work(abort.signal, ({ prompt: text, code }) =>
            say(code === undefined ? text : `${code} · ${text}`),
          );
          if (abort.signal.aborted) {
            throw new Cancelled();
          }
          return result;
        } finally {
          subscription.dispose();
        }
      },
    ),
};

function buttonsFor({ code, url }: WaitingFor): WaitButton[] {
  const copyCode: WaitButton = {
    iconPath: new vscode.ThemeIcon('copy'),
    tooltip: vscode.l10n.t('Copy the code'),
    run: () => vscode.env.clipboard.writeText(code ?? ''),
  };
  const copyLink: WaitButton = {
    iconPath: new vscode.ThemeIcon('link'),
    tooltip: vscode.l10n.t('Copy the address of the page'),
    run: () => vscode.env.clipboard.writeText(url ?? ''),
  };
  const open: WaitButton = {
    iconPath: new vscode.ThemeIcon('link-external'),
    tooltip: vscode.l10n.t('Open the page in the browser again'),
    run: () => openPage(url ?? ''),
  };
  return [...(code === undefined ? [] : [copyCode]), ...(url === undefined ? [] : [copyLink, open])];
}
