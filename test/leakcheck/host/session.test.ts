import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { currentToken } from '../../../src/core/credentials/token.ts';
import type { Verification } from '../../../src/core/jwt/verify.ts';
import { providedFile, type ServerTarget, type TestConnectionResult } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { ROLE_PERMISSIONS, signRolesToken, startRolesServer } from '../../servers/rolesServer.ts';
import { services, uriOf } from '../../vscode/harness/inside.ts';
import { addServer, inWorkspace, pause, readText, run, start, stop, until } from '../../vscode/harness/keyring.ts';
import { searchFiles } from '../../vscode/harness/outside.ts';
import { testEnvironment } from '../../vscode/harness/testEnvironment.ts';
import { type SessionSecret, secretsVariable } from '../secretsFile.ts';

const path = '.vscode/mcp.json';
const told = new Set<string>();

function tell(name: string, value: string, control = false): string {
  if (!told.has(value)) {
    told.add(value);
    const secret: SessionSecret = { name, value, ...(control && { control: true }) };
    appendFileSync(process.env[secretsVariable] ?? '', `${JSON.stringify(secret)}\n`);
  }
  return value;
}

function random(): string {
  return randomBytes(24).toString('base64url');
}

function git(...args: readonly string[]): string {
  const { workspace } = testEnvironment();
  const identity = ['-c', 'user.name=Leak Check', '-c', 'user.email=leakcheck@example.com'];
  return execFileSync('git', ['-C', workspace, ...identity, ...args], { encoding: 'utf8' });
}

function commit(message: string): void {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', message);
}

// All that a person does with the extension in a day, with secrets that exist only in this run.
describe('A session', function () {
  this.timeout(90_000);
  const keys = [tell('API key', `key-${random()}`), tell('API key after it was replaced', `key-${random()}`)] as const;
  const secret = tell('signing secret', `sign-${random()}${random()}`);
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;
  const modal = vscode.window.showWarningMessage;
  const inputBox = vscode.window.createInputBox;
  const boxes: vscode.InputBox[] = [];

  before(async () => {
    weather = await startApiKeyServer({ keys });
    todos = await startRolesServer({ secret });
    git('init', '-q');
    // In a test, VS Code refuses to show dialogs: the person says yes to all of them.
    Object.assign(vscode.window, {
      showWarningMessage: (text: string, ...rest: readonly unknown[]) =>
        // But to the one that asks whether VS Code may log a key.
        text.includes('to its log')
          ? Promise.resolve(undefined)
          : rest.some(item => typeof item === 'object' && item !== null && 'modal' in item)
            ? Promise.resolve(rest.at(-1))
            : Reflect.apply(modal, vscode.window, [text, ...rest]),
      createInputBox: () => {
        const box = inputBox();
        boxes.push(box);
        return box;
      },
    });
  });

  after(async () => {
    Object.assign(vscode.window, { showWarningMessage: modal, createInputBox: inputBox });
    await collect();
    await pause(4000);
    await weather.close();
    await todos.close();
  });

  afterEach(async () => {
    await collect();
    commit('a step');
  });

  /** Every token and key that there is now, and all that servers got. */
  async function collect(): Promise<void> {
    const { vault } = await services();
    for (const credential of vault.credentials) {
      const token = currentToken(credential);
      if (token) {
        tell(`token of ${credential.name}`, token.reveal());
      }
    }
    for (const key of vault.signingKeys) {
      const text = key.text.reveal();
      tell(`signing key ${key.name}`, key.type === 'oct' ? text : String(JSON.parse(text).d));
    }
    for (const { headers } of todos.requests) {
      if (headers.authorization) {
        tell('token that a server got', headers.authorization.replace('Bearer ', ''));
      }
    }
  }

  async function reached(server: HttpMcpServer): Promise<void> {
    await until('the tools', () =>
      server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
    );
    server.requests.length = 0;
  }

  /** A key in another header than Authorization would be logged at the level Trace, so nothing is sent. */
  async function startWithKey(target: ServerTarget): Promise<void> {
    weather.requests.length = 0;
    if (vscode.env.logLevel !== vscode.LogLevel.Trace) {
      await start(target);
      await reached(weather);
      return;
    }
    await start(target, 2);
    assert.deepEqual(
      weather.requests.map(request => request.path),
      [],
    );
  }

  async function credentialId(name: string): Promise<string> {
    const { vault } = await services();
    const found = vault.credentials.find(credential => credential.name === name);
    assert.ok(found, name);
    return found.id;
  }

  const inFile = (server: string) => ({ file: uriOf(path), server });
  const provided = (server: string) => ({ file: providedFile, server });

  it('plants a text where VS Code keeps things', async () => {
    const { context, log } = await services();
    await context.globalState.update('leakcheck', tell('state of an extension', `control-${random()}`, true));
    log.info(tell('log of the extension', `control-${random()}`, true));
    writeFileSync(inWorkspace('planted.txt'), Buffer.from(tell('git', `control-${random()}`, true)).toString('base64'));
    commit('planted');
    git('rm', '-q', 'planted.txt');
    const file = inWorkspace('saved.txt');
    writeFileSync(file, '');
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    const kept = tell('Local History', `control-${random()}`, true);
    edit.insert(document.uri, new vscode.Position(0, 0), kept);
    await vscode.workspace.applyEdit(edit);
    await document.save();
    // It is kept a moment after the file is saved, and not once the file is gone.
    await until('Local History to keep it', () => searchFiles([kept]).some(hit => /History/.test(hit.file)));
    await vscode.workspace.fs.delete(document.uri);
  });

  for (const delivery of ['reference', 'provided'] as const) {
    describe(delivery, () => {
      const target = delivery === 'reference' ? inFile : provided;
      const name = (server: string) => `${server}-${delivery}`;

      it('adds and starts a server with an API key', async () => {
        await addServer({
          name: name('weather'),
          url: `${weather.url}?${delivery}`,
          ...(delivery === 'reference' && { file: path }),
          delivery,
          credential: { kind: 'apiKey', name: name('weather'), key: keys[0] },
        });
        await startWithKey(target(name('weather')));
        await run('mcpKeyring.servers.copyToken', target(name('weather')));
      });

      it('replaces the key', async () => {
        boxes.length = 0;
        const replaced = run('mcpKeyring.credentials.replaceToken', {
          credentialId: await credentialId(name('weather')),
        });
        const box = await until('the box', () => boxes[0]);
        assert.equal(box.password, true);
        box.value = keys[1];
        await pause(300);
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await replaced;
        await startWithKey(target(name('weather')));
      });

      it('adds, starts, renews, verifies and shows a server with a signed token', async () => {
        await addServer({
          name: name('todos'),
          url: `${todos.url}?${delivery}`,
          ...(delivery === 'reference' && { file: path }),
          delivery,
          credential: {
            kind: 'signedJwt',
            name: name('todos'),
            ...(delivery === 'reference' && { secret }),
            ...(delivery === 'provided' && { keyId: (await services()).vault.signingKeys[0]?.id ?? '' }),
            claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: [...ROLE_PERMISSIONS.viewer] },
          },
        });
        await start(target(name('todos')));
        await reached(todos);
        await collect();
        await pause(1100);
        await run('mcpKeyring.servers.renewToken', target(name('todos')));
        await start(target(name('todos')));
        await reached(todos);
        const credential = { credentialId: await credentialId(name('todos')) };
        const checked = await run('mcpKeyring.verifyToken', credential, { with: { kind: 'secret', secret } });
        const signature = (checked as Verification).checks.find(({ check }) => check === 'signature');
        assert.equal(signature?.outcome, 'passed');
        const tested = await run('mcpKeyring.servers.testConnection', target(name('todos')), { show: true });
        assert.equal((tested as TestConnectionResult).healthy, true, (tested as TestConnectionResult).verdict);
        await run('mcpKeyring.credentials.showClaims', credential);
        await run('mcpKeyring.credentials.showDetails', credential);
        await run('mcpKeyring.servers.copyToken', target(name('todos')));
      });

      it('is refused a token that has expired', async () => {
        const token = await signRolesToken({
          secret,
          role: 'admin',
          lifetimeSeconds: 60,
          now: new Date(Date.now() - 3_600_000),
        });
        await addServer({
          name: name('late'),
          url: `${todos.origin}/late?${delivery}`,
          ...(delivery === 'reference' && { file: path }),
          delivery,
          credential: { kind: 'bearer', name: name('late'), token: tell('expired token', token) },
        });
        await start(target(name('late')), 3);
      });
    });
  }

  describe('afterwards', () => {
    it('moves a token out of the file, by an editor', async () => {
      const token = tell('pasted token', await signRolesToken({ secret, role: 'editor' }));
      const text = readText().replace(
        '"servers": {',
        `"servers": { "pasted": { "url": "${todos.origin}/pasted", "headers": { "Authorization": "Bearer ${token}" } },`,
      );
      writeFileSync(inWorkspace(path), text);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(inWorkspace(path)));
      await run('mcpKeyring.servers.refresh');
      await until('the server', async () =>
        (await services()).inventory.snapshot.files.some(({ servers }) =>
          servers.some(({ parsed }) => parsed.name === 'pasted'),
        ),
      );
      await run('mcpKeyring.servers.moveToKeyring', { ...inFile('pasted'), header: 'Authorization' });
      assert.ok(!readText().includes(token));
    });

    it('moves several at once out of a file that no editor shows, and out of one for another client', async () => {
      const tokens = await Promise.all(
        (['viewer', 'admin'] as const).map(async role =>
          tell(`token of the ${role} among several`, await signRolesToken({ secret, role })),
        ),
      );
      const cursorToken = tell('token for another client', `cursor-${random()}`);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const [first = '', second = ''] = tokens;
      writeFileSync(
        inWorkspace(path),
        readText().replace(
          '"servers": {',
          `"servers": { "first": { "url": "${todos.origin}/first", "headers": { "Authorization": "Bearer ${first}", "X-API-Key": "${second}" } },`,
        ),
      );
      mkdirSync(inWorkspace('.cursor'), { recursive: true });
      writeFileSync(
        inWorkspace('.cursor/mcp.json'),
        JSON.stringify({
          mcpServers: { far: { url: `${todos.origin}/far`, headers: { Authorization: `Bearer ${cursorToken}` } } },
        }),
      );
      await run('mcpKeyring.servers.refresh');
      await until('the secrets', async () => {
        const { files } = (await services()).inventory.snapshot;
        return ['first', 'far'].every(name => files.some(({ servers }) => servers.some(s => s.parsed.name === name)));
      });
      await until('both to be moved', async () => {
        await run('mcpKeyring.moveSecrets', { headers: 'all' });
        return ![...tokens, cursorToken].some(token => (readText() + readText('.cursor/mcp.json')).includes(token));
      });
    });

    it('edits what a token says, and renews it by saving', async () => {
      const id = await credentialId('todos-reference');
      await run('mcpKeyring.credentials.editClaims', { credentialId: id });
      const { document } = vscode.window.activeTextEditor ?? {};
      assert.ok(document);
      const at = document.positionAt(document.getText().indexOf('alice'));
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(at, at.translate(0, 5)), 'carol');
      await vscode.workspace.applyEdit(edit);
      assert.ok(await document.save());
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    });

    it('revokes a credential, and deletes the one that a server hangs on', async () => {
      await run('mcpKeyring.credentials.revoke', { credentialId: await credentialId('todos-provided') });
      await run('mcpKeyring.servers.takeOver', inFile('pasted'));
      const { inventory } = await services();
      await until('the server', () => inventory.snapshot.provided.some(({ parsed }) => parsed.name === 'pasted'));
      await run('mcpKeyring.servers.giveBack', provided('pasted'), { withoutSecrets: true });
      assert.match(readText(), /"pasted"/);
      await run('mcpKeyring.credentials.delete', { credentialId: await credentialId('pasted') });
    });

    it('takes a server over and gives it back', async () => {
      await run('mcpKeyring.servers.takeOver', inFile('weather-reference'));
      await until('the server', async () =>
        (await services()).inventory.snapshot.provided.some(({ parsed }) => parsed.name === 'weather-reference'),
      );
      await startWithKey(provided('weather-reference'));
      await run('mcpKeyring.servers.giveBack', provided('weather-reference'));
      assert.match(readText(), /weather-reference/);
    });

    it('is refused where a file lies', async () => {
      const text = readText();
      const id = /\{input:(mcp-keyring\.weather[^}]+)\}/.exec(text)?.[1] ?? '';
      writeFileSync(
        inWorkspace('.mcp.json'),
        JSON.stringify({
          mcpServers: { evil: { url: `${todos.origin}/evil`, headers: { 'X-API-Key': `\${input:${id}}` } } },
        }),
      );
      await assert.rejects(async () => run('mcpKeyring.resolveHeader', id), /no credential was handed out/);
      writeFileSync(inWorkspace('.mcp.json'), '{}');
    });

    it('makes and rotates a key pair', async () => {
      await run('mcpKeyring.keys.add', { kind: 'generate', name: 'pair', algorithm: 'ES256' });
      await collect();
      const { vault } = await services();
      const pair = vault.signingKeys.find(key => key.name === 'pair');
      assert.ok(pair);
      await Promise.race([run('mcpKeyring.keys.rotate', { keyId: pair.id }), pause(3000)]);
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    });

    it('removes servers and deletes credentials', async () => {
      await stop(inFile('weather-reference'));
      await run('mcpKeyring.servers.remove', inFile('weather-reference'));
      await run('mcpKeyring.servers.remove', provided('weather-provided'));
      await run('mcpKeyring.credentials.delete', { credentialId: await credentialId('late-reference') });
      assert.doesNotMatch(readText(), /weather-reference/);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.commands.executeCommand('workbench.action.output.toggleOutput');
    });
  });
});
