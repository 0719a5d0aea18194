import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./found.test.ts'),
  import('./troubles.test.ts'),
  import('./extra.test.ts'),
  import('./shared.test.ts'),
  import('./resolver.test.ts'),
]);
