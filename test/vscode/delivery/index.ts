import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./delivery.test.ts'), import('./otherFiles.test.ts')]);
