import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./refusals.test.ts'),
  import('./clone.test.ts'),
  import('./diagnosis.test.ts'),
  import('./withheld.test.ts'),
  import('./connectionFixes.test.ts'),
  import('./offers.test.ts'),
]);
