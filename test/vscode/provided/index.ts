import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./provided.test.ts'), import('./takeOver.test.ts')]);
