import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ReportMessage } from '../../../src/features/testConnection/reportView.ts';
import { bytes, textSecret } from '../../doctor/tokens.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { startGuardedServer } from '../../servers/guardedServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { closedMeanwhile, FakePage } from '../harness/fakePage.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, readConfig, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';
import { file, fix, known, test, writeServer } from './connections.ts';

const key = 'offered-key-not-a-secret-0123456789';

// What takes a person's answers, or shows something: through the command that the report's buttons run.
describe('A report’s button', () => {
  const messages = new Messages();
  const questions = new Questions();
  let server: HttpMcpServer;

  before(async () => {
    messages.catch();
    questions.catch();
    server = await startApiKeyServer({ keys: [key] });
  });

  after(async () => {
    messages.release();
    questions.release();
    await server.close();
  });

  beforeEach(async () => {
    messages.shown.length = 0;
    await forgetAll();
    await writeServer('nobody', 'https://mcp.invalid/');
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  /** The first cause and what is offered about it. */
  async function offered(name: string): Promise<[cause: string | undefined, offers: string[]]> {
    const [first] = (await test(name)).causes;
    return [first?.id, first?.fixes.map(({ kind }) => kind) ?? []];
  }

  it('adds the credential that is missing', async () => {
    await writeServer('rain', server.url);
    assert.deepEqual(await offered('rain'), ['credential-missing', ['addCredential', 'attachCredential']]);
    const fixing = fix('rain', { kind: 'addCredential' });
    (await questions.next()).pick('API key');
    (await questions.next()).type('X-API-Key');
    (await questions.next()).type(key);
    (await questions.next()).type('rain key');
    await fixing;
    await until('the header', () => headerSnapshot(uriOf(file), 'rain', 'X-API-Key'));
    assert.match(readConfig(file).servers?.rain?.headers?.['X-API-Key'] ?? '', /^\$\{input:mcp-keyring\.rain\./);
    assert.ok((await test('rain')).healthy);
  });

  it('attaches another credential in the place of the one that the server does not know', async () => {
    const { url } = server;
    const common = { url, file, delivery: 'reference' } as const;
    const good = { kind: 'apiKey', name: 'good', key } as const;
    const { credentialId } = await addServer({ ...common, name: 'good', credential: good });
    await run('mcpKeyring.servers.remove', { file: uriOf(file), server: 'good' });
    await addServer({ ...common, name: 'rain', credential: { ...good, name: 'bad', key: 'mistyped-key' } });
    await known('rain', url);
    assert.deepEqual(await offered('rain'), ['credential-refused', ['replaceToken']]);
    const fixing = fix('rain', { kind: 'attachCredential' });
    (await questions.next()).pick('good');
    await fixing;
    await until('the other credential', async () => {
      return (await headerSnapshot(uriOf(file), 'rain', 'X-API-Key')).credentialId === credentialId;
    });
    assert.ok((await test('rain')).healthy);
  });

  it('replaces a key that the server does not know', async () => {
    await addServer({
      name: 'rain',
      url: server.url,
      file,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'mistyped', key: 'mistyped-key' },
    });
    await known('rain', server.url);
    assert.deepEqual(await offered('rain'), ['credential-refused', ['replaceToken']]);
    const fixing = fix('rain', { kind: 'replaceToken' });
    (await questions.next()).type(key);
    await fixing;
    assert.ok((await test('rain')).healthy);
  });

  it('calls no tool that does not say that it changes nothing', async () => {
    await writeServer('rain', server.url, { 'X-API-Key': key });
    const { tools } = await test('rain');
    assert.ok(tools?.includes('list_cities'));
    server.requests.length = 0;
    await assert.rejects(test('rain', { tool: 'list_cities' }), /“list_cities” is not among the tools/);
    assert.ok(server.requests.every(({ rpcMethod }) => rpcMethod !== 'tools/call'));
  });

  it('tests again, and says nothing more to a report that was closed meanwhile', async () => {
    const { createWebviewPanel } = vscode.window;
    const pages: FakePage<ReportMessage>[] = [];
    Object.assign(vscode.window, {
      createWebviewPanel: () => {
        pages.push(new FakePage());
        return pages.at(-1);
      },
    });
    try {
      await writeServer('rain', server.url, { 'X-API-Key': key });
      await test('rain', { show: true });
      const [page] = pages;
      assert.ok(page);
      page.say({ type: 'ready' });
      await until('the report', () => page.received.find(({ type }) => type === 'report'));
      await closedMeanwhile(page, () => page.say({ type: 'again' }));
      assert.equal(pages.length, 1);
      assert.deepEqual(messages.shown, []);
    } finally {
      Object.assign(vscode.window, { createWebviewPanel });
    }
  });

  it('follows a server to where it has moved', async () => {
    const moving = await startGuardedServer({
      manner: 'plain',
      header: 'x-api-key',
      keys: [key],
      routes: {
        '/old': { isPublic: true, handle: ({ res }) => void res.writeHead(308, { Location: '/mcp' }).end() },
      },
    });
    try {
      await writeServer('rain', `${moving.origin}/old`, { 'X-API-Key': key });
      const { causes } = await test('rain');
      assert.deepEqual([causes[0]?.id, causes[0]?.fixes[0]], ['moved', { kind: 'useUrl', value: moving.url }]);
      await fix('rain', { kind: 'useUrl', value: moving.url });
      await known('rain', moving.url);
      assert.ok((await test('rain')).healthy);
    } finally {
      await moving.close();
    }
  });

  it('opens the claims where only a person knows what is to be said', async () => {
    const guarded = await startGuardedServer({
      manner: 'plain',
      jwt: { key: bytes(textSecret), algorithms: ['HS256'], audience: 'https://notes.example.com' },
    });
    try {
      await addServer({
        name: 'rain',
        url: guarded.url,
        file,
        delivery: 'reference',
        credential: {
          kind: 'signedJwt',
          name: 'rain',
          secret: textSecret,
          claims: { sub: 'alice', aud: 'https://calendar.example.com' },
        },
      });
      await known('rain', guarded.url);
      assert.deepEqual(await offered('rain'), ['audience-wrong', ['editClaims']]);
      await fix('rain', { kind: 'editClaims' });
      const editor = await until('the claims', () => vscode.window.activeTextEditor);
      assert.match(editor.document.getText(), /"aud": "https:\/\/calendar\.example\.com"/);
    } finally {
      await guarded.close();
    }
  });

  it('copies the request, shows the place, and tests again', async () => {
    await writeServer('rain', server.url, { 'X-API-Key': 'mistyped-key' });
    const fixing = fix('rain', { kind: 'copyAsCurl' });
    for (const answer of ['initialize', 'environment']) {
      (await questions.next()).pick(answer);
    }
    await fixing;
    const copied = await vscode.env.clipboard.readText();
    assert.match(copied, /^curl /);
    assert.ok(copied.includes('MCP_TOKEN') && !copied.includes('mistyped-key'), copied);

    await fix('rain', { kind: 'showInFile' });
    const editor = await until('the file', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.toString(), uriOf(file));
    await until('the server', () => editor.document.lineAt(editor.selection.active.line).text.includes('"rain"'));

    server.requests.length = 0;
    await fix('rain', { kind: 'testAgain' });
    assert.ok(server.requests.length > 0);
    const { inventory } = await services();
    const found = inventory.snapshot.files
      .flatMap(({ servers }) => servers)
      .find(({ parsed }) => parsed.name === 'rain');
    assert.match(found?.verdict?.sentence ?? '', /^The server does not know this credential/);
    assert.deepEqual(
      messages.shown.filter(({ kind }) => kind === 'error'),
      [],
    );
  });
});
