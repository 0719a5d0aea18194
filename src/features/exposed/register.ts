import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** What can be done about secrets that stand in files. */
export function registerExposed(services: Services): Disposable {
  const { commands } = services;
  commands.register('mcpKeyring.showExposedSecrets', async () =>
    (await import('./showExposed.ts')).showExposedSecrets(services),
  );
  commands.register('mcpKeyring.servers.moveToKeyring', async (target, quiet) =>
    (await import('./moveToKeyring.ts')).moveToKeyring(services, target, quiet),
  );
  commands.register('mcpKeyring.moveSecrets', async answers =>
    (await import('./moveSecrets.ts')).moveSecrets(services, answers),
  );
  commands.register('mcpKeyring.askAtStart', async target =>
    (await import('./askAtStart.ts')).askAtStart(services, target),
  );
  return { dispose: () => {} };
}
