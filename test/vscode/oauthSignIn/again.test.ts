import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { KeyringError } from '../../../src/core/errors.ts';
import type { TestConnectionResult } from '../../../src/ids.ts';
import { OAUTH_CLIENT_SECRET } from '../../servers/oauthClients.ts';
import type { OAuthServerChild } from '../../servers/oauthServerChild.ts';
import { forgetAll, headerSnapshot, logText, services } from '../harness/inside.ts';
import { addServer, run, until } from '../harness/keyring.ts';
import { Questions } from '../harness/questions.ts';
import { AccountProvider } from './accountProvider.ts';
import { Person } from './person.ts';
import { requestsTo, startProvider } from './servers.ts';

const redirectUri = 'http://127.0.0.1/callback';

describe('OAuth: signing in again, and accounts of VS Code', () => {
  let provider: OAuthServerChild;
  const person = new Person();

  before(async () => {
    provider = await startProvider();
    person.sitDown();
  });

  after(async () => {
    person.leave();
    await provider?.close();
    await forgetAll();
  });

  beforeEach(async () => {
    person.instead = undefined;
    await provider.send({ command: 'forget' });
  });

  async function read(credentialId: string): Promise<OAuthCredential> {
    const credential = await (await services()).vault.readCredential(credentialId);
    assert.ok(credential.kind === 'oauth');
    return credential;
  }

  it('keeps id, name, servers and client, and asks for other scopes where somebody wants them', async () => {
    const { credentialId } = await addServer({
      name: 'again',
      url: provider.mcpUrl,
      file: '.vscode/mcp.json',
      credential: {
        kind: 'oauth',
        flow: 'authorizationCode',
        redirectUri,
        scopes: ['notes:read'],
        clientId: 'native-app',
      },
    });
    const before = await read(credentialId);
    await run('mcpKeyring.credentials.signIn', { credentialId }, { scopes: ['notes:read', 'notes:write'] });
    const after = await read(credentialId);
    assert.deepEqual([after.name, after.attachments], [before.name, before.attachments]);
    assert.ok(before.grant.flow === 'authorizationCode' && after.grant.flow === 'authorizationCode');
    assert.equal(after.grant.client.clientId, 'native-app');
    assert.deepEqual(after.grant.scopes, ['notes:read', 'notes:write']);
    assert.ok(after.grant.tokens && before.grant.tokens);
    assert.ok(!after.grant.tokens.accessToken.equals(before.grant.tokens.accessToken));
    assert.equal(after.history.at(-1)?.event, 'signedIn');
    assert.deepEqual(
      (await requestsTo(provider, '/auth')).map(({ scope }) => scope),
      ['notes:read', 'notes:read notes:write'],
    );
  });

  it('what a server refuses a tool for is asked for beside what was asked for before, once the person says so', async () => {
    const { server, file, credentialId } = await addServer({
      name: 'stepped-up',
      url: provider.mcpUrl,
      file: '.vscode/mcp.json',
      credential: {
        kind: 'oauth',
        flow: 'authorizationCode',
        redirectUri,
        scopes: ['notes:write'],
        clientId: 'native-app',
      },
    });
    const target = { server, file };
    await until(
      'the server with its credential',
      async () => (await headerSnapshot(file, server)).credentialId === credentialId,
    );
    const { causes } = (await run('mcpKeyring.servers.testConnection', target, {
      tool: 'read_notes',
    })) as TestConnectionResult;
    assert.equal(causes[0]?.id, 'permission-missing');
    const [fix] = causes[0].fixes;
    assert.deepEqual(fix, { kind: 'signIn', value: 'notes:read' });
    await provider.send({ command: 'forget' });
    const questions = new Questions();
    questions.catch();
    try {
      const mending = run('mcpKeyring.servers.applyFix', target, fix);
      const review = await until('the review', async () => {
        const question = await questions.next();
        return question.kind === 'pick' ? question : undefined;
      });
      assert.ok(review.items.includes('Scopes: notes:write notes:read'), review.items.join('\n'));
      assert.deepEqual(await requestsTo(provider, '/auth'), []);
      review.pick('Sign in at');
      await mending;
    } finally {
      questions.release();
    }
    assert.deepEqual(
      (await requestsTo(provider, '/auth')).map(({ scope }) => scope),
      ['notes:write notes:read'],
    );
    assert.equal((await read(credentialId)).history.at(-1)?.event, 'signedIn');
    const again = (await run('mcpKeyring.servers.testConnection', target, {
      tool: 'read_notes',
    })) as TestConnectionResult;
    assert.ok(again.healthy, again.verdict);
  });

  it('keeps the old token where the new sign-in comes to nothing', async () => {
    const { credentialId } = await addServer({
      name: 'kept',
      url: provider.mcpUrl,
      file: '.vscode/mcp.json',
      credential: { kind: 'oauth', flow: 'authorizationCode', redirectUri, clientId: 'native-app' },
    });
    const before = await read(credentialId);
    person.instead = async url => {
      const { searchParams } = new URL(url);
      const answer = new URLSearchParams({ state: searchParams.get('state') ?? '', iss: provider.issuer });
      answer.set('error', 'access_denied');
      await person.land(`${searchParams.get('redirect_uri')}?${answer}`);
    };
    await assert.rejects(
      async () => run('mcpKeyring.credentials.signIn', { credentialId }, {}),
      /The sign-in at .* was declined there\./,
    );
    await assert.rejects(
      async () => run('mcpKeyring.credentials.signIn', { credentialId }, { scopes: 'a b' as never }),
      /^Error: scopes: this has the wrong type|^CommandFailed: scopes: this has the wrong type/,
    );
    assert.deepEqual(await read(credentialId), before);
  });

  it('a program’s own grant needs nobody', async () => {
    const { credentialId } = await addServer({
      name: 'service',
      url: provider.mcpUrl,
      file: '.vscode/mcp.json',
      credential: {
        kind: 'oauth',
        flow: 'clientCredentials',
        clientId: 'service-basic',
        clientSecret: OAUTH_CLIENT_SECRET,
      },
    });
    const before = await read(credentialId);
    await run('mcpKeyring.credentials.signIn', { credentialId }, {});
    const after = await read(credentialId);
    assert.ok(before.grant.flow === 'clientCredentials' && after.grant.flow === 'clientCredentials');
    assert.ok(before.grant.tokens && after.grant.tokens);
    assert.ok(!after.grant.tokens.accessToken.equals(before.grant.tokens.accessToken));
  });

  it('an account whose provider fails: who starts a server is told to sign in, and the log has the reason', async () => {
    const accounts = new AccountProvider();
    accounts.fails = true;
    const registration = vscode.authentication.registerAuthenticationProvider('keyring-fails', 'Fails', accounts);
    const url = 'https://account.example/mcp';
    try {
      const { vault, broker } = await services();
      await vault.putCredential({
        kind: 'oauth',
        id: 'account-that-fails',
        name: 'account',
        header: { name: 'Authorization', scheme: 'Bearer' },
        grant: { flow: 'vscodeAccount', providerId: 'keyring-fails', scopes: [] },
        attachments: [{ url, header: 'authorization', at: Date.now() }],
        history: [],
        createdAt: Date.now(),
        timesRenewed: 0,
      });
      await assert.rejects(broker.headerFor(url, 'Authorization'), ({ code }: KeyringError) => {
        assert.equal(code, 'sign-in-needed');
        return true;
      });
      await until('the log', () => /account-unavailable .*keyring-fails.*Network request failed/.test(logText()));
    } finally {
      registration.dispose();
    }
  });

  it('an account that VS Code does not have is told in words', async () => {
    const accounts = new AccountProvider();
    accounts.refuses = true;
    const registration = vscode.authentication.registerAuthenticationProvider('keyring-none', 'None', accounts);
    try {
      await assert.rejects(
        async () =>
          run('mcpKeyring.addCredential', undefined, {
            kind: 'oauth',
            flow: 'vscodeAccount',
            providerId: 'keyring-none',
            scopes: [],
          }),
        /VS Code gave no session of “keyring-none”/,
      );
    } finally {
      registration.dispose();
    }
  });
});
