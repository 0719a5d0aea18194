import type { Finding, FindingCode } from '../findings.ts';
import type { Status } from './types.ts';

/** Worst first: the first code that is among the findings decides. */
const order: readonly (readonly [Status, readonly FindingCode[]])[] = [
  ['refused', ['credential-refused', 'insecure-url']],
  ['missing', ['credential-missing']],
  ['signIn', ['sign-in-needed']],
  ['malformed', ['token-malformed', 'token-encrypted', 'token-alg-none', 'token-signature-invalid']],
  ['expired', ['token-expired']],
  [
    'invalidHeader',
    [
      'header-scheme-missing',
      'header-scheme-doubled',
      'header-name-pasted',
      'header-whitespace',
      'header-invalid-characters',
    ],
  ],
  ['notYetValid', ['token-not-yet-valid']],
  ['expiresSoon', ['token-expires-soon']],
  ['exposed', ['secret-in-file', 'secret-in-url', 'secret-in-args']],
];

const ranks = new Map(order.flatMap(([status, codes], rank) => codes.map(code => [code, { rank, status }] as const)));

/** One word for a list of findings; `otherwise` when none of them decides. */
export function statusOf(findings: readonly Finding[], otherwise: Status = 'ready'): Status {
  let worst = Number.POSITIVE_INFINITY;
  let status = otherwise;
  for (const { code } of findings) {
    const decisive = ranks.get(code);
    if (decisive && decisive.rank < worst) {
      worst = decisive.rank;
      status = decisive.status;
    }
  }
  return status;
}
