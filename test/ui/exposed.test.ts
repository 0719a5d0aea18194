import assert from 'node:assert/strict';
import { withFakeValues } from '../detect/fakeValues.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const path = '.vscode/mcp.json';
const keys = [withFakeValues('@an:40@', 'weather'), withFakeValues('@an:40@', 'rain')] as const;

describe('Secrets that stand in a file', () => {
  let workbench: Workbench;
  let weather: HttpMcpServer;
  let text: string;

  before(async () => {
    weather = await startApiKeyServer({ keys });
    text = `{
  // The servers of this project.
  "servers": {
    "weather": { "type": "http", "url": "${weather.url}", "headers": { "X-API-Key": "${keys[0]}" } },
    "rain": { "type": "http", "url": "${weather.url}?rain", "headers": { "X-API-Key": "${keys[1]}" } },
    "maps": { "command": "npx", "args": ["maps"], "env": { "MAPS_API_KEY": "${withFakeValues('@an:32@', 'maps')}" } }
  }
}
`;
    workbench = await openWorkbench({ files: { [path]: text } });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open(path);
    await waitFor('the problems', async () => (await workbench.problems()).length === 3 || undefined);
  });

  after(async () => {
    await workbench?.close();
    await weather?.close();
  });

  afterEach(async () => {
    if (await workbench.quickInput.isOpen()) {
      await workbench.quickInput.escape();
    }
  });

  it('are listed by the keyboard, each with its place and what it is', async () => {
    await workbench.runCommand('MCP Keyring: Show Exposed Secrets');
    const items = await waitFor('the list', async () => {
      const found = await workbench.quickInput.items();
      return found.length === 3 ? found : undefined;
    });
    assert.deepEqual(
      items.map(({ label }) => label),
      ['weather', 'rain', 'maps'],
    );
    await workbench.screenshots('exposed-list');
    await workbench.page.setViewportSize({ width: 620, height: 700 });
    await workbench.screenshot('exposed-list-narrow-dark');
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('move together, by one edit that one undo takes back, and their servers are started to prove it', async () => {
    await workbench.runCommand('MCP Keyring: Move Secrets to Keyring...');
    await workbench.quickInput.appears('Which are to be moved?');
    await workbench.screenshot('exposed-move-dark');
    weather.requests.length = 0;
    await workbench.quickInput.accept();
    await waitFor('the secrets to go', async () => !keys.some(key => workbench.read(path).includes(key)) || undefined);
    await waitFor(
      'the offer',
      async () =>
        (await workbench.notifications()).some(({ message }) => message.startsWith('2 secrets are in your keyring')) ||
        undefined,
    );
    await workbench.screenshot('exposed-moved-dark');
    await workbench.acceptNotification('Start the servers to see that they still work.');
    await waitFor('both to be asked for their tools', async () => {
      const asked = weather.requests.filter(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200);
      return new Set(asked.map(request => request.path)).size === 2 || undefined;
    });
    assert.deepEqual([...new Set(headerValues(weather, 'X-API-Key'))].sort(), [...keys].sort());

    await workbench.editor.open(path);
    await workbench.page.keyboard.press('Control+z');
    await workbench.editor.save();
    await waitFor('the text to be back', async () => workbench.read(path) === text || undefined);
  });
});
