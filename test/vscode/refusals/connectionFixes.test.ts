import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet } from 'jose';
import * as vscode from 'vscode';
import type { OfferKind } from '../../../src/core/connection/diagnosis/types.ts';
import { snakeCaseNames } from '../../../src/core/oauth/tokenEndpoint.ts';
import { standardFields } from '../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../src/core/secret.ts';
import { providedFile, type ServerTarget } from '../../../src/ids.ts';
import { type IssuerServer, startIssuerServer } from '../../doctor/issuerServer.ts';
import { base64Secret, bytes, signToken, textSecret } from '../../doctor/tokens.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type GuardedServerOptions, startGuardedServer } from '../../servers/guardedServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { startOddServer } from '../../servers/oddServer.ts';
import { startPlatformServer } from '../../servers/platformServer.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import {
  addServer,
  codes,
  inWorkspace,
  problems,
  readConfig,
  readText,
  run,
  start,
  until,
} from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { putGrant } from '../harness/oauth.ts';
import { withCancelButton } from '../harness/progress.ts';
import { jwt } from '../harness/tokens.ts';
import { file, fix, known, targetOf, test, writeServer } from './connections.ts';

const key = 'doctor-key-not-a-secret-0123456789';

describe('A connection is mended', () => {
  const messages = new Messages();
  const closing: (() => Promise<void>)[] = [];
  let server: HttpMcpServer;

  before(() => messages.catch());
  after(() => messages.release());

  beforeEach(async () => {
    messages.shown.length = 0;
    messages.answer = () => undefined;
    await forgetAll();
    await writeServer('nobody', 'https://mcp.invalid/');
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) {
      await close();
    }
  });

  async function guarded(options: GuardedServerOptions): Promise<void> {
    server = await startGuardedServer(options);
    closing.push(() => server.close());
  }

  async function issuer(): Promise<IssuerServer> {
    const started = await startIssuerServer([]);
    closing.push(() => started.close());
    return started;
  }

  /** A server with a credential that signs its own tokens, by reference. */
  async function addSigned(claims: object, secret = textSecret, encoding: 'utf8' | 'base64' = 'utf8'): Promise<void> {
    await addServer({
      name: 'notes',
      url: server.url,
      file,
      delivery: 'reference',
      credential: { kind: 'signedJwt', name: 'notes', secret, encoding, allowWeak: true, claims: { ...claims } },
    });
    await known('notes', server.url);
  }

  /** Tests, expects this cause, does what is offered first of this kind, and expects the connection to work. */
  async function mend(cause: string, kind: OfferKind, name: string | ServerTarget = 'notes'): Promise<void> {
    const before = await test(name);
    assert.equal(before.healthy, false);
    assert.equal(before.causes[0]?.id, cause);
    const offered = before.causes[0]?.fixes.find(candidate => candidate.kind === kind);
    assert(offered, `${kind} is offered`);
    await fix(name, offered);
    const after = await test(name);
    assert.equal(after.verdict, after.healthy ? after.verdict : '');
    assert(after.healthy);
    assert(after.tools && after.tools.length > 0);
  }

  it('by renewing a token that expired in a file', async () => {
    await guarded({ manner: 'vague', jwt: { key: bytes(textSecret), algorithms: ['HS256'] } });
    await addServer({
      name: 'notes',
      url: server.url,
      file,
      delivery: 'literal',
      credential: {
        kind: 'signedJwt',
        name: 'notes',
        secret: textSecret,
        claims: { sub: 'alice' },
        lifetimeSeconds: 4,
      },
    });
    const written = readConfig(file).servers?.notes?.headers?.Authorization;
    assert(written);
    await known('notes', server.url);
    await until('the token to expire', async () => (await test('notes')).causes[0]?.id === 'token-expired');
    await mend('token-expired', 'renew');
    assert.notEqual(readConfig(file).servers?.notes?.headers?.Authorization, written);
  });

  it('by signing for the audience that the server says it is', async () => {
    const { issuer: authorizationServer } = await issuer();
    // The audience is the server's own URL, which is known only once it listens.
    const jwt = { key: bytes(textSecret), algorithms: ['HS256'], audience: '' };
    await guarded({ manner: 'challenge', authorizationServer, jwt });
    jwt.audience = server.url;
    await addSigned({ sub: 'alice', iss: authorizationServer, aud: 'https://calendar.example.com/mcp' });
    await mend('audience-wrong', 'setAudience');
  });

  it('by signing as the issuer that the server trusts', async () => {
    const { issuer: authorizationServer } = await issuer();
    await guarded({
      manner: 'challenge',
      authorizationServer,
      jwt: { key: bytes(textSecret), algorithms: ['HS256'], issuer: authorizationServer },
    });
    await addSigned({ sub: 'alice', iss: 'https://login.example.org' });
    await mend('issuer-wrong', 'setIssuer');
  });

  it('by using the secret’s text instead of its decoded bytes, without changing the key for others', async () => {
    await guarded({ manner: 'plain', jwt: { key: bytes(base64Secret), algorithms: ['HS256'] } });
    await addSigned({ sub: 'alice', aud: 'notes' }, base64Secret, 'base64');
    await mend('secret-encoding', 'setEncoding');
    const { vault } = await services();
    assert.deepEqual(vault.signingKeys.map(found => found.type === 'oct' && found.encoding).toSorted(), [
      'base64',
      'utf8',
    ]);
  });

  it('by switching the role', async () => {
    await guarded({ manner: 'forbidding', jwt: { key: bytes(textSecret), algorithms: ['HS256'], role: 'admin' } });
    await addSigned({ sub: 'alice', role: 'viewer', permissions: ['read:notes'] });
    const before = await test('notes');
    assert.equal(before.causes[0]?.id, 'permission-missing');
    await fix('notes', { kind: 'switchRole', value: 'admin' });
    assert((await test('notes')).healthy);
  });

  it('by repairing the header', async () => {
    await guarded({ manner: 'plain', jwt: { key: bytes(textSecret), algorithms: ['HS256'] } });
    const token = await signToken(bytes(textSecret), { audience: 'notes' });
    await writeServer('notes', server.url, { Authorization: `Bearer Bearer ${token}` });
    await mend('scheme-wrong', 'repairHeader');
    await writeServer('notes', server.url, { Authorization: token });
    await mend('scheme-missing', 'repairHeader');
    await writeServer('notes', server.url, { Authorization: `Authorization: Bearer ${token}` });
    await mend('header-malformed', 'repairHeader');
    await writeServer('notes', server.url, { Authorization: `Bearer  ${token}` });
    await mend('header-blanks', 'repairHeader');
    assert.equal(readConfig(file).servers?.notes?.headers?.Authorization, `Bearer ${token}`);
  });

  it('by the scheme that the server wants, which only its answer tells', async () => {
    await guarded({ manner: 'plain', keys: [key] });
    for (const [value, cause] of [
      [key, 'scheme-missing'],
      [`bearer ${key}`, 'scheme-wrong'],
      [`Token ${key}`, 'scheme-wrong'],
    ] as const) {
      await writeServer('notes', server.url, { Authorization: value });
      await mend(cause, 'repairHeader');
      assert.equal(readConfig(file).servers?.notes?.headers?.Authorization, `Bearer ${key}`);
    }
  });

  it('by sending the credential in the header that the server reads', async () => {
    server = await startApiKeyServer({ keys: [key] });
    closing.push(() => server.close());
    await addServer({
      name: 'notes',
      url: server.url,
      file,
      header: 'Authorization',
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await known('notes', server.url);
    await mend('header-name', 'renameHeader');
    const { notes } = readConfig(file).servers ?? {};
    assert.deepEqual(Object.keys(notes?.headers ?? {}), ['X-API-Key']);
    const { vault } = await services();
    assert.deepEqual(vault.attachedTo(server.url, 'Authorization'), []);
  });

  it('by sending what stands in the file in the header that the server reads', async () => {
    server = await startApiKeyServer({ keys: [key] });
    closing.push(() => server.close());
    await writeServer('notes', server.url, { Authorization: `Bearer ${key}`, 'X-Team': 'blue' });
    const written = new Set<string>();
    const watcher = watch(dirname(fileURLToPath(uriOf(file))), () => {
      written.add(Object.keys(readConfig(file).servers?.notes?.headers ?? {}).join());
    });
    await mend('header-name', 'renameHeader');
    watcher.close();
    assert.deepEqual(readConfig(file).servers?.notes?.headers, { 'X-Team': 'blue', 'X-API-Key': key });
    // By one edit, past the editor: at no time did the secret stand there twice.
    assert.ok(![...written].some(names => names.includes('Authorization') && names.includes('X-API-Key')));
  });

  it('by the path where the server answers, the credential attached there and nowhere else', async () => {
    server = await startApiKeyServer({ keys: [key] });
    closing.push(() => server.close());
    const wrong = `${server.origin}/api?team=blue`;
    await addServer({
      name: 'notes',
      url: wrong,
      file,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await known('notes', wrong);
    await mend('path-wrong', 'useUrl');
    assert.equal(readConfig(file).servers?.notes?.url, `${server.url}?team=blue`);
    const { vault } = await services();
    assert.deepEqual(vault.attachedTo(`${server.origin}/api`, 'X-API-Key'), []);
    assert.equal(readConfig(file).inputs?.length, 1);
  });

  it('by the URL of a server that speaks HTTP+SSE alone', async () => {
    const platform = await startPlatformServer({ streamableHttp: false });
    closing.push(() => platform.close());
    server = platform;
    const { token } = await platform.createToken({ description: 'doctor' });
    await addServer({
      name: 'notes',
      url: server.url,
      file,
      delivery: 'reference',
      credential: { kind: 'bearer', name: 'platform', token },
    });
    await known('notes', server.url);
    await mend('sse-only', 'useUrl');
    const result = await test('notes');
    assert.equal(result.transport, 'sse');
    assert.deepEqual(
      result.causes.map(({ id }) => id),
      ['sse-only'],
    );
  });

  describe('of a server that stands in no file', () => {
    const diary: ServerTarget = { file: providedFile, server: 'diary' };

    /** VS Code connects with what was mended. */
    async function starts(): Promise<void> {
      server.requests.length = 0;
      await start(diary);
      await until('a list of tools', () =>
        server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
      );
    }

    async function offered(url: string): Promise<void> {
      const { inventory } = await services();
      await until('the server', () =>
        inventory.snapshot.provided.some(({ parsed }) => parsed.name === 'diary' && parsed.url?.value === url),
      );
    }

    it('by signing with the algorithm that its issuer publishes', async () => {
      const keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'RS256' })) as string;
      const options = { format: 'jwks', to: 'clipboard' } as const;
      const { keys } = JSON.parse((await run('mcpKeyring.keys.exportPublic', { keyId }, options)) as string);
      const published = [{ ...keys[0], alg: 'RS256' }];
      const authority = await issuer();
      authority.keys = published;
      await guarded({
        manner: 'silent',
        authorizationServer: authority.issuer,
        jwt: { key: createLocalJWKSet({ keys: published }), algorithms: ['RS256'] },
      });
      const claims = { sub: 'alice', iss: authority.issuer, aud: server.url };
      await addServer({
        name: 'diary',
        url: server.url,
        delivery: 'provided',
        credential: { kind: 'signedJwt', name: 'diary', keyId, algorithm: 'RS512', claims },
      });
      await offered(server.url);
      const [first] = (await test(diary)).causes;
      assert.deepEqual(first?.fixes, [{ kind: 'setAlgorithm', value: 'RS256' }, { kind: 'editClaims' }]);
      await mend('algorithm-refused', 'setAlgorithm', diary);
      await starts();
    });

    it('by sending the credential in the header that the server reads, and in no other', async () => {
      server = await startApiKeyServer({ keys: [key] });
      closing.push(() => server.close());
      await addServer({
        name: 'diary',
        url: server.url,
        header: 'Authorization',
        delivery: 'provided',
        credential: { kind: 'apiKey', name: 'weather', key },
      });
      await offered(server.url);
      assert.deepEqual((await test(diary)).causes[0]?.fixes, [{ kind: 'renameHeader', value: 'X-API-Key' }]);
      await mend('header-name', 'renameHeader', diary);
      const { vault } = await services();
      assert.deepEqual(vault.attachedTo(server.url, 'Authorization'), []);
      await starts();
      assert.ok(server.requests.every(({ headers }) => headers.authorization === undefined));
    });

    it('by the path where it answers, and so it goes back to its file', async () => {
      server = await startApiKeyServer({ keys: [key] });
      closing.push(() => server.close());
      const wrong = `${server.origin}/api`;
      await writeServer('diary', wrong, { 'X-API-Key': key, 'X-Team': 'blue' });
      messages.answer = ({ buttons }) => buttons.find(button => button === 'Move');
      await run('mcpKeyring.servers.takeOver', targetOf('diary'));
      await offered(wrong);
      await mend('path-wrong', 'useUrl', diary);
      const { vault } = await services();
      assert.deepEqual(vault.attachedTo(wrong, 'X-API-Key'), []);
      await starts();
      await run('mcpKeyring.servers.giveBack', diary);
      const { headers, ...rest } = readConfig(file).servers?.diary ?? {};
      assert.deepEqual(rest, { type: 'http', url: server.url });
      assert.equal(headers?.['X-Team'], 'blue');
      assert.match(headers?.['X-API-Key'] ?? '', /^\$\{input:mcp-keyring\.diary\.[0-9a-f]{8}\}$/);
      await until('the file', () => headerSnapshot(uriOf(file), 'diary', 'X-API-Key'));
      assert((await test('diary')).healthy);
    });
  });

  it('by another server’s URL only if the person says so', async () => {
    server = await startApiKeyServer({ keys: [key] });
    closing.push(() => server.close());
    const odd = await startOddServer({ kind: 'redirect', to: server.url, status: 308 });
    closing.push(() => odd.close());
    await addServer({
      name: 'notes',
      url: odd.url,
      file,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await known('notes', odd.url);
    const before = await test('notes');
    assert.equal(before.causes[0]?.id, 'redirected-elsewhere');
    assert.equal(server.requests.length, 0);
    await fix('notes', { kind: 'useUrl', value: server.url });
    assert.equal(readConfig(file).servers?.notes?.url, odd.url);
    assert.match(messages.shown.at(-1)?.text ?? '', /^Send “weather” to http:.* from now on\?$/);
    messages.answer = () => 'Use This URL';
    await fix('notes', { kind: 'useUrl', value: server.url });
    assert.equal(readConfig(file).servers?.notes?.url, server.url);
    assert((await test('notes')).healthy);
  });
});

describe('What a test found', () => {
  const messages = new Messages();
  let server: HttpMcpServer;

  before(async () => {
    messages.catch();
    await forgetAll();
    server = await startGuardedServer({ manner: 'plain', jwt: { key: bytes(textSecret), algorithms: ['HS256'] } });
  });

  after(async () => {
    messages.release();
    await server.close();
  });

  async function verdict(name = 'notes') {
    const { inventory } = await services();
    return inventory.snapshot.files.flatMap(({ servers }) => servers).find(({ parsed }) => parsed.name === name)
      ?.verdict;
  }

  it('stands at the server until its header changes, with what can be done about it', async () => {
    const token = await signToken(bytes(textSecret), { audience: 'notes' });
    await writeServer('notes', server.url, { Authorization: `Bearer Bearer ${token}` });
    const { verdict: sentence } = await test('notes');
    assert.equal((await verdict())?.sentence, sentence);
    await until('the problem', () => codes(uriOf(file)).includes('connection-failed'));
    const problem = problems(uriOf(file)).find(({ code }) => code === 'connection-failed');
    assert.equal(problem?.message, sentence);
    const document = await vscode.workspace.openTextDocument(inWorkspace(file));
    await until('the document to follow the file', () => document.getText() === readText(file));
    assert.equal(problem && document.getText(problem.range).includes(server.url), true);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem?.range,
    );
    const titles = actions.map(({ title }) => title);
    assert(titles.includes('Repair Header') && titles.includes('Test Connection'), titles.join(', '));
    await run('mcpKeyring.servers.repairHeader', targetOf('notes'));
    await until('the header to be repaired', async () => (await verdict()) === undefined);
    await until('the problem to go', () => !codes(uriOf(file)).includes('connection-failed'));
  });

  it('is never a secret, and only the server’s own URL got the credential', async () => {
    const token = await signToken(bytes(textSecret), { audience: 'notes' });
    await writeServer('notes', server.url, { Authorization: `Bearer ${token}` });
    server.requests.length = 0;
    const result = await test('notes');
    assert(result.healthy);
    assert(!JSON.stringify(result).includes(token));
    const withToken = server.requests.filter(({ headers }) => headers.authorization !== undefined);
    assert(withToken.length > 0 && withToken.every(({ path }) => path === '/mcp'));
    const [first] = server.requests;
    assert.equal(first?.headers.authorization, undefined);
  });

  it('calls a read-only tool if asked to, and no other', async () => {
    const called = await test('notes', { tool: 'read_note' });
    assert.deepEqual(called.call, { tool: 'read_note', outcome: 'answered', text: 'Water the plants.' });
    // Called without what it needs, it would fail, and a server that works would be said not to.
    await assert.rejects(test('notes', { tool: 'search_notes' }), /“search_notes” is not among the tools/);
    await assert.rejects(test('notes', { tool: 'delete_everything' }), /“delete_everything” is not among the tools/);
  });

  it('says why nothing was sent', async () => {
    await writeServer('notes', server.url, { Authorization: 'Bearer ${env:NOTES_TOKEN}' });
    const unresolved = await test('notes');
    assert.equal(unresolved.causes[0]?.id, 'credential-unresolved');
    assert.match(unresolved.verdict, /only VS Code can resolve \(Authorization\), so it could not be tested\.$/);
    const open = await startGuardedServer({ manner: 'plain', keys: [], isOpen: true });
    await writeServer('notes', open.url, { Authorization: 'Bearer ${env:NOTES_TOKEN}' });
    const untold = await test('notes');
    await open.close();
    assert.equal(untold.healthy, true);
    assert.match(untold.verdict, /^The server answers, and wants no credential\./);
    await writeServer('notes', server.url, { Authorization: 'Bearer ${input:mcp-keyring.notes.00000000}' });
    const missing = await test('notes');
    assert.deepEqual(
      [missing.causes[0]?.id, missing.causes[0]?.certainty, missing.causes[0]?.fixes[0]?.kind],
      ['credential-missing', 'certain', 'addCredential'],
    );
    server.requests.length = 0;
    const iat = Math.floor(Date.now() / 1000) - 7200;
    await writeServer('notes', server.url);
    const { credentialId } = await addServer({
      name: 'notes',
      url: server.url,
      file,
      delivery: 'reference',
      replaceHeader: true,
      credential: { kind: 'bearer', name: 'old', token: jwt({ sub: 'alice', iat, exp: iat + 3600 }) },
    });
    await until('the header', async () => (await headerSnapshot(uriOf(file), 'notes')).credentialId === credentialId);
    const expired = await test('notes');
    assert.match(expired.verdict, /^The token expired on .*, so it was not sent\.$/);
    assert.deepEqual(expired.causes[0]?.fixes, [{ kind: 'replaceToken' }]);
    assert(server.requests.every(({ headers }) => headers.authorization === undefined));
  });

  it('is nothing where it was cancelled while a token was waited for', async () => {
    const tokens = await startOddServer({ kind: 'silence' });
    const recipe = {
      url: tokens.url,
      body: 'form',
      names: snakeCaseNames,
      clientId: 'app',
      clientSecret: new Secret('demo-client-secret'),
      grantType: 'client_credentials',
      scopes: [],
      extra: {},
      fields: standardFields,
      refresh: undefined,
    } as const;
    await putGrant('slow', { flow: 'tokenEndpoint', recipe }, [
      { url: server.url, header: 'authorization', at: Date.now() },
    ]);
    await writeServer('notes', server.url, { Authorization: 'Bearer ${input:mcp-keyring.notes.00000000}' });
    try {
      server.requests.length = 0;
      await withCancelButton(async cancel => {
        const testing = test('notes');
        await until('the request for a token', () => tokens.connections > 0);
        const began = performance.now();
        cancel();
        assert.equal(await testing, undefined);
        // It would be waited for 15 seconds.
        assert.ok(performance.now() - began < 10_000);
      });
      assert.deepEqual(server.requests, []);
    } finally {
      await tokens.close();
      await forgetAll();
    }
  });

  it('is pointed to where VS Code itself could not start the server', async () => {
    await forgetAll();
    const away = await startApiKeyServer({ keys: [key] });
    await writeServer('nobody', 'https://mcp.invalid/');
    // A name of its own: VS Code could still have the URL that it knows of another test's server.
    await addServer({
      name: 'absent',
      url: away.url,
      file,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await known('absent', away.url);
    await away.close();
    const { mcp } = await services();
    const target = vscode.Uri.parse(uriOf(file));
    await until('VS Code to know the server', () => mcp.find(target, 'absent'));
    await start(targetOf('absent'));
    await until('VS Code to report an error', async () => (await mcp.find(target, 'absent'))?.failed);
    const pointed = await until('the verdict', () => verdict('absent'));
    assert.equal(
      pointed.sentence,
      'VS Code could not start “absent” with this credential. Test Connection finds out why.',
    );
    const { verdict: found } = await test('absent');
    assert.match(found, /^Nothing listens at 127\.0\.0\.1:/);
    assert.equal((await verdict('absent'))?.sentence, found);
  });

  it('is an error that names the server where there is none', async () => {
    await assert.rejects(test('missing'), /missing/);
  });
});
