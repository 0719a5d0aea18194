import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Compare Roles...**: what each of several credentials or roles may do at a server. Loaded when first used. */
export function registerCompareRoles(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.servers.compareRoles',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./compareRoles.ts')).compareRoles(services, target, answers),
  );
  return { dispose: () => {} };
}
