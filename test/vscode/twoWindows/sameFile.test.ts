import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { editConfigFile } from '../../../src/platform/configEdits.ts';
import { services, uriOf } from '../harness/inside.ts';
import { inWorkspace, readConfig, readText, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { both, giveUpAfterFailure, own } from './meeting.ts';

const edits = Number(process.env.MCP_KEYRING_CONCURRENT_EDITS);

// Runs in two windows at the same time, on one folder.
describe('Two windows', function () {
  // On a busy machine an edit, which waits for the other window's, takes close to a second.
  this.timeout(200_000 + edits * 1000);
  const file = '.vscode/mcp.json';

  giveUpAfterFailure();

  function isOpen(): boolean {
    return vscode.workspace.textDocuments.some(document => document.uri.path === inWorkspace(file));
  }

  async function add(name: string): Promise<void> {
    const { deliverer, files } = await services();
    const place = files.locationOf(uriOf(file));
    assert.ok(place);
    const server = {
      name,
      url: `https://${name}.example/mcp`,
      transport: 'http',
      headers: [{ name: 'X-Own', value: name }],
    } as const;
    await deliverer.addTranslated(place, { ...server, members: [], inputs: [], lost: [] }, []);
  }

  it(`lose none of ${edits} edits of one file, which one of them shows in an editor`, async () => {
    const each = Math.ceil(edits / 2);
    const shown = 10;
    if (own === 1) {
      // By a command: VS Code would keep a document that this process opens for minutes after its editor.
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(inWorkspace(file)));
      await until('the editor', isOpen);
    }
    await both('ready');
    for (let number = 0; number < each; number++) {
      await add(`w${own}-${number}`);
      if (number === shown) {
        // From here on it is no race of an editor that follows the disk, which takes its time.
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
        await until('no editor', () => !isOpen());
      }
    }
    await both('done');
    const { servers = {} } = readConfig();
    for (const window of [1, 2]) {
      for (let number = 0; number < each; number++) {
        const name = `w${window}-${number}`;
        assert.equal(servers[name]?.headers?.['X-Own'], name);
      }
    }
    assert.equal(Object.keys(servers).length, 2 * each);
    assert.match(readText(), /\/\/ Two windows write here at once\./);
    assert.deepEqual(readdirSync(inWorkspace('.vscode')), ['mcp.json']);
    await both('read');
  });

  it('tell of a file that something else has changed while it was edited', async () => {
    const name = `changed-${own}.json`;
    const path = inWorkspace(name);
    const messages = new Messages();
    messages.catch();
    try {
      writeFileSync(path, 'one\n');
      let calls = 0;
      const outcome = await editConfigFile(vscode.Uri.file(path), text => {
        if (calls++ === 0) {
          writeFileSync(path, `${text}two\n`);
        }
        return { ok: true, value: [{ span: { start: text.length, end: text.length }, text: 'three\n' }] };
      });
      assert.equal(outcome, 'written');
      assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n');
      assert.deepEqual(
        messages.shown.map(({ kind, text }) => [kind, text.includes(name), /Both changes/.test(text)]),
        [['information', true, true]],
      );
    } finally {
      messages.release();
    }
  });
});
