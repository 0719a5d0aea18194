import { suite } from '../../vscode/harness/suite.ts';
import { benchStart } from './record.ts';

export const run = suite(() => [
  import('./activation.test.ts'),
  import('./headerFor.test.ts'),
  // Once is enough: the other starts measure activation.
  ...(benchStart() === 0 ? [import('./manyFiles.test.ts')] : []),
]);
