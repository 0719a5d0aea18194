import assert from 'node:assert/strict';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

describe('Restricted Mode', () => {
  let workbench: Workbench;
  let weather: HttpMcpServer;

  before(async () => {
    weather = await startApiKeyServer({ keys: ['ui-key-not-a-secret-0123456789'] });
    const config = { servers: { weather: { type: 'http', url: weather.url } } };
    workbench = await openWorkbench({ trust: false, files: { '.vscode/mcp.json': JSON.stringify(config) } });
    await workbench.sideBar.show('MCP Keyring');
  });

  after(async () => {
    await workbench?.close();
    await weather?.close();
  });

  it('lists servers, says so, and reads the keyring once the workspace is trusted', async () => {
    const { page, sideBar } = workbench;
    await waitFor(
      'the server',
      async () => (await sideBar.rows('Servers')).some(({ label }) => label === 'weather') || undefined,
    );
    const message = page.getByText('Restricted Mode: servers are listed and tokens in files are decoded');
    await message.waitFor();
    const locked = page.getByText('The keyring is not read in Restricted Mode.');
    await locked.waitFor();
    await workbench.screenshot('restricted-dark');

    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();

    await page.getByText('The keyring is empty.').waitFor();
    await message.waitFor({ state: 'detached' });
    assert.equal(await locked.count(), 0);
    assert.deepEqual(
      weather.requests.map(request => request.path),
      [],
    );
  });
});
