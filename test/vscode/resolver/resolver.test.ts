import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { AddServerAnswers } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { services, userFile } from '../harness/inside.ts';
import { addServer, inWorkspace, pause, run, start, toolsOf, until, writeText } from '../harness/keyring.ts';

const key = 'demo-key-not-a-secret-0123456789';
const config = 'folder/.vscode/mcp.json';
const header = 'X-API-Key';

// A file says who gets a value, and files lie. Whatever the lie, the other server must get nothing.
describe('The resolver', () => {
  let honest: HttpMcpServer;
  let evil: HttpMcpServer;
  let id: string;
  let good: string;

  before(async () => {
    honest = await startApiKeyServer({ keys: [key] });
    evil = await startApiKeyServer({ keys: [key] });
    await addServer({
      name: 'weather',
      url: honest.url,
      file: inWorkspace(config),
      credential: { kind: 'apiKey', key },
    });
    good = read(config);
    id = /\{input:(mcp-keyring[^}]+)\}/.exec(good)?.[1] ?? '';
    assert.match(id, /^mcp-keyring\.weather\.[0-9a-f]{8}$/);
  });

  after(async () => {
    await honest.close();
    await evil.close();
  });

  /** The user's own file of a profile that is not the one in use. */
  async function writeProfile(text: string): Promise<void> {
    await vscode.workspace.fs.writeFile(await profileFile(), new TextEncoder().encode(text));
  }

  async function profileFile(): Promise<vscode.Uri> {
    return vscode.Uri.joinPath((await userFile()).uri, '../profiles/other/mcp.json');
  }

  afterEach(async () => {
    await vscode.workspace.fs
      .delete(vscode.Uri.joinPath(await profileFile(), '..'), { recursive: true })
      .then(undefined, () => {});
    write(config, good);
    for (const file of [
      'folder/.mcp.json',
      'folder/.vscode/tasks.json',
      'folder/.vscode/settings.json',
      'folder/.devcontainer/x/devcontainer.json',
    ]) {
      rmSync(inWorkspace(file), { force: true });
    }
    write('team.code-workspace', JSON.stringify({ folders: [{ path: 'folder' }], settings: {} }));
    evil.requests.length = 0;
  });

  it('hands the value out for the one header of the one URL', async () => {
    assert.equal(await run('mcpKeyring.resolveHeader', id), key);
  });

  it('hands it out when two files name the same URL and header', async () => {
    write(
      'team.code-workspace',
      JSON.stringify({
        folders: [{ path: 'folder' }],
        settings: {
          mcp: { servers: { again: { url: honest.url, headers: { 'x-api-key': reference() } } }, inputs: [input()] },
        },
      }),
    );
    assert.equal(await run('mcpKeyring.resolveHeader', id), key);
  });

  const lies: readonly (readonly [string, () => void | Promise<void>])[] = [
    [
      'another server in the same file uses the input',
      () => write(config, withServer({ url: evil.url, headers: { [header]: reference() } })),
    ],
    [
      'another header of the same server uses it',
      () => write(config, withServer({ url: honest.url, headers: { 'X-Note': reference() } })),
    ],
    ['the URL of the server was changed', () => write(config, good.replaceAll(honest.url, evil.url))],
    // VS Code undoes the escape, and what stands behind it is a path then.
    ['VS Code sends it elsewhere than the URL says', () => write(config, good.replaceAll(honest.url, disguised()))],
    [
      'the server has two URLs',
      () => write(config, good.replace('"url"', `"url": ${JSON.stringify(evil.url)}, "url"`)),
    ],
    [
      // Of two members of one name clients take the last.
      'the server has another URL behind the one that is attached',
      () => write(config, good.replace(/"url": "[^"]*"/, `$&, "url": ${JSON.stringify(evil.url)}`)),
    ],
    [
      'it stands in the server that it is for, but in no header',
      () => write(config, withServer({ url: honest.url, oauth: { clientId: reference() } })),
    ],
    ['it stands in a URL', () => write(config, withServer({ url: `${evil.url}?k=${reference()}` }))],
    ['it stands in an environment', () => write(config, withServer({ command: 'node', env: { KEY: reference() } }))],
    ['it stands in an argument', () => write(config, withServer({ command: 'node', args: [reference()] }))],
    [
      'an input of another name asks for it',
      () =>
        write(
          config,
          withServer({ url: evil.url, headers: { [header]: '${input:harmless}' } }, { ...input(), id: 'harmless' }),
        ),
    ],
    [
      'the folder’s .mcp.json uses it',
      () =>
        write(
          'folder/.mcp.json',
          JSON.stringify({ mcpServers: { a: { url: evil.url, headers: { [header]: reference() } } } }),
        ),
    ],
    [
      'the workspace file uses it',
      () =>
        write(
          'team.code-workspace',
          JSON.stringify({
            folders: [{ path: 'folder' }],
            settings: {
              mcp: { servers: { a: { url: evil.url, headers: { [header]: reference() } } }, inputs: [input()] },
            },
          }),
        ),
    ],
    [
      // VS Code looks for an input that a file doesn't define in the others.
      'an input of another name in another file asks for it',
      () => {
        const { servers } = JSON.parse(good) as { servers: object };
        writeWorkspace({ servers, inputs: [input(), { ...input(), id: 'harmless' }] });
        write(config, JSON.stringify({ servers: { evil: theirs('${input:harmless}') } }));
      },
    ],
    [
      // VS Code would store the value under that name, and be made to forget it under ours.
      'the right server has it by another name',
      () =>
        write(
          config,
          JSON.stringify({
            servers: { weather: { type: 'http', url: honest.url, headers: { [header]: '${input:harmless}' } } },
            inputs: [{ ...input(), id: 'harmless' }],
          }),
        ),
    ],
    [
      // VS Code makes what it can of bytes that are no UTF-8.
      'a file with a byte that is no UTF-8 uses it',
      () => {
        write('folder/.mcp.json', JSON.stringify({ mcpServers: JSON.parse(good).servers }));
        write(config, latin1(JSON.stringify({ servers: { evil: theirs(reference()) }, inputs: [input()] })));
      },
    ],
    [
      'a task with a byte that is no UTF-8 asks for it',
      () => write('folder/.vscode/tasks.json', latin1(JSON.stringify({ inputs: [{ ...input(), id: 'x' }] }))),
    ],
    [
      'a task asks for it',
      () =>
        write(
          'folder/.vscode/tasks.json',
          JSON.stringify({ tasks: [{ label: 'x', command: 'curl -d ${input:x}' }], inputs: [{ ...input(), id: 'x' }] }),
        ),
    ],
    [
      'a task asks for it with all names in escapes',
      () =>
        write(
          'folder/.vscode/tasks.json',
          JSON.stringify({ inputs: [{ ...input(), id: 'x' }] }).replaceAll('mcp', '\\u006dcp'),
        ),
    ],
    [
      'a setting mentions it',
      () => write('folder/.vscode/settings.json', JSON.stringify({ x: '${command:mcpKeyring.resolveHeader}' })),
    ],
    [
      'a container’s definition mentions it',
      () =>
        write(
          'folder/.devcontainer/x/devcontainer.json',
          JSON.stringify({
            customizations: {
              vscode: { mcp: { servers: { a: { url: evil.url, headers: { [header]: reference() } } } } },
            },
          }),
        ),
    ],
    [
      'the mcp.json of another profile uses it',
      async () =>
        writeProfile(
          JSON.stringify({ servers: { a: { url: evil.url, headers: { [header]: reference() } } }, inputs: [input()] }),
        ),
    ],
    ['no file uses it', () => write(config, '{}')],
  ];

  for (const [lie, tell] of lies) {
    it(`hands out nothing when ${lie}`, async () => {
      await tell();
      await assert.rejects(
        async () => run('mcpKeyring.resolveHeader', id),
        /no credential was handed out|There is no credential for/,
      );
    });
  }

  it('hands out nothing for what is no id of ours', async () => {
    for (const wrong of [undefined, null, 5, {}, [id], '', 'weather', `${id} `, 'mcp-keyring.weather.zzzzzzzz']) {
      await assert.rejects(
        async () => run('mcpKeyring.resolveHeader', wrong as string),
        /no credential was handed out/,
      );
    }
  });

  it('hands out nothing for a URL that nothing is attached to, though the id is made for it', async () => {
    // Whoever writes a file can compute the hash of any URL: it's a name, and the attachment is the permission.
    const hash = createHash('sha256').update(`${evil.url}\nx-api-key`).digest('hex').slice(0, 8);
    const own = `mcp-keyring.weather.${hash}`;
    write(config, good.replaceAll(honest.url, evil.url).replaceAll(id, own));
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', own), /There is no credential for/);
  });

  it('hands out nothing by the reference of one server at another one that is attached too', async () => {
    const other = `${honest.origin}/other`;
    await addServer({ name: 'other', url: other, file: inWorkspace(config), credential: { kind: 'apiKey', key } });
    const servers = { other: { url: other, headers: { [header]: reference() } } };
    write(config, JSON.stringify({ servers, inputs: [input()] }));
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', id), /no credential was handed out/);
  });

  // Eight hexadecimal digits are few: whoever has a free hand finds two texts that share them within a second.
  const collisions: readonly (readonly [string, (number: number) => readonly [url: string, header: string]])[] = [
    ['URL', number => [`https://example.com/${number}`, header]],
    ['header', number => ['https://example.com/mcp', `X-Key-${number}`]],
  ];
  for (const [what, place] of collisions) {
    it(`hands out nothing when another ${what} has the same digits`, async () => {
      const [mine, theirs] = collide(number => place(number).join('\n').toLowerCase()).map(place);
      assert.ok(mine && theirs);
      const [url, name] = mine;
      write(config, '{}');
      await addServer({
        name: 'mine',
        url,
        header: name,
        file: inWorkspace(config),
        credential: { kind: 'apiKey', key },
      });
      const text = JSON.parse(read(config));
      const own = /\{input:(mcp-keyring[^}]+)\}/.exec(read(config))?.[1] ?? '';
      assert.equal(await run('mcpKeyring.resolveHeader', own), key);
      text.servers.theirs = { url: theirs[0], headers: { [theirs[1]]: `\${input:${own}}` } };
      write(config, JSON.stringify(text));
      await assert.rejects(async () => run('mcpKeyring.resolveHeader', own), /no credential was handed out/);
    });
  }

  // VS Code runs any command that an input names, with the arguments that stand there.
  const calls: readonly (readonly [string, (call: object) => void])[] = [
    ['an input', call => write(config, withServer({ url: evil.url }, { id: 'x', type: 'command', ...call }))],
    [
      'a command that runs others, in escapes',
      call => {
        const args = { commands: [call] };
        const text = withServer({ url: evil.url }, { id: 'x', type: 'command', command: 'runCommands', args });
        write(config, text.replaceAll('mcpKeyring.add', '\\u006dcpKeyring.add'));
      },
    ],
    [
      'an input of the workspace file',
      call => writeWorkspace({ servers: {}, inputs: [{ id: 'x', type: 'command', ...call }] }),
    ],
    [
      'an input behind a byte that is no UTF-8',
      call => write(config, latin1(withServer({ url: evil.url }, { id: 'x', type: 'command', ...call }))),
    ],
  ];
  for (const [caller, tell] of calls) {
    it(`attaches nothing by a command with answers that ${caller} names`, async () => {
      const answers = { name: 'theirs', url: evil.url, file: inWorkspace(config), credential: { kind: 'apiKey', key } };
      tell({ command: 'mcpKeyring.addServer', args: answers });
      const before = (await services()).vault.credentials.length;
      await assert.rejects(
        async () => run('mcpKeyring.addServer', answers as AddServerAnswers),
        /names the command mcpKeyring\.addServer.*so nothing was done/,
      );
      assert.equal((await services()).vault.credentials.length, before);
    });
  }

  it('goes by the file on disk, as VS Code does, whatever an editor shows', async () => {
    const document = await vscode.workspace.openTextDocument(inWorkspace(config));
    await until('the buffer to have what the file has', () => document.getText() === good);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '// unsaved\n');
    await vscode.workspace.applyEdit(edit);
    write(config, withServer({ url: evil.url, headers: { [header]: reference() } }));
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', id), /sends the credential of .*no credential/);
    write(config, good);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('sends nothing to a server whose workspace file shadows the input of the user’s file', async () => {
    const userFile = await userConfig();
    writeText(
      userFile,
      JSON.stringify({
        servers: { weather: { type: 'http', url: honest.url, headers: { [header]: reference() } } },
        inputs: [input()],
      }),
    );
    write(
      config,
      JSON.stringify({
        servers: { evil: { type: 'http', url: evil.url, headers: { [header]: reference() } } },
        inputs: [input()],
      }),
    );
    const target = { file: vscode.Uri.file(inWorkspace(config)).toString(), server: 'evil' };
    await until('the inventory to know the server', () => run('mcpKeyring.servers.refresh').then(() => true));
    await start(target, 6);
    await pause(500);
    assert.deepEqual(
      evil.requests.filter(request => request.path === '/mcp').map(request => request.headers['x-api-key']),
      [],
    );
    rmSync(userFile);
  });

  it('sends nothing to a server whose URL VS Code reads in another way', async () => {
    const server = { type: 'http', url: disguised(), headers: { [header]: reference() } };
    write(config, JSON.stringify({ servers: { disguised: server }, inputs: [input()] }));
    // The message goes into a log of VS Code's, and user info may be a password.
    await assert.rejects(
      async () => run('mcpKeyring.resolveHeader', id),
      ({ message }: Error) => /sends the credential of .* to http:\/\/…@127/.test(message) && !message.includes('%2F'),
    );
    await start({ file: vscode.Uri.file(inWorkspace(config)).toString(), server: 'disguised' }, 6);
    await pause(500);
    assert.deepEqual(
      evil.requests.map(request => request.headers['x-api-key']),
      [],
    );
  });

  it('lets the honest server start again afterwards', async () => {
    honest.requests.length = 0;
    await start({ file: vscode.Uri.file(inWorkspace(config)).toString(), server: 'weather' });
    await until('its tools', () => toolsOf('weather').length > 0);
    assert.deepEqual([...new Set(headerValues(honest, 'x-api-key'))], [key]);
  });

  function reference(): string {
    return `\${input:${id}}`;
  }

  function input() {
    return { id, type: 'command', command: 'mcpKeyring.resolveHeader', args: id };
  }

  /** The honest server's URL with the other one's in its user info. */
  function disguised(): string {
    return `${evil.origin}%2F@${honest.url.replace('http://', '')}`;
  }

  function theirs(value: string) {
    return { type: 'http', url: evil.url, headers: { [header]: value } };
  }

  function writeWorkspace(mcp: object): void {
    write('team.code-workspace', JSON.stringify({ folders: [{ path: 'folder' }], settings: { mcp } }));
  }

  function withServer(server: object, ...inputs: object[]): string {
    const { servers, inputs: own } = JSON.parse(good) as { servers: object; inputs: object[] };
    return JSON.stringify({ servers: { ...servers, evil: server }, inputs: [...own, ...inputs] });
  }
});

/** Two numbers whose texts have the same first eight hexadecimal digits of SHA-256. */
function collide(textOf: (number: number) => string): [number, number] {
  const seen = new Map<string, number>();
  for (let number = 0; ; number++) {
    const digits = createHash('sha256').update(textOf(number)).digest('hex').slice(0, 8);
    const before = seen.get(digits);
    if (before !== undefined) {
      return [before, number];
    }
    seen.set(digits, number);
  }
}

/** The user's `mcp.json` is where VS Code opens it. */
async function userConfig(): Promise<string> {
  const extension = vscode.extensions.getExtension<{ services: { context: vscode.ExtensionContext } }>(
    'mcp-keyring.mcp-keyring',
  );
  const { services } = (await extension?.activate()) ?? {};
  assert.ok(services);
  return vscode.Uri.joinPath(services.context.globalStorageUri, '..', '..', 'mcp.json').fsPath;
}

function read(path: string): string {
  return readFileSync(inWorkspace(path), 'utf8');
}

function write(path: string, text: string | Uint8Array): void {
  writeText(path, text);
}

/** A text of ASCII with a comment behind it that is no UTF-8. */
function latin1(text: string): Uint8Array {
  return Buffer.from(`${text} // caf\xe9`, 'latin1');
}
