import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';
import type { Reports } from './reports.ts';

/** **Test Connection**: whether a server takes its credential, and if not, why. Loaded when first used. */
export function registerTestConnection(services: Services): Disposable {
  let reports: Promise<Reports> | undefined;
  const load = () => {
    reports ??= import('./reports.ts').then(({ Reports }) => new Reports(services));
    return reports;
  };
  services.commands.registerWithAnswers(
    'mcpKeyring.servers.testConnection',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await load()).test(target, answers),
  );
  services.commands.register('mcpKeyring.servers.applyFix', async (target, fix) =>
    (await import('./applyFix.ts')).applyFix(services, target, fix),
  );
  return { dispose: () => void reports?.then(loaded => loaded.dispose()) };
}
