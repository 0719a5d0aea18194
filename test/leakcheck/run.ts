// Runs a whole session in a real VS Code, at log level trace and as usual, then searches everything that VS Code, its browser and git have
// written for every secret of the session: npm run leakcheck [-- --keep FOLDER]
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findHost } from '../host/findHost.ts';
import { runSuiteInHost, type WrittenFolders } from '../host/runSuite.ts';
import { stageExtension } from '../host/stage.ts';
import { printEvent } from '../vscode/harness/printEvent.ts';
import { type Hit, patternsOf, type Searched, searchFolder, searchGit } from './search.ts';
import { type SessionSecret, secretsVariable } from './secretsFile.ts';

const { values: wanted } = parseArgs({ options: { keep: { type: 'string' } } });
const host = await findHost();
const extension = await stageExtension('leakcheck');
let clean = true;
// At trace, where VS Code writes most; and as usual, where keys in other headers than Authorization are handed out, too.
for (const logLevel of ['trace', 'info'] as const) {
  clean = (await check(logLevel)) && clean;
}
process.exitCode = clean ? 0 : 1;

async function check(logLevel: 'trace' | 'info'): Promise<boolean> {
  console.log(`\nA session at log level ${logLevel}:`);
  const outside = mkdtempSync(join(tmpdir(), 'mcp-keyring-leakcheck-'));
  const secretsFile = join(outside, 'secrets.jsonl');
  let isClean = false;
  try {
    const result = await runSuiteInHost(host, {
      name: 'leakcheck',
      bundle: join(extension.suites, 'leakcheck.cjs'),
      extensionPaths: [extension.path],
      workspaceTemplate: join(import.meta.dirname, 'workspace'),
      options: { logLevel, timeoutSeconds: 300, env: { [secretsVariable]: secretsFile } },
      onEvent: event => printEvent('leakcheck', event),
      afterwards: async folders => {
        if (wanted.keep !== undefined) {
          cpSync(join(folders.dataDir, '..'), join(wanted.keep, logLevel), { recursive: true });
        }
        isClean = search(folders, secretsFile);
      },
    });
    for (const { title, message, stack } of result.failures) {
      console.log(`\n✗ ${title}\n${stack ?? message}`);
    }
    return isClean && result.failed === 0;
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
}

function search({ workspace, dataDir, profileDir }: WrittenFolders, secretsFile: string): boolean {
  const all = readFileSync(secretsFile, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as SessionSecret);
  const patterns = all.flatMap(({ name, value }) => patternsOf(name, value));
  const results = [
    searchFolder('workspace', workspace, patterns, () => false),
    searchGit(workspace, patterns),
    searchFolder('user data', dataDir, patterns, isSecretStorage),
    ...(profileDir === dataDir ? [] : [searchFolder('browser profile', profileDir, patterns, isSecretStorage)]),
  ];
  const controls = new Set(all.filter(({ control }) => control).map(({ name }) => name));
  const hits = results.flatMap(result => result.hits);
  const secrets = all.filter(({ control }) => !control);
  console.log(`\n${secrets.length} secrets in ${patterns.length} spellings with the planted texts, searched for in:`);
  for (const { searched } of results) {
    print(searched);
  }
  console.log('  left out: Local Storage, where this host keeps SecretStorage itself');
  let ok = true;
  for (const control of controls) {
    const found = hits.filter(({ secret }) => secret === control);
    const places = [...new Set(found.map(({ place }) => place))].join(', ');
    console.log(
      found.length > 0 ? `✓ planted and found: ${control} (${places})` : `✗ planted and not found: ${control}`,
    );
    ok &&= found.length > 0;
  }
  const leaks = distinct(hits.filter(({ secret }) => !controls.has(secret)));
  for (const { secret, encoding, place, file } of leaks) {
    console.log(`✗ ${secret}, ${encoding}: ${place}, ${file}`);
  }
  console.log(`${leaks.length} hits`);
  return ok && leaks.length === 0;
}

/** In the VS Code server that is the browser's Local Storage, unencrypted; the desktop encrypts it in its state database. */
function isSecretStorage(path: string): boolean {
  return /(?:^|[\\/])Local Storage[\\/]/.test(path);
}

function print({ place, files, bytes }: Searched): void {
  console.log(`  ${place}: ${files} ${place === 'git' ? 'objects' : 'files'}, ${(bytes / 1024 / 1024).toFixed(1)} MB`);
}

function distinct(hits: readonly Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits.filter(({ secret, encoding, place, file }) => {
    const key = [secret, encoding, place, file].join('\n');
    return !seen.has(key) && seen.add(key);
  });
}
