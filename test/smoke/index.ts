import { suite } from '../vscode/harness/suite.ts';

export const run = suite(() => [import('./installed.test.ts')]);
