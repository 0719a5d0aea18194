import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import * as vscode from 'vscode';
import type { Verification } from '../../../src/core/jwt/verify.ts';
import { signRolesToken } from '../../servers/rolesServer.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { run } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';

const secret = 'demo-shared-secret-that-protects-nothing';

describe('The questions of Verify Token', () => {
  const questions = new Questions();
  const messages = new Messages();
  let server: Server;
  let origin: string;
  let answer: (path: string, response: ServerResponse) => void;
  let keys: JWK[];
  let publicKey: CryptoKey;
  let token: string;

  before(async () => {
    server = createServer((request, response) => answer(request.url ?? '', response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pair = await generateKeyPair('RS256', { extractable: true });
    ({ publicKey } = pair);
    keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
    token = await new SignJWT({
      iss: origin,
      aud: ['https://notes.example/mcp', 'notes'],
      scope: 'notes:read',
      exp: Math.floor(Date.now() / 1000) + 3600,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(pair.privateKey);
  });

  after(() => server.close());

  beforeEach(async () => {
    await forgetAll();
    await vscode.env.clipboard.writeText(`Authorization: Bearer ${token}`);
    answer = (path, response) =>
      response
        .writeHead(path.startsWith('/jwks') ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys }));
    questions.catch();
    messages.catch();
  });

  afterEach(async () => {
    questions.release();
    messages.release();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  function start(): Promise<Verification> {
    messages.shown.length = 0;
    return Promise.resolve(run('mcpKeyring.verifyToken')) as Promise<Verification>;
  }

  it('keep a JWKS URL that fails, with why, until it answers', async () => {
    const running = start();
    (await questions.next()).accept();
    (await questions.next()).pick('A JWKS URL');
    (await questions.next()).type('http://keys.example/jwks');
    let url = await questions.next();
    assert.match(url.problem ?? '', /plain http to another computer/);
    assert.equal(url.value, 'http://keys.example/jwks');
    for (const [path, misbehave, message] of [
      ['/b', (response: ServerResponse) => response.writeHead(500).end(), /answered with status 500/],
      ['/c', (response: ServerResponse) => response.end('<html>'), /is not JSON/],
      ['/d', (response: ServerResponse) => response.end('{"keys":[]}'), /no key that could be used/],
    ] as const) {
      answer = (_, response) => misbehave(response);
      url.type(`${origin}${path}`);
      url = await questions.next();
      assert.match(url.problem ?? '', message);
      assert.equal(url.value, `${origin}${path}`);
    }
    answer = (_, response) => response.end(JSON.stringify({ keys }));
    url.accept();
    const result = await running;
    assert.equal(result.valid, true);
    assert.deepEqual(
      messages.shown.map(({ kind }) => kind),
      ['information'],
    );
  });

  it('say that the issuer publishes no keys where they were chosen, and offer the others', async () => {
    const running = start();
    (await questions.next()).accept();
    let key = await questions.next();
    assert.ok(key.items.includes(`Keys that its issuer publishes: ${origin}`));
    key.pick('Keys that its issuer publishes');
    key = await questions.next();
    assert.equal(key.value, 'Keys that its issuer publishes');
    assert.match(key.problem ?? '', /answered with status 404/);
    key.pick('A public key');
    const text = await questions.next();
    text.type('-----BEGIN PUBLIC KEY-----');
    const again = await questions.next();
    assert.match(again.problem ?? '', /does not hold what that says/);
    assert.equal(again.value, '-----BEGIN PUBLIC KEY-----');
    // A box of one line makes blanks of line ends.
    again.type((await exportSPKI(publicKey)).replaceAll('\n', ' '));
    assert.equal((await running).valid, true);
  });

  it('go back with what was typed', async () => {
    const running = start();
    (await questions.next()).accept();
    (await questions.next()).pick('A JWKS URL');
    answer = (_, response) => response.writeHead(503).end();
    (await questions.next()).type(`${origin}/jwks-later`);
    (await questions.next()).back();
    const key = await questions.next();
    assert.equal(key.value, 'A JWKS URL...');
    key.accept();
    const url = await questions.next();
    assert.equal(url.value, `${origin}/jwks-later`);
    url.escape();
    assert.equal(await running, undefined);
    assert.deepEqual(messages.shown, []);
  });

  it('ask for issuer, audience and scopes where they are wanted, and for nothing more where they are not', async () => {
    const running = start();
    (await questions.next()).accept();
    let key = await questions.next();
    assert.deepEqual(key.items.slice(-4), [
      'also check',
      'Expected issuer...: not checked',
      'Expected audience...: not checked',
      'Required scopes...: not checked',
    ]);
    for (const [item, has, typed] of [
      ['Expected issuer', origin, 'https://else.example'],
      ['Expected audience', 'https://notes.example/mcp notes', 'notes other'],
      ['Required scopes', 'notes:read', 'notes:read notes:write'],
    ] as const) {
      key.pick(item);
      const box = await questions.next();
      assert.ok(box.prompt.endsWith(`The token has: ${has}`), box.prompt);
      assert.ok(box.canGoBack);
      box.type(typed);
      key = await questions.next();
    }
    assert.deepEqual(key.items.slice(-3), [
      'Expected issuer...: https://else.example',
      'Expected audience...: notes, other',
      'Required scopes...: notes:read notes:write',
    ]);
    key.pick('Expected issuer');
    (await questions.next()).back();
    (await questions.next()).pick('A JWKS URL');
    (await questions.next()).type(`${origin}/jwks`);
    const result = await running;
    const of = (check: string) => result.checks.find(candidate => candidate.check === check)?.outcome;
    assert.equal(result.valid, false);
    assert.deepEqual(['signature', 'iss', 'aud', 'scopes'].map(of), ['passed', 'failed', 'passed', 'failed']);

    const quick = start();
    (await questions.next()).accept();
    (await questions.next()).pick('A JWKS URL');
    (await questions.next()).type(`${origin}/jwks`);
    assert.equal((await quick).valid, true);
  });

  it('complain about a secret that is not in the encoding', async () => {
    await vscode.env.clipboard.writeText(await signRolesToken({ secret, role: 'viewer' }));
    const running = start();
    (await questions.next()).accept();
    (await questions.next()).pick('A shared secret');
    (await questions.next()).type(secret);
    (await questions.next()).pick('hex');
    const encoding = await questions.next();
    assert.equal(encoding.problem, 'This is not hex text.');
    assert.equal(encoding.value, 'hex');
    encoding.pick('As text');
    assert.equal((await running).valid, true);
  });

  it('complain about a text without a JWT, and keep it', async () => {
    await vscode.env.clipboard.writeText('');
    const running = start();
    (await questions.next()).type('no token at all');
    let box = await questions.next();
    assert.equal(box.problem, 'There is no token in it.');
    assert.equal(box.value, 'no token at all');
    box.type('opaque-token');
    box = await questions.next();
    assert.match(box.problem ?? '', /is no JWT/);
    box.type(`curl -H 'Authorization: Bearer ${token}' https://notes.example/mcp`);
    (await questions.next()).pick('A JWKS URL');
    (await questions.next()).type(`${origin}/jwks`);
    assert.equal((await running).valid, true);
  });

  it('begin with the key that signed, of a credential that is picked', async () => {
    await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'ES256', name: 'other' });
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'secret', secret, name: 'own' })) as string;
    await run('mcpKeyring.addCredential', undefined, { kind: 'signedJwt', name: 'todos', keyId, claims: { sub: 'a' } });
    const running = start();
    const which = await questions.next();
    assert.deepEqual(which.items, ['One that is selected, copied or pasted', 'todos']);
    which.pick('todos');
    const key = await questions.next();
    assert.match(key.items[0] ?? '', /^own: /);
    key.back();
    const again = await questions.next();
    assert.equal(again.value, 'todos');
    again.accept();
    (await questions.next()).pick('own');
    assert.equal((await running).valid, true);
    assert.equal((await services()).vault.credentials[0]?.history.at(-1)?.event, 'verified');
  });
});
