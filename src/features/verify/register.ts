import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Decode Token...** and **Verify Token...**. jose and the network are loaded when first used. */
export function registerVerify(services: Services): Disposable {
  const { commands, vault, verifications } = services;
  commands.registerWithAnswers(
    'mcpKeyring.decodeToken',
    text => text !== undefined,
    async text => (await import('./decodeToken.ts')).decodeToken(services, text),
  );
  commands.registerWithAnswers(
    'mcpKeyring.verifyToken',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./verifyToken.ts')).verifyToken(services, target, answers),
  );
  // A result stands until the key changes: a rotated one is another key.
  return vault.onDidChange(() =>
    verifications.keepKeys((keyId, at) => (vault.signingKey(keyId)?.createdAt ?? Number.POSITIVE_INFINITY) <= at),
  );
}
