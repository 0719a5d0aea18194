import assert from 'node:assert/strict';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const file = '.vscode/mcp.json';
const url = 'https://tasks.example.com/mcp';
const token = 'ui-token-not-a-secret';

// A server goes from VS Code's file to other clients' and back, by mouse and keyboard.
describe('The files of other clients', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      files: { [file]: '{\n  // The servers of this project.\n  "servers": {}\n}\n' },
      home: {
        '.cursor/mcp.json': `{\n  "mcpServers": {\n    "tasks-in-cursor": { "url": "${url}" }\n  }\n}\n`,
        '.gemini/settings.json': `{\n  "mcpServers": {\n    "tasks-in-gemini": { "httpUrl": "${url}" }\n  }\n}\n`,
        '.codex/config.toml': 'model = "gpt-5"\n',
      },
      keybindings: [
        {
          key: 'ctrl+alt+shift+1',
          command: 'mcpKeyring.addServer',
          args: { name: 'tasks', url, file, credential: { kind: 'bearer', name: 'tasks (dev)', token } },
        },
      ],
    });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open(file);
    await waitFor('the servers', async () => (await servers()).includes('tasks-in-cursor') || undefined);
    await workbench.page.keyboard.press('Control+Alt+Shift+Digit1');
    await waitFor('the server', async () => (await servers()).includes('tasks') || undefined);
    await workbench.dismissNotifications();
  });

  after(() => workbench?.close());

  afterEach(() => workbench.dismissNotifications());

  async function servers(): Promise<string[]> {
    return (await workbench.sideBar.rows('Servers')).map(({ label }) => label);
  }

  async function notification(part: string): Promise<string> {
    return waitFor(`“${part}”`, async () =>
      (await workbench.notifications()).map(({ message }) => message).find(message => message.includes(part)),
    );
  }

  it('are offered for a copy, with what each of them gets', async () => {
    await workbench.sideBar.contextMenu('Servers', 'tasks', 'Copy Server To...');
    await workbench.quickInput.appears('Which file?');
    const items = await workbench.quickInput.items();
    await workbench.screenshot('copy-server-dark');
    const texts = items.map(({ label, description, detail }) => [label, description, detail].join(' | ')).join('\n');
    assert.match(texts, /Cursor \(~\/\.cursor\/mcp\.json\).*address already.*plain text/);
    assert.match(texts, /Codex \(~\/\.codex\/config\.toml\).*plain text/);
    assert.match(texts, /User mcp\.json.*reference/);
    assert.doesNotMatch(texts, /Windsurf|Claude Desktop/);
    await workbench.quickInput.pick('Codex (~/.codex/config.toml)');
    assert.match(await notification('tasks stands in'), /Codex .*in plain text; it is replaced/);
    await workbench.screenshot('copied-server-dark');
    await waitFor('the copy', async () => (await servers()).filter(name => name === 'tasks').length === 2 || undefined);
  });

  it('ask once when a credential goes to a server that several of them name', async () => {
    await workbench.sideBar.contextMenu('Servers', 'tasks-in-cursor', 'Attach Credential...');
    await workbench.quickInput.appears('Which credential');
    await workbench.quickInput.pick('tasks (dev)');
    const { message, detail, buttons } = await workbench.dialog.read();
    await workbench.screenshot('attach-all-dark');
    assert.match(message, /2 files name https:\/\/tasks\.example\.com\/mcp\. Where does “tasks \(dev\)” go\?/);
    assert.match(detail, /\.cursor\/mcp\.json: the token in plain text/);
    assert.match(detail, /\.gemini\/settings\.json: the token in plain text/);
    assert.deepEqual(buttons.toSorted(), ['All 2 Files', 'Cancel', 'Only This File']);
    await workbench.dialog.choose('Only This File');
    await notification('is attached to tasks-in-cursor');
  });

  it('get a variable in place of the token, once the user lets the terminals have it', async () => {
    await workbench.sideBar.contextMenu('Credentials', 'tasks (dev)', 'Make Available in Terminals...');
    await workbench.quickInput.appears('environment variable');
    await workbench.screenshot('terminal-variable-dark');
    await workbench.quickInput.accept();
    const said = await notification('New terminals have');
    assert.match(said, /MCP_KEYRING_TASKS_DEV/);
    assert.match(said, /where a reference to it would do/);
    await workbench.screenshot('terminal-variable-set-dark');
    await workbench.acceptNotification('New terminals have');
    await waitFor(
      'the credential to say so',
      async () =>
        (await workbench.sideBar.rows('Credentials')).some(({ description }) =>
          description.includes('in terminals as MCP_KEYRING_TASKS_DEV'),
        ) || undefined,
    );
  });

  it('say what it means to move a server to .mcp.json, and take it back', async () => {
    await workbench.sideBar.contextMenu('Servers', 'tasks', 'Move Server to .mcp.json');
    const { message, detail, buttons } = await workbench.dialog.read();
    await workbench.screenshot('move-server-dark');
    assert.match(message, /Move “tasks” to \.mcp\.json\?/);
    assert.match(detail, /VS Code resolves no references in \.mcp\.json/);
    assert.ok(buttons.includes('Move with Reference to Variable') && buttons.includes('Move with Token in Plain Text'));
    await workbench.dialog.choose('Move with Token in Plain Text');
    await notification('stands in .mcp.json now');
    assert.ok(workbench.read('.mcp.json').includes(token));
    assert.match(workbench.read(file), /"servers": \{\}/);
    // Not while the tree still has the server in its old file: Codex has one of this name too.
    await waitFor('the moved server', async () => {
      const labels = await servers();
      const place = labels.indexOf('.mcp.json');
      return (place >= 0 && labels.indexOf('tasks') === place + 1) || undefined;
    });
    await workbench.screenshots('moved-server');
    await workbench.sideBar.contextMenu('Servers', 'tasks', 'Move Server to .vscode/mcp.json');
    await notification('stands in .vscode/mcp.json now');
    assert.ok(!workbench.read('.mcp.json').includes(token));
    assert.match(workbench.read(file), /\$\{input:/);
  });
});
