// Measures what is claimed, each thing beside a yardstick in the same run: npm run bench
import { detectionClaims } from '../detect/bench.ts';
import { analysisClaims } from './analysis.ts';
import { connectionClaims } from './connection.ts';
import { editClaims } from './edits.ts';
import { hostClaims } from './inHost.ts';
import { jwtClaims } from './jwt.ts';
import { printClaims } from './measure.ts';
import { oauthClaims } from './oauth.ts';
import { sizeClaims } from './sizes.ts';

const claims = [];
for (const part of [
  analysisClaims,
  editClaims,
  detectionClaims,
  jwtClaims,
  oauthClaims,
  connectionClaims,
  sizeClaims,
  hostClaims,
]) {
  claims.push(...(await part()));
}
printClaims(claims);
process.exit();
