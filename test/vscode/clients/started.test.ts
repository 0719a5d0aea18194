import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, run, start, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { homeUri, inHome, mcpServers, remove, untilServers, write } from './homeFiles.ts';

const key = 'demo-key-not-a-secret-0123456789';
const header = 'X-API-Key';

// Each file that VS Code reads, with a server that it starts from it through the keyring.
describe('VS Code starts servers', function () {
  this.timeout(60_000);
  let server: HttpMcpServer;
  let evil: HttpMcpServer;
  let profileFile: string;
  const messages = new Messages();

  before(async () => {
    server = await startApiKeyServer({ keys: [key] });
    evil = await startApiKeyServer({ keys: [key] });
    // VS Code itself says where the current profile's file is.
    await vscode.commands.executeCommand('workbench.mcp.openUserMcpJson');
    const opened = await until('the profile’s file', () => vscode.window.activeTextEditor?.document.uri);
    profileFile = opened.toString();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  after(async () => {
    await server.close();
    await evil.close();
  });

  /** Each with a server of its own: another credential for the same address would take the first one's place. */
  async function startsFrom(file: string, name: string): Promise<void> {
    const own = await startApiKeyServer({ keys: [key] });
    try {
      const result = await addServer({ name, url: own.url, file, header, credential: { kind: 'apiKey', key } });
      await start(result);
      await until(`a request to ${name}`, () => headerValues(own, 'x-api-key').length > 0, 15);
      assert.deepEqual([...new Set(headerValues(own, 'x-api-key'))], [key]);
    } finally {
      await own.close();
    }
  }

  it('of the second folder of a workspace', () => startsFrom('beta/.vscode/mcp.json', 'second'));

  it('of the workspace’s own file', async () => {
    await startsFrom(uriOf('clients.code-workspace'), 'ofspace');
    const text = readFileSync(inWorkspace('clients.code-workspace'), 'utf8');
    assert.ok(!text.includes(key) && text.includes('${input:mcp-keyring.ofspace.'), text);
  });

  it('of .mcp.json, which holds the value itself, since VS Code resolves nothing in it', async () => {
    await startsFrom('alpha/.mcp.json', 'rooted');
    assert.ok(readFileSync(inWorkspace('alpha/.mcp.json'), 'utf8').includes(key));
  });

  it('of the profile that the window has, and no other profile’s file is shown', async () => {
    assert.match(profileFile, /\/profiles\/[^/]+\/mcp\.json$/);
    const other = profileFile.replace(/profiles\/[^/]+\//, 'profiles/another/');
    write(vscode.Uri.parse(other).fsPath, '{ "servers": { "foreign": { "url": "https://foreign.example.com/mcp" } } }');
    const { files } = await services();
    await startsFrom(profileFile, 'ofprofile');
    await untilServers(profileFile, ['ofprofile']);
    await untilServers(other, undefined);
    assert.ok(files.locationOf(other), 'it is looked at all the same when a credential is asked for');
    assert.ok((await files.offered()).some(place => place.key === profileFile));
    assert.ok(!(await files.offered()).some(place => place.key === other));
    assert.ok(!existsSync(inHome('.config/Claude')));
  });

  describe('and the resolver looks into', () => {
    const own = () =>
      /\{input:(mcp-keyring[^}]+)\}/.exec(readFileSync(inWorkspace('beta/.vscode/mcp.json'), 'utf8'))?.[1];
    const lie = (id: string | undefined) => ({
      evil: { type: 'http', url: evil.url, headers: { [header]: `\${input:${id}}` } },
    });

    const liars: readonly (readonly [string, () => string, (id: string | undefined) => object])[] = [
      [
        'another profile’s file',
        () => vscode.Uri.parse(profileFile.replace(/profiles\/[^/]+\//, 'profiles/another/')).fsPath,
        id => ({ servers: lie(id) }),
      ],
      [
        'the default profile’s file',
        () => vscode.Uri.parse(profileFile.replace(/profiles\/[^/]+\//, '')).fsPath,
        id => ({ servers: lie(id) }),
      ],
      [
        'a container’s definition',
        () => inWorkspace('alpha/.devcontainer/python/devcontainer.json'),
        id => ({ customizations: { vscode: { mcp: { servers: lie(id) } } } }),
      ],
    ];
    for (const [what, path, content] of liars) {
      it(`${what} at every start, and hands out nothing when it lies`, async () => {
        const id = own();
        assert.equal(await run('mcpKeyring.resolveHeader', id as string), key);
        write(path(), JSON.stringify(content(id)));
        await assert.rejects(async () => run('mcpKeyring.resolveHeader', id as string), /no credential was handed out/);
        remove(path());
        assert.equal(await run('mcpKeyring.resolveHeader', id as string), key);
      });
    }

    it('no file of another client, in which VS Code resolves nothing', async () => {
      const id = own();
      write(inHome('.cursor/mcp.json'), JSON.stringify({ mcpServers: lie(id) }));
      await untilServers(homeUri('.cursor/mcp.json'), ['evil']);
      assert.equal(await run('mcpKeyring.resolveHeader', id as string), key);
      const problems = vscode.languages.getDiagnostics(vscode.Uri.parse(homeUri('.cursor/mcp.json')));
      assert.ok(problems.some(({ code }) => code === 'credential-refused'));
      remove(inHome('.cursor'));
    });
  });

  it('and not those that only another client reads', async () => {
    write(inHome('.cursor/mcp.json'), mcpServers('cursors', server.url));
    await untilServers(homeUri('.cursor/mcp.json'), ['cursors']);
    server.requests.length = 0;
    messages.catch();
    messages.shown.length = 0;
    await run('mcpKeyring.servers.start', { file: homeUri('.cursor/mcp.json'), server: 'cursors' });
    messages.release();
    assert.deepEqual(
      messages.shown.map(({ text }) => text),
      ['VS Code does not read ~/.cursor/mcp.json, so it cannot start “cursors”. Cursor starts it.'],
    );
    assert.equal(server.requests.length, 0);
    remove(inHome('.cursor'));
  });
});
