import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import * as vscode from 'vscode';
import type { Verification } from '../../../src/core/jwt/verify.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import type { VerifyTokenAnswers } from '../../../src/ids.ts';
import { signRolesToken } from '../../servers/rolesServer.ts';
import { services, uriOf } from '../harness/inside.ts';
import { addServer, codes, pause, run, until } from '../harness/keyring.ts';
import { answering } from '../harness/messages.ts';

const secret = 'demo-shared-secret-that-protects-nothing';

describe('Verify Token', () => {
  let server: Server;
  let origin: string;
  let requests: string[] = [];
  let answer: (path: string, response: ServerResponse) => void;
  let token: string;
  let keys: JWK[];
  let privateKey: CryptoKey;

  before(async () => {
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      answer(request.url ?? '', response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pair = await generateKeyPair('RS256', { extractable: true });
    ({ privateKey } = pair);
    keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
    token = await rs256({ iss: origin, aud: 'https://notes.example/mcp', scope: 'notes:read', exp: inAnHour() });
    answer = json;
  });

  after(() => server.close());

  beforeEach(() => {
    requests = [];
    answer = json;
  });

  it('passes with the keys that the issuer publishes', async () => {
    const result = await verify({ token, with: { kind: 'discovery' } });
    assert.equal(result.valid, true);
    assert.equal(outcome(result, 'signature'), 'passed');
    assert.equal(outcome(result, 'iss'), 'notChecked');
    assert.deepEqual(requests, ['/.well-known/openid-configuration', '/jwks']);
  });

  it('fetches a JWKS once', async () => {
    const url = `${origin}/jwks?cached`;
    await verify({ token, with: { kind: 'jwksUrl', url } });
    await verify({ token, with: { kind: 'jwksUrl', url } });
    assert.equal(requests.length, 1);
  });

  it('passes with a public key in PEM, a JWK and a JWKS, and fails with another one', async () => {
    for (const text of [JSON.stringify(keys[0]), JSON.stringify({ keys })]) {
      assert.equal((await verify({ token, with: { kind: 'publicKey', text } })).valid, true);
    }
    const other = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
    const result = await verify({ token, with: { kind: 'publicKey', text: JSON.stringify(other) } });
    assert.equal(outcome(result, 'signature'), 'failed');
    assert.equal(outcome(result, 'exp'), 'passed');
  });

  it('says for each check what came out', async () => {
    const result = await verify({
      token,
      with: { kind: 'publicKey', text: JSON.stringify(keys[0]) },
      issuer: 'https://else.example',
      audience: ['https://other.example/mcp'],
      requiredScopes: ['notes:read', 'notes:write'],
    });
    assert.equal(result.valid, false);
    for (const [check, expected] of [
      ['structure', 'passed'],
      ['algorithm', 'passed'],
      ['signature', 'passed'],
      ['exp', 'passed'],
      ['nbf', 'notChecked'],
      ['iss', 'failed'],
      ['aud', 'failed'],
      ['scopes', 'failed'],
    ] as const) {
      assert.equal(outcome(result, check), expected, check);
    }
  });

  it('never tries HMAC with a public key, nor takes an unsigned token', async () => {
    const text = JSON.stringify(keys[0]);
    const hmac = await signRolesToken({ secret, role: 'viewer' });
    const confused = await verify({ token: hmac, with: { kind: 'publicKey', text } });
    assert.equal(outcome(confused, 'algorithm'), 'failed');
    const reverse = await verify({ token, with: { kind: 'secret', secret } });
    assert.equal(outcome(reverse, 'algorithm'), 'failed');
    const none = `${encode({ alg: 'none' })}.${encode({ sub: 'a' })}.`;
    assert.equal(outcome(await verify({ token: none, with: { kind: 'publicKey', text } }), 'algorithm'), 'failed');
  });

  it('tells why keys could not be fetched', async () => {
    const cases: readonly (readonly [(path: string, response: ServerResponse) => void, string, RegExp])[] = [
      [
        (_, response) => response.writeHead(302, { location: 'https://evil.example/jwks' }).end(),
        '/a',
        /redirects to https:\/\/evil\.example/,
      ],
      [(_, response) => response.writeHead(500).end(), '/b', /status 500/],
      [(_, response) => response.end('<html>'), '/c', /is not JSON/],
      [(_, response) => response.end('{"keys":{}}'), '/d', /is not a JWKS/],
      [(_, response) => response.end('{"keys":[{"kty":"oct","k":"AA"}]}'), '/e', /no key that could be used/],
      [(_, response) => response.end(`{"keys":["${'x'.repeat(10_000_000)}"]}`), '/f', /is larger than 512 kB/],
    ];
    for (const [misbehave, path, message] of cases) {
      answer = (_, response) => misbehave(path, response);
      await assert.rejects(verify({ token, with: { kind: 'jwksUrl', url: origin + path } }), message, path);
    }
    for (const [url, message] of [
      ['http://keys.example/jwks', /plain http/],
      ['ftp://keys.example/jwks', /not a URL that starts with/],
      ['', /not a URL that starts with/],
    ] as const) {
      await assert.rejects(verify({ token, with: { kind: 'jwksUrl', url } }), message);
    }
    answer = (_, response) =>
      response.end(JSON.stringify({ issuer: 'https://liar.example', jwks_uri: `${origin}/jwks` }));
    await assert.rejects(verify({ token, with: { kind: 'discovery' } }), /speaks for https:\/\/liar\.example/);
    const nameless = await rs256({ iss: 'mcp-auth-server', exp: inAnHour() });
    await assert.rejects(
      verify({ token: nameless, with: { kind: 'discovery' } }),
      /“mcp-auth-server” is not an address/,
    );
  });

  it('says so when there is no JWT to verify', async () => {
    await assert.rejects(verify({ token: 'opaque-token', with: { kind: 'secret', secret } }), /this is no JWT/);
  });

  it('stays on the server and in the hover until the token or the key changes', async () => {
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'secret', secret, name: 'shared' })) as string;
    const target = await addServer({
      name: 'todos',
      url: 'https://todos.example/mcp',
      file: '.vscode/mcp.json',
      credential: { kind: 'signedJwt', keyId, claims: { sub: 'alice', aud: 'https://todos.example/mcp' } },
    });
    const { credentialId } = target;
    assert.doesNotMatch(await rowText(target), /verified|check/);
    await verify({ with: { kind: 'secret', secret: 'another-secret-that-protects-nothing-at-all' } }, { credentialId });
    await until('the finding', () => codes(target.file).includes('token-signature-invalid'));
    assert.match(await hoverText(target.file), /signature does not fit/);
    assert.match(await rowText(target), / · a check failed · /);
    await verify({ with: { kind: 'signingKey', keyId } }, { file: target.file, server: 'todos' });
    await until('the finding to go', () => !codes(target.file).includes('token-signature-invalid'));
    assert.match(await hoverText(target.file), /Verified with shared/);
    await pause(1100);
    await run('mcpKeyring.credentials.renew', { credentialId });
    await until('the result to go', async () => !/Verified with/.test(await hoverText(target.file)));
    assert.doesNotMatch(await rowText(target), /verified|check/);
    await verify({ with: { kind: 'signingKey', keyId } }, { credentialId });
    await until('the result', async () => /Verified with/.test(await hoverText(target.file)));
    assert.match(await rowText(target), / · verified · /);
    await pause(1100);
    await answering('Rotate', async () => run('mcpKeyring.keys.rotate', { keyId }));
    await until('the result to go', async () => !/Verified with/.test(await hoverText(target.file)));
    const { vault } = await services();
    const events = (await vault.readCredential(credentialId)).history.map(({ event }) => event);
    assert.equal(events.filter(event => event === 'verified').length, 3);
  });

  function json(path: string, response: ServerResponse): void {
    const body = path.startsWith('/jwks')
      ? { keys }
      : path === '/.well-known/openid-configuration'
        ? { issuer: origin, jwks_uri: `${origin}/jwks` }
        : undefined;
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }

  function rs256(claims: Record<string, unknown>): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);
  }
});

async function verify(answers: VerifyTokenAnswers, target?: object): Promise<Verification> {
  return (await run('mcpKeyring.verifyToken', target, answers)) as Verification;
}

function outcome(result: Verification, check: string): string | undefined {
  return result.checks.find(candidate => candidate.check === check)?.outcome;
}

async function hoverText(file: string): Promise<string> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
  const at = document.positionAt(document.getText().indexOf('${input:') + 3);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
  assert.equal(file, uriOf('.vscode/mcp.json'));
  return hovers
    .flatMap(({ contents }) => contents.map(content => (typeof content === 'string' ? content : content.value)))
    .join('\n')
    .replace(/\\/g, '');
}

/** What the Servers view says beside a server's header. */
async function rowText({ file, server }: { readonly file: string; readonly server: string }): Promise<string> {
  const tree = new ServersTree(await services());
  try {
    const [row] = tree
      .getChildren()
      .filter(node => node.kind === 'file' && node.file === file)
      .flatMap(node => tree.getChildren(node))
      .filter(node => node.kind === 'server' && node.server === server)
      .flatMap(node => tree.getChildren(node));
    return row ? String(tree.getTreeItem(row).description) : '';
  } finally {
    tree.dispose();
  }
}

function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + 3600;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
