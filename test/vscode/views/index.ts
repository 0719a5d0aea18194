import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./files.test.ts'),
  import('./brokenFiles.test.ts'),
  import('./trees.test.ts'),
  import('./hostile.test.ts'),
  import('./virtual.test.ts'),
]);
