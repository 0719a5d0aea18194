import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./hover.test.ts'),
  import('./diagnostics.test.ts'),
  import('./quickFixes.test.ts'),
]);
