import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./findings.test.ts'), import('./remedies.test.ts')]);
