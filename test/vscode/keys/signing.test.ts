import assert from 'node:assert/strict';
import { decodeProtectedHeader, type JWK } from 'jose';
import { startContainerServer } from '../../servers/containerServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { JWKS_SERVER_AUDIENCE, JWKS_SERVER_ISSUER, startJwksServer } from '../../servers/jwksServer.ts';
import { services } from '../harness/inside.ts';
import { addServer, pause, run, start, stop, until } from '../harness/keyring.ts';
import { answering } from '../harness/messages.ts';

const claims = { iss: JWKS_SERVER_ISSUER, aud: JWKS_SERVER_AUDIENCE, sub: 'alice', scope: 'notes:read notes:write' };

// VS Code connects to real servers of each algorithm family with tokens that were signed here.
describe('Signing', function () {
  this.timeout(60_000);

  for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
    it(`convinces a server that knows the public key of ${algorithm} by its JWKS`, async () => {
      const keyId = await makeKey(algorithm);
      const server = await startJwksServer({
        algorithm,
        allowEdDSA: true,
        mode: { kind: 'jwks', keys: await jwks(keyId) },
      });
      const target = await addServer({
        name: `notes-${algorithm}`,
        url: server.url,
        file: '.vscode/mcp.json',
        credential: { kind: 'signedJwt', keyId, claims },
      });
      await start(target);
      await until('the list of tools', () => listed(server));
      assert.ok(headerValues(server, 'authorization').every(value => value?.startsWith('Bearer ey')));
      await stop(target);
      await server.close();
    });
  }

  it('convinces a server that was given the public key in PEM', async () => {
    const keyId = await makeKey('RS256');
    const key = (await run('mcpKeyring.keys.exportPublic', { keyId }, { format: 'pem', to: 'clipboard' })) as string;
    const server = await startJwksServer({ algorithm: 'RS256', mode: { kind: 'key', key } });
    const target = await addServer({
      name: 'notes-pem',
      url: server.url,
      file: '.vscode/mcp.json',
      credential: { kind: 'signedJwt', keyId, claims },
    });
    await start(target);
    await until('the list of tools', () => listed(server));
    await stop(target);
    await server.close();
  });

  it('convinces a server with static opaque tokens', async () => {
    const server = await startJwksServer({ mode: { kind: 'tokens' } });
    const target = await addServer({
      name: 'notes-opaque',
      url: server.url,
      file: '.vscode/mcp.json',
      credential: { kind: 'bearer', token: 'dev-alice-token' },
    });
    await start(target);
    await until('the list of tools', () => listed(server));
    await stop(target);
    await server.close();
  });

  it('convinces the sample container server, whose secret is the bytes of base64-looking text', async () => {
    const secret = 'ZGVtby1zZWNyZXQtdGhhdC1wcm90ZWN0cy1ub3RoaW5nLWF0LWFsbA==';
    const server = await startContainerServer({ secret });
    const target = await addServer({
      name: 'container',
      url: server.url,
      file: '.vscode/mcp.json',
      header: 'Authorization',
      credential: {
        kind: 'signedJwt',
        secret,
        encoding: 'utf8',
        lifetimeSeconds: 7200,
        claims: {
          id: 'u1',
          email: 'alice@example.com',
          role: 'admin',
          permissions: ['read:data'],
          aud: 'urn:demo:audience',
          iss: 'urn:demo:issuer',
        },
      },
    });
    await start(target);
    await until('a request that was accepted', () => server.requests.some(request => request.status === 200));
    await stop(target);
    await server.close();
  });

  it('goes on working while the key is rotated, and the old token with it until the old key is dropped', async () => {
    const keyId = await makeKey('ES256');
    const server = await startJwksServer({ algorithm: 'ES256', mode: { kind: 'jwks', keys: await jwks(keyId) } });
    const target = await addServer({
      name: 'notes-rotated',
      url: server.url,
      file: '.vscode/mcp.json',
      credential: { kind: 'signedJwt', keyId, claims },
    });
    const { broker } = await services();
    const before = (await broker.headerFor(server.url, 'Authorization')).token.reveal();
    await pause(1100); // `iat` counts seconds.
    await answering('Rotate', async () => run('mcpKeyring.keys.rotate', { keyId }));
    const after = (await broker.headerFor(server.url, 'Authorization')).token.reveal();
    assert.notEqual(decodeProtectedHeader(before).kid, decodeProtectedHeader(after).kid);
    const keys = await jwks(keyId);
    assert.equal(keys.length, 2);
    server.setKeys(keys);
    assert.equal(await status(server.url, before), 200);
    await start(target);
    await until('the list of tools', () => listed(server));
    await stop(target);
    await run('mcpKeyring.keys.dropPrevious', { keyId }, decodeProtectedHeader(before).kid);
    server.setKeys(await jwks(keyId));
    assert.equal(await status(server.url, before), 401);
    assert.equal(await status(server.url, after), 200);
    await server.close();
  });

  it('refuses a key that does not fit the algorithm, and keeps nothing', async () => {
    const keyId = await makeKey('ES256');
    const { vault } = await services();
    const before = vault.credentials.length;
    await assert.rejects(
      async () =>
        addServer({
          name: 'never',
          url: 'https://never.example/mcp',
          file: '.vscode/mcp.json',
          credential: { kind: 'signedJwt', keyId, algorithm: 'RS256', claims },
        }),
      /RS256 cannot be used with a key of the type EC/,
    );
    assert.equal(vault.credentials.length, before);
  });

  it('refuses claims that are made anew at every signing', async () => {
    for (const name of ['iat', 'nbf', 'exp', 'jti']) {
      await assert.rejects(
        async () =>
          addServer({
            name: 'never',
            url: 'https://never.example/mcp',
            file: '.vscode/mcp.json',
            credential: { kind: 'signedJwt', claims: { ...claims, [name]: 5 } },
          }),
        new RegExp(`credential.claims: leave out “${name}”`),
      );
    }
  });
});

async function makeKey(algorithm: string): Promise<string> {
  return (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm })) as string;
}

/** Whether the server has given a client its tools, and so believed its token. */
function listed(server: HttpMcpServer): boolean {
  return server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200);
}

async function jwks(keyId: string): Promise<JWK[]> {
  const text = (await run('mcpKeyring.keys.exportPublic', { keyId }, { format: 'jwks', to: 'clipboard' })) as string;
  return (JSON.parse(text) as { keys: JWK[] }).keys;
}

async function status(url: string, token: string): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    }),
  });
  await response.text();
  return response.status;
}
