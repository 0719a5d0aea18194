import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { KeyringError } from '../../../src/core/errors.ts';
import type { Verification } from '../../../src/core/jwt/verify.ts';
import type { OAuthGrant } from '../../../src/core/oauth/grant.ts';
import type { AddServerResult } from '../../../src/ids.ts';
import { signInToGrant } from '../../servers/oauthGrant.ts';
import { type OAuthServerChild, startOAuthServerChild } from '../../servers/oauthServerChild.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { addServer, run, start, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { putGrant } from '../harness/oauth.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

describe('Signing out', function () {
  this.timeout(60_000);
  let provider: OAuthServerChild;
  let isClosed = false;
  const messages = new Messages();

  before(async () => {
    provider = await startOAuthServerChild(join(testEnvironment().repoRoot, 'test/servers/oauthServerProcess.ts'), {
      authorizationServer: { accessTokens: 'opaque' },
      mcpServer: { scopesSupported: ['notes:read'], verify: 'introspection' },
    });
    messages.catch();
  });

  after(async () => {
    messages.release();
    if (!isClosed) {
      await provider?.close();
    }
    await forgetAll();
  });

  beforeEach(async () => {
    messages.shown.length = 0;
    messages.answer = () => undefined;
    if (!isClosed) {
      await provider.send({ command: 'forget' });
    }
  });

  async function signIn(name: string): Promise<{ readonly id: string; readonly grant: OAuthGrant }> {
    const grant = await signInToGrant(provider.mcpUrl);
    const { id } = await putGrant(name, grant);
    return { id, grant };
  }

  function attach(credentialId: string, name: string): Promise<AddServerResult> {
    return addServer({
      name,
      url: provider.mcpUrl,
      file: '.vscode/mcp.json',
      delivery: 'reference',
      credential: { kind: 'existing', credentialId },
    });
  }

  async function stored(id: string): Promise<OAuthCredential> {
    const credential = await (await services()).vault.readCredential(id);
    assert.ok(credential.kind === 'oauth');
    return credential;
  }

  async function hasTokens(id: string): Promise<boolean> {
    const { grant } = await stored(id);
    return grant.flow !== 'vscodeAccount' && grant.tokens !== undefined;
  }

  /** The tokens that the authorization server was told to revoke. */
  async function revoked(): Promise<(string | undefined)[]> {
    const { authorizationServer } = await provider.send({ command: 'record' });
    return authorizationServer.flatMap(({ path, parameters, status }) =>
      path === '/token/revocation' && status === 200 ? [parameters.token] : [],
    );
  }

  it('asks the server about an opaque token', async () => {
    const { id } = await signIn('asked');
    const { valid, checks } = (await run('mcpKeyring.verifyToken', { credentialId: id })) as Verification;
    assert.ok(valid, JSON.stringify(checks));
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome === 'passed').map(({ check }) => check),
      ['introspection', 'exp', 'iat'],
    );
    assert.match(messages.shown.at(-1)?.text ?? '', /says that the token is active/);
    await (await services()).broker.renew(id);
    await (await services()).vault.deleteCredential(id);
  });

  it('asks it by plain http too where the person has said yes to that', async () => {
    const grant = await signInToGrant(provider.mcpUrl);
    assert.ok(grant.flow === 'authorizationCode');
    const server = { ...grant.server, introspectionEndpoint: 'http://keyring.invalid/introspection' };
    const attachment = { url: 'http://keyring.invalid/mcp', header: 'authorization', at: Date.now() };
    const { broker, vault } = await services();
    for (const [allowed, failure] of [
      [{ insecureAllowed: true }, 'network'],
      [{}, 'url-forbidden'],
    ] as const) {
      const { id } = await putGrant('plain', { ...grant, server }, [{ ...attachment, ...allowed }]);
      const answer = await broker.introspect(await stored(id));
      assert.equal(answer?.ok === false && answer.error.code, failure);
      await vault.deleteCredential(id);
    }
  });

  it('revokes the tokens at the server, forgets them here, stops the server that has them and keeps the rest', async () => {
    const { id, grant } = await signIn('leaving');
    const server = await attach(id, 'notes-leaving');
    await start(server);
    const { mcp, broker } = await services();
    const isRunning = async () => (await mcp.find(vscode.Uri.parse(server.file), server.server))?.running === true;
    await until('a server that runs', isRunning);
    await run('mcpKeyring.credentials.signOut', { credentialId: id });
    assert.deepEqual(await revoked(), [grant.tokens?.refreshToken?.reveal(), grant.tokens?.accessToken.reveal()]);
    assert.ok(!(await hasTokens(id)));
    await until('a server that stands', async () => !(await isRunning()));
    assert.match(messages.shown.at(-1)?.text ?? '', /signed out of “leaving”, and its server has revoked the tokens/);
    const credential = await stored(id);
    assert.equal(credential.attachments.length, 1);
    assert.equal(credential.history.at(-1)?.event, 'signedOut');
    await assert.rejects(broker.headerFor(provider.mcpUrl, 'Authorization'), ({ code, data }: KeyringError) => {
      assert.deepEqual([code, data.failure], ['oauth-failed', 'sign-in-needed']);
      return true;
    });
    const snapshot = (await services()).inventory.snapshot.credentials.find(found => found.credential.id === id);
    assert.equal(snapshot?.status, 'signIn');
    await run('mcpKeyring.servers.detachCredential', server);
  });

  it('Revoke tells the server too', async () => {
    const { id, grant } = await signIn('revoked');
    messages.answer = ({ buttons }) => buttons.find(title => title === 'Revoke');
    await run('mcpKeyring.credentials.revoke', { credentialId: id });
    await until('a revocation', async () => (await revoked()).length === 2);
    assert.equal((await revoked())[0], grant.tokens?.refreshToken?.reveal());
    await until('no tokens here', async () => !(await hasTokens(id)));
    assert.ok((await stored(id)).revokedAt);
  });

  it('says so when the server cannot be told, and forgets only if the person wants that', async () => {
    const { id } = await signIn('offline');
    await provider.close();
    isClosed = true;
    await run('mcpKeyring.credentials.signOut', { credentialId: id });
    const [question] = messages.shown;
    assert.equal(question?.kind, 'warning');
    assert.match(question.text, /could not be told to revoke its tokens/);
    assert.match(question.detail ?? '', /stay signed in/);
    assert.ok(await hasTokens(id));
    messages.answer = ({ buttons }) => buttons.find(title => title === 'Forget Them Here');
    await run('mcpKeyring.credentials.signOut', { credentialId: id });
    assert.ok(!(await hasTokens(id)));
    assert.match(messages.shown.at(-1)?.text ?? '', /was not told to revoke/);
  });
});
