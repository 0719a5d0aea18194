import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { signRolesToken, startRolesServer } from '../../servers/rolesServer.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, codes, pause, readConfig, readText, run, start, stop, toolsOf, until } from '../harness/keyring.ts';
import { freshJwt } from '../harness/tokens.ts';
import { configPath, configText, writeConfig } from './configText.ts';

const file = uriOf(configPath);
const key = 'demo-key-not-a-secret-0123456789';
const secret = 'demo-shared-secret-that-protects-nothing';

/** The quick fixes that VS Code offers on the first problem with this code. */
async function fixesFor(code: string): Promise<vscode.CodeAction[]> {
  const diagnostic = await until(`the problem ${code}`, () =>
    vscode.languages.getDiagnostics(vscode.Uri.parse(file)).find(candidate => candidate.code === code),
  );
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    diagnostic.range,
    vscode.CodeActionKind.QuickFix.value,
  );
  return actions.filter(action => action.command?.command.startsWith('mcpKeyring.'));
}

/** Picks a quick fix, as the light bulb does. */
async function fix(code: string, title: string): Promise<void> {
  const fixes = await fixesFor(code);
  const chosen = fixes.find(action => action.title === title);
  assert.ok(chosen?.command, `${title} is not among: ${fixes.map(action => action.title).join(', ')}`);
  await vscode.commands.executeCommand(chosen.command.command, ...(chosen.command.arguments ?? []));
}

describe('A quick fix', () => {
  beforeEach(forgetAll);

  describe('of a header', () => {
    const token = freshJwt();
    const cases: readonly (readonly [code: string, title: string, value: string, repaired: string])[] = [
      ['header-scheme-missing', 'Add “Bearer ” to the header', token, `Bearer ${token}`],
      ['header-scheme-doubled', 'Repair the header', `Bearer Bearer ${token}`, `Bearer ${token}`],
      ['header-name-pasted', 'Repair the header', `Authorization: Bearer ${token}`, `Bearer ${token}`],
      ['header-whitespace', 'Repair the header', `  bearer   ${token} `, `Bearer ${token}`],
      [
        'header-whitespace',
        'Repair the header',
        `Bearer ${token.slice(0, 40)}\n  ${token.slice(40)}`,
        `Bearer ${token}`,
      ],
    ];
    for (const [code, title, value, repaired] of cases) {
      it(`mends ${code}, and changes nothing else in the file`, async () => {
        const comment = '// Mine.\n';
        const before = comment + configText({ first: { value: 'x' }, todos: { value }, last: { value: 'y' } });
        await writeConfig(before);
        await fix(code, title);
        assert.equal(readText(), before.replace(JSON.stringify(value), JSON.stringify(repaired)));
        await until('no such problem', () => !codes(file).includes(code));
      });
    }

    it('is not offered where nothing can be mended', async () => {
      await writeConfig(configText({ todos: { value: 'Bearer dev-alicë-token-0123456789' } }));
      const titles = (await fixesFor('header-invalid-characters')).map(({ title }) => title);
      assert.ok(!titles.includes('Repair the header'), titles.join());
    });
  });

  it('renews a token that stands in the file', async () => {
    await writeConfig('{\n  "servers": {}\n}\n');
    await addServer({
      name: 'todos',
      url: 'https://renew.example.com/mcp',
      file: configPath,
      delivery: 'literal',
      credential: { kind: 'signedJwt', secret, claims: { sub: 'alice' }, lifetimeSeconds: 4 },
    });
    const before = readText();
    await until('the warning', () => codes(file).includes('token-expires-soon'));
    await fix('token-expires-soon', 'Renew the token');
    await until('a new token', () => readText() !== before);
    assert.match(readConfig().servers?.todos?.headers?.Authorization ?? '', /^Bearer eyJ/);
    await until('the error', () => codes(file).includes('token-expired'));
    const expired = readText();
    await fix('token-expired', 'Renew the token');
    await until('another token', () => readText() !== expired);
    await until('no error', () => !codes(file).includes('token-expired'));
  });

  it('renews a token that the keyring holds, and leaves the file alone', async () => {
    await writeConfig('{\n  "servers": {}\n}\n');
    const { credentialId } = await addServer({
      name: 'todos',
      url: 'https://renew.example.com/mcp',
      file: configPath,
      delivery: 'reference',
      credential: { kind: 'signedJwt', secret, claims: { sub: 'alice' }, lifetimeSeconds: 2 },
    });
    const text = readText();
    await until('the error', () => codes(file).includes('token-expired'));
    await fix('token-expired', 'Renew the token');
    const { vault } = await services();
    assert.equal(vault.credential(credentialId)?.timesRenewed, 1);
    assert.equal(readText(), text);
  });

  it('offers to attach a credential where a foreign token has run out, and to replace one of ours', async () => {
    await writeConfig(configText({ todos: { value: `Bearer ${freshJwt({ exp: 5 })}` } }));
    assert.ok((await fixesFor('token-expired')).some(({ title }) => title === 'Attach a credential...'));
    await writeConfig('{\n  "servers": {}\n}\n');
    await addServer({
      name: 'todos',
      url: 'https://bearer.example.com/mcp',
      file: configPath,
      delivery: 'reference',
      credential: { kind: 'bearer', token: freshJwt({ exp: 5 }) },
    });
    await headerSnapshot(file, 'todos');
    assert.deepEqual(
      (await fixesFor('token-expired')).map(({ title }) => title),
      ['Replace the token...'],
    );
  });

  it('attaches a credential to a reference that has none, and the input that is missing', async () => {
    await writeConfig('{\n  "servers": {}\n}\n');
    const { credentialId } = await addServer({
      name: 'todos',
      url: 'https://team.example.com/mcp',
      file: configPath,
      delivery: 'reference',
      credential: { kind: 'bearer', token: freshJwt() },
    });
    // What a colleague has after cloning: the reference, and no credential.
    const shared = readText();
    await run('mcpKeyring.servers.detachCredential', { file, server: 'todos' });
    await writeConfig(shared);
    const fixes = await fixesFor('credential-missing');
    assert.deepEqual(
      fixes.map(({ title }) => title),
      ['Add a credential...', 'Attach a credential...'],
    );
    const action = fixes[1];
    const [target] = action?.command?.arguments ?? [];
    await run('mcpKeyring.servers.attachCredential', target, { credentialId });
    await until('no problem', () => codes(file).length === 0);
    assert.equal(readText(), shared);
  });

  it('offers no move into the keyring where the file’s clients resolve nothing', async () => {
    const path = '.mcp.json';
    await writeConfig(
      configText({ todos: { value: `Bearer ${freshJwt()}` } }).replace('"servers"', '"mcpServers"'),
      path,
    );
    const uri = vscode.Uri.parse(uriOf(path));
    await until('the problem', () => codes(uri.toString()).includes('secret-in-file'));
    const [diagnostic] = vscode.languages.getDiagnostics(uri);
    assert.ok(diagnostic);
    await vscode.workspace.openTextDocument(uri);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      diagnostic.range,
    );
    assert.ok(!actions.some(({ title }) => title === 'Move to the keyring'));
    await vscode.workspace.fs.delete(uri);
  });

  describe('moves into the keyring', () => {
    let weather: HttpMcpServer;
    let todos: HttpMcpServer;

    before(async () => {
      weather = await startApiKeyServer({ keys: [key] });
      todos = await startRolesServer({ secret });
    });

    after(async () => {
      await weather.close();
      await todos.close();
    });

    it('a JWT and a key that stood in the file, and VS Code starts both servers as before', async () => {
      const token = await signRolesToken({ secret, role: 'viewer' });
      const before = configText({
        weather: { url: weather.url, header: 'X-API-Key', value: key },
        todos: { url: todos.url, value: `Bearer ${token}` },
      });
      await writeConfig(before);
      await until('two problems', () => codes(file).filter(code => code === 'secret-in-file').length === 2);
      await fix('secret-in-file', 'Move to the keyring');
      await until('one problem', () => codes(file).filter(code => code === 'secret-in-file').length === 1);
      await fix('secret-in-file', 'Move to the keyring');
      await until('no problem', () => codes(file).length === 0);
      const text = readText();
      assert.ok(!text.includes(key) && !text.includes(token));
      const { servers, inputs } = readConfig();
      assert.match(servers?.weather?.headers?.['X-API-Key'] ?? '', /^\$\{input:mcp-keyring\.weather\.[0-9a-f]{8}\}$/);
      assert.match(
        servers?.todos?.headers?.Authorization ?? '',
        /^Bearer \$\{input:mcp-keyring\.todos\.[0-9a-f]{8}\}$/,
      );
      assert.equal(inputs?.length, 2);

      for (const server of ['weather', 'todos']) {
        await start({ file, server });
        await until(`the tools of ${server}`, () => toolsOf(server).length > 0);
        await stop({ file, server });
      }
      assert.deepEqual([...new Set(headerValues(weather, 'x-api-key', '/mcp'))], [key]);
      assert.deepEqual([...new Set(headerValues(todos, 'authorization', '/mcp'))], [`Bearer ${token}`]);
    });

    it('a token without its scheme, repaired on the way', async () => {
      const token = await signRolesToken({ secret, role: 'viewer' });
      await writeConfig(configText({ todos: { url: todos.url, value: token } }));
      await fix('secret-in-file', 'Move to the keyring');
      assert.match(readConfig().servers?.todos?.headers?.Authorization ?? '', /^Bearer \$\{input:/);
      await pause(0);
      const { vault } = await services();
      const [credential] = vault.credentials;
      assert.ok(credential?.kind === 'bearer' && credential.token.reveal() === token);
      assert.equal(credential.name, 'todos');
    });
  });
});
