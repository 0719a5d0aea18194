import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { MatrixMessage, MatrixView } from '../../../src/features/compareRoles/matrixView.ts';
import type { AddServerResult, CompareRolesAnswers, CompareRolesResult } from '../../../src/ids.ts';
import type { Services } from '../../../src/services.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { hostileNames, startHostileServer } from '../../servers/hostileServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { startRolesServer } from '../../servers/rolesServer.ts';
import { closedMeanwhile, FakePage } from '../harness/fakePage.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { withCancelButton } from '../harness/progress.ts';

const secret = 'demo-shared-secret-that-protects-nothing';
const key = 'demo-key-0123456789';
const config = '.vscode/mcp.json';

/** What the page shows. */
function viewOf(page: FakePage<MatrixMessage> | undefined): MatrixView | undefined {
  const last = page?.received.findLast(({ type }) => type === 'view');
  return last?.type === 'view' ? last.view : undefined;
}

describe('Compare Roles', function () {
  this.timeout(60_000);
  const messages = new Messages();
  let inside: Services;
  let roles: HttpMcpServer;
  let todos: AddServerResult;
  let weather: AddServerResult;
  let apiKey: HttpMcpServer;
  let page: FakePage<MatrixMessage> | undefined;
  const { createWebviewPanel, showSaveDialog, showQuickPick } = vscode.window;

  before(async () => {
    inside = await services();
    await forgetAll();
    roles = await startRolesServer({ secret });
    todos = await addServer({
      name: 'todos-compared',
      url: roles.url,
      file: config,
      delivery: 'reference',
      credential: {
        kind: 'signedJwt',
        name: 'todos viewer',
        secret,
        claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] },
      },
    });
    apiKey = await startApiKeyServer({ keys: [key] });
    weather = await addServer({
      name: 'weather-compared',
      url: apiKey.url,
      file: config,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'good key', key },
    });
    await headerSnapshot(uriOf(config), 'weather-compared', 'X-API-Key');
    Object.assign(vscode.window, {
      createWebviewPanel: () => {
        page = new FakePage();
        return page;
      },
    });
  });

  beforeEach(() => {
    roles.requests.length = 0;
    page = undefined;
  });

  afterEach(() => Object.assign(vscode.window, { showSaveDialog, showQuickPick }));

  after(async () => {
    Object.assign(vscode.window, { createWebviewPanel });
    await roles.close();
    await apiKey.close();
    await forgetAll();
  });

  async function compare(target: AddServerResult, answers: CompareRolesAnswers): Promise<CompareRolesResult> {
    return (await run('mcpKeyring.servers.compareRoles', target, answers)) as CompareRolesResult;
  }

  /** Name of a row to its access, in the order of the columns. */
  function accessOf({ rows }: CompareRolesResult): Record<string, string> {
    return Object.fromEntries(rows.map(({ name, access }) => [name, access.join(' ')]));
  }

  it('shows what viewer, editor and admin may do at the server, and calls nothing', async () => {
    const entries = await inside.context.secrets.keys();
    const result = await compare(todos, {
      credentials: [todos.credentialId],
      presets: ['editor', 'admin'],
      anonymous: true,
    });
    assert.deepEqual(
      result.columns.map(({ name, kind, state }) => [name, kind, state]),
      [
        ['todos viewer', 'credential', 'connected'],
        ['editor', 'preset', 'connected'],
        ['admin', 'preset', 'connected'],
        ['Nobody', 'anonymous', 'refused'],
      ],
    );
    assert.deepEqual(accessOf(result), {
      whoami: 'allowed allowed allowed refused',
      list_todos: 'allowed allowed allowed refused',
      create_todo: 'refused allowed allowed refused',
      update_todo: 'refused allowed allowed refused',
      delete_todo: 'refused refused allowed refused',
      ...Object.fromEntries(
        Object.entries(accessOf(result)).filter(([name]) => !/^(whoami|(list|create|update|delete)_todo)/.test(name)),
      ),
    });
    assert.ok(result.rows.every(({ differs }) => differs));
    const methods = new Set(roles.requests.map(({ rpcMethod }) => rpcMethod));
    assert.ok(![...methods].some(method => method?.endsWith('/call')), [...methods].join());
    // The tokens of presets were signed for this alone.
    assert.deepEqual((await inside.context.secrets.keys()).toSorted(), entries.toSorted());
    assert.equal(inside.vault.credentials.filter(({ name }) => name.startsWith('todos')).length, 1);
  });

  it('compares several credentials of one server, and says which is refused', async () => {
    const wrong = await run('mcpKeyring.addCredential', weather, {
      kind: 'apiKey',
      name: 'wrong key',
      key: 'nonsense-key',
    });
    await until('two credentials', () => inside.vault.attachedTo(apiKey.url, 'x-api-key').length === 2);
    const ids = inside.vault.attachedTo(apiKey.url, 'x-api-key').map(({ credentialId }) => credentialId);
    apiKey.requests.length = 0;
    const result = await compare(weather, { credentials: ids });
    assert.deepEqual(
      result.columns.map(({ name, state, problem }) => [name, state, problem?.status]).toSorted(),
      [
        ['good key', 'connected', undefined],
        ['wrong key', 'refused', 403],
      ],
      String(wrong),
    );
    // A refused key isn't tried again.
    assert.equal(apiKey.requests.filter(({ status }) => status === 403).length, 1);
    assert.equal(result.rows.length, 3);
  });

  it('shows words for everything, hostile names as text, and exports both ways', async () => {
    const hostile = await startHostileServer({ behaviour: 'hostileNames', from: 'list' });
    try {
      const target = await addServer({
        name: 'hostile-compared',
        url: hostile.url,
        file: config,
        delivery: 'reference',
        credential: { kind: 'bearer', name: '=cmd|x', token: 'demo-bearer-token' },
      });
      await headerSnapshot(uriOf(config), 'hostile-compared');
      const result = await compare(target, { credentials: [target.credentialId] });
      assert.equal(result.rows.length, hostileNames.length * 3);
      assert.ok(page);
      page.say('ready');
      await until('the view', () => viewOf(page));
      const text = JSON.stringify(viewOf(page));
      assert.doesNotMatch(text, /[\u202e\u001b\u0007]|\\u001b|\\u0000/);
      assert.ok(text.length < 100_000, String(text.length));
      assert.ok(!page.webview.html.includes('evil.example'));
      assert.match(page.webview.html, /default-src &#39;none&#39;|default-src 'none'/);
      page.say('copyMarkdown');
      await until('the Markdown', async () => (await vscode.env.clipboard.readText()).startsWith('# Roles at'));
      const markdown = await vscode.env.clipboard.readText();
      assert.doesNotMatch(markdown, /(?<!\\)[[\]()<>@:]|(?<!^|\s|\\)\|(?!\s|$)/m);
      const file = vscode.Uri.file(inWorkspace('roles.csv'));
      Object.assign(vscode.window, { showSaveDialog: async () => file });
      page.say('saveCsv');
      const csv = await until('the file', () => {
        try {
          return readFileSync(file.fsPath, 'utf8');
        } catch {
          return undefined;
        }
      });
      assert.ok(csv.includes(`'=cmd|x`));
      assert.doesNotMatch(csv, /(^|,|\n)"?[=+@-]/);
      await vscode.workspace.fs.delete(file);
    } finally {
      await hostile.close();
    }
  });

  it('ignores what is no request of its page, and asks again when told', async () => {
    await compare(todos, { presets: ['viewer'] });
    assert.ok(page);
    const before = roles.requests.length;
    for (const message of ['quit', { type: 'again' }, null, ['again']]) {
      page.say(message);
    }
    assert.equal(roles.requests.length, before);
    page.say('again');
    page.say('again');
    await until('the second answer', () => page?.received.some(message => message.type === 'busy' && !message.busy));
    // Once, though it was pressed twice.
    assert.equal(roles.requests.length, before * 2);
  });

  it('is cancelled without a word, and sends nothing any more', async () => {
    const slow = await startHostileServer({ behaviour: 'never', from: 'list' });
    try {
      const target = await addServer({
        name: 'slow-compared',
        url: slow.url,
        file: config,
        delivery: 'reference',
        credential: { kind: 'bearer', name: 'slow', token: 'demo-bearer-token' },
      });
      await headerSnapshot(uriOf(config), 'slow-compared');
      await withCancelButton(async cancel => {
        const comparing = compare(target, { credentials: [target.credentialId], anonymous: true });
        await until('the request that is never answered', () => slow.requests.includes('POST tools/list'));
        cancel();
        assert.equal(await comparing, undefined);
        const { length } = slow.requests;
        await until('no open request', () => slow.open === 0);
        assert.equal(slow.requests.length, length);
        assert.equal(page, undefined);
      });
    } finally {
      await slow.close();
    }
  });

  it('offers credentials, presets and nobody to tick, and takes what is ticked', async () => {
    let offered: (vscode.QuickPickItem & { role: unknown })[] = [];
    Object.assign(vscode.window, {
      showQuickPick: async (items: typeof offered) => {
        offered = items;
        return items.filter(({ picked }) => picked);
      },
    });
    const result = (await run('mcpKeyring.servers.compareRoles', todos)) as CompareRolesResult;
    assert.deepEqual(
      offered.map(({ label, picked }) => [label, picked]),
      [
        ['todos viewer', true],
        ['viewer', false],
        ['editor', true],
        ['admin', true],
        ['readonly', true],
        ['user', true],
        ['Nobody', false],
      ],
    );
    assert.equal(result.columns.length, 5);
  });

  it('says what is wrong with its answers, before anything is sent', async () => {
    roles.requests.length = 0;
    await assert.rejects(() => compare(todos, { credentials: ['nobody'] }), /no credential “nobody” is attached/);
    await assert.rejects(() => compare(todos, { credentials: [weather.credentialId] }), /is attached to this server/);
    await assert.rejects(() => compare(todos, { presets: ['emperor'] }), /there is no preset for the role “emperor”/);
    await assert.rejects(() => compare(todos, { credentials: [] }), /may not be empty/);
    await assert.rejects(() => compare(weather, { presets: ['admin'] }), /weather-compared/);
    assert.equal(roles.requests.length, 0);
  });

  it('is over with its page, also while the server is asked again', async () => {
    await compare(weather, { credentials: [weather.credentialId] });
    assert.ok(page);
    messages.catch();
    try {
      await closedMeanwhile(page, () => page?.say('again'));
      assert.deepEqual(messages.shown, []);
    } finally {
      messages.release();
    }
  });

  it('ships its page', () => {
    const folder = join(inside.context.extensionUri.fsPath, 'dist', 'webview');
    assert.ok(readFileSync(join(folder, 'roleMatrix.js'), 'utf8').length > 0);
  });
});
