import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Add Authenticated Server...**, the first word of the product, and **Add Credential...**, its second half. */
export function registerAddServer(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.addServer',
    answers => answers !== undefined,
    async answers => (await import('./addServer.ts')).addServer(services, answers),
  );
  services.commands.registerWithAnswers(
    'mcpKeyring.addCredential',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./addCredential.ts')).addCredential(services, target, answers),
  );
  return { dispose: () => {} };
}
