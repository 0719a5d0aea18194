import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { revoke } from '../../../src/features/credentials/revoke.ts';
import { ServerProvider } from '../../../src/features/provided/provider.ts';
import type { Services } from '../../../src/services.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, leaving, readConfig, run, start, until } from '../harness/keyring.ts';
import { Questions } from '../harness/questions.ts';
import { freshJwt } from '../harness/tokens.ts';

const config = '.vscode/mcp.json';

describe('Revoking a credential', () => {
  let inside: Services;
  /** What the modal question said, and which button is pressed. */
  let asked: { message: string; detail: string; buttons: string[] } | undefined;
  let answer: string | undefined;
  const { showWarningMessage } = vscode.window;

  before(async () => {
    inside = await services();
    Object.assign(vscode.window, {
      showWarningMessage: async (message: string, options: vscode.MessageOptions, ...buttons: string[]) => {
        assert.equal(options.modal, true);
        asked = { message, detail: options.detail ?? '', buttons };
        return answer;
      },
    });
  });

  beforeEach(() => {
    asked = undefined;
    answer = undefined;
  });

  after(() => Object.assign(vscode.window, { showWarningMessage }));

  it('asks first, and changes nothing without a yes', async () => {
    const { credentialId } = await addServer({
      name: 'kept',
      url: 'https://kept.example.com/mcp',
      file: config,
      credential: { kind: 'bearer', name: 'kept', token: freshJwt() },
    });
    await headerSnapshot(uriOf(config), 'kept');
    await revoke(inside, { credentialId });
    assert.equal(asked?.message, 'Revoke “kept”?');
    assert.match(asked?.detail ?? '', /These servers have it: kept\./);
    assert.deepEqual(asked?.buttons, ['Revoke']);
    assert.equal((await inside.vault.readCredential(credentialId)).revokedAt, undefined);
  });

  it('lets no delivery hand it out any more', async () => {
    const { credentialId } = await addServer({
      name: 'gone',
      url: 'https://gone.example.com/mcp',
      file: config,
      delivery: 'reference',
      credential: { kind: 'signedJwt', name: 'gone', claims: { sub: 'alice' } },
    });
    const reference = readConfig().servers?.gone?.headers?.Authorization ?? '';
    const inputId = /\$\{input:([^}]+)\}/.exec(reference)?.[1] ?? '';
    assert.ok(await run('mcpKeyring.resolveHeader', inputId));
    answer = 'Revoke';
    await revoke(inside, { credentialId });
    const credential = await inside.vault.readCredential(credentialId);
    assert.ok(credential.revokedAt !== undefined);
    assert.equal(credential.history.at(-1)?.event, 'revoked');
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', inputId), /revoked/);
    await assert.rejects(() => inside.broker.headerFor('https://gone.example.com/mcp', 'authorization'), {
      code: 'credential-revoked',
    });
    await assert.rejects(() => inside.broker.renew(credentialId), { code: 'credential-revoked' });
    assert.equal(
      inside.inventory.snapshot.credentials.find(found => found.credential.id === credentialId)?.status,
      'revoked',
    );
  });

  it('takes what stands in clear out of the files, also where it was never attached, and leaves the rest', async () => {
    const token = freshJwt();
    const { credentialId } = await addServer({
      name: 'clear',
      url: 'https://clear.example.com/mcp',
      file: config,
      delivery: 'literal',
      credential: { kind: 'bearer', name: 'clear', token },
    });
    const uri = vscode.Uri.parse(uriOf(config));
    const before = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
    const copied = before.replace(
      '"servers": {',
      `"servers": { "copy": { "url": "https://copy.example.com/mcp", "headers": { "X-Note": "stays", "Authorization": "Bearer ${token}" } },`,
    );
    await vscode.workspace.fs.writeFile(uri, Buffer.from(copied));
    await headerSnapshot(uriOf(config), 'copy');
    await headerSnapshot(uriOf(config), 'clear');
    answer = 'Revoke and Remove from Files';
    await revoke(inside, { credentialId });
    assert.match(asked?.detail ?? '', /copy, clear|clear, copy/);
    const { servers } = readConfig();
    assert.equal(servers?.clear?.headers?.Authorization, undefined);
    assert.deepEqual(servers?.copy?.headers, { 'X-Note': 'stays' });
    assert.ok(servers?.kept?.headers?.Authorization);
    assert.equal((await inside.vault.readCredential(credentialId)).attachments.length, 1);
  });

  it('stops a server that runs with it', async () => {
    const key = 'demo-key-not-a-secret-0123456789';
    const weather = await startApiKeyServer({ keys: [key] });
    try {
      const target = await addServer({
        name: 'weather',
        url: weather.url,
        file: config,
        delivery: 'reference',
        credential: { kind: 'apiKey', name: 'weather key', key },
      });
      await start(target);
      const isRunning = async () =>
        (await inside.mcp.find(vscode.Uri.parse(uriOf(config)), 'weather'))?.running ?? false;
      await until('the server to run', isRunning);
      answer = 'Revoke';
      await revoke(inside, { credentialId: target.credentialId });
      assert.match(asked?.detail ?? '', /These servers have it: weather\. Those that run are stopped\./);
      await until('the server to be stopped', async () => !(await isRunning()));
    } finally {
      await weather.close();
    }
  });

  it('is undone by a new value alone, in the place of the old one', async () => {
    const url = 'https://again.example.com/mcp';
    const token = freshJwt();
    const { credentialId } = await addServer({
      name: 'again',
      url,
      file: config,
      delivery: 'reference',
      credential: { kind: 'bearer', name: 'again', token },
    });
    const attachments = (await inside.vault.readCredential(credentialId)).attachments;
    answer = 'Revoke';
    await revoke(inside, { credentialId });
    const questions = new Questions();
    questions.catch();
    try {
      // Escape leaves it revoked.
      let running = run('mcpKeyring.credentials.replaceToken', { credentialId });
      let box = await questions.next();
      assert.equal(box.prompt, '“again” is revoked. With a new value, its servers are given it again.');
      box.escape();
      await running;
      await assert.rejects(() => inside.broker.headerFor(url, 'authorization'), { code: 'credential-revoked' });

      running = run('mcpKeyring.credentials.replaceToken', { credentialId });
      (await questions.next()).type(`Bearer ${token}`);
      box = await questions.next();
      assert.match(box.problem ?? '', /^This is the value that was revoked/);
      const fresh = freshJwt({ jti: 'another' });
      box.type(`Authorization: Bearer ${fresh}`);
      await running;
      const credential = await inside.vault.readCredential(credentialId);
      assert.ok(!('revokedAt' in credential));
      assert.deepEqual(credential.attachments, attachments);
      assert.deepEqual(
        credential.history.map(({ event }) => event).filter(event => event !== 'used'),
        ['created', 'attached', 'revoked', 'replaced'],
      );
      const { value } = await inside.broker.headerFor(url, 'authorization');
      assert.equal(value.reveal(), `Bearer ${fresh}`);
    } finally {
      questions.release();
    }
  });

  it('names servers that stand in no file, and lets VS Code start them no more', async () => {
    const { credentialId } = await addServer({
      name: 'offered',
      url: 'https://offered.example.com/mcp',
      delivery: 'provided',
      credential: { kind: 'bearer', name: 'offered', token: freshJwt() },
    });
    const provider = new ServerProvider(inside);
    const offered = async () => (await provider.provideMcpServerDefinitions()).find(({ label }) => label === 'offered');
    const before = await until('the server', offered);
    answer = 'Revoke';
    await revoke(inside, { credentialId });
    assert.match(asked?.detail ?? '', /These servers have it: offered\./);
    // VS Code stops a server that runs with another version.
    const after = await until('another version', async () => {
      const now = await offered();
      return now?.version !== before.version ? now : undefined;
    });
    await assert.rejects(Promise.resolve(provider.resolveMcpServerDefinition(after)), /revoked/);
    provider.dispose();
  });

  it('is not asked again of one that is revoked: it offers another for its server', async () => {
    const revoked = inside.vault.credentials.find(({ name }) => name === 'gone');
    assert.ok(revoked);
    await leaving(revoke(inside, { credentialId: revoked.id }));
    assert.equal(asked, undefined);
  });
});
