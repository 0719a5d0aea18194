import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./sameFile.test.ts'), import('./renewal.test.ts')]);
