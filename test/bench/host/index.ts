import { suite } from '../../vscode/harness/suite.ts';

export const run = suite(() => [
  import('./activation.test.ts'),
  import('./headerFor.test.ts'),
  import('./manyFiles.test.ts'),
]);
