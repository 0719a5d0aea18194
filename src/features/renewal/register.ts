import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Renewal of tokens before they end. Loaded once the keyring has been read and holds something. */
export function registerRenewal(services: Services): Disposable {
  const { vault, log } = services;
  let renewal: Disposable | undefined;
  let disposed = false;
  const begin = vault.onDidChange(() => {
    if (vault.credentials.length === 0) {
      return;
    }
    begin.dispose();
    import('./renewal.ts').then(
      ({ startRenewal }) => {
        if (!disposed) {
          renewal = startRenewal(services);
        }
      },
      error => log.error('renewal-not-loaded', error),
    );
  });
  return {
    dispose: () => {
      disposed = true;
      begin.dispose();
      renewal?.dispose();
    },
  };
}
