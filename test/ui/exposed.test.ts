import assert from 'node:assert/strict';
import { withFakeValues } from '../detect/fakeValues.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const path = '.vscode/mcp.json';
const secrets = {
  weather: withFakeValues('@an:40@', 'weather'),
  rain: withFakeValues('@an:40@', 'rain'),
  snow: withFakeValues('@an:40@', 'snow'),
  maps: withFakeValues('@an:32@', 'maps'),
};

describe('Secrets that stand in a file', () => {
  let workbench: Workbench;
  let servers: { readonly weather: HttpMcpServer; readonly rain: HttpMcpServer; readonly snow: HttpMcpServer };
  let text: string;

  before(async () => {
    servers = {
      weather: await startApiKeyServer({ keys: [secrets.weather] }),
      rain: await startApiKeyServer({ keys: [secrets.rain] }),
      snow: await startApiKeyServer({ keys: [secrets.snow] }),
    };
    const entry = (name: keyof typeof servers) =>
      `"${name}": { "type": "http", "url": "${servers[name].url}", "headers": { "X-API-Key": "${secrets[name]}" } }`;
    text = `{
  // The servers of this project.
  "servers": {
    ${entry('weather')},
    ${entry('rain')},
    ${entry('snow')},
    "maps": { "command": "npx", "args": ["maps"], "env": { "MAPS_API_KEY": "${secrets.maps}" } }
  }
}
`;
    workbench = await openWorkbench({ files: { [path]: text } });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open(path);
    await waitFor('the problems', async () => (await workbench.problems()).length === 4 || undefined);
  });

  after(async () => {
    await workbench?.close();
    await Promise.all(Object.values(servers ?? {}).map(server => server.close()));
  });

  async function listed(count: number) {
    return waitFor('the list', async () => {
      const items = await workbench.quickInput.items();
      return items.length === count ? items : undefined;
    });
  }

  it('are listed by the keyboard, each with its place and what it is, and Enter leads there', async () => {
    const { page, quickInput } = workbench;
    await workbench.runCommand('MCP Keyring: Show Exposed Secrets');
    const items = await listed(4);
    assert.deepEqual(
      items.map(({ label, description, detail }) => [label, description, detail]),
      [
        ['weather', 'header X-API-Key · key', '.vscode/mcp.json:4'],
        ['rain', 'header X-API-Key · key', '.vscode/mcp.json:5'],
        ['snow', 'header X-API-Key · key', '.vscode/mcp.json:6'],
        ['maps', 'variable MAPS_API_KEY · key', '.vscode/mcp.json:7'],
      ],
    );
    assert.equal(await quickInput.holds(...Object.values(secrets)), false);
    await workbench.screenshots('exposed-list');
    await page.setViewportSize({ width: 620, height: 700 });
    await workbench.screenshots('exposed-list-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
    await quickInput.pick('snow');
    await quickInput.disappears();
    await waitFor(
      'the place',
      async () => (await workbench.statusBar()).some(shown => shown.startsWith('Ln 6, Col ')) || undefined,
    );
  });

  it('move as they are ticked, by one edit, and their servers are started to prove it', async () => {
    const { page, quickInput } = workbench;
    await workbench.runCommand('MCP Keyring: Move Secrets to Keyring...');
    await quickInput.appears('Which are to be moved?');
    // The one in a variable can't be moved to the keyring, so it isn't offered.
    assert.deepEqual(
      (await listed(3)).map(({ label }) => label),
      ['weather', 'rain', 'snow'],
    );
    await quickInput.focus('snow');
    await page.keyboard.press('Space');
    await waitFor('two ticks', async () => (await quickInput.ticked()).join() === 'weather,rain' || undefined);
    await workbench.screenshots('exposed-move');
    await quickInput.accept();
    await waitFor('the secrets to go', async () => {
      const now = workbench.read(path);
      return !(now.includes(secrets.weather) || now.includes(secrets.rain)) || undefined;
    });
    assert.ok(workbench.read(path).includes(secrets.snow), 'what was not ticked stays');
    await waitFor(
      'the offer',
      async () =>
        (await workbench.notifications()).some(({ message }) => message.startsWith('2 secrets are in your keyring')) ||
        undefined,
    );
    await workbench.screenshots('exposed-moved');
    await workbench.acceptNotification('Start the servers to see that they still work.');
    for (const name of ['weather', 'rain'] as const) {
      const { requests } = servers[name];
      await waitFor(
        `the tools of ${name}`,
        async () => requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
      );
      assert.deepEqual([...new Set(headerValues(servers[name], 'X-API-Key'))], [secrets[name]]);
    }
    assert.deepEqual(servers.snow.requests, []);
  });

  it('are back after one undo', async () => {
    await workbench.editor.open(path);
    await workbench.page.keyboard.press('ControlOrMeta+z');
    await workbench.editor.save();
    await waitFor('the text to be back', async () => workbench.read(path) === text || undefined);
  });
});
