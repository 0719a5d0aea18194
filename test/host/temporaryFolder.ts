import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchForTheEnd } from './childProcess.ts';

/** A folder that is gone at the end, also when the run is interrupted. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/**
 * Makes an empty folder for one run.
 *
 * @param parent Where; the system's place for temporary files without it.
 */
export function temporaryFolder(name: string, parent = tmpdir()): TemporaryFolder {
  // First, so that whatever still writes there is ended before the folder is removed.
  watchForTheEnd();
  // The real path: VS Code resolves links, and on macOS the system's place is behind one.
  const path = realpathSync(mkdtempSync(join(parent, `${name}-`)));
  const remove = () => {
    process.off('exit', remove);
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    } catch {
      // Left to the system, which tidies up its temporary files: no reason for a test to fail.
    }
  };
  process.once('exit', remove);
  return { path, remove };
}
