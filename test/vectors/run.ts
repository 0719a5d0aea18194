// Checks the verifier against JSON Web Signature vectors in Wycheproof's format: npm run vectors -- <file>
//
// Prints for each group how many were accepted and rejected against what is expected, and every vector that came out
// otherwise. Exits with 1 if there is one, with 2 if the file can't be read.
import { readFileSync } from 'node:fs';
import { checkVectors, type GroupOutcome, readVectors } from './vectors.ts';

type Count = 'accepted' | 'rejected' | 'valid' | 'invalid' | 'acceptable';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run vectors -- <file>');
  process.exit(2);
}
const vectors = readFile(file);
const outcomes = await checkVectors(vectors);
for (const outcome of outcomes) {
  print(outcome);
}
const different = outcomes.flatMap(outcome => outcome.different).length;
const sum = (name: Count) => outcomes.reduce((total, outcome) => total + outcome[name], 0);
const total = sum('accepted') + sum('rejected');
console.log(`\n${total} vectors in ${outcomes.length} groups: ${counts(sum)}; ${different} not as expected`);
process.exit(different > 0 || total === 0 ? 1 : 0);

function readFile(path: string) {
  try {
    return readVectors(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${path}: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}

function counts(of: (name: Count) => number): string {
  const open = of('acceptable') > 0 ? `, ${of('acceptable')} either way` : '';
  return `accepted ${of('accepted')} (expected ${of('valid')}), rejected ${of('rejected')} (expected ${of('invalid')})${open}`;
}

function print({ name, different, ...outcome }: GroupOutcome): void {
  console.log(`${name}: ${counts(count => outcome[count])}`);
  for (const { id, comment, expected, reason } of different) {
    console.log(`  ${id} ${comment}: expected ${expected}, was ${reason ? `rejected: ${reason}` : 'accepted'}`);
  }
}
