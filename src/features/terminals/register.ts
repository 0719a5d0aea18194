import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Tokens in the environment of VS Code's terminals, for the credentials for which the user has turned it on. */
export function registerTerminals(services: Services): Disposable {
  const { commands, vault, broker, clock, log, context } = services;
  commands.registerWithAnswers(
    'mcpKeyring.credentials.useInTerminals',
    (_target, answers) => answers?.variable !== undefined && answers.refer !== undefined,
    async (target, answers) => (await import('./commands.ts')).useInTerminals(services, target, answers),
  );
  commands.register('mcpKeyring.credentials.dropFromTerminals', async target =>
    (await import('./commands.ts')).dropFromTerminals(services, target),
  );
  // Loaded with the first credential that wants it: most people have none.
  let environment: Promise<Disposable> | undefined;
  let disposed = false;
  const look = () => {
    if (!environment && !disposed && vault.credentials.some(({ terminal }) => terminal)) {
      environment = import('../../platform/terminalEnvironment.ts').then(
        ({ TerminalEnvironment }) =>
          new TerminalEnvironment({ collection: context.environmentVariableCollection, vault, broker, clock, log }),
      );
      environment.catch(error => log.error('terminal-environment-not-loaded', error));
    }
  };
  const subscription = vault.onDidChange(look);
  return {
    dispose: () => {
      disposed = true;
      subscription.dispose();
      void environment?.then(
        loaded => loaded.dispose(),
        () => {},
      );
    },
  };
}
