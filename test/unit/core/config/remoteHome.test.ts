import assert from 'node:assert/strict';
import { findRemoteHome } from '../../../../src/core/config/remoteHome.ts';

/** A machine with these folders, each by what it holds. */
function find(folder: string, machine: Readonly<Record<string, readonly string[]>>) {
  return findRemoteHome(folder, async path => machine[path] ?? []);
}

describe('findRemoteHome', () => {
  it('is the home around the open folder', async () => {
    const machine = {
      '/home/kit': ['app', '.vscode-server'],
      '/home': ['kit', 'pat'],
      '/home/pat': ['.vscode-server'],
    };
    assert.deepEqual(await find('/home/kit/app', machine), {
      home: '/home/kit',
      serverFolder: '/home/kit/.vscode-server',
    });
  });

  it('is the one home with VS Code’s server where the folder is elsewhere, as in containers', async () => {
    const machine = { '/home': ['node', 'backup'], '/home/node': ['.vscode-server'], '/home/backup': ['old'] };
    assert.equal((await find('/workspaces/app', machine))?.home, '/home/node');
    assert.equal((await find('/workspaces/app', { '/root': ['.vscode-server'] }))?.home, '/root');
    const codespace = { '/home': ['codespace'], '/home/codespace': ['.vscode-remote'] };
    assert.equal((await find('/workspaces/app', codespace))?.serverFolder, '/home/codespace/.vscode-remote');
  });

  it('is found on macOS and Windows', async () => {
    assert.equal((await find('/Users/kit/app', { '/Users/kit': ['.vscode-server'] }))?.home, '/Users/kit');
    assert.equal((await find('/c:/Users/kit/app', { '/c:/Users/kit': ['.vscode-server'] }))?.home, '/c:/Users/kit');
  });

  it('is not the home around the folder where another user works', async () => {
    const machine = { '/home': ['kit', 'pat'], '/home/kit': ['app'], '/home/pat': ['.vscode-server'] };
    assert.equal((await find('/home/kit/app', machine))?.home, '/home/pat');
  });

  it('is nobody’s where two are as likely, or none', async () => {
    const server = ['.vscode-server'];
    assert.equal(
      await find('/srv/app', { '/home': ['kit', 'pat'], '/home/kit': server, '/home/pat': server }),
      undefined,
    );
    assert.equal(await find('/srv/app', {}), undefined);
    assert.equal(await find('/homestead/kit', { '/home': ['kit'] }), undefined);
  });
});
