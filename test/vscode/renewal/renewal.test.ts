import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import { type AddServerResult, settingsSection } from '../../../src/ids.ts';
import type { RestartServers } from '../../../src/platform/settings.ts';
import { signInToGrant } from '../../servers/oauthGrant.ts';
import { type OAuthServerChild, startOAuthServerChild } from '../../servers/oauthServerChild.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { addServer, pause, readText, run, start, stop, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { putGrant } from '../harness/oauth.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

const lifetime = 20;

// VS Code holds a server that runs, and its token is renewed before it ends.
describe('Renewal of a token that a running server has', function () {
  this.timeout(90_000);
  let provider: OAuthServerChild;
  let server: AddServerResult;
  const messages = new Messages();

  before(async () => {
    provider = await startOAuthServerChild(join(testEnvironment().repoRoot, 'test/servers/oauthServerProcess.ts'), {
      authorizationServer: { lifetimes: { accessToken: lifetime } },
      mcpServer: { scopesSupported: ['notes:read'] },
    });
    messages.catch();
  });

  after(async () => {
    messages.release();
    await provider?.close();
    await forgetAll();
  });

  /** A credential whose person has just signed in. */
  async function signIn(name: string): Promise<OAuthCredential> {
    return putGrant(name, await signInToGrant(provider.mcpUrl));
  }

  async function tokenNow(): Promise<string> {
    const { vault } = await services();
    const credential = await vault.readCredential(server.credentialId);
    assert.ok(credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount');
    return credential.grant.tokens?.accessToken.reveal() ?? '';
  }

  /** The tokens with which VS Code has been answered, in order. */
  async function tokensSeen(): Promise<string[]> {
    const { mcpServer } = await provider.send({ command: 'record' });
    const good = mcpServer.filter(({ path, status }) => path === '/mcp' && status === 200);
    return [...new Set(good.map(({ headers }) => (headers.authorization ?? '').replace('Bearer ', '')))];
  }

  async function isRunning(): Promise<boolean> {
    const { mcp, context } = await services();
    return server.file.startsWith('file:')
      ? (await mcp.find(vscode.Uri.parse(server.file), server.server))?.running === true
      : mcp.isProvidedRunning(context.extension.id, server.server);
  }

  async function restartServers(value: RestartServers): Promise<void> {
    await vscode.workspace
      .getConfiguration(settingsSection)
      .update('restartServers', value, vscode.ConfigurationTarget.Global);
  }

  /** Renews as the schedule does, without waiting for it. */
  async function renew(): Promise<string> {
    await (await services()).broker.renew(server.credentialId);
    return tokenNow();
  }

  describe('by reference', () => {
    it('before it ends, once, and the server goes on with the new one', async () => {
      const { id } = await signIn('notes');
      server = await addServer({
        name: 'notes-reference',
        url: provider.mcpUrl,
        file: '.vscode/mcp.json',
        delivery: 'reference',
        credential: { kind: 'existing', credentialId: id },
      });
      await start(server);
      await until('the first token at the server', async () => (await tokensSeen()).length === 1);
      const first = await tokenNow();
      await until('the second token at the server', async () => (await tokensSeen()).length === 2, 2 * lifetime);
      const second = await tokenNow();
      assert.deepEqual(await tokensSeen(), [first, second]);
      await until('a server that runs', isRunning);

      const { authorizationServer, mcpServer, events } = await provider.send({ command: 'record' });
      const [issued, ...refreshed] = authorizationServer.filter(({ path }) => path === '/token');
      assert.equal(refreshed.length, 1);
      const age = (refreshed[0]?.time ?? 0) - (issued?.time ?? 0);
      assert.ok(age > lifetime * 500 && age < lifetime * 1000, `renewed after ${age} ms`);
      // Not one request was refused for an old token.
      assert.deepEqual(
        mcpServer.filter(({ path, status, headers }) => path === '/mcp' && status === 401 && headers.authorization),
        [],
      );
      assert.ok(events.every(({ event }) => event !== 'revoked' && event !== 'refused'));
      assert.ok(!readText().includes(second));
      assert.deepEqual(messages.shown, []);
      // What VS Code's own restart would open.
      const shown = vscode.window.visibleTextEditors.map(({ document }) => document.uri.scheme);
      assert.ok(!shown.includes('output'), String(shown));
    });

    it('and is never started for it', async () => {
      await stop(server);
      await until('a server that stands', async () => !(await isRunning()));
      await provider.send({ command: 'forget' });
      const renewed = await renew();
      await pause(2000);
      assert.deepEqual(await tokensSeen(), []);
      await start(server);
      await until('the token at the server', async () => (await tokensSeen()).includes(renewed));
    });

    it('is asked about where the person wants that, once at a time', async () => {
      await restartServers('ask');
      const before = await tokenNow();
      await provider.send({ command: 'forget' });
      messages.shown.length = 0;
      let press: ((button: string | undefined) => void) | undefined;
      const pressed = new Promise<string | undefined>(resolve => {
        press = resolve;
      });
      const { showInformationMessage } = vscode.window;
      const asked: string[] = [];
      Object.assign(vscode.window, {
        showInformationMessage: (text: string) => {
          asked.push(text);
          return pressed;
        },
      });
      await renew();
      await until('the question', () => asked.length > 0);
      const last = await renew();
      await pause(500);
      assert.equal(asked.length, 1);
      assert.match(asked[0] ?? '', /notes-reference runs with a token that has been renewed/);
      assert.deepEqual(await tokensSeen(), []);
      press?.('Restart');
      await until('the new token at the server', async () => (await tokensSeen()).length > 0);
      assert.deepEqual(await tokensSeen(), [last]);
      assert.notEqual(last, before);
      Object.assign(vscode.window, { showInformationMessage });
      await until('a server that runs', isRunning);
    });

    it('is left alone where the person wants that', async () => {
      await restartServers('never');
      await provider.send({ command: 'forget' });
      messages.shown.length = 0;
      await renew();
      await pause(2000);
      assert.deepEqual(await tokensSeen(), []);
      assert.ok(await isRunning());
      assert.deepEqual(messages.shown, []);
      await stop(server);
      await run('mcpKeyring.servers.detachCredential', server);
    });
  });

  // Nested, since mocha runs a suite's own tests before those of the suites in it.
  describe('otherwise', () => {
    it('by literal: the file is rewritten, and the server started again', async () => {
      await restartServers('always');
      const { id } = await signIn('written');
      server = await addServer({
        name: 'notes-literal',
        url: provider.mcpUrl,
        file: '.vscode/mcp.json',
        delivery: 'literal',
        credential: { kind: 'existing', credentialId: id },
      });
      await start(server);
      await until('a server that runs', isRunning);
      await provider.send({ command: 'forget' });
      const renewed = await renew();
      await until('the new token in the file', () => readText().includes(renewed));
      await until('the new token at the server', async () => (await tokensSeen()).includes(renewed));
      await stop(server);
      await run('mcpKeyring.servers.detachCredential', server);
    });

    it('by provider: only a server that runs is restarted', async () => {
      const { id } = await signIn('offered');
      server = await addServer({
        name: 'notes-provided',
        url: provider.mcpUrl,
        delivery: 'provided',
        credential: { kind: 'existing', credentialId: id },
      });
      await start(server);
      await until('a server that runs', isRunning);
      await provider.send({ command: 'forget' });
      const renewed = await renew();
      await until('the new token at the server', async () => (await tokensSeen()).includes(renewed));
      const { context } = await services();
      await vscode.commands.executeCommand('workbench.mcp.stopServer', `${context.extension.id}/notes-provided`);
      await until('a server that stands', async () => !(await isRunning()));
      await provider.send({ command: 'forget' });
      await renew();
      await pause(2000);
      assert.deepEqual(await tokensSeen(), []);
      assert.ok(!(await isRunning()));
    });
  });
});
