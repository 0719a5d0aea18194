import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./verify.test.ts'), import('./prompts.test.ts'), import('./decode.test.ts')]);
