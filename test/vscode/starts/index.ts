import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./starts.test.ts')]);
