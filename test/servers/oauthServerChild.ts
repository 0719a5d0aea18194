import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type {
  OAuthProcessCommand,
  OAuthProcessOptions,
  OAuthProcessReady,
  OAuthProcessRecord,
} from './oauthServerProcess.ts';

/** The OAuth servers in a process of their own. */
export interface OAuthServerChild extends OAuthProcessReady {
  send(command: { readonly command: 'record' }): Promise<OAuthProcessRecord>;
  send(command: OAuthProcessCommand): Promise<unknown>;
  /** Ends the process and waits for that. */
  close(): Promise<void>;
}

/**
 * Starts `oauthServerProcess.ts`. Nothing of the provider is imported here, so a bundle of any kind can hold this.
 * @param script the path of `oauthServerProcess.ts`; a bundle doesn't know it by itself
 * @throws when the process ends before its servers listen
 */
export async function startOAuthServerChild(
  script: string,
  options: OAuthProcessOptions = {},
): Promise<OAuthServerChild> {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // In an extension host `execPath` may be Electron.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const answers = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let lastId = 0;

  const ready = await new Promise<OAuthProcessReady>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => {
      const error = new Error(`The OAuth servers ended with code ${code}.`);
      reject(error);
      for (const answer of answers.values()) {
        answer.reject(error);
      }
    });
    let isFirst = true;
    createInterface({ input: child.stdout }).on('line', line => {
      const message = JSON.parse(line);
      if (isFirst) {
        isFirst = false;
        resolve(message);
        return;
      }
      const answer = answers.get(message.id);
      answers.delete(message.id);
      if (message.error === undefined) {
        answer?.resolve(message.result);
      } else {
        answer?.reject(new Error(message.error));
      }
    });
  });

  return {
    ...ready,
    send(command: OAuthProcessCommand): Promise<never> {
      const id = ++lastId;
      return new Promise<unknown>((resolve, reject) => {
        answers.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
      }) as Promise<never>;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
