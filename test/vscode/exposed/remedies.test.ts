import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { listExposed } from '../../../src/core/inventory/exposedList.ts';
import { exposedItems } from '../../../src/features/exposed/exposedItems.ts';
import { historyText } from '../../../src/features/exposed/history.ts';
import { withLockedFile } from '../../../src/platform/node/atomicWrite.ts';
import { searchGitHistory } from '../../../src/platform/node/git.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { codes, inWorkspace, problems, readConfig, readText, run, stop, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { alpha, beta, everyPlace, secrets, write } from './files.ts';

const file = uriOf(alpha);

/** A file with one secret in a header. */
function oneHeader(server: string, secret: string): string {
  return `{\n  // Mine.\n  "servers": {\n    "${server}": {\n      "type": "http",\n      "url": "https://${server}.example.com/mcp",\n      "headers": { "Authorization": "Bearer ${secret}" }\n    }\n  }\n}\n`;
}

/** Our quick fixes at the first place where a text stands. */
async function fixesAt(text: string): Promise<vscode.CodeAction[]> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
  // An editor's buffer follows the file a moment later.
  await until('the buffer', () => document.getText() === readText(alpha));
  const start = document.positionAt(document.getText().indexOf(text));
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    new vscode.Range(start, start),
    vscode.CodeActionKind.QuickFix.value,
  );
  return actions.filter(({ command }) => command?.command.startsWith('mcpKeyring.'));
}

/** The quick fix of this title there. */
function fixAt(text: string, title: string): Promise<vscode.CodeAction> {
  return until(`the fix ${title}`, async () => (await fixesAt(text)).find(candidate => candidate.title === title));
}

async function apply(action: vscode.CodeAction): Promise<void> {
  await vscode.commands.executeCommand(action.command?.command ?? '', ...(action.command?.arguments ?? []));
}

async function titlesAt(text: string): Promise<string[]> {
  return (await fixesAt(text)).map(({ title }) => title);
}

function gitInBeta(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
    cwd: inWorkspace('beta'),
    stdio: 'ignore',
  });
}

describe('A secret in a file', () => {
  beforeEach(async () => {
    await forgetAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await write(beta, '{ "servers": {} }\n');
  });

  it('of a header moves into the keyring, and one undo brings the text back', async () => {
    const before = oneHeader('todos', secrets.bearer);
    await write(alpha, before);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    await vscode.window.showTextDocument(document);
    await apply(await fixAt(secrets.bearer, 'Move to the keyring'));
    await until('no problem', () => codes(file).length === 0);
    assert.ok(!readText(alpha).includes(secrets.bearer));
    assert.ok(!document.isDirty);
    const { vault } = await services();
    const [credential] = vault.credentials;
    assert.ok(credential?.kind === 'bearer' && credential.token.reveal() === secrets.bearer);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('of a header that somebody replaces in the meantime stays, and the one before it is not kept', async () => {
    await write(alpha, oneHeader('todos', secrets.bearer));
    const { vault } = await services();
    const messages = new Messages();
    messages.catch();
    try {
      let moving: Thenable<unknown> | undefined;
      await withLockedFile(inWorkspace(alpha), async () => {
        moving = run('mcpKeyring.servers.moveToKeyring', { file, server: 'todos' });
        await until('the credential', () => vault.credentials.some(({ attachments }) => attachments.length > 0));
        writeFileSync(inWorkspace(alpha), oneHeader('todos', secrets.custom));
      });
      await moving;
      await until('the message', () => messages.shown.length > 0);
      assert.deepEqual(
        messages.shown.map(({ kind, text }) => [kind, /keeps being changed by another program/.test(text)]),
        [['error', true]],
      );
    } finally {
      messages.release();
    }
    assert.equal(readText(alpha), oneHeader('todos', secrets.custom));
    assert.deepEqual(vault.credentials, []);
  });

  it('of a header that only the detector knows moves, too', async () => {
    await write(alpha, everyPlace());
    await apply(await fixAt(secrets.custom, 'Move to the keyring'));
    assert.ok(!readText(alpha).includes(secrets.custom));
    assert.match(readConfig(alpha).servers?.remote?.headers?.['X-Settings'] ?? '', /^\$\{input:mcp-keyring\./);
  });

  it('of a variable or argument becomes a password that VS Code asks for, and one undo brings it back', async () => {
    const before = everyPlace();
    await write(alpha, before);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    await vscode.window.showTextDocument(document);
    await apply(await fixAt(secrets.env, 'Ask for it at start instead'));
    const after = readText(alpha);
    assert.ok(!after.includes(secrets.env));
    assert.match(after, /"WEATHER_API_KEY": "\$\{input:local-weather-api-key\}"/);
    assert.deepEqual(readConfig(alpha).inputs?.at(-1), {
      id: 'local-weather-api-key',
      type: 'promptString',
      description: 'variable WEATHER_API_KEY of local',
      password: true,
    });
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');

    await write(alpha, `${before}\n`);
    await apply(await fixAt(secrets.argument, 'Ask for it at start instead'));
    assert.match(readText(alpha), /"--api-key=\$\{input:local-api-key\}"/);
  });

  it('of an input’s default goes', async () => {
    await write(alpha, everyPlace());
    await apply(await fixAt(secrets.input, 'Remove the default value'));
    assert.equal(readConfig(alpha).inputs?.[0]?.default, '');
    assert.equal(readConfig(alpha).inputs?.length, 1);
  });

  it('of a URL, an OAuth client or another member has no fix that would not hold', async () => {
    await write(alpha, everyPlace());
    for (const secret of [secrets.query, secrets.user, secrets.client, secrets.member]) {
      assert.deepEqual(await titlesAt(secret), []);
    }
  });

  it('moves together with those of other files', async () => {
    await write(alpha, oneHeader('todos', secrets.bearer));
    await write(beta, oneHeader('weather', secrets.query));
    await run('mcpKeyring.moveSecrets', { headers: 'all' });
    assert.ok(!readText(alpha).includes(secrets.bearer));
    assert.ok(!readText(beta).includes(secrets.query));
    assert.match(readText(alpha), /\/\/ Mine\./);
    const { vault } = await services();
    assert.deepEqual(vault.credentials.map(({ name }) => name).sort(), ['todos', 'weather']);
    await until('no problem', () => codes(file).length === 0 && codes(uriOf(beta)).length === 0);
  });

  it('moves with the others of its file by one edit, which one undo takes back, also where no editor showed the file', async () => {
    const before = everyPlace();
    await write(alpha, before);
    await run('mcpKeyring.moveSecrets', { file, headers: 'all' });
    const { Authorization: bearer = '', 'X-Settings': custom = '' } = readConfig(alpha).servers?.remote?.headers ?? {};
    assert.match(bearer, /^Bearer \$\{input:mcp-keyring\.remote\.[0-9a-f]{8}\}$/);
    assert.match(custom, /^\$\{input:mcp-keyring\.remote\.[0-9a-f]{8}\}$/);
    const { vault } = await services();
    assert.equal(vault.credentials.length, 2);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('redo');
    assert.equal(document.getText(), readText(alpha));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('moves to a variable of the environment where the file’s clients take nothing else, if the person agrees', async () => {
    const path = 'alpha/.cursor/mcp.json';
    const uri = uriOf(path);
    const text = `{\n  "mcpServers": {\n    "todos": {\n      "url": "https://todos.example.com/mcp",\n      "headers": { "Authorization": "Bearer ${secrets.bearer}" }\n    }\n  }\n}\n`;
    mkdirSync(inWorkspace('alpha/.cursor'), { recursive: true });
    await write(path, text);
    const { vault } = await services();
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.servers.moveToKeyring', { file: uri, server: 'todos' });
      assert.match(messages.shown[0]?.detail ?? '', /^Cursor takes secrets from nowhere else\./);
      assert.equal(readText(path), text);
      assert.equal(vault.credentials.length, 0);

      messages.answer = ({ buttons }) => buttons.find(button => button === 'Move');
      await run('mcpKeyring.servers.moveToKeyring', { file: uri, server: 'todos' });
      const [credential] = vault.credentials;
      const variable = credential?.terminal?.variable ?? '';
      assert.match(variable, /^[A-Z_]+$/);
      assert.equal(readText(path), text.replace(secrets.bearer, `\${env:${variable}}`));
      assert.match(messages.shown.at(-1)?.text ?? '', /Other clients get the variable in a new terminal\.$/);
      assert.deepEqual(messages.shown.at(-1)?.buttons, []);
    } finally {
      messages.release();
      rmSync(inWorkspace('alpha/.cursor'), { recursive: true });
    }
  });

  it('moves to a variable in TOML, too: of a header by its name, of a bearer token by its own key', async () => {
    const path = 'alpha/.codex/config.toml';
    const rain = `[mcp_servers.rain]\nurl = "https://rain.example.com/mcp" # where\n`;
    const sun = `[mcp_servers.sun]\nurl = "https://sun.example.com/mcp"\n`;
    const text = `model = "gpt-5" # mine\n\n${rain}http_headers = { X-API-Key = "${secrets.custom}", X-Team = "blue" }\ntool_timeout_sec = 5\n\n${sun}http_headers = { Authorization = "Bearer ${secrets.bearer}" }\n`;
    mkdirSync(inWorkspace('alpha/.codex'), { recursive: true });
    await write(path, text);
    const messages = new Messages();
    messages.catch();
    messages.answer = ({ buttons }) => buttons.find(button => button === 'Move');
    try {
      await run('mcpKeyring.moveSecrets', { file: uriOf(path), headers: 'all' });
      const { vault } = await services();
      const variableOf = (name: string) => vault.credentials.find(found => found.name === name)?.terminal?.variable;
      assert.deepEqual([variableOf('rain'), variableOf('sun')], ['MCP_KEYRING_RAIN', 'MCP_KEYRING_SUN']);
      assert.match(messages.shown[0]?.detail ?? '', /^Codex takes secrets from nowhere else\./);
      const after = readText(path);
      assert.equal(
        after,
        `model = "gpt-5" # mine\n\n${rain}http_headers = { X-Team = "blue" }\ntool_timeout_sec = 5\nenv_http_headers = { X-API-Key = "MCP_KEYRING_RAIN" }\n\n${sun}bearer_token_env_var = "MCP_KEYRING_SUN"\n`,
      );
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uriOf(path)));
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), text);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    } finally {
      messages.release();
      rmSync(inWorkspace('alpha/.codex'), { recursive: true });
    }
  });

  it('stays where the file’s clients take it from nowhere else, and that is said', async () => {
    const path = 'alpha/.mcp.json';
    const text = `{"mcpServers":{"todos":{"type":"http","url":"https://todos.example.com/mcp","headers":{"X-API-Key":"${secrets.bearer}"}}}}`;
    await write(path, text);
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.servers.moveToKeyring', { file: uriOf(path), server: 'todos' });
      assert.match(
        messages.shown[0]?.text ?? '',
        /takes secrets from the file alone, so this one has to stand there\./,
      );
      assert.equal(readText(path), text);
      assert.deepEqual((await services()).vault.credentials, []);
    } finally {
      messages.release();
      rmSync(inWorkspace(path));
    }
  });

  it('stays where another server of the same address has another one, which would be sent there', async () => {
    const entry = (name: string, secret: string) =>
      `"${name}": { "type": "http", "url": "https://one.example.com/mcp?${name}", "headers": { "X-API-Key": "${secret}" } }`;
    await write(alpha, `{ "servers": { ${entry('first', secrets.bearer)}, ${entry('second', secrets.query)} } }`);
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.moveSecrets', { file, headers: 'all' });
      assert.ok(!readText(alpha).includes(secrets.bearer));
      assert.ok(readText(alpha).includes(secrets.query));
      await until('the refusal', () =>
        messages.shown.some(({ text }) =>
          text.startsWith('Another server has the address https://one.example.com/mcp'),
        ),
      );
      assert.equal((await services()).vault.credentials.length, 1);
    } finally {
      messages.release();
    }
  });

  it('that stands twice becomes one credential for both servers', async () => {
    await write(alpha, oneHeader('todos', secrets.bearer));
    await write(beta, oneHeader('weather', secrets.bearer));
    await run('mcpKeyring.moveSecrets', { headers: 'all' });
    const { vault } = await services();
    assert.deepEqual(
      vault.credentials.map(({ name, attachments }) => [name, attachments.map(({ url }) => url)]),
      [['todos', ['https://todos.example.com/mcp', 'https://weather.example.com/mcp']]],
    );
  });

  it('stays where it cannot be moved, is told about, and keeps no other from moving', async () => {
    const messages = new Messages();
    messages.catch();
    try {
      await write(alpha, oneHeader('todos', secrets.bearer));
      const plain = oneHeader('weather', secrets.query).replace('https://', 'http://');
      await write(beta, plain);
      await run('mcpKeyring.moveSecrets', { headers: 'all' });
      assert.equal(readText(beta), plain);
      assert.ok(!readText(alpha).includes(secrets.bearer));
      const { vault } = await services();
      assert.deepEqual(
        vault.credentials.map(({ name }) => name),
        ['todos'],
      );
      assert.equal(messages.shown.filter(({ kind }) => kind === 'error').length, 1);
    } finally {
      messages.release();
    }
  });

  it('that has moved is proven by a start, which is a restart where the server runs', async () => {
    const server = await startApiKeyServer({ keys: [secrets.custom] });
    const messages = new Messages();
    const text = `{ "servers": { "rain": { "type": "http", "url": "${server.url}", "headers": { "X-API-Key": "${secrets.custom}" } } } }`;
    const target = { file, server: 'rain' };
    const { mcp } = await services();
    const runs = async () => (await mcp.find(vscode.Uri.parse(file), 'rain'))?.running === true;
    messages.catch();
    try {
      await write(alpha, text);
      await run('mcpKeyring.servers.start', target);
      await until('the server to run', runs);
      messages.answer = ({ buttons }) => buttons.find(button => button === 'Restart Server');
      server.requests.length = 0;
      await run('mcpKeyring.servers.moveToKeyring', target);
      assert.match(
        messages.shown.map(message => message.text).join('\n'),
        /The secret of rain is in your keyring, and the file refers to it\. Restart the server to see that it still works\./,
      );
      await until('a list of tools', () =>
        server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
      );
      assert.ok(!readText(alpha).includes(secrets.custom));
      // It is no proof if VS Code has started the server as it stood there before.
      const moved = (await headerSnapshot(file, 'rain', 'X-API-Key')).credentialId ?? '';
      const { vault } = await services();
      await until('the use', () => vault.credential(moved)?.lastUsedAt);
      await until('the server to run', runs);
      await stop(target);

      messages.shown.length = 0;
      messages.answer = () => undefined;
      await write(alpha, text);
      await run('mcpKeyring.servers.moveToKeyring', target);
      assert.deepEqual(messages.shown.at(0)?.buttons, ['Start Server']);
    } finally {
      messages.release();
      await server.close();
    }
  });

  it('moves with those that are ticked in the list, and with no others', async () => {
    await write(alpha, oneHeader('todos', secrets.bearer));
    await write(beta, oneHeader('weather', secrets.query));
    const moving = run('mcpKeyring.moveSecrets', { file });
    await until('the list to be confirmed', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return !readText(alpha).includes(secrets.bearer);
    });
    await moving;
    assert.ok(readText(beta).includes(secrets.query));
  });

  it('is listed with place, name and kind, and never shown', async () => {
    await write(alpha, everyPlace());
    await write(beta, oneHeader('weather', secrets.bearer));
    const { inventory } = await services();
    const items = exposedItems(listExposed(inventory.snapshot));
    assert.equal(items.length, 10);
    const shown = JSON.stringify(
      items.map(({ label, description, detail, buttons }) => [
        label,
        description,
        detail,
        buttons.map(({ tooltip }) => tooltip),
      ]),
    );
    for (const secret of Object.values(secrets)) {
      assert.ok(!shown.includes(secret), shown);
    }
    assert.match(shown, /header X-Settings · key or token of GitHub/);
    assert.match(shown, /Open the Page Where It Can Be Revoked/);
    assert.match(shown, /variable WEATHER_API_KEY · key/);
    assert.match(shown, /beta\/\.vscode\/mcp\.json:7/);
  });

  it('is listed as text, whatever its server and variable are called', async () => {
    const name = '$(trash) [x](command:y)\u202e\n';
    const variable = '$(flame)\u202e_API_KEY';
    await write(
      alpha,
      JSON.stringify({ servers: { [name]: { command: 'x', env: { [variable]: secrets.env } } } }, undefined, 2),
    );
    const { inventory } = await services();
    const [item] = exposedItems(listExposed(inventory.snapshot));
    assert.ok(item);
    const shown = `${item.label} ${item.description}`;
    assert.doesNotMatch(shown, /\$\((?:trash|flame)\)|[\u202e\n]/);
    assert.match(shown, /API_KEY/);
    assert.doesNotMatch(problems(file)[0]?.message ?? '\n', /[\u202e\n]/);
  });

  it('is shown in the file when it is chosen', async () => {
    await write(alpha, oneHeader('todos', secrets.bearer));
    const showing = run('mcpKeyring.showExposedSecrets');
    await until('the editor', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return vscode.window.activeTextEditor?.document.uri.toString() === file;
    });
    await showing;
    await until('the place', () => vscode.window.activeTextEditor?.selection.start.line === 6);
  });

  it('is found in git’s history, in lines that are gone', async () => {
    gitInBeta('init');
    await write(beta, oneHeader('weather', secrets.query));
    gitInBeta('add', '.');
    gitInBeta('commit', '-m', 'with');
    await write(beta, '{ "servers": {} }\n');
    gitInBeta('commit', '-am', 'without');
    const history = await searchGitHistory(inWorkspace(beta), secrets.query);
    assert.equal(history.commits, 2);
    assert.match(
      historyText(history, 'mcp.json'),
      /^Git has this secret in 2 commits of mcp\.json, the newest [0-9a-f]+ of \d{4}/,
    );
    const none = await searchGitHistory(inWorkspace(beta), secrets.env);
    assert.deepEqual(none, { commits: 0, searched: true });
  });

  it('that git has in its history is not done with: it has to be replaced', async () => {
    gitInBeta('init');
    await write(beta, oneHeader('weather', secrets.custom));
    gitInBeta('add', '.');
    gitInBeta('commit', '-m', 'with');
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.servers.moveToKeyring', { file: uriOf(beta), server: 'weather' });
      const warning = messages.shown.find(({ kind }) => kind === 'warning');
      assert.match(warning?.text ?? '', /^Git has this secret in 1 commits? of .*revoke it where it was issued/);
      assert.deepEqual(warning?.buttons, ['Open GitHub', 'Replace Token...']);
    } finally {
      messages.release();
    }
  });
});
