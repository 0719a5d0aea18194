import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { AddServerResult, OAuthAnswers } from '../../../src/ids.ts';
import { freePort } from '../../host/freePort.ts';
import { OAUTH_CLIENT_SECRET } from '../../servers/oauthClients.ts';
import type { OAuthServerChild } from '../../servers/oauthServerChild.ts';
import {
  startTutorialServer,
  TUTORIAL_CLIENT_ID,
  TUTORIAL_CLIENT_SECRET,
  type TutorialServer,
} from '../../servers/tutorialServer.ts';
import { clientMetadataText } from '../../tools/clientMetadata.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { addServer, readText, run, start, stop, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Person } from './person.ts';
import { authorizationsSeen, methodsAnswered, requestsTo, startProvider } from './servers.ts';

/** Where nobody but this test's provider finds the document. */
const documentUrl = 'https://client.example/mcp-keyring.json';

/** This host's browser is on the same machine, which the extension can't know. */
const redirectUri = 'http://127.0.0.1/callback';

// VS Code's own client connects with a token that a real provider gave, by each way there is to one.
describe('OAuth: from a sign-in to a server that runs', function () {
  this.timeout(60_000);
  let provider: OAuthServerChild;
  let keyId: string;
  const person = new Person();
  let count = 0;

  before(async () => {
    keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'ES256', name: 'Client key' })) as string;
    const key = (await services()).vault.signingKey(keyId);
    assert.ok(key?.type === 'jwk');
    provider = await startProvider({
      authorizationServer: {
        assertionKey: { ...key.publicJwk, alg: 'ES256', ...(key.kid && { kid: key.kid }) },
        metadataDocuments: { [documentUrl]: JSON.parse(clientMetadataText(documentUrl)) },
      },
    });
    person.sitDown();
  });

  after(async () => {
    person.leave();
    await provider?.close();
    await forgetAll();
  });

  beforeEach(async () => {
    person.opened.length = 0;
    person.pages.length = 0;
    person.troubles.length = 0;
    person.press = undefined;
    person.instead = undefined;
    await provider.send({ command: 'forget' });
  });

  afterEach(() => assert.deepEqual(person.troubles, []));

  async function add(credential: Omit<OAuthAnswers, 'kind'>, url = provider.mcpUrl): Promise<AddServerResult> {
    return addServer({
      name: `notes-${++count}`,
      url,
      file: '.vscode/mcp.json',
      delivery: 'reference',
      credential: { kind: 'oauth', ...credential },
    });
  }

  async function credentialOf({ credentialId }: AddServerResult): Promise<OAuthCredential> {
    const credential = await (await services()).vault.readCredential(credentialId);
    assert.ok(credential.kind === 'oauth');
    return credential;
  }

  async function assertConnected(result: AddServerResult): Promise<void> {
    const { grant } = await credentialOf(result);
    assert.ok(grant.flow !== 'vscodeAccount' && grant.tokens);
    await provider.send({ command: 'forget' });
    await start(result);
    await until('the tools', async () => (await methodsAnswered(provider)).includes('tools/list'));
    await stop(result);
    assert.deepEqual(await authorizationsSeen(provider), [`Bearer ${grant.tokens.accessToken.reveal()}`]);
    assert.ok(!readText().includes(grant.tokens.accessToken.reveal()));
  }

  it('authorization code: registered, signed in in the browser, come back on loopback', async () => {
    const result = await add({ flow: 'authorizationCode', redirectUri });
    const [asked = ''] = person.opened;
    const sent = new URL(asked).searchParams;
    assert.equal(new URL(asked).origin, provider.issuer);
    assert.equal(sent.get('code_challenge_method'), 'S256');
    assert.equal(sent.get('resource'), provider.mcpUrl);
    assert.equal(sent.get('scope'), 'notes:read notes:write offline_access');
    assert.match(sent.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const [page] = person.pages;
    assert.equal(page?.status, 200);
    assert.match(page?.text ?? '', /You have signed in at http:\/\/127\.0\.0\.1:\d+\..*go back to/s);
    assert.match(page?.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const { grant } = await credentialOf(result);
    assert.ok(grant.flow === 'authorizationCode');
    assert.deepEqual([grant.client.source, grant.client.issuer], ['registered', provider.issuer]);
    assert.ok(grant.tokens?.refreshToken);
    await assertConnected(result);
    // The port is closed when nobody waits any more.
    await assert.rejects(fetch(`${sent.get('redirect_uri')}?state=x`));
  });

  it('authorization code: the client of the sign-in before is used again', async () => {
    await add({ flow: 'authorizationCode', redirectUri });
    const [authorization] = await requestsTo(provider, '/auth');
    assert.deepEqual(await requestsTo(provider, '/reg'), []);
    assert.match(authorization?.redirect_uri ?? '', /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  });

  it('authorization code: a fixed port, as a server that compares ports wants it', async () => {
    const port = await freePort();
    await add({ flow: 'authorizationCode', redirectUri: `http://127.0.0.1:${port}/back` });
    const [authorization] = await requestsTo(provider, '/auth');
    assert.equal(authorization?.redirect_uri, `http://127.0.0.1:${port}/back`);
    assert.equal(new URL(person.opened[0] ?? '').searchParams.get('redirect_uri'), `http://127.0.0.1:${port}/back`);
  });

  it('authorization code: known by a client metadata document, registered nowhere', async () => {
    const { settings } = await services();
    Object.defineProperty(settings, 'oauthClientMetadataUrl', { value: documentUrl, configurable: true });
    try {
      const result = await add({ flow: 'authorizationCode', redirectUri });
      const { grant } = await credentialOf(result);
      assert.ok(grant.flow === 'authorizationCode');
      assert.deepEqual([grant.client.clientId, grant.client.source], [documentUrl, 'metadata-document']);
      assert.deepEqual(await requestsTo(provider, '/reg'), []);
      await assertConnected(result);
    } finally {
      Reflect.deleteProperty(settings, 'oauthClientMetadataUrl');
    }
  });

  it('authorization code: a client registered by hand, with its secret, other scopes, no resource', async () => {
    const result = await add({
      flow: 'authorizationCode',
      redirectUri,
      clientId: 'web-app',
      clientSecret: OAUTH_CLIENT_SECRET,
      clientAuth: 'client_secret_post',
      scopes: ['notes:read'],
    });
    const { grant } = await credentialOf(result);
    assert.ok(grant.flow === 'authorizationCode');
    assert.deepEqual([grant.client.clientId, grant.client.source], ['web-app', 'preregistered']);
    assert.deepEqual(grant.scopes, ['notes:read']);
    assert.equal((await requestsTo(provider, '/auth'))[0]?.scope, 'notes:read');
    await assertConnected(result);
    await add({ flow: 'authorizationCode', redirectUri, resource: null });
    assert.ok(!('resource' in ((await requestsTo(provider, '/auth')).at(-1) ?? {})));
    assert.ok(!('resource' in ((await requestsTo(provider, '/token')).at(-1) ?? {})));
  });

  it('authorization code: by a URI of VS Code where loopback is on another machine', async () => {
    const { signIns } = await services();
    const host = await signIns.tools();
    assert.equal(host.host, 'remote');
    person.instead = async url => {
      const redirect = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
      const { signInByFetch } = await import('../../servers/oauthBrowser.ts');
      const end = await signInByFetch(url, { redirectUri: `${redirect.origin}${redirect.pathname}` });
      assert.ok('callback' in end, JSON.stringify(end));
      // What the workbench makes of the address: its own parameters are gone.
      const query = [...end.callback.searchParams].filter(([name]) => !name.startsWith('vscode-'));
      const uri = vscode.Uri.from({
        scheme: vscode.env.uriScheme,
        authority: 'mcp-keyring.mcp-keyring',
        path: '/oauth-callback',
        query: query.map(([name, value]) => `${name}=${value}`).join('&'),
      });
      await signIns.handleUri(uri);
    };
    const result = (await Promise.race([
      add({ flow: 'authorizationCode' }),
      until('trouble', () => person.troubles[0], 20),
    ])) as AddServerResult;
    assert.ok(!(result instanceof Error), String(result));
    const redirect = (await requestsTo(provider, '/auth'))[0]?.redirect_uri ?? '';
    assert.match(redirect, /\/callback\?/, redirect);
    await assertConnected(result);
  });

  it('device code: shown, copied, entered, waited for', async () => {
    const result = await add({ flow: 'deviceCode', clientId: 'native-app' });
    const code = await vscode.env.clipboard.readText();
    assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
    assert.equal(person.opened[0], `${provider.issuer}/device?user_code=${code}`);
    const { grant } = await credentialOf(result);
    assert.equal(grant.flow, 'deviceCode');
    await assertConnected(result);
  });

  for (const clientAuth of ['client_secret_basic', 'client_secret_post'] as const) {
    it(`client credentials: ${clientAuth}`, async () => {
      const clientId = clientAuth === 'client_secret_basic' ? 'service-basic' : 'service-post';
      const result = await add({
        flow: 'clientCredentials',
        clientId,
        clientSecret: OAUTH_CLIENT_SECRET,
        clientAuth,
        scopes: ['notes:read'],
      });
      assert.deepEqual(person.opened, []);
      await assertConnected(result);
    });
  }

  it('client credentials: private_key_jwt with a signing key of the keyring', async () => {
    const result = await add({ flow: 'clientCredentials', clientId: 'service-jwt', clientKeyId: keyId });
    const [sent] = await requestsTo(provider, '/token');
    assert.equal(sent?.client_assertion_type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const claims = JSON.parse(Buffer.from(sent?.client_assertion?.split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual([claims.iss, claims.sub, claims.aud], ['service-jwt', 'service-jwt', provider.issuer]);
    const { clientKeyId, name } = await credentialOf(result);
    assert.equal(clientKeyId, keyId);
    await assertConnected(result);
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.keys.rotate', { keyId });
      await run('mcpKeyring.keys.delete', { keyId });
      const [rotation = '', deletion = ''] = messages.shown.map(({ detail }) => detail);
      assert.ok(
        rotation.includes(
          `sign in with it, and cannot until their authorization server has the new public key: ${name}`,
        ),
      );
      assert.ok(deletion.includes(`get no new tokens without it: ${name}`));
    } finally {
      messages.release();
    }
  });

  it('token endpoint: a form with fields of its own', async () => {
    const result = await add({
      flow: 'tokenEndpoint',
      clientId: 'service-post',
      clientSecret: OAUTH_CLIENT_SECRET,
      scopes: ['notes:read'],
      endpoint: { url: `${provider.issuer}/token`, body: 'form', extra: { resource: provider.mcpUrl } },
    });
    assert.deepEqual(await requestsTo(provider, '/token'), [
      {
        grant_type: 'client_credentials',
        client_id: 'service-post',
        client_secret: OAUTH_CLIENT_SECRET,
        scope: 'notes:read',
        resource: provider.mcpUrl,
      },
    ]);
    await assertConnected(result);
  });

  describe('token endpoint, tutorial style', () => {
    let tutorial: TutorialServer;

    before(async () => {
      tutorial = await startTutorialServer();
    });

    after(() => tutorial?.close());

    const client = { clientId: TUTORIAL_CLIENT_ID, clientSecret: TUTORIAL_CLIENT_SECRET };

    async function assertTutorialRuns(result: AddServerResult): Promise<void> {
      tutorial.requests.length = 0;
      await start(result);
      await until('the tools', () =>
        tutorial.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
      );
      await stop(result);
    }

    it('JSON with client_id', async () => {
      const result = await add(
        { flow: 'tokenEndpoint', ...client, endpoint: { url: tutorial.tokenUrl, body: 'json', extra: { team: 'x' } } },
        tutorial.url,
      );
      assert.deepEqual(tutorial.tokenRequests.at(-1), {
        grant_type: 'client_credentials',
        client_id: TUTORIAL_CLIENT_ID,
        client_secret: TUTORIAL_CLIENT_SECRET,
        team: 'x',
      });
      await assertTutorialRuns(result);
    });

    it('JSON with clientId, fields of the answer by name', async () => {
      const result = await add(
        {
          flow: 'tokenEndpoint',
          ...client,
          endpoint: {
            url: tutorial.camelTokenUrl,
            body: 'json',
            style: 'camelCase',
            fields: { accessToken: 'accessToken', expiresIn: 'expiresIn', refreshToken: 'refreshToken' },
          },
        },
        tutorial.url,
      );
      const { grant } = await credentialOf(result);
      assert.ok(grant.flow === 'tokenEndpoint' && grant.tokens?.refreshToken && grant.tokens.expiresAt);
      await assertTutorialRuns(result);
    });
  });
});
