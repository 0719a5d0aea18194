import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./flows.test.ts'),
  import('./again.test.ts'),
  import('./failures.test.ts'),
  import('./wizard.test.ts'),
]);
