import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { providedFile } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { startRolesServer } from '../../servers/rolesServer.ts';
import { forgetAll, services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, readText, run, start, until, writeText } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { freshJwt } from '../harness/tokens.ts';

const key = 'taken-key-not-a-secret-0123456789';
const sharedSecret = 'taken-shared-secret-that-protects-nothing';
const rolesClaims = { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] };

describe('Take Over Server and Give Back to File', function () {
  this.timeout(60_000);
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;

  before(async () => {
    weather = await startApiKeyServer({ keys: [key] });
    todos = await startRolesServer({ secret: sharedSecret });
  });

  after(async () => {
    await weather.close();
    await todos.close();
  });

  beforeEach(async () => {
    await forgetAll();
    for (const path of ['.mcp.json', '.codex/config.toml']) {
      rmSync(inWorkspace(path), { force: true });
    }
    writeText('.vscode/mcp.json', '{\n  // The servers of this project.\n  "servers": {}\n}\n');
    await run('mcpKeyring.servers.refresh');
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const provided = (server: string) => ({ file: providedFile, server });

  async function known(path: string, server: string): Promise<void> {
    const { inventory } = await services();
    await run('mcpKeyring.servers.refresh');
    await until(`${server} in ${path}`, () =>
      inventory.snapshot.files.some(
        file => file.source.uri === uriOf(path) && file.servers.some(({ parsed }) => parsed.name === server),
      ),
    );
  }

  async function takeOver(path: string, server: string): Promise<void> {
    await known(path, server);
    await run('mcpKeyring.servers.takeOver', { file: uriOf(path), server });
    const { inventory } = await services();
    await until(`${server} among the provided`, () =>
      inventory.snapshot.provided.some(({ parsed }) => parsed.name === server),
    );
  }

  /** A server in a file with a credential of its own, by reference. */
  async function addRain(): Promise<void> {
    await addServer({
      name: 'rain',
      url: weather.url,
      file: '.vscode/mcp.json',
      delivery: 'reference',
      credential: { kind: 'apiKey', key },
    });
  }

  /** A server with its key in clear, in a file whose clients resolve no references. */
  function writeHail(): void {
    const server = `{"type":"http","url":"${weather.origin}/hail","headers":{"X-API-Key":"${key}"}}`;
    writeText('.mcp.json', `{\n\t"mcpServers": {\n\t\t"hail": ${server}\n\t}\n}`);
  }

  function bytes(path: string): string {
    return readFileSync(inWorkspace(path)).toString('hex');
  }

  it('starts the server from no file, and leaves the file byte for byte as it was', async () => {
    await addRain();
    const original = readText()
      .replace(
        '"rain": {',
        '"rain": { // what the team uses\n        "dev": { "watch": "*.ts", "debug": true, "n": 1e3 }, /* odd */',
      )
      .replaceAll('\n', '\r\n');
    writeText('.vscode/mcp.json', `\ufeff${original}`);
    const before = bytes('.vscode/mcp.json');
    await takeOver('.vscode/mcp.json', 'rain');
    const without = readText();
    assert.ok(!without.includes('rain'), without);
    assert.ok(!without.includes('mcp-keyring.'), 'the input has gone with its server');
    assert.match(without, /\/\/ The servers of this project\./);

    weather.requests.length = 0;
    await start(provided('rain'));
    await until('its tools', () =>
      weather.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
    );
    assert.deepEqual([...new Set(headerValues(weather, 'x-api-key'))], [key]);

    await run('mcpKeyring.servers.giveBack', provided('rain'));
    assert.equal(bytes('.vscode/mcp.json'), before);
    const { inventory, vault } = await services();
    assert.deepEqual(
      inventory.snapshot.provided.filter(({ parsed }) => parsed.name === 'rain'),
      [],
    );
    assert.ok(vault.attachedTo(weather.url, 'X-API-Key').length > 0, 'it stays attached');

    await known('.vscode/mcp.json', 'rain');
    weather.requests.length = 0;
    await start({ file: uriOf('.vscode/mcp.json'), server: 'rain' });
    await until('a request', () => headerValues(weather, 'x-api-key').includes(key));
  });

  it('does the same in an editor', async () => {
    await addRain();
    const document = await vscode.workspace.openTextDocument(inWorkspace('.vscode/mcp.json'));
    await vscode.window.showTextDocument(document);
    await until('the text in the editor', () => document.getText() === readText());
    const before = bytes('.vscode/mcp.json');
    await takeOver('.vscode/mcp.json', 'rain');
    assert.ok(!document.getText().includes('rain'));
    assert.equal(document.isDirty, false);
    await run('mcpKeyring.servers.giveBack', provided('rain'));
    assert.equal(bytes('.vscode/mcp.json'), before);
  });

  it('moves a literal into the keyring first, so that what comes back is a reference', async () => {
    const token = freshJwt({ role: 'viewer' });
    const literal = `{ "servers": { "snow": { "url": "${weather.origin}/snow", "headers": { "X-Team": "blue", "Authorization": "Bearer ${token}" } } } }`;
    writeText('.vscode/mcp.json', literal);
    await takeOver('.vscode/mcp.json', 'snow');
    assert.ok(!readText().includes('snow'));
    const { inventory, vault } = await services();
    const server = inventory.snapshot.provided.find(({ parsed }) => parsed.name === 'snow');
    assert.deepEqual(server?.plainHeaders, { 'X-Team': 'blue' });
    await run('mcpKeyring.servers.giveBack', provided('snow'));
    assert.ok(!readText().includes(token));
    assert.match(readText(), /"Authorization": "Bearer \$\{input:mcp-keyring\.snow\.[0-9a-f]{8}\}"/);
    assert.match(readText(), /"X-Team": "blue"/);
    assert.equal(vault.attachedTo(`${weather.origin}/snow`, 'Authorization').length, 1);
  });

  it('gives a literal back as it was to a file whose clients resolve no references', async () => {
    const path = '.mcp.json';
    writeHail();
    const before = bytes(path);
    await takeOver(path, 'hail');
    assert.ok(!readText(path).includes(key));
    await run('mcpKeyring.servers.giveBack', provided('hail'));
    assert.equal(bytes(path), before);
  });

  it('adds the entry anew where the file was edited in between, and keeps what was edited', async () => {
    const path = '.mcp.json';
    writeHail();
    await takeOver(path, 'hail');
    writeText(path, readText(path).replace('{', '{\n\t"note": "mine",'));
    await run('mcpKeyring.servers.giveBack', provided('hail'));
    const config = JSON.parse(readText(path));
    assert.equal(config.note, 'mine');
    assert.deepEqual(config.mcpServers.hail, {
      type: 'http',
      url: `${weather.origin}/hail`,
      headers: { 'X-API-Key': key },
    });
  });

  it('does the same with TOML, with all that another entry said in its place', async () => {
    const path = '.codex/config.toml';
    const text = `model = "gpt-5" # mine\n\n[mcp_servers.dew]\nurl = "${weather.origin}/dew" # where\ntool_timeout_sec = 5\nhttp_headers = { X-API-Key = "${key}", X-Team = "blue" }\n\n[tui]\ntheme = 'dark'\n`;
    writeText(path, text);
    await takeOver(path, 'dew');
    assert.equal(readText(path), `model = "gpt-5" # mine\n\n[tui]\ntheme = 'dark'\n`);
    await run('mcpKeyring.servers.giveBack', provided('dew'));
    assert.equal(readText(path), text);
    await takeOver(path, 'dew');
    writeText(path, `# edited\n${readText(path)}`);
    await run('mcpKeyring.servers.giveBack', provided('dew'));
    const after = readText(path);
    assert.ok(after.startsWith('# edited\nmodel = "gpt-5" # mine\n'));
    assert.match(after, /\[mcp_servers\.dew\]\nurl = "[^"]+"\ntool_timeout_sec = 5\nhttp_headers = \{/);
    assert.ok(after.includes(`X-API-Key = "${key}"`) && after.includes('X-Team = "blue"'));
  });

  it('keeps the server offered while its name is taken in the file', async () => {
    const path = '.mcp.json';
    writeHail();
    await takeOver(path, 'hail');
    const other = '{"mcpServers":{"hail":{"type":"http","url":"https://other.example.com/mcp"}}}';
    writeText(path, other);
    await known(path, 'hail');
    await run('mcpKeyring.servers.giveBack', provided('hail'));
    assert.equal(readText(path), other);
    const { inventory } = await services();
    assert.ok(inventory.snapshot.provided.some(({ label }) => label === 'hail (MCP Keyring)'));
    writeText(path, '{}');
    await run('mcpKeyring.servers.giveBack', provided('hail'));
    assert.equal(JSON.parse(readText(path)).mcpServers.hail.headers['X-API-Key'], key);
  });

  describe('and the credential that offers it', () => {
    const messages = new Messages();
    const path = '.vscode/mcp.json';

    before(() => messages.catch());
    after(() => messages.release());

    beforeEach(() => {
      messages.shown.length = 0;
      messages.answer = () => undefined;
    });

    async function offered(name: string, from: string): Promise<string> {
      const { credentialId } = await addServer({
        name,
        url: `${weather.origin}/${name}`,
        file: from,
        credential: { kind: 'apiKey', name, key },
      });
      await takeOver(from, name);
      messages.shown.length = 0;
      return credentialId;
    }

    async function isOffered(name: string): Promise<boolean> {
      const { inventory } = await services();
      return inventory.snapshot.provided.some(({ parsed }) => parsed.name === name);
    }

    it('is not deleted before the loss has been named', async () => {
      const credentialId = await offered('sleet', path);
      await run('mcpKeyring.credentials.delete', { credentialId });
      const [question] = messages.shown;
      assert.match(
        question?.detail ?? '',
        /sleet was taken over from .*mcp\.json, and VS Code will not have it any more/,
      );
      assert.deepEqual(question?.buttons, ['Give Back and Delete', 'Delete']);
      const { vault } = await services();
      assert.ok(vault.credential(credentialId), 'nobody has said yes');
      assert.ok(await isOffered('sleet'));
    });

    it('gives it back to its file, and is deleted then', async () => {
      const credentialId = await offered('sleet', path);
      const { vault } = await services();
      messages.answer = () => 'Give Back and Delete';
      await run('mcpKeyring.credentials.delete', { credentialId });
      assert.equal(vault.credential(credentialId), undefined);
      assert.match(readText(), /"sleet"[\s\S]*"X-API-Key": "\$\{input:mcp-keyring\.sleet\./);
      assert.ok(!(await isOffered('sleet')));
    });

    it('is not written into a file that would hold it in clear', async () => {
      const from = '.mcp.json';
      writeText(from, '{"mcpServers":{}}');
      const credentialId = await offered('frost', from);
      messages.answer = () => 'Give Back and Delete';
      await run('mcpKeyring.credentials.delete', { credentialId });
      assert.deepEqual(JSON.parse(readText(from)).mcpServers.frost, {
        type: 'http',
        url: `${weather.origin}/frost`,
        headers: {},
      });
    });

    it('stays where the file cannot take the server', async () => {
      const from = '.mcp.json';
      writeText(from, '{"mcpServers":{}}');
      const credentialId = await offered('dew', from);
      const other = '{"mcpServers":{"dew":{"type":"http","url":"https://other.example.com/mcp"}}}';
      writeText(from, other);
      await known(from, 'dew');
      messages.answer = ({ buttons }) => buttons.find(button => button === 'Give Back and Delete');
      await run('mcpKeyring.credentials.delete', { credentialId });
      const { vault } = await services();
      assert.ok(vault.credential(credentialId));
      assert.equal(readText(from), other);
      assert.ok(await isOffered('dew'));
    });

    it('can be another one, with which the server keeps its way back', async () => {
      const { vault } = await services();
      writeText('.mcp.json', '{"mcpServers":{}}');
      const first = await offered('dew', '.mcp.json');
      const second = (await run('mcpKeyring.addCredential', provided('dew'), {
        kind: 'apiKey',
        name: 'dew 2',
        key,
      })) as string;
      messages.shown.length = 0;
      messages.answer = () => 'Delete';
      await run('mcpKeyring.credentials.delete', { credentialId: first });
      assert.deepEqual(messages.shown[0]?.buttons, ['Delete']);
      assert.ok(await isOffered('dew'));
      await run('mcpKeyring.servers.giveBack', provided('dew'));
      assert.equal(JSON.parse(readText('.mcp.json')).mcpServers.dew.headers['X-API-Key'], key);
      assert.ok(vault.credential(second));
    });

    it('is named when it is revoked, and its server is stopped and stays offered', async () => {
      const credentialId = await offered('mist', path);
      const { vault, inventory } = await services();
      await start(provided('mist'));
      const label = inventory.snapshot.provided.find(({ parsed }) => parsed.name === 'mist')?.label ?? '';
      const stopped: unknown[] = [];
      const { executeCommand } = vscode.commands;
      Object.assign(vscode.commands, {
        executeCommand: (command: string, ...args: unknown[]) => {
          if (command === 'workbench.mcp.stopServer') {
            stopped.push(args[0]);
          }
          return executeCommand(command, ...args);
        },
      });
      try {
        messages.answer = ({ buttons }) => buttons.find(button => button === 'Revoke');
        await run('mcpKeyring.credentials.revoke', { credentialId });
      } finally {
        Object.assign(vscode.commands, { executeCommand });
      }
      assert.match(messages.shown[0]?.detail ?? '', /These servers have it: mist\. Those that run are stopped\./);
      assert.deepEqual(stopped, [`mcp-keyring.mcp-keyring/${label}`]);
      assert.ok(vault.credential(credentialId)?.revokedAt);
      assert.ok(await isOffered('mist'));
    });

    it('offers to start its server when it has been replaced or renewed', async () => {
      const { credentialId } = await addServer({
        name: 'haze',
        url: todos.url,
        delivery: 'provided',
        credential: { kind: 'signedJwt', name: 'haze', secret: sharedSecret, claims: rolesClaims },
      });
      todos.requests.length = 0;
      messages.answer = ({ buttons }) => buttons.find(button => button === 'Start Server');
      await run('mcpKeyring.credentials.renew', { credentialId });
      assert.match(messages.shown.at(-1)?.text ?? '', /“haze” has a new token\. haze gets it at its next start\./);
      await until('its tools', () =>
        todos.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
      );
    });
  });

  it('leaves file and keyring alone where a server cannot be offered', async () => {
    const path = '.mcp.json';
    const text = `{"mcpServers":{
      "env": {"url":"${todos.origin}/env","headers":{"Authorization":"Bearer \${env:TOKEN}"}},
      "open": {"url":"${todos.origin}/open"},
      "stdio": {"command":"node","args":["x.js"]}
    }}`;
    writeText(path, text);
    const { vault } = await services();
    const count = vault.credentials.length;
    for (const server of ['env', 'open', 'stdio']) {
      await known(path, server);
      await run('mcpKeyring.servers.takeOver', { file: uriOf(path), server });
    }
    assert.equal(readText(path), text);
    assert.equal(vault.credentials.length, count);
    const offered = vault.credentials.flatMap(({ attachments }) => attachments.map(({ provided }) => provided?.name));
    assert.ok(!['env', 'open', 'stdio'].some(server => offered.includes(server)));
  });
});
