// Takes the README's picture anew: npx node test/ui/readmePicture.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_API_KEY, DEMO_JWT_SECRET, startDemoServers } from '../demo/demoServers.ts';
import { portsOf, prepareWorkspace } from '../demo/prepareWorkspace.ts';
import { repoRoot } from '../host/paths.ts';
import { temporaryFolder } from '../host/temporaryFolder.ts';
import { signRolesToken } from '../servers/rolesServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench } from './harness/workbench.ts';

const target = join(repoRoot, 'media', 'screenshot.png');
const file = '.vscode/mcp.json';
const servers = await startDemoServers();
const folder = temporaryFolder('mcp-keyring-picture');
try {
  const workspace = join(folder.path, 'workspace');
  await prepareWorkspace(workspace, portsOf(servers));
  // Nearly used up, as one that somebody pasted an hour ago; and nothing in the file but what a project would have there.
  const token = await signRolesToken({
    secret: DEMO_JWT_SECRET,
    role: 'editor',
    now: new Date(Date.now() - 55 * 60_000),
    lifetimeSeconds: 3600,
  });
  const config = join(workspace, file);
  const text = readFileSync(config, 'utf8')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/, () => token)
    .replaceAll(/^\s*\/\/.*\n|^\n/gm, '')
    .replace(/"command": ".*"/, '"command": "npx"')
    .replace(/"args": \[.*\]/, '"args": ["notes-server"]');
  writeFileSync(config, text);

  const workbench = await openWorkbench({
    workspace,
    theme: 'dark',
    size: { width: 1160, height: 720 },
    settings: { 'editor.minimap.enabled': false },
    keybindings: [
      {
        key: 'ctrl+alt+shift+1',
        command: 'mcpKeyring.addServer',
        args: {
          name: 'weather',
          url: servers.weather.url,
          file,
          replaceHeader: true,
          credential: { kind: 'apiKey', name: 'weather key', key: DEMO_API_KEY },
        },
      },
    ],
  });
  const { page, sideBar, editor, quickInput } = workbench;
  await sideBar.show('MCP Keyring');
  await editor.open(file);
  await waitFor('the problems', async () => (await workbench.problems()).length > 1 || undefined);
  await page.keyboard.press('Control+Alt+Shift+Digit1');
  await waitFor(
    'the key',
    async () => (await sideBar.rows('Servers')).some(({ label }) => label === 'X-API-Key') || undefined,
  );
  await workbench.runCommand('MCP Keyring: Add Credential...');
  await quickInput.appears('What kind of credential');
  await quickInput.pick('Bearer token');
  await quickInput.appears('The token.');
  await quickInput.answer(await signRolesToken({ secret: DEMO_JWT_SECRET, role: 'admin', lifetimeSeconds: 7200 }));
  await quickInput.appears('A name for the credential');
  await quickInput.answer('todos admin');
  await waitFor(
    'the token',
    async () => (await sideBar.rows('Credentials')).some(({ label }) => label === 'todos admin') || undefined,
  );
  await sideBar.expand('Credentials', 'weather key');

  // The panel as low as its two lines need, so that the hover has room.
  const panel = await page.locator('.part.panel').boundingBox();
  if (panel) {
    await page.mouse.move(panel.x + 200, panel.y - 3);
    await page.mouse.down();
    await page.mouse.move(panel.x + 200, panel.y + 110, { steps: 5 });
    await page.mouse.up();
  }
  await workbench.dismissNotifications();
  await editor.hover('"Authorization"', /JWT/);
  await page.screenshot({ path: target });
  await workbench.close();
} finally {
  await servers.close();
  folder.remove();
}
