import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Copy As...**: a request to a server, to be pasted elsewhere. Loaded when first used. */
export function registerCopyAs(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.servers.copyAs',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./copyAs.ts')).copyAs(services, target, answers),
  );
  return { dispose: () => {} };
}
