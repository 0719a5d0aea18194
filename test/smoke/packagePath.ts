import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { repoRoot } from '../host/paths.ts';

/** What `npm run package` makes. */
export const packagePath = join(repoRoot, `${manifest.name}.vsix`);
