import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { parse } from 'jsonc-parser';
import { DEMO_API_KEY, DEMO_JWT_SECRET, startDemoServers } from '../../demo/demoServers.ts';
import { PASTED_TOKEN_SECONDS, portsOf, prepareWorkspace } from '../../demo/prepareWorkspace.ts';
import { OAUTH_CLIENT_SECRET } from '../../servers/oauthClients.ts';
import { ROLE_PERMISSIONS, signRolesToken } from '../../servers/rolesServer.ts';
import { postInitialize, toolNames } from './clients.ts';

interface McpJson {
  servers: Record<string, { url?: string; headers?: Record<string, string>; command?: string; args?: string[] }>;
}

describe('demo', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcp-keyring-demo-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('prepares a workspace whose todos server works for four minutes and whose weather server lacks its key', async () => {
    const servers = await startDemoServers();
    try {
      await prepareWorkspace(folder, portsOf(servers));
      const { weather, todos, notebook, clock } = (await readMcpJson(folder)).servers;
      assert.equal(weather?.url, servers.weather.url);
      assert.equal((await postInitialize(servers.weather.url)).status, 401);
      assert.equal((await toolNames(servers.weather.url, { 'X-API-Key': DEMO_API_KEY })).length, 3);

      assert.equal(todos?.url, servers.todos.url);
      assert.equal((await toolNames(servers.todos.url, todos.headers ?? {})).length, 4);
      const { iat, exp } = decodeJwt(todos.headers?.Authorization?.replace('Bearer ', '') ?? '');
      assert(iat !== undefined && exp !== undefined);
      assert.equal(exp - iat, PASTED_TOKEN_SECONDS);
      assert(Math.abs(iat - Date.now() / 1000) < 5);

      assert.equal(notebook?.url, servers.notebook.url);
      assert.equal((await postInitialize(servers.notebook.url)).status, 401);

      assert.equal(clock?.command, process.execPath);
      assert.match(clock.args?.[0] ?? '', /[\\/]test[\\/]servers[\\/]stdioServer\.ts$/);
      const readme = await readFile(join(folder, 'README.md'), 'utf8');
      assert(readme.includes(servers.weather.url) && readme.includes(servers.todos.url));
      assert(readme.includes(servers.notebook.url));
    } finally {
      await servers.close();
    }
  });

  it('replaces what an earlier demo left', async () => {
    await prepareWorkspace(folder);
    await prepareWorkspace(folder, { weather: 1, todos: 2, notebook: 3 });
    assert.equal((await readMcpJson(folder)).servers.weather?.url, 'http://127.0.0.1:1/mcp');
  });

  it('has a README with the true credentials and the true number of tools of each role', async () => {
    const readme = await readFile('test/demo/workspace/README.md', 'utf8');
    assert(readme.includes(DEMO_API_KEY) && readme.includes(DEMO_JWT_SECRET) && readme.includes(OAUTH_CLIENT_SECRET));
    const servers = await startDemoServers();
    try {
      for (const [role, permissions] of Object.entries(ROLE_PERMISSIONS)) {
        const token = await signRolesToken({ secret: DEMO_JWT_SECRET, role });
        const tools = await toolNames(servers.todos.url, { Authorization: `Bearer ${token}` });
        const list = permissions.map(permission => `\`${permission}\``).join(', ');
        assert(readme.includes(`| \`${role}\` | ${list} | ${tools.length} |`), role);
      }
    } finally {
      await servers.close();
    }
  });
}).timeout(15_000);

async function readMcpJson(folder: string): Promise<McpJson> {
  return parse(await readFile(join(folder, '.vscode', 'mcp.json'), 'utf8'));
}
