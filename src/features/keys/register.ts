import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** What can be done with signing keys. Loaded when first used. */
export function registerKeys(services: Services): Disposable {
  const { commands } = services;
  const load = () => import('./commands.ts');
  commands.registerWithAnswers(
    'mcpKeyring.keys.add',
    answers => answers !== undefined,
    async answers => (await import('./addKey.ts')).addKey(services, answers),
  );
  commands.registerWithAnswers(
    'mcpKeyring.keys.exportPublic',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./exportKey.ts')).exportPublicKey(services, target, answers),
  );
  commands.register('mcpKeyring.keys.exportPrivate', async target =>
    (await import('./exportKey.ts')).exportPrivateKey(services, target),
  );
  commands.register('mcpKeyring.keys.rename', async (target, name) => (await load()).renameKey(services, target, name));
  commands.register('mcpKeyring.keys.rotate', async target => (await load()).rotateKey(services, target));
  commands.register('mcpKeyring.keys.dropPrevious', async (target, kid) =>
    (await load()).dropPrevious(services, target, kid),
  );
  commands.register('mcpKeyring.keys.delete', async target => (await load()).deleteKey(services, target));
  return { dispose: () => {} };
}
