import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { searchGitHistory, trackedByGit } from '../../../src/platform/node/git.ts';

describe('git', function () {
  this.timeout(20_000);
  let folder: string;
  const path = (name: string) => join(folder, name);

  function git(...args: string[]): void {
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      stdio: 'ignore',
    });
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyring-git-'));
    git('init');
    mkdirSync(path('deep [x]*'));
    writeFileSync(path('deep [x]*/mcp.json'), 'the first secret\n');
    writeFileSync(path('other.json'), 'nothing\n');
    git('add', '.');
    git('commit', '-m', 'one');
    writeFileSync(path('deep [x]*/mcp.json'), 'the second secret\n');
    git('commit', '-am', 'two');
    writeFileSync(path('new.json'), '');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tracks what is in the index, whatever its name', async () => {
    const paths = [path('deep [x]*/mcp.json'), path('other.json'), path('new.json')];
    assert.deepEqual([...(await trackedByGit(paths))].sort(), paths.slice(0, 2));
  });

  it('tracks nothing that was never added, is not there, or is in no repository', async () => {
    const paths = [path('new.json'), path('*.json'), path('nowhere/x.json'), join(tmpdir(), 'no-repository.json')];
    assert.deepEqual([...(await trackedByGit(paths))], []);
    assert.deepEqual([...(await trackedByGit([]))], []);
  });

  it('finds what a file held once, in the commits that brought it and took it away', async () => {
    const history = await searchGitHistory(path('deep [x]*/mcp.json'), 'first secret');
    assert.equal(history.commits, 2);
    assert.equal(history.searched, true);
    assert.match(history.newest?.hash ?? '', /^[0-9a-f]{7,}$/);
    assert.match(history.newest?.date ?? '', /^\d{4}-\d\d-\d\d$/);
  });

  it('finds it where the repository calls the file binary, too', async () => {
    writeFileSync(path('.gitattributes'), '*.json binary\n');
    assert.equal((await searchGitHistory(path('deep [x]*/mcp.json'), 'first secret')).commits, 2);
    rmSync(path('.gitattributes'));
  });

  it('finds nothing that the file never held, and says where there is no history', async () => {
    assert.deepEqual(await searchGitHistory(path('other.json'), 'first secret'), { commits: 0, searched: true });
    assert.deepEqual(await searchGitHistory(path('new.json'), 'x'), { commits: 0, searched: false });
    assert.deepEqual(await searchGitHistory(join(tmpdir(), 'no-repository.json'), 'x'), {
      commits: 0,
      searched: false,
    });
  });

  it('starts nothing that the repository names in its configuration', async () => {
    const mark = path('started');
    git('config', 'core.fsmonitor', `touch "${mark}"; false`);
    git('config', 'diff.external', `touch "${mark}"`);
    await trackedByGit([path('other.json')]);
    await searchGitHistory(path('other.json'), 'x');
    assert.throws(() => execFileSync('ls', [mark], { stdio: 'ignore' }));
  });

  it('fetches nothing that a partial clone lacks: its remote may be any program', async () => {
    const mark = path('fetched');
    const [source, whole, lacking] = [path('source'), path('whole'), path('lacking')];
    const file = join(lacking, 'deep', 'mcp.json');
    mkdirSync(join(source, 'deep'), { recursive: true });
    writeFileSync(join(source, 'deep', 'mcp.json'), '{}\n');
    git('-C', source, 'init', '-b', 'main');
    git('-C', source, 'config', 'uploadpack.allowFilter', 'true');
    git('-C', source, 'add', '.');
    git('-C', source, 'commit', '-m', 'one');
    for (const clone of [whole, lacking]) {
      git('clone', '--filter=tree:0', '--no-checkout', pathToFileURL(source).href, clone);
    }
    git('-C', whole, 'sparse-checkout', 'init', '--cone', '--sparse-index');
    git('-C', whole, 'checkout', 'main');
    for (const name of ['index', 'config', 'config.worktree']) {
      copyFileSync(join(whole, '.git', name), join(lacking, '.git', name));
    }
    git('-C', lacking, 'config', 'remote.origin.uploadpack', `touch "${mark}"; git-upload-pack`);
    mkdirSync(join(lacking, 'deep'));
    writeFileSync(file, '{}\n');
    await trackedByGit([file]);
    await searchGitHistory(file, 'x');
    assert.equal(existsSync(mark), false);
    // Whoever asks git without care starts it.
    git('-C', lacking, 'ls-files');
    assert.equal(existsSync(mark), true);
  });
});
