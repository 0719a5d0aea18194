import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Switch Role...**: another of a server's credentials, or a new one that differs in its role alone. */
export function registerSwitchRole(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.servers.switchRole',
    (_, role) => role !== undefined,
    async (target, role) => (await import('./switchRole.ts')).switchServerRole(services, target, role),
  );
  return { dispose: () => {} };
}
