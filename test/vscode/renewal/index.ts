import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./renewal.test.ts'),
  import('./signOut.test.ts'),
  import('./troubles.test.ts'),
]);
