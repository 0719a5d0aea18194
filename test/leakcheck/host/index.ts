import { suite } from '../../vscode/harness/suite.ts';

export const run = suite(() => [import('./session.test.ts')]);
