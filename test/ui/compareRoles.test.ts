import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { type HostileServer, hostileNames, startHostileServer } from '../servers/hostileServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startRolesServer } from '../servers/rolesServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

/** What is used of the page's root element; this project's types know no DOM. */
interface PageRoot {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly ownerDocument: {
    readonly title: string;
    readonly activeElement: { readonly textContent: string; readonly className: string } | null;
  };
}

const secret = 'ui-shared-secret-that-protects-nothing';

describe('Compare Roles', () => {
  let roles: HttpMcpServer;
  let hostile: HostileServer;

  before(async () => {
    roles = await startRolesServer({ secret });
    hostile = await startHostileServer({ behaviour: 'hostileNames', from: 'list' });
  });

  after(() => Promise.all([roles?.close(), hostile?.close()]));

  for (const theme of ['light', 'dark'] as const) {
    describe(`in a ${theme} theme`, () => {
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
          theme,
          size: { width: 1280, height: 900 },
          files: { [file]: '{\n  "servers": {}\n}\n' },
          keybindings: servers.map((args, index) => ({
            key: `ctrl+alt+shift+${index + 1}`,
            command: 'mcpKeyring.addServer',
            args: { ...args, file },
          })),
        });
        await workbench.sideBar.show('MCP Keyring');
        for (const [index, { name }] of servers.entries()) {
          await waitFor(`the server "${name}"`, async () => {
            // The key does nothing until VS Code has read the keybindings.
            await workbench.page.keyboard.press(`Control+Alt+Shift+${index + 1}`);
            return waitFor(name, () => hasServer(name), 5000).catch(() => undefined);
          });
          await workbench.dismissNotifications();
        }
      });

      after(() => workbench?.close());

      async function hasServer(name: string): Promise<true | undefined> {
        const rows = await workbench.sideBar.rows('Servers');
        return rows.some(({ label }) => label === name) || undefined;
      }

      function panel(): FrameLocator {
        return workbench.page.locator('iframe.webview.ready').contentFrame().locator('iframe').contentFrame();
      }

      /** Compares by the keyboard alone, with what is ticked from the start, and waits for the table. */
      async function compare(name: string): Promise<FrameLocator> {
        await workbench.runCommand('MCP Keyring: Compare Roles...');
        await workbench.quickInput.pick(name);
        await workbench.quickInput.appears('Which roles?');
        await workbench.page.keyboard.press('Enter');
        await panel()
          .locator('h1', { hasText: `Roles at ${name}` })
          .waitFor();
        return panel();
      }

      async function tabTo(name: string): Promise<void> {
        for (let presses = 0; presses < 30; presses++) {
          await workbench.page.keyboard.press('Tab');
          const text = await panel()
            .locator('html')
            .evaluate((root: PageRoot) => root.ownerDocument.activeElement?.textContent);
          if (text === name) {
            return;
          }
        }
        assert.fail(`Tab never came to "${name}"`);
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
        assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(0, 3), [
          'refused',
          'allowed',
          'allowed',
        ]);
        assert.equal(await row.getByText('differs', { exact: true }).count(), 1);
        await workbench.screenshot(`compareRoles-${theme}`);
        const before = await table.getByRole('row').count();
        await tabTo('Show Only Differences');
        await workbench.page.keyboard.press('Enter');
        await waitFor('fewer rows', async () => (await table.getByRole('row').count()) < before || undefined);
        const toggle = page.getByRole('button', { name: 'Show Only Differences' });
        assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
        assert.equal(await table.getByRole('row', { name: /whoami/ }).count(), 0);
        // The button that was pressed still has the focus, and gives the rows back.
        await workbench.page.keyboard.press('Enter');
        await waitFor('all rows', async () => (await table.getByRole('row').count()) === before || undefined);
        await tabTo('Ask Again');
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
        await workbench.page.setViewportSize({ width: 760, height: 900 });
        const page = panel();
        const { scrollWidth, clientWidth } = await page
          .locator('html')
          .evaluate((root: PageRoot) => ({ scrollWidth: root.scrollWidth, clientWidth: root.clientWidth }));
        assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth}`);
        const region = page.getByRole('region', { name: /^Tools/ });
        await region.focus();
        await workbench.screenshot(`compareRoles-narrow-${theme}`);
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
        const title = await page.locator('html').evaluate((root: PageRoot) => root.ownerDocument.title);
        assert.equal(title, 'Roles at hostile');
        await workbench.screenshot(`compareRoles-hostile-${theme}`);
      });
    });
  }
});
