import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { forgetAll, services, uriOf } from '../harness/inside.ts';
import { addServer, readConfig, readText, run, until, writeText } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';

const key = 'refused-key-not-a-secret-0123456789';
const file = '.vscode/mcp.json';

describe('A refusal', () => {
  const messages = new Messages();
  let honest: HttpMcpServer;
  let other: HttpMcpServer;
  let id: string;
  let lying: string;

  before(async () => {
    honest = await startApiKeyServer({ keys: [key] });
    other = await startApiKeyServer({ keys: [key] });
    messages.catch();
  });

  after(async () => {
    messages.release();
    await honest.close();
    await other.close();
  });

  beforeEach(async () => {
    await forgetAll();
    writeText(file, '{}');
    await addServer({
      name: 'weather',
      url: honest.url,
      file,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather key', key },
    });
    id = /\{input:(mcp-keyring[^}]+)\}/.exec(readText())?.[1] ?? '';
    const config = JSON.parse(readText());
    config.servers.twin = { type: 'http', url: other.url, headers: { 'X-API-Key': `\${input:${id}}` } };
    lying = JSON.stringify(config, undefined, 2);
    writeText(file, lying);
    messages.shown.length = 0;
    messages.answer = () => undefined;
    const { inventory } = await services();
    await run('mcpKeyring.servers.refresh');
    await until('the other server', () =>
      inventory.snapshot.files.some(({ servers }) => servers.some(({ parsed }) => parsed.name === 'twin')),
    );
  });

  async function refused(): Promise<void> {
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', id), /no credential was handed out/);
  }

  it('names the file, whose credential it is and where it would have gone', async () => {
    await refused();
    const [message] = messages.shown;
    assert.equal(message?.kind, 'error');
    assert.equal(
      message?.text,
      `.vscode/mcp.json sends the credential of ${honest.url} to ${other.url}, so no credential was handed out.`,
    );
    assert.deepEqual(message?.buttons, ['Show File', 'Attach Here Too...']);
  });

  it('shows the place', async () => {
    messages.answer = ({ buttons }) => buttons.find(button => button === 'Show File');
    await refused();
    const editor = await until('the editor', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.toString(), uriOf(file));
    await until('the place', () => editor.document.lineAt(editor.selection.active.line).text.includes('X-API-Key'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('attaches nothing unless the person means it', async () => {
    messages.answer = ({ buttons }) => buttons.find(button => button === 'Attach Here Too...');
    await refused();
    const dialog = await until('the dialog', () => messages.shown.find(({ kind }) => kind === 'warning'));
    assert.equal(dialog.text, `Send “weather key” to ${other.url} too?`);
    assert.match(dialog.detail ?? '', /asks for it in the header X-API-Key of “twin”\. Until now it was for http/);
    const { vault } = await services();
    assert.deepEqual(vault.attachedTo(other.url, 'X-API-Key'), []);
    assert.equal(readText(), lying);
    // Asks no more: an answer to that could come in the next test.
    messages.answer = () => undefined;
    await refused();
  });

  it('asks about the address that is meant, however it is written', async () => {
    writeText(file, lying.replace(other.url, other.url.replace('://', '://weather.example@')));
    messages.answer = ({ buttons }) => buttons.find(button => button === 'Attach Here Too...');
    await refused();
    const dialog = await until('the dialog', () => messages.shown.find(({ kind }) => kind === 'warning'));
    assert.equal(dialog.text, `Send “weather key” to ${other.url} too?`);
  });

  it('attaches the credential to the other URL as well, by a reference of its own', async () => {
    messages.answer = ({ buttons }) => buttons.find(button => button === 'Attach Here Too...' || button === 'Attach');
    await refused();
    const { vault } = await services();
    await until('the attachment', () => vault.attachedTo(other.url, 'X-API-Key').length > 0);
    await until('the message', () => messages.shown.some(({ kind }) => kind === 'information'));
    const { servers, inputs } = readConfig();
    const own = /\{input:(mcp-keyring\.twin\.[0-9a-f]{8})\}/.exec(servers?.twin?.headers?.['X-API-Key'] ?? '')?.[1];
    assert.ok(own && own !== id);
    assert.deepEqual(
      inputs?.map(input => input.id),
      [id, own],
    );
    assert.equal(servers?.weather?.headers?.['X-API-Key'], `\${input:${id}}`);
    assert.equal(await run('mcpKeyring.resolveHeader', id), key);
    assert.equal(await run('mcpKeyring.resolveHeader', own), key);
  });

  it('offers no Attach Here Too for what is no header', async () => {
    const config = JSON.parse(lying);
    config.servers.twin = { url: `${other.url}?key=\${input:${id}}` };
    writeText(file, JSON.stringify(config));
    await refused();
    assert.deepEqual(messages.shown.at(-1)?.buttons, ['Show File']);
  });
});
