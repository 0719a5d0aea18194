import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./attachments.test.ts'),
  import('./renewal.test.ts'),
  import('./clipboard.test.ts'),
  import('./editors.test.ts'),
]);
