import assert from 'node:assert/strict';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const file = '.vscode/mcp.json';
const token = 'ui-demo-token-not-a-secret';

describe('Copy As', () => {
  let workbench: Workbench;

  before(async () => {
    const server = {
      name: 'weather',
      url: 'https://weather.example.com/mcp',
      file,
      credential: { kind: 'bearer', name: 'weather', token },
    };
    workbench = await openWorkbench({
      files: { [file]: '{\n  "servers": {}\n}\n' },
      keybindings: [{ key: 'ctrl+alt+shift+1', command: 'mcpKeyring.addServer', args: server }],
    });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.sideBar.isEmpty('Credentials');
    await workbench.page.keyboard.press('Control+Alt+Shift+Digit1');
    await waitFor(
      'the server',
      async () => (await workbench.sideBar.rows('Servers')).some(({ label }) => label === 'weather') || undefined,
    );
    await workbench.dismissNotifications();
  });

  after(() => workbench?.close());

  it('asks what to paste, what to ask the server and where the token comes from, and says what is to be done', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('MCP Keyring: Copy As...');
    await quickInput.pick('weather');
    await quickInput.appears('What do you want to paste?');
    assert.deepEqual(
      (await quickInput.items()).map(({ label }) => label),
      ['cURL', 'JavaScript fetch', 'Python requests', 'PowerShell', 'HTTPie', '.http request', 'MCP Inspector'],
    );
    await workbench.screenshot('copyAs-form');
    await quickInput.pick('Python requests');
    await quickInput.appears('What is the server asked?');
    await workbench.screenshot('copyAs-request');
    await quickInput.pick('tools/list');
    await quickInput.appears('How does it get the token?');
    // The safe way comes first, so Enter alone takes it.
    assert.equal((await quickInput.items())[0]?.label, 'From the environment');
    await workbench.screenshot('copyAs-token');
    await quickInput.pick('From the environment');
    const shown = await waitFor('the message', async () =>
      (await workbench.notifications()).find(({ message }) => message.includes('MCP_TOKEN')),
    );
    assert.equal(
      shown.message,
      'Python requests copied. It takes the token from the environment: set MCP_TOKEN before you run it.',
    );
    await workbench.screenshot('copyAs-done');
  });
});
