import { suite } from '../harness/suite.ts';

export const run = suite(() => [import('./panel.test.ts'), import('./revoke.test.ts')]);
