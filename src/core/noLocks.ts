import type { Locks } from './ports.ts';

/** For where there is nobody to keep apart. */
export const noLocks: Locks = {
  run: (_name, _patience, action) => action({ leave: async () => {}, isHeld: async () => true }),
};
