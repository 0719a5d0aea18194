import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';
import { addCredential } from './addCredential.ts';
import { addServer } from './addServer.ts';

/** **Add Authenticated Server...**, the first word of the product, and **Add Credential...**, its second half. */
export function registerAddServer(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.addServer',
    answers => answers !== undefined,
    answers => addServer(services, answers),
  );
  services.commands.registerWithAnswers(
    'mcpKeyring.addCredential',
    (_, answers) => answers !== undefined,
    (target, answers) => addCredential(services, target, answers),
  );
  return { dispose: () => {} };
}
