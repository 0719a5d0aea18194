// Runs Test Connection's examination and diagnosis against every misconfigured server, over HTTP, and prints what it says.
//
//   npm run doctor:table
//   npm run doctor:table -- --grep expired   those whose server or defect matches
import { diagnoseOne } from './diagnoseOne.ts';
import { misconfigurations } from './misconfigurations.ts';
import { undecided } from './misleading.ts';

const grep = process.argv.includes('--grep') ? process.argv[process.argv.indexOf('--grep') + 1] : undefined;
const chosen = misconfigurations.filter(({ server, defect }) => new RegExp(grep ?? '').test(`${server} ${defect}`));
let named = 0;
let amongThem = 0;
let wronglyCertain = 0;

process.stdout.write('| server | credential | true cause | verdict | | ms |\n| --- | --- | --- | --- | --- | ---: |\n');
for (const misconfiguration of chosen) {
  const start = performance.now();
  const { causes, healthy } = await diagnoseOne(misconfiguration);
  const [first] = causes;
  const right = !healthy && first?.id === misconfiguration.cause;
  const listed = causes.some(({ id }) => id === misconfiguration.cause);
  const wrong = !right && first?.certainty === 'certain';
  named += right ? 1 : 0;
  amongThem += listed ? 1 : 0;
  wronglyCertain += wrong ? 1 : 0;
  const verdict = healthy ? 'healthy' : `${first?.id ?? 'nothing'} (${first?.certainty ?? ''})`;
  const mark = right ? 'right' : wrong ? 'WRONG' : listed ? 'second' : 'missed';
  const cells = [misconfiguration.server, misconfiguration.defect, misconfiguration.cause, verdict, mark];
  process.stdout.write(`| ${cells.join(' | ')} | ${Math.round(performance.now() - start)} |\n`);
}
const percent = ((100 * named) / chosen.length).toFixed(1);
process.stdout.write(
  `\n${chosen.length} misconfigurations: the true cause named first in ${named} (${percent} %), among those named in ${amongThem}; a wrong cause stated as certain in ${wronglyCertain}.\n`,
);
let certain = 0;
for (const misconfiguration of undecided) {
  const { causes } = await diagnoseOne(misconfiguration);
  certain += causes[0]?.certainty === 'certain' ? 1 : 0;
}
process.stdout.write(
  `${undecided.length} more that nobody can tell from outside: something stated as certain in ${certain}.\n`,
);
process.exitCode = named / chosen.length >= 0.95 && wronglyCertain === 0 && certain === 0 ? 0 : 1;
