import assert from 'node:assert/strict';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { TokenDetailsPanel } from '../../../src/features/tokenDetails/panel.ts';
import { TokenDetailsPanels } from '../../../src/features/tokenDetails/panels.ts';
import { webviews } from '../../../src/ids.ts';
import type { Services } from '../../../src/services.ts';
import { headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, pause, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';
import { fakeSignature, jwt, nowSeconds } from '../harness/tokens.ts';
import { FakePanel } from './fakePanel.ts';

const url = 'https://panel.example.com/mcp';
const token = jwt({
  iss: 'mcp-auth-server',
  sub: '<img src=x onerror=alert(1)>',
  iat: nowSeconds(),
  exp: nowSeconds() + 7200,
});

function tabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(group => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(webviews.tokenDetails));
}

describe('The token details', () => {
  let inside: Services;
  let signed: string;
  let bearer: string;

  before(async () => {
    inside = await services();
    signed = (
      await addServer({
        name: 'panel',
        url,
        file: '.vscode/mcp.json',
        credential: {
          kind: 'signedJwt',
          name: 'panel admin',
          secret: 'demo-shared-secret-that-protects-nothing',
          claims: { sub: 'alice', role: 'admin' },
        },
      })
    ).credentialId;
    bearer = (await run('mcpKeyring.addCredential', undefined, { kind: 'bearer', name: 'pasted', token })) as string;
  });

  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  /** A panel whose page has been loaded. */
  function open(credentialId: string): FakePanel {
    const fake = new FakePanel();
    new TokenDetailsPanel(inside, fake.panel, credentialId);
    fake.say({ type: 'ready' });
    return fake;
  }

  it('open in one tab for each credential', async () => {
    await run('mcpKeyring.credentials.showDetails', { credentialId: signed });
    await until('the tab', () => tabs().some(({ label }) => label === 'panel admin (token details)'));
    await run('mcpKeyring.credentials.showDetails', { credentialId: bearer });
    await run('mcpKeyring.credentials.showDetails', { credentialId: signed });
    await until('both tabs', () => tabs().length > 1);
    await pause(500);
    assert.deepEqual(
      tabs().map(({ label }) => label),
      ['panel admin (token details)', 'pasted (token details)'],
    );
  });

  it('open from the list of the palette, and from the link of a hover', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const questions = new Questions();
    questions.catch();
    try {
      const running = run('mcpKeyring.credentials.showDetails');
      const question = await questions.next();
      assert.equal(question.prompt, 'Which credential?');
      question.pick('pasted');
      await running;
    } finally {
      questions.release();
    }
    await until('the tab', () => tabs().some(({ label }) => label === 'pasted (token details)'));
    await headerSnapshot(uriOf('.vscode/mcp.json'), 'panel');
    const document = await vscode.workspace.openTextDocument(inWorkspace('.vscode/mcp.json'));
    const at = document.positionAt(document.getText().indexOf('"Authorization"') + 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    const link = hovers
      .flatMap(({ contents }) => contents.map(content => (typeof content === 'string' ? content : content.value)))
      .map(text => /command:(mcpKeyring\.credentials\.showDetails)\?([^)\s]+)/.exec(text))
      .find(match => match !== null);
    assert.ok(link);
    await vscode.commands.executeCommand(
      link[1] ?? '',
      ...(JSON.parse(decodeURIComponent(link[2] ?? '')) as unknown[]),
    );
    await until('the tab', () => tabs().some(({ label }) => label === 'panel admin (token details)'));
  });

  it('say which kinds of servers would refuse the token', () => {
    const fake = open(signed);
    const sample = fake.view?.refusedBy?.find(({ server }) => server === 'A server like the sample container');
    assert.ok(sample?.reasons.includes('the claim “email” is missing'));
    fake.dispose();
  });

  it('have a page that says nothing and may load nothing', () => {
    const { html, options } = open(bearer).webview;
    assert.match(html, /default-src 'none'; script-src 'nonce-[\w-]{36}'; style-src https:\/\/csp\.example;/);
    assert.doesNotMatch(html, /unsafe|pasted|alice/);
    assert.doesNotMatch(html, / style=| on\w+=/);
    const { localResourceRoots } = options as vscode.WebviewOptions;
    assert.deepEqual(
      localResourceRoots?.map(({ path }) => basename(path)),
      ['webview'],
    );
  });

  it('tell the page everything but the token', () => {
    const fake = open(bearer);
    assert.equal(fake.view?.name, 'pasted');
    assert.equal(fake.view?.status.word, 'active');
    assert.ok(fake.view?.claims?.rows.some(({ text }) => text === '<img src=x onerror=alert(1)>'));
    assert.deepEqual(fake.view?.checks, []);
    const said = JSON.stringify(fake.received);
    for (const segment of token.split('.').slice(1)) {
      assert.ok(!said.includes(segment.slice(0, 24)));
    }
    fake.dispose();
  });

  it('tell the token when asked, with the question’s id, to a page that can be seen', async () => {
    const fake = open(bearer);
    fake.say({ type: 'reveal', request: 'q-1' });
    await until('the token', () => fake.received.some(({ type }) => type === 'token'));
    assert.deepEqual(fake.received.at(-1), { type: 'token', request: 'q-1', segments: token.split('.') });
    fake.received.length = 0;
    fake.say({ type: 'reveal', request: 'q-2' });
    fake.show(false);
    await pause(500);
    fake.say({ type: 'reveal', request: 'q-3' });
    await pause(500);
    assert.deepEqual(fake.received, []);
    fake.dispose();
  });

  it('tell nothing to a page that is closed before the keyring has answered, and call that no error', async () => {
    const fake = open(bearer);
    fake.received.length = 0;
    const messages = new Messages();
    messages.catch();
    try {
      fake.say({ type: 'reveal', request: 'q-1' });
      fake.say({ type: 'describe', text: 'written while it was closed' });
      fake.dispose();
      await until(
        'the description',
        () => inside.vault.credential(bearer)?.description === 'written while it was closed',
      );
      await pause(100);
      assert.deepEqual(fake.received, []);
      assert.deepEqual(messages.shown, []);
    } finally {
      messages.release();
    }
  });

  it('say nothing to a hidden page, and everything but the token to one that comes back', async () => {
    const fake = open(bearer);
    fake.show(false);
    fake.received.length = 0;
    await inside.vault.updateCredential(bearer, credential => ({ ...credential, name: 'renamed' }));
    assert.equal(fake.title, 'renamed (token details)');
    assert.deepEqual(fake.received, []);
    fake.show(true);
    fake.say({ type: 'ready' });
    assert.equal(fake.view?.name, 'renamed');
    assert.ok(!JSON.stringify(fake.received).includes(fakeSignature));
    fake.dispose();
  });

  it('follow a renewal', async () => {
    const fake = open(signed);
    const before = fake.view;
    await run('mcpKeyring.credentials.renew', { credentialId: signed });
    const after = await until('the new token', () =>
      fake.view?.token.version !== before?.token.version ? fake.view : undefined,
    );
    assert.equal(after.history[0]?.event, 'renewed');
    assert.equal(after.facts.find(({ label }) => label === 'Times renewed')?.text, '1');
    fake.dispose();
  });

  it('keep a description', async () => {
    const fake = open(bearer);
    fake.say({ type: 'describe', text: '  for the <b>tests</b> ' });
    await until('the description', () => fake.received.at(-1)?.type === 'described');
    assert.equal(fake.view?.description, 'for the <b>tests</b>');
    assert.equal((await inside.vault.readCredential(bearer)).description, 'for the <b>tests</b>');
    fake.say({ type: 'describe', text: ' ' });
    await until('no description', () => fake.view?.description === '');
    fake.dispose();
  });

  it('copy through the clipboard that is cleared, and write it down', async () => {
    const fake = open(bearer);
    fake.say({ type: 'copy' });
    await until('the history', () => fake.view?.history[0]?.event === 'copied');
    assert.equal(await vscode.env.clipboard.readText(), token);
    fake.say({ type: 'copyExample', example: 'curl' });
    await until('the command', async () => (await vscode.env.clipboard.readText()).startsWith('curl '));
    assert.ok(!(await vscode.env.clipboard.readText()).includes(fakeSignature));
    fake.dispose();
  });

  it('ignore what is no request, and places that they did not name', async () => {
    const fake = open(signed);
    const editors = vscode.window.visibleTextEditors.length;
    for (const message of [
      'x',
      { type: 'run', action: 'workbench.action.quit' },
      { type: 'showInFile', place: 'file:///etc/passwd\npanel\nauthorization' },
      { type: 'copyExample', example: '__proto__' },
    ]) {
      fake.say(message);
    }
    await pause(300);
    assert.equal(vscode.window.visibleTextEditors.length, editors);
    const key = fake.view?.attachments[0]?.places[0]?.key;
    fake.say({ type: 'showInFile', place: key });
    await until('the file', () => vscode.window.activeTextEditor?.document.fileName.endsWith('mcp.json'));
    fake.dispose();
  });

  it('are restored by the id alone', () => {
    const panels = new TokenDetailsPanels(inside);
    const fake = new FakePanel();
    panels.restore(fake.panel, { credentialId: signed });
    fake.say({ type: 'ready' });
    assert.equal(fake.view?.name, 'panel admin');
    for (const state of [undefined, { credentialId: 7 }, { credentialId: signed }]) {
      const other = new FakePanel();
      panels.restore(other.panel, state);
      assert.ok(other.isClosed);
    }
    panels.dispose();
    assert.ok(fake.isClosed);
  });

  it('say that the credential has been deleted, and close', async () => {
    const id = (await run('mcpKeyring.addCredential', undefined, {
      kind: 'bearer',
      name: 'short-lived',
      token: 'demo-opaque-not-a-secret',
    })) as string;
    const fake = open(id);
    await inside.vault.deleteCredential(id);
    const last = await until('the empty page', () => {
      const message = fake.received.at(-1);
      return message?.type === 'empty' ? message : undefined;
    });
    assert.equal(last.empty.title, 'Deleted');
    fake.say({ type: 'close' });
    assert.ok(fake.isClosed);
  });
});
