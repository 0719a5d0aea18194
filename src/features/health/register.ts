import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Watches whether the keyring keeps what it is given. Loaded once the keyring has been read. */
export function registerHealth(services: Services): Disposable {
  const { inventory } = services;
  let watch: Disposable | undefined;
  const subscription = inventory.onDidChange(({ vault }) => {
    if (vault !== 'ready') {
      return;
    }
    subscription.dispose();
    import('./keyringHealth.ts').then(
      ({ watchKeyring }) => {
        watch = watchKeyring(services);
      },
      error => services.log.error('health-not-watched', error),
    );
  });
  return {
    dispose: () => {
      subscription.dispose();
      watch?.dispose();
    },
  };
}
