import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { services } from '../harness/inside.ts';
import { addServer, inWorkspace, run, start, stop, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { homeUri, inHome, mcpServers, remove, untilServers, write } from './homeFiles.ts';

const key = 'demo-key-not-a-secret-0123456789';
const header = 'X-API-Key';

// Every file that could send a credential elsewhere is looked into before it is handed out, whatever profile it is of.
describe('The resolver in a profile', function () {
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
    const { files } = await services();
    await until('the profile to be found', () => files.locationOf(profileFile));
    await addServer({
      name: 'second',
      url: server.url,
      file: 'beta/.vscode/mcp.json',
      header,
      credential: { kind: 'apiKey', key },
    });
  });

  after(async () => {
    await server.close();
    await evil.close();
  });

  it('is not needed by a server of the profile’s file, which VS Code starts with what stands there', async () => {
    const target = await addServer({
      name: 'of-profile',
      url: server.url,
      file: profileFile,
      header,
      credential: { kind: 'apiKey', key },
      delivery: 'literal',
    });
    server.requests.length = 0;
    await start(target);
    await until('a request with the key', () => headerValues(server, header, '/mcp').includes(key));
    await stop(target);
    remove(target.file);
  });

  describe('looks into', () => {
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

  it('is not asked for servers that only another client reads: VS Code cannot start them', async () => {
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
