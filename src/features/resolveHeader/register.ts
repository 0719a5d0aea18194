import { parseKeyringInputId } from '../../core/config/references.ts';
import { KeyringError } from '../../core/errors.ts';
import type { Disposable } from '../../core/ports.ts';
import { commandFailed } from '../../platform/commands.ts';
import type { Services } from '../../services.ts';

/**
 * The command behind our inputs: VS Code calls it when a server starts and puts what it returns into the header. It gets
 * what the file says and nothing else, and files lie: so every file that VS Code reads is looked at, and unless all that
 * would get the value is one header of one URL, nothing is handed out (SECURITY.md, “References”).
 */
export function registerResolveHeader(services: Services): Disposable {
  const { commands } = services;
  commands.registerWithAnswers(
    'mcpKeyring.resolveHeader',
    () => true,
    async inputId => {
      try {
        const { resolveHeader } = await import('./resolve.ts');
        return await resolveHeader(services, inputId);
      } catch (error) {
        // A throw makes VS Code send nothing; its own message has no buttons, so ours is shown too.
        commands.show(error);
        throw error instanceof KeyringError ? await commandFailed(error) : error;
      }
    },
  );
  return purgeLeftovers(services);
}

/**
 * A window that was closed within the second after a start had no time to make VS Code forget the value. So it's asked once
 * more, for every reference there is, when the files are known for the first time.
 */
function purgeLeftovers({ inventory, mcp }: Services): Disposable {
  const subscription = inventory.onDidChange(snapshot => {
    if (snapshot.files.length === 0) {
      return;
    }
    subscription.dispose();
    for (const file of snapshot.files) {
      for (const input of file.parsed.inputs) {
        if (parseKeyringInputId(input.id) !== undefined) {
          mcp.purge(input.id, new Set(['user', 'workspace']));
        }
      }
    }
  });
  return subscription;
}
