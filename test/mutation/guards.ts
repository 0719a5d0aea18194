// Takes one guard at a time out of a copy of the sources and expects a test to notice: npm run mutate [-- --only TEXT], with a text of the guard, its file or its proof
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repoRoot } from '../host/paths.ts';
import { temporaryFolder } from '../host/temporaryFolder.ts';
import { guards, type Mutation, type Proof } from './list.ts';

/** How many copies are tested at a time. */
const lanes = 3;
/** A mutated loop may not end. */
const timeLimit = 4 * 60_000;
const keptOutput = 5000;

const { values: wanted } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = guards.filter(
  ({ guard, file, noticedBy }) =>
    wanted.only === undefined || [guard, file, noticedBy].some(text => text.includes(`${wanted.only}`)),
);
for (const { guard, file, find } of chosen) {
  if (readFileSync(join(repoRoot, file), 'utf8').split(find).length !== 2) {
    throw new Error(`“${guard}”: ${file} has not exactly one ${JSON.stringify(find)}.`);
  }
}
const copies = Array.from({ length: lanes }, makeCopy);
const began = Date.now();

const unproven = [...new Set(chosen.map(({ noticedBy }) => noticedBy))];
await inLanes(unproven, async (copy, proof) => {
  const { passed, output } = await runProof(copy, proof);
  if (!passed) {
    console.error(`${output}\n✗ ${proof} fails as it is, so it proves nothing.`);
    process.exit(1);
  }
});

const survivors: Mutation[] = [];
await inLanes(chosen, async (copy, mutation) => {
  const noticed = await isNoticed(copy, mutation);
  console.log(`${noticed ? '✓' : '✗ nobody notices:'} ${mutation.guard} (${mutation.file}; ${mutation.noticedBy})`);
  if (!noticed) {
    survivors.push(mutation);
  }
});
const seconds = ((Date.now() - began) / 1000).toFixed(0);
console.log(
  `\n${chosen.length - survivors.length} of ${chosen.length} guards are missed when they are gone, in ${seconds} s`,
);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** Works through a list, one item at a time in each copy. */
async function inLanes<T>(items: readonly T[], work: (copy: string, item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  await Promise.all(
    copies.map(async copy => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        await work(copy, item);
      }
    }),
  );
}

/** The checkout as it is now, with what git ignores linked. */
function makeCopy(): string {
  const { path } = temporaryFolder('mcp-keyring-mutant');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repoRoot,
  });
  for (const file of files.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    try {
      cpSync(join(repoRoot, file), join(path, file));
    } catch {
      // Deleted, and git hasn't been told yet.
    }
  }
  for (const name of ['node_modules', '.vscode-test']) {
    symlinkSync(join(repoRoot, name), join(path, name));
  }
  return path;
}

async function isNoticed(copy: string, { file, find, replace, noticedBy }: Mutation): Promise<boolean> {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    original.replace(find, () => replace),
  );
  try {
    return !(await runProof(copy, noticedBy)).passed;
  } finally {
    writeFileSync(path, original);
  }
}

function runProof(copy: string, proof: Proof): Promise<{ readonly passed: boolean; readonly output: string }> {
  const [kind, name] = proof.split(': ');
  const args =
    kind === 'suite'
      ? ['test/vscode/run.ts', '--suite', name ?? '']
      : ['node_modules/mocha/bin/mocha.js', '--no-package', '--bail', `test/unit/${name}.test.ts`];
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (data: Buffer) => {
      output = (output + data.toString()).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const alarm = setTimeout(() => child.kill(), timeLimit);
    child.once('exit', code => {
      clearTimeout(alarm);
      resolve({ passed: code === 0, output });
    });
  });
}
