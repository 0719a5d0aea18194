import * as vscode from 'vscode';

/**
 * Runs something whose progress the person can cancel, which in a suite is the test: it has no button to press.
 * @param work gets what presses it, and all that the progress has said
 */
export async function withCancelButton<T>(
  work: (cancel: () => void, said: readonly string[]) => Promise<T>,
): Promise<T> {
  const { withProgress } = vscode.window;
  const said: string[] = [];
  const source = new vscode.CancellationTokenSource();
  Object.assign(vscode.window, {
    withProgress: (_: unknown, task: (progress: object, token: vscode.CancellationToken) => unknown) =>
      task({ report: ({ message = '' }: { message?: string }) => said.push(message) }, source.token),
  });
  try {
    return await work(() => source.cancel(), said);
  } finally {
    Object.assign(vscode.window, { withProgress });
    source.dispose();
  }
}
