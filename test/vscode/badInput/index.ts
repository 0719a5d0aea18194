import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./answers.test.ts'),
  import('./files.test.ts'),
  import('./tokens.test.ts'),
  import('./keyring.test.ts'),
]);
