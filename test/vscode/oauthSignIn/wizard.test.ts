import assert from 'node:assert/strict';
import { currentToken } from '../../../src/core/credentials/token.ts';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { RecipeGrant, StandardGrant } from '../../../src/core/oauth/grant.ts';
import { snakeCaseNames } from '../../../src/core/oauth/tokenEndpoint.ts';
import { standardFields } from '../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type FakeServer, startFakeServer } from '../../unit/core/oauth/fakeServer.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { putGrant } from '../harness/oauth.ts';
import { type Question, Questions } from '../harness/questions.ts';
import { Person } from './person.ts';

const metadataPath = '/.well-known/oauth-authorization-server';

describe('OAuth: a person who is asked', () => {
  let server: FakeServer;
  const person = new Person();
  const messages = new Messages();
  const questions = new Questions();

  before(() => person.sitDown());

  after(() => person.leave());

  beforeEach(async () => {
    server = await startFakeServer();
    server.json('/mcp', {}, 401, { 'WWW-Authenticate': 'Bearer' });
    describeServer();
    person.instead = async url => {
      const { searchParams } = new URL(url);
      const query = new URLSearchParams({ state: searchParams.get('state') ?? '', code: 'fake-code' });
      await person.land(`${searchParams.get('redirect_uri')}?${query}`);
    };
    messages.shown.length = 0;
    messages.catch();
    questions.catch();
  });

  afterEach(async () => {
    questions.release();
    messages.release();
    await server.close();
    await forgetAll();
  });

  function describeServer(changes: object = {}, path = ''): void {
    server.json(`${metadataPath}${path}`, {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      code_challenge_methods_supported: ['S256'],
      ...changes,
    });
  }

  /** Waits for the question; boxes in which nothing can be answered go by. */
  function asked(prompt: string): Promise<Question> {
    return until(prompt, async () => {
      const question = await questions.next();
      return question.prompt.startsWith(prompt) ? question : undefined;
    });
  }

  /** A credential whose person signed in once at this server. */
  async function signedIn(): Promise<string> {
    const { origin } = server;
    const grant: StandardGrant = {
      flow: 'authorizationCode',
      server: {
        issuer: origin,
        authorizationEndpoint: `${origin}/authorize`,
        tokenEndpoint: `${origin}/token`,
        pkce: true,
        issInResponse: false,
        metadataDocuments: false,
      },
      client: {
        issuer: origin,
        clientId: 'app',
        source: 'preregistered',
        authMethod: 'none',
        redirectUris: ['http://127.0.0.1/callback'],
      },
      scopes: ['notes:read'],
      tokens: { accessToken: new Secret('fake-old'), obtainedAt: Date.now(), lifetime: 'missing' },
    };
    const attachment = { url: `${origin}/mcp`, header: 'authorization', at: Date.now() };
    return (await putGrant('asked', grant, [attachment])).id;
  }

  it('who names an authorization server that is none is told once, and may name another', async () => {
    const tenant = `${server.origin}/tenant`;
    describeServer({ issuer: tenant }, '/tenant');
    const adding = run('mcpKeyring.addCredential');
    (await asked('What kind of credential')).pick('Sign in with OAuth');
    (await asked('How do you get a token')).pick('Sign in with the browser');
    (await asked('The URL of the MCP server')).type(`${server.origin}/mcp`);
    (await asked('A name for the credential')).type('asked');
    (await asked('This is where you will sign in.')).pick('Authorization server');
    (await asked('The issuer')).type(`${server.origin}/nowhere`);
    const whatNow = await asked('It could not be found out where to sign in.');
    await until('the message', () => messages.shown.length > 0);
    assert.deepEqual(
      messages.shown.map(({ text }) => /does not publish how to get tokens/.test(text)),
      [true],
    );
    const tried = server.paths.filter(path => path.includes('/nowhere'));
    assert.equal(new Set(tried).size, tried.length, tried.join('\n'));
    whatNow.pick('Enter the authorization server');
    const again = await asked('The issuer');
    assert.equal(again.value, `${server.origin}/nowhere`);
    again.type(tenant);
    const review = await asked('This is where you will sign in.');
    assert.deepEqual([review.items[1], review.details[1]], [`Authorization server: ${tenant}`, 'you named it']);
    review.escape();
    assert.equal(await adding, undefined);
    assert.equal(messages.shown.length, 1);
  });

  it('who is refused at a token endpoint goes on with what was entered, and may go back to it', async () => {
    server.json('/token', { error: 'invalid_client' }, 401);
    const adding = run('mcpKeyring.addCredential');
    (await asked('What kind of credential')).pick('Sign in with OAuth');
    (await asked('How do you get a token')).pick('From a token endpoint');
    (await asked('The address of the token endpoint')).type(`${server.origin}/token`);
    (await asked('How does it want to be asked?')).pick('In JSON: clientId');
    (await asked('Further fields as JSON')).type('');
    const answered = await asked('The fields of the answer');
    assert.equal(answered.value, 'accessToken expiresIn refreshToken');
    answered.accept();
    (await asked('The client id')).back();
    (await asked('The fields of the answer')).back();
    (await asked('Further fields as JSON')).back();
    (await asked('How does it want to be asked?')).pick('As a form');
    (await asked('Further fields as JSON')).accept();
    const fields = await asked('The fields of the answer');
    assert.equal(fields.value, 'access_token expires_in refresh_token');
    fields.accept();
    (await asked('The client id')).type('app');
    (await asked('The client secret.')).type('fake-secret');
    (await asked('A name for the credential')).type('asked');
    const review = 'This is where the client id and its secret will be sent.';
    (await asked(review)).pick('Get a token from');
    await until('the message', () => messages.shown.length > 0);
    assert.match(messages.shown[0]?.text ?? '', /does not accept this client or its secret/);
    (await asked(review)).back();
    (await asked('A name for the credential')).back();
    const secret = await asked('The client secret.');
    assert.equal(secret.value, 'fake-secret');
    server.json('/token', { access_token: 'fake-new', expires_in: 3600 });
    secret.accept();
    (await asked('A name for the credential')).accept();
    (await asked(review)).pick('Get a token from');
    const { vault } = await services();
    assert.equal(currentToken(await vault.readCredential((await adding) as string))?.reveal(), 'fake-new');
  });

  it('who types a secret in the place of a signing key is believed', async () => {
    await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'ES256', name: 'Client key' });
    const sent: string[] = [];
    server.answer('/token', (req, res) => {
      sent.push(req.headers.authorization ?? '');
      res.end(JSON.stringify({ access_token: 'fake-new' }));
    });
    const adding = run('mcpKeyring.addCredential');
    (await asked('What kind of credential')).pick('Sign in with OAuth');
    (await asked('How do you get a token')).pick('As a program');
    (await asked('The URL of the MCP server')).type(`${server.origin}/mcp`);
    (await asked('The client id')).type('app');
    (await asked('How does the program prove')).pick('Client key');
    (await asked('A name for the credential')).type('asked');
    (await asked('This is where the token will come from.')).pick('Client');
    (await asked('The client id that you got')).accept();
    (await asked('Its secret')).type('fake-secret');
    (await asked('This is where the token will come from.')).pick('Get a token from');
    const { vault } = await services();
    const credential = (await vault.readCredential((await adding) as string)) as OAuthCredential;
    assert.deepEqual(sent, [`Basic ${btoa('app:fake-secret')}`]);
    assert.equal(credential.clientKeyId, undefined);
  });

  it('who has a new secret for a token endpoint signs in again with it', async () => {
    const { origin } = server;
    const grant: RecipeGrant = {
      flow: 'tokenEndpoint',
      recipe: {
        url: `${origin}/token`,
        body: 'json',
        names: snakeCaseNames,
        clientId: 'app',
        clientSecret: new Secret('fake-old-secret'),
        grantType: 'client_credentials',
        scopes: [],
        extra: { audience: 'notes' },
        fields: standardFields,
        refresh: undefined,
      },
    };
    const { id: credentialId } = await putGrant('asked', grant);
    const sent: unknown[] = [];
    server.answer('/token', (req, res) => {
      let body = '';
      req.on('data', chunk => {
        body += chunk;
      });
      req.on('end', () => {
        sent.push(JSON.parse(body));
        const isRight = body.includes('fake-new-secret');
        res.writeHead(isRight ? 200 : 401);
        res.end(JSON.stringify(isRight ? { access_token: 'fake-new' } : { error: 'invalid_client' }));
      });
    });
    const signingIn = run('mcpKeyring.credentials.signIn', { credentialId });
    const review = 'This is where the client id and its secret will be sent.';
    (await asked(review)).pick('Get a token from');
    await until('the message', () => messages.shown.length > 0);
    const shown = await asked(review);
    assert.ok(shown.items.includes('Client: app'), shown.items.join('\n'));
    shown.pick('Client');
    const clientId = await asked('The client id');
    assert.equal(clientId.value, 'app');
    clientId.accept();
    (await asked('The client secret.')).type('fake-new-secret');
    (await asked(review)).pick('Get a token from');
    await signingIn;
    const client = { grant_type: 'client_credentials', client_id: 'app', audience: 'notes' };
    assert.deepEqual(sent, [
      { ...client, client_secret: 'fake-old-secret' },
      { ...client, client_secret: 'fake-new-secret' },
    ]);
    const { vault } = await services();
    const renewed = (await vault.readCredential(credentialId)) as OAuthCredential;
    assert.equal(currentToken(renewed)?.reveal(), 'fake-new');
    assert.ok(renewed.grant.flow === 'tokenEndpoint');
    assert.equal(renewed.grant.recipe.clientSecret.reveal(), 'fake-new-secret');
  });

  it('who signs in again where the server is not what it was is told once, and the token stays', async () => {
    const credentialId = await signedIn();
    describeServer({ issuer: 'https://evil.example' });
    assert.equal(await run('mcpKeyring.credentials.signIn', { credentialId }), undefined);
    await until('the message', () => messages.shown.length > 0);
    assert.deepEqual(
      messages.shown.map(({ text }) => /speaks for https:\/\/evil\.example, not for/.test(text)),
      [true],
    );
    assert.deepEqual(server.paths, [metadataPath]);
    const { vault } = await services();
    assert.equal(currentToken(await vault.readCredential(credentialId))?.reveal(), 'fake-old');
  });

  it('who signs in again and leaves at the question for more scopes keeps what the sign-in gave', async () => {
    const credentialId = await signedIn();
    server.answer('/mcp', (_, res) => {
      res.writeHead(403, { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="notes:write"' }).end();
    });
    server.json('/token', { access_token: 'fake-new', expires_in: 3600 });
    const signingIn = run('mcpKeyring.credentials.signIn', { credentialId });
    (await asked('This is where you will sign in.')).pick('Sign in at');
    (await asked('127.0.0.1')).escape();
    await signingIn;
    const { vault } = await services();
    assert.equal(currentToken(await vault.readCredential(credentialId))?.reveal(), 'fake-new');
    assert.deepEqual(
      messages.shown.filter(({ kind }) => kind === 'error'),
      [],
    );
  });

  it('who signs in again for more keeps what the server gave unasked', async () => {
    const credentialId = await signedIn();
    const comeBack = person.instead;
    const scopes: (string | null)[] = [];
    person.instead = async url => {
      scopes.push(new URL(url).searchParams.get('scope'));
      await comeBack?.(url);
    };
    server.answer('/mcp', (_, res) => {
      const isContent = scopes.length > 1;
      res.writeHead(isContent ? 200 : 403, {
        ...(!isContent && { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="notes:write"' }),
      });
      res.end();
    });
    server.json('/token', { access_token: 'fake-new', scope: 'notes:read notes:list' });
    const signingIn = run('mcpKeyring.credentials.signIn', { credentialId });
    (await asked('This is where you will sign in.')).pick('Sign in at');
    (await asked('127.0.0.1')).pick('Sign in again for more');
    (await asked('This is where you will sign in.')).pick('Sign in at');
    await signingIn;
    assert.deepEqual(scopes, ['notes:read', 'notes:read notes:list notes:write']);
  });
});
