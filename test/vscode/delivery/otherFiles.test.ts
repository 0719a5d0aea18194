// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { RunningServers } from '../../../src/features/renewal/runningServers.ts';
import type { CopyServerAnswers, FileDelivery, ServerTarget } from '../../../src/ids.ts';
import { withLockedFile } from '../../../src/platform/node/atomicWrite.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { startRolesServer } from '../../servers/rolesServer.ts';
import { fileSnapshot, forgetAll, headerSnapshot, serverNames, services, uriOf } from '../harness/inside.ts';
import {
  addServer,
  inWorkspace,
  pause,
  readConfig,
  readText,
  run,
  start,
  stop,
  until,
  writeText,
} from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

const secret = 'demo-shared-secret-that-protects-nothing';
const claims = { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] };

// A server in the files of several clients: copied, moved, attached to once for all, kept fresh.
describe('The files of other clients', function () {
  this.timeout(60_000);
  const messages = new Messages();
  const desktop = '.config/Claude/claude_desktop_config.json';
  const empty = '{\n  // The servers of this project.\n  "servers": {}\n}\n';
  let todos: HttpMcpServer;

  const home = (path: string) => join(testEnvironment().home, path);
  const homeUri = (path: string) => vscode.Uri.file(home(path)).toString();
  const inHome = (path: string) => readFileSync(home(path), 'utf8');
  const sent = () => [...new Set(headerValues(todos, 'authorization', '/mcp'))];

  before(async () => {
    todos = await startRolesServer({ secret });
  });

  after(() => todos.close());

  beforeEach(async () => {
    await forgetAll();
    for (const file of ['.cursor/mcp.json', '.codex/config.toml', '.gemini/settings.json', '.claude.json', desktop]) {
      mkdirSync(dirname(home(file)), { recursive: true });
      rmSync(home(file), { force: true });
    }
    rmSync(inWorkspace('.mcp.json'), { force: true });
    writeText('.vscode/mcp.json', empty);
    (await services()).files.refresh();
    messages.shown.length = 0;
    messages.answer = () => undefined;
    messages.catch();
  });

  afterEach(async () => {
    messages.release();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  async function addTodos(
    name = 'tasks',
    delivery: FileDelivery = 'reference',
  ): Promise<ServerTarget & { credentialId: string }> {
    const result = await addServer({
      name,
      url: todos.url,
      file: '.vscode/mcp.json',
      delivery,
      credential: { kind: 'signedJwt', name, secret, claims },
    });
    await headerSnapshot(result.file, name);
    return result;
  }

  async function tokenOf(credentialId: string): Promise<string> {
    const credential = await (await services()).vault.readCredential(credentialId);
    return (credential.kind === 'signedJwt' && credential.token?.reveal()) || '';
  }

  function copy(target: ServerTarget, answers: CopyServerAnswers): Promise<unknown> {
    return run('mcpKeyring.servers.copyTo', { file: target.file, server: target.server }, answers);
  }

  describe('copying', () => {
    it('writes a server into other clients’ files, each in its own way', async () => {
      const target = await addTodos();
      const token = await tokenOf(target.credentialId);
      await copy(target, { to: home('.cursor/mcp.json') });
      await copy(target, { to: home(desktop), name: 'from VS Code' });
      await copy(target, { to: home('.codex/config.toml') });
      await copy(target, { to: homeUri('.gemini/settings.json') });
      const bearer = `Bearer ${token}`;
      assert.deepEqual(JSON.parse(inHome('.cursor/mcp.json')), {
        mcpServers: { tasks: { url: todos.url, headers: { Authorization: bearer } } },
      });
      assert.deepEqual(JSON.parse(inHome(desktop)), {
        mcpServers: {
          'from VS Code': {
            command: 'npx',
            args: ['-y', 'mcp-remote', todos.url, '--header', 'Authorization:${AUTH_HEADER}'],
            env: { AUTH_HEADER: bearer },
          },
        },
      });
      assert.equal(
        inHome('.codex/config.toml'),
        `[mcp_servers.tasks]\nurl = "${todos.url}"\nhttp_headers = { Authorization = "${bearer}" }\n`,
      );
      assert.deepEqual(JSON.parse(inHome('.gemini/settings.json')), {
        mcpServers: { tasks: { httpUrl: todos.url, headers: { Authorization: bearer } } },
      });
      // The user's own files are written without a question, and the workspace's own file stays as it was.
      assert.deepEqual(
        messages.shown.filter(({ kind }) => kind !== 'information'),
        [],
      );
      assert.equal(messages.shown.filter(({ text }) => /too\./.test(text)).length, 4);
      assert.match(readConfig().servers?.tasks?.headers?.Authorization ?? '', /input:/);
    });

    it('asks before a token goes into a file of the workspace, and says what the file has no word for', async () => {
      const target = await addTodos();
      await assert.rejects(copy(target, { to: '.mcp.json' }), /plain text in \.mcp\.json/);
      assert.ok(!existsSync(inWorkspace('.mcp.json')));
      await copy(target, { to: '.mcp.json', allowLiteral: true });
      assert.equal(
        readConfig('.mcp.json').mcpServers?.tasks?.headers?.Authorization,
        `Bearer ${await tokenOf(target.credentialId)}`,
      );
      writeText(
        '.vscode/mcp.json',
        `{"servers":{"odd":{"url":"${todos.origin}/odd","dev":{"watch":"*"},"headers":{"X-Key":"\${input:ask}","X-Team":"blue"}}},"inputs":[{"id":"ask","type":"promptString"}]}`,
      );
      await until('the server', async () => (await serverNames(target.file))?.includes('odd'));
      await copy({ file: target.file, server: 'odd' }, { to: home('.cursor/mcp.json') });
      assert.deepEqual(JSON.parse(inHome('.cursor/mcp.json')).mcpServers.odd.headers, { 'X-Team': 'blue' });
      const told = messages.shown.at(-1)?.text ?? '';
      assert.match(told, /X-Key asks for its value/);
      assert.match(told, /no word for: dev/);
    });

    it('takes over nobody’s name, and writes only the header where the server is there already', async () => {
      const target = await addTodos();
      writeText(
        home('.cursor/mcp.json'),
        '{\n  "mcpServers": {\n    "tasks": { "url": "https://other.example/mcp" }\n  }\n}\n',
      );
      await assert.rejects(copy(target, { to: home('.cursor/mcp.json') }), /already/);
      await copy(target, { to: home('.cursor/mcp.json'), name: 'mine' });
      const once = inHome('.cursor/mcp.json');
      assert.deepEqual(Object.keys(JSON.parse(once).mcpServers), ['tasks', 'mine']);
      await copy(target, { to: home('.cursor/mcp.json'), name: 'mine' });
      assert.equal(inHome('.cursor/mcp.json'), once);
    });

    it('refuses a broken file and leaves it alone', async () => {
      const target = await addTodos();
      writeText(home('.cursor/mcp.json'), '{ "mcpServers": ');
      await assert.rejects(copy(target, { to: home('.cursor/mcp.json') }));
      assert.equal(inHome('.cursor/mcp.json'), '{ "mcpServers": ');
    });
  });

  describe('a literal', () => {
    // Windows has other permissions.
    if (process.platform !== 'win32') {
      it('that a file is made for can be read by nobody else', async () => {
        const target = await addTodos();
        writeText(home('.cursor/mcp.json'), '{ "mcpServers": {} }');
        const { mode } = statSync(home('.cursor/mcp.json'));
        for (const path of ['.cursor/mcp.json', '.codex/config.toml', desktop]) {
          await copy(target, { to: home(path) });
        }
        const token = await tokenOf(target.credentialId);
        assert.ok([inHome('.codex/config.toml'), inHome(desktop)].every(text => text.includes(token)));
        assert.equal(statSync(home('.codex/config.toml')).mode & 0o777, 0o600);
        assert.equal(statSync(home(desktop)).mode & 0o777, 0o600);
        assert.equal(statSync(home('.cursor/mcp.json')).mode, mode);
      });
    }

    it('is replaced whenever there is a new token, in one write for a file, and never what a person wrote', async () => {
      const one = await addTodos('one');
      const two = await addServer({
        name: 'two',
        url: `${todos.origin}/two`,
        file: '.vscode/mcp.json',
        delivery: 'reference',
        credential: { kind: 'signedJwt', name: 'two', secret, claims: { ...claims, sub: 'bob' } },
      });
      await headerSnapshot(two.file, 'two');
      for (const target of [one, two]) {
        await copy(target, { to: home('.cursor/mcp.json') });
        await copy(target, { to: home('.codex/config.toml') });
      }
      // The user's servers and the project's stand in one file.
      const { deliverer, files } = await services();
      const claude = files.locations.filter(({ uri }) => uri.fsPath === home('.claude.json'));
      assert.equal(claude.length, 2);
      for (const { key } of claude) {
        await copy(one, { to: key });
      }
      writeText(
        home('.gemini/settings.json'),
        `{"mcpServers":{"one":{"httpUrl":"${todos.url}","headers":{"Authorization":"Bearer typed by hand"}}}}`,
      );
      await until('all files', async () => (await serverNames(homeUri('.codex/config.toml')))?.includes('two'));
      const old = [await tokenOf(one.credentialId), await tokenOf(two.credentialId)];
      const paths = ['.cursor/mcp.json', '.codex/config.toml', '.claude.json'];
      const before = paths.map(inHome);
      assert.equal(before.join().split(old[0] ?? '').length, 5);
      await pause(1100); // `iat` counts seconds: within one, the same claims make the same token.
      await Promise.all([one, two].map(({ credentialId }) => run('mcpKeyring.credentials.renew', { credentialId })));
      const fresh = [await tokenOf(one.credentialId), await tokenOf(two.credentialId)];
      assert.notDeepEqual(fresh, old);
      const after = before.map(text =>
        old.reduce((result, token, index) => result.replaceAll(token, fresh[index] ?? ''), text),
      );
      await until('new tokens', () => paths.every((path, index) => inHome(path) === after[index]));
      assert.match(inHome('.gemini/settings.json'), /typed by hand/);

      // Both at once, which renewals on a slow machine may not be.
      for (const [index, path] of paths.entries()) {
        writeText(home(path), before[index] ?? '');
      }
      const temporary = new Set<string>();
      const watchers = [home('.cursor'), home('.')].map(folder =>
        watch(folder, (_event, name) => {
          if (name?.endsWith('.tmp')) {
            temporary.add(name);
          }
        }),
      );
      await Promise.all([one, two].map(({ credentialId }) => deliverer.rewriteLiterals(credentialId)));
      assert.deepEqual(paths.map(inHome), after);
      await until('each file to be told of', () => temporary.size >= 2);
      for (const watcher of watchers) {
        watcher.close();
      }
      assert.deepEqual([...temporary].map(name => name.slice(1).replace(/\.keyring.*/, '')).toSorted(), [
        '.claude.json',
        'mcp.json',
      ]);
    });

    it('is replaced for all that is renewed at once, though servers are restarted one after the other', async () => {
      const inside = await services();
      const asked: string[] = [];
      let go = () => {};
      const written = new Promise<number>(resolve => {
        go = () => resolve(0);
      });
      const rewriteLiterals = (id: string) => {
        asked.push(id);
        return written;
      };
      const servers = new RunningServers({ ...inside, deliverer: { ...inside.deliverer, rewriteLiterals } });
      servers.rewrite('one');
      servers.rewrite('two');
      try {
        await until('both', () => asked.length === 2);
      } finally {
        go();
      }
    });

    it('that a person has changed since stays', async () => {
      const target = await addTodos();
      await copy(target, { to: home('.cursor/mcp.json') });
      const token = await tokenOf(target.credentialId);
      writeText(home('.cursor/mcp.json'), inHome('.cursor/mcp.json').replace(token, 'mine-now'));
      await pause(1100);
      await run('mcpKeyring.credentials.renew', { credentialId: target.credentialId });
      assert.match(inHome('.cursor/mcp.json'), /Bearer mine-now/);
    });
  });

  describe('moving', () => {
    it('brings a server into .mcp.json with its credential, where VS Code starts it, and back', async () => {
      const target = await addTodos();
      const before = readText();
      messages.answer = ({ buttons }) => buttons.find(button => /Plain Text/.test(button));
      const moved = (await run('mcpKeyring.servers.moveToDotMcp', {
        file: target.file,
        server: 'tasks',
      })) as ServerTarget;
      const question = messages.shown.find(({ buttons }) => buttons.some(button => /Plain Text/.test(button)));
      assert.match(question?.detail ?? '', /VS Code resolves no references in \.mcp\.json/);
      assert.deepEqual(readConfig('.mcp.json').mcpServers?.tasks, {
        type: 'http',
        url: todos.url,
        headers: { Authorization: `Bearer ${await tokenOf(target.credentialId)}` },
      });
      assert.deepEqual([readConfig().servers, readConfig().inputs], [{}, []]);
      assert.match(readText(), /\/\/ The servers of this project\./);
      await until('the server in .mcp.json', async () => (await serverNames(moved.file))?.includes('tasks'));
      todos.requests.length = 0;
      await start(moved);
      await until('a request', () => sent().length > 0);
      assert.deepEqual(sent(), [`Bearer ${await tokenOf(target.credentialId)}`]);
      await stop(moved);

      messages.shown.length = 0;
      await run('mcpKeyring.servers.moveFromDotMcp', { file: moved.file, server: 'tasks' });
      assert.deepEqual(
        messages.shown.filter(({ kind }) => kind === 'warning'),
        [],
      );
      assert.deepEqual(readConfig('.mcp.json'), { mcpServers: {} });
      assert.equal(readText(), before);
    });

    it('loses nothing that is written into the entry in the meantime', async () => {
      const { file } = await addTodos();
      const before = readText();
      let outcome: Promise<string> | undefined;
      await withLockedFile(inWorkspace('.vscode/mcp.json'), async () => {
        outcome = Promise.resolve(
          run('mcpKeyring.servers.moveToDotMcp', { file, server: 'tasks' }, { allowLiteral: true }),
        ).then(
          () => 'moved',
          (error: Error) => error.message,
        );
        await until('the copy', () => existsSync(inWorkspace('.mcp.json')));
        writeText('.vscode/mcp.json', before.replace('"headers": {', '"headers": {\n\t"X-Theirs": "new",'));
      });
      assert.match((await outcome) ?? '', /keeps being changed by another program/);
      assert.match(readText(), /"X-Theirs": "new"/);
      assert.deepEqual(readConfig('.mcp.json'), { mcpServers: {} });
    });

    it('says which file is to be saved', async () => {
      await addTodos();
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(inWorkspace('.vscode/mcp.json')));
      await until('the editor to show the file', () => editor.document.getText() === readText());
      const before = readText();
      await editor.edit(edit => edit.insert(new vscode.Position(0, 0), '// Not saved yet.\n'));
      const target = { file: uriOf('.vscode/mcp.json'), server: 'tasks' };
      await run('mcpKeyring.servers.moveToDotMcp', target, { allowLiteral: true });
      assert.ok(messages.shown.some(({ text }) => /\.vscode\/mcp\.json has unsaved changes: save it/.test(text)));
      assert.doesNotMatch(editor.document.getText(), /"tasks"/);
      assert.equal(readText(), before);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('changes nothing when the person thinks better of it, or the name is taken', async () => {
      const target = await addTodos();
      const before = readText();
      await run('mcpKeyring.servers.moveToDotMcp', { file: target.file, server: 'tasks' });
      assert.ok(!existsSync(inWorkspace('.mcp.json')));
      writeText('.mcp.json', '{"mcpServers":{"tasks":{"url":"https://other.example/mcp"}}}');
      await assert.rejects(
        async () =>
          run('mcpKeyring.servers.moveToDotMcp', { file: target.file, server: 'tasks' }, { allowLiteral: true }),
        /already/,
      );
      assert.equal(readText(), before);
    });

    it('keeps the comments of an entry on its way back', async () => {
      writeText(
        '.mcp.json',
        `{\n  "mcpServers": {\n    "noted": {\n      // Why it is there.\n      "url": "${todos.origin}/noted" /* where */\n    }\n  }\n}\n`,
      );
      const file = uriOf('.mcp.json');
      await until('the server', async () => (await serverNames(file))?.includes('noted'));
      await run('mcpKeyring.servers.moveFromDotMcp', { file, server: 'noted' });
      assert.match(readText(), /"noted": \{\n +\/\/ Why it is there\.\n +"url": "[^"]+" \/\* where \*\/\n +\}/);
      assert.equal(readFileSync(inWorkspace('.mcp.json'), 'utf8'), '{\n  "mcpServers": {}\n}\n');
    });
  });

  describe('attaching', () => {
    const url = () => `${todos.origin}/shared`;

    async function threeFiles(): Promise<ServerTarget> {
      const { vault } = await services();
      assert.equal(vault.credentials.length, 1);
      writeText('.vscode/mcp.json', `{\n\t// Kept.\n\t"servers": {\n\t\t"shared": { "url": "${url()}" }\n\t}\n}\n`);
      writeText('.mcp.json', `{"mcpServers":{"shared":{"url":"${url()}"}}}`);
      writeText(home('.cursor/mcp.json'), `{"mcpServers":{"also":{"url":"${url()}"},"other":{"url":"${todos.url}"}}}`);
      (await services()).files.refresh();
      await until('all files', async () => {
        const files = [uriOf('.vscode/mcp.json'), uriOf('.mcp.json'), homeUri('.cursor/mcp.json')];
        const names = await Promise.all(files.map(serverNames));
        return names.map(list => list?.[0]).join() === 'shared,shared,also';
      });
      return { file: uriOf('.vscode/mcp.json'), server: 'shared' };
    }

    it('asks once for all files that name the server, and one undo takes each back', async () => {
      const { credentialId } = await addTodos('credential');
      const target = await threeFiles();
      const document = await vscode.workspace.openTextDocument(inWorkspace('.vscode/mcp.json'));
      await vscode.window.showTextDocument(document);
      const before = readText();
      await until('the editor to show the file', () => document.getText() === before);
      messages.answer = ({ buttons }) => buttons.find(button => /^All/.test(button));
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      const questions = messages.shown.filter(({ detail }) => detail !== undefined);
      assert.deepEqual(
        questions.map(({ buttons }) => buttons),
        [['All 3 Files', 'Only This File']],
      );
      assert.match(questions[0]?.detail ?? '', /mcp\.json: the token in plain text/);
      const bearer = `Bearer ${await tokenOf(credentialId)}`;
      assert.match(readConfig().servers?.shared?.headers?.Authorization ?? '', /^Bearer \$\{input:/);
      assert.equal(readConfig('.mcp.json').mcpServers?.shared?.headers?.Authorization, bearer);
      const cursor = JSON.parse(inHome('.cursor/mcp.json')).mcpServers;
      assert.deepEqual(cursor, { also: { url: url(), headers: { Authorization: bearer } }, other: { url: todos.url } });
      assert.match(messages.shown.at(-1)?.text ?? '', /in 3 files/);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), before);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('does what it is asked to in this file alone, and nothing when nobody answers', async () => {
      const { credentialId } = await addTodos('credential');
      const target = await threeFiles();
      const before = readText();
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      assert.equal(readText(), before);
      messages.answer = () => 'Only This File';
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      assert.notEqual(readText(), before);
      assert.ok(!readFileSync(inWorkspace('.mcp.json'), 'utf8').includes('Bearer'));
    });

    it('warns before a token goes into a file of the workspace', async () => {
      const { credentialId } = await addTodos('credential');
      writeText('.mcp.json', `{"mcpServers":{"only":{"url":"${todos.origin}/only"}}}`);
      const target = { file: uriOf('.mcp.json'), server: 'only' };
      await until('the server', async () => (await serverNames(target.file))?.includes('only'));
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      assert.match(messages.shown.at(-1)?.detail ?? '', /plain text in \.mcp\.json/);
      assert.ok(!readFileSync(inWorkspace('.mcp.json'), 'utf8').includes('Bearer'));
      messages.answer = () => 'Write Token into File';
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      assert.ok(readFileSync(inWorkspace('.mcp.json'), 'utf8').includes('Bearer ey'));
    });

    it('writes no token for a server that got another URL while the person was asked', async () => {
      const { credentialId } = await addTodos('credential');
      const config = (path: string) => `{"mcpServers":{"only":{"url":"${todos.origin}/${path}"}}}`;
      writeText('.mcp.json', config('only'));
      const target = { file: uriOf('.mcp.json'), server: 'only' };
      await until('the server', async () => (await serverNames(target.file))?.includes('only'));
      messages.answer = () => {
        writeText('.mcp.json', config('another'));
        return 'Write Token into File';
      };
      await run('mcpKeyring.servers.attachCredential', target, { credentialId });
      const told = await until('why', () => messages.shown.find(({ text }) => text.includes('Nothing was changed')));
      assert.match(told.text, /\.mcp\.json keeps being changed/);
      assert.equal(readFileSync(inWorkspace('.mcp.json'), 'utf8'), config('another'));
      const { attachments } = await (await services()).vault.readCredential(credentialId);
      assert.deepEqual(
        attachments.map(({ url }) => url),
        [todos.url],
      );
    });
  });

  describe('the terminals’ environment', () => {
    const variable = 'MCP_KEYRING_TASKS';
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    let count = 0;

    /** What a terminal that is started now has in the variable, as a hash; `unset` where it has none. */
    async function inTerminal(name = variable): Promise<string> {
      const path = home(`terminal-${count++}.txt`);
      const script =
        'const { writeFileSync } = require("fs"), { createHash } = require("crypto"), v = process.env[process.argv[2]];' +
        'writeFileSync(process.argv[1], v === undefined ? "unset" : createHash("sha256").update(v).digest("hex"))';
      const terminal = vscode.window.createTerminal({
        name: 'probe',
        shellPath: process.execPath,
        shellArgs: ['-e', script, path, name],
        env: { ELECTRON_RUN_AS_NODE: '1' },
      });
      const found = await until('what the terminal has', () =>
        existsSync(path) ? readFileSync(path, 'utf8') : undefined,
      );
      terminal.dispose();
      return found;
    }

    async function contributed(): Promise<boolean> {
      return (await services()).context.environmentVariableCollection.get(variable) !== undefined;
    }

    it('has nothing until the user turns it on, then the token, and the new one after a renewal', async () => {
      const target = await addTodos();
      await copy(target, { to: home('.cursor/mcp.json') });
      await until('the copy', async () => (await serverNames(homeUri('.cursor/mcp.json')))?.includes('tasks'));
      assert.equal(await inTerminal(), 'unset');
      const { credentialId } = target;
      await run('mcpKeyring.credentials.useInTerminals', { credentialId }, { variable, refer: true });
      await until('the variable', contributed);
      const { environmentVariableCollection } = (await services()).context;
      assert.equal(environmentVariableCollection.persistent, false);
      assert.match(String(environmentVariableCollection.description), /MCP_KEYRING_TASKS/);
      assert.equal(await inTerminal(), hash(await tokenOf(credentialId)));
      // The file that held the token refers to the variable now, in its client's own way.
      assert.deepEqual(JSON.parse(inHome('.cursor/mcp.json')).mcpServers.tasks.headers, {
        Authorization: 'Bearer ${env:MCP_KEYRING_TASKS}',
      });
      await copy(target, { to: home('.codex/config.toml') });
      assert.match(inHome('.codex/config.toml'), /^bearer_token_env_var = "MCP_KEYRING_TASKS"$/m);
      const header = await until('the header', async () => {
        const found = await headerSnapshot(homeUri('.cursor/mcp.json'), 'tasks');
        return found.kind === 'environment' ? found : undefined;
      });
      assert.equal(header.status, 'ready');
      await pause(1100);
      await run('mcpKeyring.credentials.renew', { credentialId });
      const token = await tokenOf(credentialId);
      await until('the new token', () => environmentVariableCollection.get(variable)?.value === token);
      assert.equal(await inTerminal(), hash(token));
    });

    it('loses the token when it is detached, revoked or no longer wanted there', async () => {
      const target = await addTodos();
      const { credentialId } = target;
      await run('mcpKeyring.credentials.useInTerminals', { credentialId }, { variable, refer: false });
      await until('the variable', contributed);
      await run('mcpKeyring.servers.detachCredential', { file: target.file, server: 'tasks' });
      await until('no variable', async () => !(await contributed()));
      assert.equal(await inTerminal(), 'unset');
      const { vault, clock } = await services();
      await run('mcpKeyring.servers.attachCredential', { file: target.file, server: 'tasks' }, { credentialId });
      await until('the variable', contributed);
      await vault.updateCredential(credentialId, current => ({ ...current, revokedAt: clock.now() }));
      await until('no variable', async () => !(await contributed()));
      await vault.updateCredential(credentialId, ({ revokedAt: _, ...rest }) => rest);
      await until('the variable', contributed);
      await run('mcpKeyring.credentials.dropFromTerminals', { credentialId });
      await until('no variable', async () => !(await contributed()));
    });

    it('takes no variable that is another’s or a program’s', async () => {
      const { credentialId } = await addTodos();
      for (const bad of ['PATH', 'a b', '']) {
        await assert.rejects(
          async () => run('mcpKeyring.credentials.useInTerminals', { credentialId }, { variable: bad, refer: false }),
          /variable/,
        );
      }
      await run('mcpKeyring.credentials.useInTerminals', { credentialId }, { variable, refer: false });
      const other = await addServer({
        name: 'other',
        url: `${todos.origin}/other`,
        file: '.vscode/mcp.json',
        credential: { kind: 'bearer', name: 'other', token: 'demo-token' },
      });
      await assert.rejects(
        async () => run('mcpKeyring.credentials.useInTerminals', other, { variable, refer: false }),
        /another credential/,
      );
    });

    it('is offered for .mcp.json when a server moves there', async () => {
      const target = await addTodos();
      await run(
        'mcpKeyring.credentials.useInTerminals',
        { credentialId: target.credentialId },
        { variable, refer: false },
      );
      messages.answer = ({ buttons }) => buttons.find(button => /Variable/.test(button));
      await run('mcpKeyring.servers.moveToDotMcp', { file: target.file, server: 'tasks' });
      assert.equal(readConfig('.mcp.json').mcpServers?.tasks?.headers?.Authorization, 'Bearer ${MCP_KEYRING_TASKS}');
      assert.ok((await fileSnapshot(uriOf('.vscode/mcp.json')))?.parsed.problems.length === 0);
    });
  });
});
