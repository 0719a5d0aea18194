import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../../../src/core/secret.ts';
import { exampleCall, type SourceHeader } from '../../../../src/core/usage/call.ts';
import { usageExample } from '../../../../src/core/usage/example.ts';
import { type ExampleForm, type ExampleRequest, exampleForms } from '../../../../src/core/usage/types.ts';
import { startApiKeyServer } from '../../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../../servers/httpMcpServer.ts';
import { OAUTH_CLIENT_SECRET } from '../../../servers/oauthClients.ts';
import { startOAuthMcpServer } from '../../../servers/oauthMcpServer.ts';
import { startOAuthServer } from '../../../servers/oauthServer.ts';
import { signRolesToken, startRolesServer } from '../../../servers/rolesServer.ts';
import { startSessionServer } from '../../../servers/sessionServer.ts';
import { runExample, runnersOf } from './runExample.ts';

/** Blanks, quotes and expansions of every shell and language that examples are written in. */
const hostileKey = `demo key 'q' "d" $HOME \${PATH} $(touch x) \`id\` \\n %PATH% !! #; & | <a> {{b}} '''"""`;
const rolesSecret = 'demo-shared-secret-that-protects-nothing';

interface Case {
  readonly server: HttpMcpServer;
  readonly header: string;
  readonly prefix: string;
  readonly token: string;
  /** A tool of the list that the token may see. */
  readonly tool: string;
}

const runnable = exampleForms.flatMap(form => runnersOf(form).map(runner => ({ form, runner })));

describe('usage examples, run for real', function () {
  this.timeout(60_000);
  const cases = new Map<string, Case>();
  const closing: { close(): Promise<void> }[] = [];

  before(async () => {
    const apiKey = await startApiKeyServer({ keys: [hostileKey] });
    cases.set('API key', { server: apiKey, header: 'X-API-Key', prefix: '', token: hostileKey, tool: 'get_weather' });
    const roles = await startRolesServer({ secret: rolesSecret });
    const jwt = await signRolesToken({ secret: rolesSecret, role: 'viewer' });
    cases.set('JWT', { server: roles, header: 'Authorization', prefix: 'Bearer ', token: jwt, tool: 'list_todos' });
    const authorizationServer = await startOAuthServer();
    const oauth = await startOAuthMcpServer({ authorizationServer });
    const response = await fetch(`${authorizationServer.issuer}/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`service-basic:${OAUTH_CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', resource: oauth.url }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    cases.set('OAuth', { server: oauth, header: 'Authorization', prefix: 'Bearer ', token, tool: 'read_notes' });
    const session = await startSessionServer([hostileKey]);
    cases.set('session', { server: session, header: 'X-API-Key', prefix: '', token: hostileKey, tool: 'get_weather' });
    closing.push(apiKey, roles, oauth, authorizationServer, session);
  });

  after(() => Promise.all(closing.map(server => server.close())));

  it('finds at least node, and curl where there is a POSIX shell', () => {
    const forms = runnable.map(({ form }) => form);
    assert.ok(forms.includes('javascript'));
    assert.ok(process.platform === 'win32' || forms.includes('curl'));
  });

  for (const name of ['API key', 'JWT', 'OAuth', 'session']) {
    for (const { form, runner } of runnable) {
      for (const request of ['initialize', 'tools/list'] as const) {
        it(`${form} by ${runner[0]?.split('/').at(-1)} asks the ${name} server for ${request}`, async () => {
          const { server, header, prefix, token, tool } = caseOf(name);
          server.requests.length = 0;
          const text = example(form, server.url, [{ name: header, prefix }], request);
          assert.ok(!text.includes(token), 'the token is in the text');
          const { code, stdout, stderr } = await runExample(form, runner, text, { MCP_TOKEN: token });
          assert.equal(code, 0, stderr);
          assert.match(stdout, request === 'initialize' ? /"serverInfo"/ : new RegExp(`"name": ?"${tool}"`));
          const sent = server.requests.map(({ rpcMethod, status }) => `${rpcMethod} ${(status ?? 0) < 300}`);
          assert.deepEqual(
            sent,
            request === 'initialize'
              ? ['initialize true']
              : ['initialize true', 'notifications/initialized true', 'tools/list true'],
          );
          for (const { headers } of server.requests) {
            assert.equal(headers[header.toLowerCase()], `${prefix}${token}`);
            assert.equal(headers.accept, 'application/json, text/event-stream');
            assert.equal(headers['content-type'], 'application/json');
          }
          for (const { headers } of server.requests.slice(1)) {
            assert.match(headers['mcp-protocol-version'] ?? '', /^20\d\d-\d\d-\d\d$/);
            assert.equal(headers['mcp-session-id'] !== undefined, name === 'session');
          }
        });
      }
    }
  }

  for (const { form, runner } of runnable) {
    const by = `${form} by ${runner[0]?.split('/').at(-1)}`;

    it(`${by} holds the token in clear where it was asked for`, async () => {
      const { server, header, token } = caseOf('API key');
      server.requests.length = 0;
      const text = example(form, server.url, [{ name: header, prefix: '', secret: new Secret(token) }], 'initialize');
      const { code, stderr } = await runExample(form, runner, text, {});
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        server.requests.map(({ headers, status }) => [headers['x-api-key'], status]),
        [[token, 200]],
      );
    });

    it(`${by} sends nothing while the variable is not set`, async () => {
      const { server, header, prefix } = caseOf('JWT');
      for (const request of ['initialize', 'tools/list'] as const) {
        server.requests.length = 0;
        const text = example(form, server.url, [{ name: header, prefix }], request);
        const { code, stderr } = await runExample(form, runner, text, {});
        assert.notEqual(code, 0);
        assert.match(stderr, /MCP_TOKEN/);
        assert.deepEqual(server.requests, []);
      }
    });

    it(`${by} sends further headers as they stand, and takes a URL with a secret from the environment`, async () => {
      const { server, token } = caseOf('API key');
      server.requests.length = 0;
      const plain = `it's "so" $HOME \`id\` \\ {1..3} [a-z] !x @file`;
      const text = example(
        form,
        `${server.url}?key=hidden&x={1,2}[1-3]`,
        [
          { name: 'X-API-Key', prefix: '' },
          { name: "X-!#$%&'*+.^_`|~Note", plain },
          { name: 'X-Team-Key', prefix: 'Team ' },
        ],
        'initialize',
        true,
      );
      assert.ok(!text.includes('hidden'));
      const { code, stderr } = await runExample(form, runner, text, {
        MCP_TOKEN: token,
        MCP_X_TEAM_KEY: '=@:team',
        MCP_URL: `${server.url}?key=hidden&x={1,2}[1-3]`,
      });
      assert.equal(code, 0, stderr);
      assert.equal(server.requests.length, 1);
      const [request] = server.requests;
      assert.match(request?.path ?? '', /^\/mcp\?key=hidden&x=/);
      assert.equal(request?.headers["x-!#$%&'*+.^_`|~note"], plain);
      assert.equal(request?.headers['x-team-key'], 'Team =@:team');
    });

    it(`${by} takes the header to no other server`, async () => {
      const seen: string[] = [];
      const elsewhere = createServer((req, res) => {
        seen.push(String(req.headers['x-api-key']));
        res.end('{}');
      });
      await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve));
      const redirecting = createServer((_req, res) => {
        const { port } = elsewhere.address() as AddressInfo;
        res.writeHead(307, { Location: `http://localhost:${port}/mcp` }).end();
      });
      await new Promise<void>(resolve => redirecting.listen(0, '127.0.0.1', resolve));
      const { port } = redirecting.address() as AddressInfo;
      const text = example(form, `http://127.0.0.1:${port}/mcp`, [{ name: 'X-API-Key', prefix: '' }], 'initialize');
      await runExample(form, runner, text, { MCP_TOKEN: 'demo-token' });
      assert.deepEqual(seen, []);
      redirecting.close();
      elsewhere.close();
    });
  }

  function caseOf(name: string): Case {
    const found = cases.get(name);
    assert.ok(found);
    return found;
  }
});

function example(
  form: ExampleForm,
  url: string,
  headers: readonly SourceHeader[],
  request: ExampleRequest,
  urlIsSecret = false,
): string {
  const call = exampleCall({ url, urlIsSecret, showUrl: false, headers, request });
  assert.ok(call.ok);
  const text = usageExample(form, call.value);
  assert.ok(text.ok);
  return text.value;
}
