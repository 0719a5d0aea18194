import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { type EditOutcome, editConfigFile } from '../../../src/platform/configEdits.ts';
import { forgetAll, serverNames, services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, run, until, writeText } from '../harness/keyring.ts';
import { assertRefused, bytes, configPath, good } from './nothingLost.ts';
import { type Trouble, TroubledFiles } from './troubledFiles.ts';

const server = '"a": { "type": "http", "url": "https://a.example.com/mcp" }';

function write(content: string | Buffer): void {
  writeText(configPath, content);
}

describe('A config file', () => {
  beforeEach(() => {
    rmSync(inWorkspace(configPath), { recursive: true, force: true });
    mkdirSync(inWorkspace('main/.vscode'), { recursive: true });
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await forgetAll();
  });

  describe('that cannot be edited is named and left alone:', () => {
    const cases: readonly (readonly [what: string, content: string | Buffer, message: RegExp])[] = [
      ['not JSON', 'servers:\n  a: 1\n', /mcp\.json cannot be edited: it is not well-formed JSON \(line 1\)/],
      [
        'half-typed',
        `{\n  "servers": { ${server},\n    "b": {\n`,
        /mcp\.json cannot be edited: it is not well-formed JSON \(line \d\)/,
      ],
      ['a list', '[]', /mcp\.json cannot be edited: it does not hold a JSON object/],
      ['servers is a list', '{ "servers": [] }', /mcp\.json cannot be edited: “servers” is not an object/],
      ['servers is a text', '{ "servers": "none" }', /mcp\.json cannot be edited: “servers” is not an object/],
      [
        'inputs is an object',
        `{ "servers": {}, "inputs": {} }`,
        /mcp\.json cannot be edited: “inputs” is not an array/,
      ],
      ['UTF-16', Buffer.from('{}', 'utf16le'), /mcp\.json cannot be (read|edited)/],
      ['Latin-1', Buffer.from('{ "servers": { "ä": {} } }', 'latin1'), /mcp\.json cannot be read/],
    ];
    for (const [what, content, message] of cases) {
      it(what, async () => {
        write(content);
        await assertRefused({}, message);
      });
    }

    it('a folder in its place', async () => {
      mkdirSync(inWorkspace(configPath));
      await assertRefused({}, /mcp\.json cannot be read/, () => Buffer.alloc(0));
    });
  });

  describe('that is unusual keeps what is unusual about it:', () => {
    async function addTo(content: string): Promise<string> {
      write(content);
      await addServer({ ...good, delivery: 'reference' });
      await until('the server', async () => (await serverNames(uriOf(configPath)))?.includes('new'));
      const after = bytes().toString();
      // All that was there is there, in its order.
      let at = 0;
      for (const line of content.split(/\r?\n/).filter(text => !/^[\s\]}]*$/.test(text))) {
        const found = after.indexOf(line.replace(/\s*\}*$/, ''), at);
        assert.ok(found >= 0, `${line} is lost in\n${after}`);
        at = found;
      }
      return after;
    }

    it('an empty one gets what it needs', async () => {
      for (const empty of ['', '\n', '  ']) {
        rmSync(inWorkspace(configPath), { force: true });
        await addTo(empty);
        await forgetAll();
      }
    });

    it('one that does not exist is made, with its folder', async () => {
      rmSync(inWorkspace('main/.vscode'), { recursive: true });
      await addServer(good);
      assert.deepEqual(Object.keys(JSON.parse(bytes().toString()).servers), ['new']);
    });

    it('a BOM', async () => {
      const after = await addTo(`\ufeff{\n  "servers": { ${server} }\n}\n`);
      assert.ok(after.startsWith('\ufeff{'));
      assert.equal(after.lastIndexOf('\ufeff'), 0);
    });

    it('CR LF', async () => {
      const after = await addTo(`{\r\n  // Mine.\r\n  "servers": {\r\n    ${server}\r\n  }\r\n}\r\n`);
      assert.doesNotMatch(after, /[^\r]\n/);
    });

    it('tabs', async () => {
      const after = await addTo(`{\n\t"servers": {\n\t\t${server}\n\t}\n}\n`);
      assert.match(after, /\n\t\t"new": \{/);
      assert.doesNotMatch(after, /\n +\S/);
    });

    it('comments and trailing commas', async () => {
      await addTo(`// Top.\n{\n  "servers": {\n    ${server}, // Mine.\n    /* end */\n  },\n}\n`);
    });
  });

  describe('that is open in an editor', () => {
    async function open(content: string): Promise<vscode.TextEditor> {
      write(content);
      const document = await vscode.workspace.openTextDocument(inWorkspace(configPath));
      const editor = await vscode.window.showTextDocument(document);
      // Its buffer may be one of an earlier test.
      await vscode.commands.executeCommand('workbench.action.files.revert');
      assert.equal(document.getText(), content);
      return editor;
    }

    it('is edited there and saved, and undo brings back what was', async () => {
      const content = `{\n  "servers": { ${server} }\n}\n`;
      const { document } = await open(content);
      await addServer(good);
      assert.equal(document.isDirty, false);
      assert.equal(document.getText(), bytes().toString());
      assert.ok(document.getText().includes('"new"'));
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), content);
    });

    it('does not take an edit that is being saved for one that the person has not saved', async () => {
      const { document } = await open(`{\n  "servers": { ${server} }\n}\n`);
      const add = (text: string) =>
        editConfigFile(document.uri, before => ({
          ok: true,
          value: [{ span: { start: before.length, end: before.length }, text }],
        }));
      const second = new Promise<EditOutcome>((resolve, reject) => {
        const listener = vscode.workspace.onDidChangeTextDocument(event => {
          if (event.document === document && document.isDirty) {
            listener.dispose();
            add('// Second.\n').then(resolve, reject);
          }
        });
      });
      assert.equal(await add('// First.\n'), 'written');
      assert.equal(await second, 'written');
      assert.equal(document.isDirty, false);
      assert.match(bytes().toString(), /\}\n\/\/ First\.\n\/\/ Second\.\n$/);
    });

    it('keeps line ends of both kinds as they are', async () => {
      const content = `{\r\n  "servers": { ${server} },\n  "inputs": []\r\n}\n`;
      write(content);
      const document = await vscode.workspace.openTextDocument(inWorkspace(configPath));
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await addServer({ ...good, delivery: 'literal' });
      await addServer({ ...good, name: 'other', url: 'https://other.example.com/mcp', delivery: 'reference' });
      const after = bytes().toString();
      assert.ok(after.startsWith('{\r\n  "servers": { '), after);
      assert.ok(after.endsWith(']\r\n}\n'), after);
      assert.match(after, /\},\n {2}"inputs"/);
    });

    it('keeps unsaved changes unsaved, and the file on disk as it was', async () => {
      const content = `{\n  "servers": { ${server} }\n}\n`;
      const editor = await open(content);
      await editor.edit(edit => edit.insert(new vscode.Position(0, 1), '\n  // Not saved yet.'));
      await addServer(good);
      assert.equal(editor.document.isDirty, true);
      assert.match(editor.document.getText(), /Not saved yet/);
      assert.match(editor.document.getText(), /"new"/);
      assert.equal(bytes().toString(), content);
    });

    it('puts a literal token past the editor where nothing is unsaved', async () => {
      const { document } = await open(`{\n  "servers": { ${server} }\n}\n`);
      await addServer({ ...good, delivery: 'literal' });
      assert.match(bytes().toString(), /demo-key-not-a-secret/);
      await until('the editor to show it', () => document.getText() === bytes().toString());
      assert.equal(document.isDirty, false);
    });

    it('and that VS Code may not save is as it was, on disk and in the editor, whatever is in front', async () => {
      const content = `{\n  "servers": { ${server} }\n}\n`;
      const settings = vscode.workspace.getConfiguration('files');
      await settings.update('readonlyInclude', { '**/mcp.json': true }, vscode.ConfigurationTarget.Global);
      const { document } = await open(content);
      const other = await vscode.workspace.openTextDocument({ content: 'typed by the user', language: 'plaintext' });
      const editor = await vscode.window.showTextDocument(other, { preview: false });
      await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'just now '));
      const outcome = await addServer(good).then(
        () => 'added',
        (error: Error) => error.message,
      );
      await settings.update('readonlyInclude', undefined, vscode.ConfigurationTarget.Global);
      assert.equal(other.getText(), 'just now typed by the user');
      assert.match(outcome, /mcp\.json is read-only\. Nothing was changed/);
      assert.equal(bytes().toString(), content);
      assert.equal(document.getText(), content);
      assert.deepEqual((await services()).vault.credentials, []);
    });

    it('is not written where its unsaved text is broken', async () => {
      const editor = await open('{ "servers": {} }\n');
      await editor.edit(edit => edit.insert(new vscode.Position(0, 1), ' "x": '));
      const unsaved = editor.document.getText();
      await assertRefused({}, /mcp\.json cannot be edited/);
      assert.equal(editor.document.getText(), unsaved);
    });

    it('and has just been changed by another program loses neither change', async () => {
      const { document } = await open(`{\n  "servers": { ${server} }\n}\n`);
      write(`{\n  "servers": { ${server}, "theirs": { "type": "http", "url": "https://b.example.com" } }\n}\n`);
      const outcome = await addServer(good).then(
        () => 'added',
        (error: Error) => error.message,
      );
      await until('the editor to be quiet', () => !document.isDirty && document.getText() === bytes().toString());
      const text = bytes().toString();
      assert.match(text, /"theirs"/, outcome);
      if (outcome === 'added') {
        assert.match(text, /"new"/);
      } else {
        assert.match(outcome, /mcp\.json/);
        assert.doesNotMatch(text, /"new"/);
        assert.deepEqual((await services()).vault.credentials, []);
      }
    });
  });

  // On Linux a process can be kept from writing large files.
  if (existsSync('/usr/bin/prlimit')) {
    it('that there is no room for is said to be so, and stays', async () => {
      const content = Buffer.from(`{ "servers": { ${server} } }${' '.repeat(600_000)}\n`);
      write(content);
      const limit = (size: string) => execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${size}:`]);
      limit('300000');
      try {
        // Past an editor that still has a buffer of it, which another process saves.
        await assertRefused({ delivery: 'literal' }, /There is no room on the disk for .*mcp\.json/);
      } finally {
        limit('unlimited');
      }
      assert.deepEqual(bytes(), content);
    });
  }

  describe('on a file system that makes trouble', () => {
    const path = '/project/.vscode/mcp.json';
    const content = `{\n  "servers": { ${server} }\n}\n`;
    const files = new TroubledFiles();
    const uri = vscode.Uri.from({ scheme: 'troubled', path });
    let registration: vscode.Disposable;

    before(async () => {
      registration = vscode.workspace.registerFileSystemProvider('troubled', files, { isCaseSensitive: true });
      files.set(path, content);
      const folder = vscode.Uri.from({ scheme: 'troubled', path: '/project' });
      assert.ok(vscode.workspace.updateWorkspaceFolders(1, 0, { uri: folder }));
      await until('its servers', async () => (await serverNames(uri.toString()))?.includes('a'));
    });

    after(async () => {
      files.trouble = 'none';
      vscode.workspace.updateWorkspaceFolders(1, 1);
      await until('no servers', async () => (await serverNames(uri.toString())) === undefined);
      registration.dispose();
    });

    function begin(trouble: Trouble): void {
      files.trouble = 'none';
      files.set(path, content);
      files.trouble = trouble;
      files.reads = 0;
    }

    const refused: readonly (readonly [Trouble, RegExp])[] = [
      ['readOnly', /mcp\.json is read-only\. Nothing was changed/],
      ['refusesWrites', /mcp\.json is read-only\. Nothing was changed/],
      ['unreadable', /mcp\.json cannot be read\. Nothing was changed/],
    ];
    for (const [trouble, message] of refused) {
      it(`${trouble}: refused, and nothing is lost`, async () => {
        begin(trouble);
        await assertRefused({ file: uri.toString() }, message, () => Buffer.from(files.text(path)));
      });
    }

    it('keepsChanging: given up, with every change of the other program kept', async () => {
      begin('keepsChanging');
      await assert.rejects(addServer({ ...good, file: uri.toString() }), /mcp\.json keeps being changed/);
      assert.ok(files.text(path).startsWith(content));
      assert.doesNotMatch(files.text(path), /"new"/);
      assert.deepEqual((await services()).vault.credentials, []);
    });

    it('changesAtFirst: tried again, with both changes in the file', async () => {
      begin('changesAtFirst');
      await addServer({ ...good, file: uri.toString() });
      assert.match(files.text(path), /"new"/);
      assert.match(files.text(path), /\/\/ 5\n$/);
    });

    it('hangs: the edit waits in the editor, and nobody waits for it', async () => {
      begin('none');
      const shown = () => vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
      // By a command: VS Code would keep a document that this process opens for minutes after its editor.
      await vscode.commands.executeCommand('vscode.open', uri);
      try {
        const document = await until('the document', shown);
        assert.equal(document.getText(), content);
        files.trouble = 'hangs';
        const { credentialId } = await addServer({ ...good, file: uri.toString() });
        assert.equal(document.isDirty, true);
        assert.match(document.getText(), /"new"/);
        assert.equal(files.text(path), content);
        files.trouble = 'none';
        await until('the file to be saved', () => !document.isDirty);
        assert.equal(files.text(path), document.getText());
        assert.ok((await services()).vault.credential(credentialId));
      } finally {
        files.trouble = 'none';
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
        await until('no document', () => !shown());
      }
    });

    it('refusesWrites: what the person has typed in the meantime stays in the editor', async () => {
      begin('none');
      const shown = () => vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
      await vscode.commands.executeCommand('vscode.open', uri);
      try {
        const document = await until('the document', shown);
        await until('what is in the file', () => document.getText() === content);
        files.trouble = 'refusesWrites';
        let typed = false;
        files.beforeWrite = async () => {
          if (!typed) {
            typed = true;
            const change = new vscode.WorkspaceEdit();
            change.insert(uri, new vscode.Position(0, 0), '// Typed.\n');
            await vscode.workspace.applyEdit(change);
          }
        };
        const { credentialId } = await addServer({ ...good, file: uri.toString() });
        assert.equal(document.isDirty, true);
        assert.match(document.getText(), /^\/\/ Typed\.\n[\s\S]*"new"/);
        assert.equal(files.text(path), content);
        assert.ok((await services()).vault.credential(credentialId));
      } finally {
        files.beforeWrite = async () => {};
        files.trouble = 'none';
        await vscode.commands.executeCommand('workbench.action.files.revert');
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
        await until('no document', () => !shown());
      }
    });

    it('refuses to take away what it cannot write: the credential stays attached', async () => {
      begin('none');
      await addServer({ ...good, file: uri.toString() });
      const before = files.text(path);
      files.trouble = 'refusesWrites';
      await run('mcpKeyring.servers.detachCredential', { file: uri.toString(), server: 'new' });
      assert.equal(files.text(path), before);
      const { vault } = await services();
      assert.equal(vault.attachedTo('https://new.example.com/mcp', 'X-API-Key').length, 1);
    });
  });
});
