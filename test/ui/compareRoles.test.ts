import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { type HostileServer, hostileNames, startHostileServer } from '../servers/hostileServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startRolesServer } from '../servers/rolesServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const secret = 'ui-shared-secret-that-protects-nothing';

describe('Compare Roles', () => {
  let roles: HttpMcpServer;
  let hostile: HostileServer;

  before(async () => {
    roles = await startRolesServer({ secret });
    hostile = await startHostileServer({ behaviour: 'hostileNames', from: 'list' });
  });

  after(() => Promise.all([roles?.close(), hostile?.close()]));

  let workbench: Workbench;

  before(async () => {
    const file = '.vscode/mcp.json';
    const servers = [
      {
        name: 'todos',
        url: roles.url,
        credential: {
          kind: 'signedJwt',
          name: 'todos viewer',
          secret,
          claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] },
        },
      },
      {
        name: 'hostile',
        url: hostile.url,
        credential: { kind: 'bearer', name: 'hostile', token: 'ui-demo-token' },
      },
    ];
    workbench = await openWorkbench({
      theme: 'light',
      size: { width: 1280, height: 900 },
      files: { [file]: '{\n  "servers": {}\n}\n' },
      keybindings: servers.map((args, index) => ({
        key: `ctrl+alt+shift+${index + 1}`,
        command: 'mcpKeyring.addServer',
        args: { ...args, file },
      })),
    });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.sideBar.isEmpty('Credentials');
    for (const [index, { name }] of servers.entries()) {
      await workbench.page.keyboard.press(`Control+Alt+Shift+Digit${index + 1}`);
      await waitFor(`the server "${name}"`, () => hasServer(name));
      await workbench.dismissNotifications();
    }
  });

  after(() => workbench?.close());

  async function hasServer(name: string): Promise<true | undefined> {
    const rows = await workbench.sideBar.rows('Servers');
    return rows.some(({ label }) => label === name) || undefined;
  }

  /** Compares by the keyboard alone, with what is ticked from the start, and waits for the table. */
  async function compare(name: string): Promise<FrameLocator> {
    await workbench.runCommand('MCP Keyring: Compare Roles...');
    await workbench.quickInput.pick(name);
    await workbench.quickInput.appears('Which roles?');
    await workbench.quickInput.accept();
    const { content } = workbench.panel;
    await content.locator('h1', { hasText: `Roles at ${name}` }).waitFor();
    return content;
  }

  it('shows a table with named rows and columns, used by the keyboard', async () => {
    const page = await compare('todos');
    const table = page.getByRole('table', { name: /^Tools/ });
    assert.deepEqual(await table.getByRole('columnheader').allTextContents(), [
      'Tools',
      'todos viewer',
      'editor',
      'admin',
      'readonly',
      'user',
      'Difference',
    ]);
    const row = table.getByRole('row', { name: /create_todo/ });
    assert.match((await row.getByRole('rowheader').textContent()) ?? '', /^create_todo/);
    assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(0, 3), ['refused', 'allowed', 'allowed']);
    assert.equal(await row.getByText('differs', { exact: true }).count(), 1);
    await workbench.screenshots('compareRoles');
    const before = await table.getByRole('row').count();
    await workbench.panel.tabTo('Show Only Differences');
    await workbench.page.keyboard.press('Enter');
    await waitFor('fewer rows', async () => (await table.getByRole('row').count()) < before || undefined);
    const toggle = page.getByRole('button', { name: 'Show Only Differences' });
    assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
    assert.equal(await table.getByRole('row', { name: /whoami/ }).count(), 0);
    // The button that was pressed still has the focus, and gives the rows back.
    await workbench.page.keyboard.press('Enter');
    await waitFor('all rows', async () => (await table.getByRole('row').count()) === before || undefined);
    await workbench.panel.tabTo('Ask Again');
    const asked = roles.requests.length;
    await workbench.page.keyboard.press('Enter');
    await waitFor('another look', async () => roles.requests.length > asked || undefined);
    await waitFor(
      'its end',
      async () =>
        (await page.getByRole('button', { name: 'Ask Again' }).getAttribute('aria-disabled')) === null || undefined,
    );
    assert.ok(!roles.requests.some(({ rpcMethod }) => rpcMethod?.endsWith('/call')));
  });

  it('fits a narrow window: the page does not scroll sideways, the table does', async () => {
    const { panel } = workbench;
    await panel.narrow(760);
    assert.equal(await panel.scrollsSideways(), false);
    const region = panel.content.getByRole('region', { name: /^Tools/ });
    await region.focus();
    await workbench.screenshots('compareRoles-narrow');
    await workbench.page.setViewportSize({ width: 1280, height: 900 });
  });

  it('shows what a hostile server calls its tools as text', async () => {
    const page = await compare('hostile');
    await page.getByRole('table', { name: /^Prompts/ }).waitFor();
    assert.equal(await page.locator('img, iframe, a, table script').count(), 0);
    const names = await page
      .getByRole('table', { name: /^Tools/ })
      .locator('th[scope=row] code')
      .allTextContents();
    assert.equal(names.length, hostileNames.length);
    assert.ok(names.includes('<img src=x onerror="document.title=1">'));
    assert.ok(names.every(name => !/[\u202e\u001b\u0000]/.test(name) && name.length <= 200));
    assert.equal(await workbench.panel.title(), 'Roles at hostile');
    await workbench.screenshots('compareRoles-hostile');
  });
});
