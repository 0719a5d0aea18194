import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { formats } from '../../../src/core/config/formats.ts';
import { parseConfig } from '../../../src/core/config/parse.ts';
import { replaceFile } from '../../../src/platform/node/atomicWrite.ts';

const crashes = Number(process.env.MCP_KEYRING_CRASHES ?? 30);
const edits = Number(process.env.MCP_KEYRING_CONCURRENT_EDITS ?? 100);
const onWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;

describe('replaceFile', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyring-write-'));
    path = join(folder, 'mcp.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const to = (text: string) => () => Buffer.from(text);
  const text = () => readFileSync(path, 'utf8');

  it('makes a file, and the folders to it', async () => {
    path = join(folder, 'a/b/mcp.json');
    strictEqual(await replaceFile(path, before => (before ? undefined : Buffer.from('new'))), 'written');
    strictEqual(text(), 'new');
    deepStrictEqual(readdirSync(join(folder, 'a/b')), ['mcp.json']);
  });

  it('writes nothing where nothing changes', async () => {
    writeFileSync(path, 'same');
    const { ino } = statSync(path);
    strictEqual(await replaceFile(path, to('same')), 'unchanged');
    strictEqual(await replaceFile(path, () => undefined), 'unchanged');
    strictEqual(statSync(path).ino, ino);
  });

  // Windows has neither these permissions nor links that everybody may make.
  if (!onWindows) {
    it('keeps permissions and owner, whatever is in the file', async () => {
      writeFileSync(path, 'old');
      if (isRoot) {
        chownSync(path, 1234, 4321);
      }
      chmodSync(path, 0o640);
      const before = statSync(path);
      for (const secret of [false, true]) {
        strictEqual(await replaceFile(path, to(`new, ${secret}`), { secret }), 'written');
        const after = statSync(path);
        deepStrictEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
        strictEqual(text(), `new, ${secret}`);
      }
    });

    it('makes a file as the user wants files to be, and for its owner alone if there is a secret in it', async () => {
      const usual = process.umask(0o002);
      try {
        await replaceFile(path, to('new'));
        strictEqual(statSync(path).mode & 0o777, 0o664);
        const token = join(folder, 'token.json');
        await replaceFile(token, to('secret'), { secret: true });
        strictEqual(statSync(token).mode & 0o777, 0o600);
      } finally {
        process.umask(usual);
      }
    });

    it('follows links, also into nothing', async () => {
      mkdirSync(join(folder, 'dotfiles'));
      const real = join(folder, 'dotfiles/real.json');
      symlinkSync('dotfiles/link.json', path);
      symlinkSync('real.json', join(folder, 'dotfiles/link.json'));
      for (const content of ['first', 'second']) {
        strictEqual(await replaceFile(path, to(content)), 'written');
        strictEqual(readFileSync(real, 'utf8'), content);
      }
      ok(lstatSync(path).isSymbolicLink());
      deepStrictEqual(readdirSync(join(folder, 'dotfiles')).toSorted(), ['link.json', 'real.json']);
    });
  }

  it('refuses links in a circle, a folder in its place and what its change refuses', async () => {
    if (!onWindows) {
      symlinkSync('b', join(folder, 'a'));
      symlinkSync('a', join(folder, 'b'));
      await rejects(replaceFile(join(folder, 'a'), to('x')), { code: 'ELOOP' });
    }
    await rejects(replaceFile(folder, to('x')), { code: 'EISDIR' });
    writeFileSync(path, 'old');
    await rejects(
      replaceFile(path, () => {
        throw new RangeError('no');
      }),
      RangeError,
    );
    strictEqual(text(), 'old');
    strictEqual(await replaceFile(path, to('new')), 'written');
  });

  it('refuses a file that is not to be written, also if its folder is', async () => {
    writeFileSync(path, 'old', { mode: 0o444 });
    // Root may write everything, so a process that has become somebody else tries it.
    chmodSync(folder, 0o777);
    const child = fork(join(import.meta.dirname, 'strangerProcess.ts'), [path]);
    const [outcome] = await once(child, 'message');
    ok(['EACCES', 'EPERM'].includes(outcome), outcome);
    strictEqual(text(), 'old');
    deepStrictEqual(readdirSync(folder), ['mcp.json']);
  });

  if (!onWindows) {
    it('leaves a file as it was that there is no room for, where it can only be written over', async () => {
      const before = 'old'.repeat(500);
      writeFileSync(path, before);
      // No file can be made beside it by somebody else, who may write this one and has no more than 4 KiB for it.
      chmodSync(path, 0o666);
      chmodSync(folder, 0o755);
      if (!isRoot) {
        chmodSync(folder, 0o555);
      }
      const script = join(import.meta.dirname, 'strangerProcess.ts');
      const child = spawn('/bin/bash', ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, script, path, '10000'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const [outcome] = await once(child, 'message');
      chmodSync(folder, 0o755);
      strictEqual(outcome, 'EFBIG');
      strictEqual(text(), before);
      deepStrictEqual(readdirSync(folder), ['mcp.json']);
    });
  }

  it('computes anew what somebody else was quicker with', async () => {
    writeFileSync(path, 'a');
    let calls = 0;
    const outcome = await replaceFile(path, before => {
      if (calls++ === 0) {
        writeFileSync(path, 'b');
      }
      return Buffer.from(`${before}!`);
    });
    deepStrictEqual([outcome, text(), calls], ['written', 'b!', 2]);
  });

  it('waits for the content of a file that somebody has emptied to write it anew', async () => {
    writeFileSync(path, '');
    setTimeout(() => writeFileSync(path, 'theirs'), 60);
    strictEqual(await replaceFile(path, before => Buffer.from(`${before}, mine`)), 'written');
    strictEqual(text(), 'theirs, mine');
    writeFileSync(path, '');
    strictEqual(await replaceFile(path, before => Buffer.from(`${before}mine`)), 'written');
    strictEqual(text(), 'mine');
  });

  it('gives up on a file that never stands still, and leaves it alone', async () => {
    writeFileSync(path, '0');
    let calls = 0;
    const outcome = await replaceFile(path, () => {
      writeFileSync(path, `${++calls}`);
      return Buffer.from('mine');
    });
    deepStrictEqual([outcome, text()], ['conflict', `${calls}`]);
    deepStrictEqual(readdirSync(folder), ['mcp.json']);
  });

  it('cleans up behind a process that was killed', async () => {
    const dead = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(folder, `.mcp.json.keyring-${dead.pid}-0a.tmp`), 'secret');
    writeFileSync(join(folder, '.mcp.json.tmp'), 'not ours');
    await replaceFile(path, to('new'));
    deepStrictEqual(readdirSync(folder).toSorted(), ['.mcp.json.tmp', 'mcp.json']);
  });

  it(`leaves the old file or the new one when its process is killed, ${crashes} times`, async function () {
    this.timeout(20_000 + crashes * 1000);
    // Built once: reading TypeScript is most of what a process takes to start.
    const script = join(folder, 'built/crashingProcess.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'crashingProcess.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    const lanes = [0, 1, 2].map(lane => join(folder, `${lane}.json`));
    await Promise.all(lanes.map((file, lane) => crashOn(script, file, Math.ceil((crashes - lane) / lanes.length))));
    deepStrictEqual(readdirSync(folder).toSorted(), ['0.json', '1.json', '2.json', 'built']);
  });

  async function crashOn(script: string, file: string, times: number): Promise<void> {
    writeFileSync(file, JSON.stringify({ number: 0, filler: '', end: 0 }));
    let last = 0;
    for (let crash = 0; crash < times; crash++) {
      const child = fork(script, [file]);
      // In one of its first writes, however slow the machine is, and anywhere in it.
      for (let left = Math.ceil(Math.random() * 4); left > 0; left--) {
        await once(child, 'message');
      }
      await new Promise(resolve => setTimeout(resolve, Math.random() * 10));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { number, filler, end } = JSON.parse(readFileSync(file, 'utf8'));
      ok(number >= last && end === number && (number === 0 || filler === `${number}`.repeat(50_000)));
      last = number;
    }
    ok(last > 0);
    // What the last one left goes with the next write.
    await replaceFile(file, to('{}'));
  }

  it(`loses none of ${edits} edits of two processes at once`, async function () {
    this.timeout(20_000 + edits * 100);
    const each = Math.ceil(edits / 2);
    const children = ['a', 'b'].map(name =>
      fork(join(import.meta.dirname, 'writerProcess.ts'), [path, name, `${each}`]),
    );
    const codes = await Promise.all(children.map(async child => (await once(child, 'exit'))[0]));
    deepStrictEqual(codes, [0, 0]);
    const names = new Set(parseConfig(text(), formats.vscode).servers.map(server => server.name));
    strictEqual(names.size, each * 2);
    deepStrictEqual(readdirSync(folder), ['mcp.json']);
  });
});
