import { suite } from '../harness/suite.ts';

export const run = suite(() => [
  import('./keys.test.ts'),
  import('./addKey.test.ts'),
  import('./signing.test.ts'),
  import('./switchRole.test.ts'),
  import('./editClaims.test.ts'),
  import('./copyAs.test.ts'),
  import('./compareRoles.test.ts'),
  import('./hostileServers.test.ts'),
]);
