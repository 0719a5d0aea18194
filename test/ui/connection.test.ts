import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator } from 'playwright-core';
import { bytes, signToken, textSecret } from '../doctor/tokens.ts';
import { startGuardedServer } from '../servers/guardedServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const mistyped = 'mistyped-token-0123456789-0123456789';

/** Text of a server that would like to be more than text. */
const hostileText =
  '<img src=x onerror="document.title=1"> **bold** [click](command:workbench.action.quit) \u202egnp.exe \u0007';

/** An MCP server whose every name and description is hostile. */
function startHostileServer(): Promise<{ readonly url: string; readonly server: Server }> {
  const result = (method: string): object => {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: hostileText, version: hostileText },
        };
      case 'tools/list':
        return {
          tools: [
            {
              name: hostileText,
              description: hostileText,
              inputSchema: { type: 'object' },
              annotations: { readOnlyHint: true },
            },
          ],
        };
      default:
        return {};
    }
  };
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', chunk => {
      text += chunk;
    });
    req.on('end', () => {
      const { id, method = '' } = JSON.parse(text || '{}') as { id?: number; method?: string };
      if (id === undefined) {
        res.writeHead(req.method === 'POST' ? 202 : 405).end();
        return;
      }
      const unknown = !['initialize', 'tools/list'].includes(method);
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.end(
        JSON.stringify({
          jsonrpc: '2.0',
          id,
          ...(unknown ? { error: { code: -32_601, message: 'Method not found' } } : { result: result(method) }),
        }),
      );
    });
  });
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, server }),
    ),
  );
}

describe('Test Connection', () => {
  let workbench: Workbench;
  let notes: HttpMcpServer;
  let locked: HttpMcpServer;
  let hostile: Awaited<ReturnType<typeof startHostileServer>>;
  let token: string;

  before(async () => {
    notes = await startGuardedServer({ manner: 'plain', jwt: { key: bytes(textSecret), algorithms: ['HS256'] } });
    locked = await startGuardedServer({ manner: 'plain', keys: ['the-key-that-it-knows-0123456789'] });
    hostile = await startHostileServer();
    token = await signToken(bytes(textSecret), { audience: 'notes' });
    const servers = {
      notes: { type: 'http', url: notes.url, headers: { Authorization: `Bearer Bearer ${token}` } },
      hostile: { type: 'http', url: hostile.url },
      locked: { type: 'http', url: locked.url, headers: { Authorization: `Bearer ${mistyped}` } },
    };
    workbench = await openWorkbench({
      theme: 'light',
      size: { width: 1280, height: 1000 },
      files: { '.vscode/mcp.json': JSON.stringify({ servers }, undefined, 2) },
    });
    await workbench.sideBar.show('MCP Keyring');
    await waitFor('the servers', async () => {
      const rows = await workbench.sideBar.rows('Servers');
      return rows.some(({ label }) => label === 'hostile') || undefined;
    });
  });

  after(async () => {
    await workbench?.close();
    await notes?.close();
    await locked?.close();
    hostile?.server.closeAllConnections();
    hostile?.server.close();
  });

  async function rowOf(name: string): Promise<string> {
    const row = (await workbench.sideBar.rows('Servers')).find(({ label }) => label === name);
    return row?.description ?? '';
  }

  async function testServer(name: string): Promise<FrameLocator> {
    await workbench.sideBar.contextMenu('Servers', name, 'Test Connection');
    const { content } = workbench.panel;
    await content.locator('h1', { hasText: name }).waitFor();
    return content;
  }

  it('says why a server refuses, what to do, and what was sent', async () => {
    const page = await testServer('notes');
    assert.match(await page.locator('.verdict').innerText(), /Does not work\s+“Bearer” stands twice in the header\./);
    assert.match((await page.getByRole('status').textContent()) ?? '', /“Bearer” stands twice/);
    await workbench.screenshots('connection-refused');
    await page.getByText('Connect with the credential').click();
    const sent = await page.locator('details[open]').innerText();
    assert.match(sent, /Authorization\s+Bearer Bearer .{4}….{4} \(\d+ characters, SHA-256 [0-9a-f]{8}…\)/);
    const html = await workbench.panel.html();
    for (const segment of token.split('.')) {
      assert.ok(!html.includes(segment.slice(0, 12)) && !html.includes(segment.slice(-12)));
    }
    await workbench.screenshots('connection-sent');
    const row = (await workbench.sideBar.rows('Servers')).find(({ label }) => label === 'notes');
    assert.match(row?.description ?? '', /“Bearer” stands twice/);
  });

  it('is mended and tested again by the keyboard', async () => {
    await workbench.panel.tabTo('Repair Header');
    await workbench.page.keyboard.press('Enter');
    await waitFor('the repair', async () => !workbench.read('.vscode/mcp.json').includes('Bearer Bearer') || undefined);
    await workbench.panel.tabTo('Test Again');
    await workbench.page.keyboard.press('Enter');
    const page = workbench.panel.content;
    await page.locator('.verdict.good').waitFor();
    assert.match(
      await page.locator('.verdict').innerText(),
      /The server takes the credential\. It offers: tools \(2\)\./,
    );
    assert.match(
      await page.getByRole('region', { name: 'Tools (2)' }).innerText(),
      /read_note\s+read-only · Reads a note\./,
    );
    assert.equal(await workbench.panel.focused(), 'Test Again');
    await workbench.screenshots('connection-works');
  });

  it('calls a read-only tool that the person picks', async () => {
    await workbench.panel.tabTo('Call a Read-Only Tool...');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput.pick('read_note');
    await workbench.panel.content
      .getByRole('region', { name: 'Answer of read_note' })
      .getByText('Water the plants.')
      .waitFor();
    await workbench.screenshots('connection-called');
  });

  it('has every heading in its place, and a name on every button', async () => {
    const levels = await workbench.panel.content
      .locator('h1, h2, h3')
      .evaluateAll((headings: { tagName: string }[]) => headings.map(({ tagName }) => Number(tagName[1])));
    assert.equal(levels.filter(level => level === 1).length, 1);
    assert.ok(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1));
    const names = await workbench.panel.content
      .getByRole('button')
      .evaluateAll((all: { textContent: string }[]) => all.map(({ textContent }) => textContent));
    assert.ok(names.every(name => name.trim() !== ''));
  });

  it('fits into a narrow window', async () => {
    const { panel } = workbench;
    await panel.narrow(640);
    assert.equal(await panel.scrollsSideways(), false);
    await workbench.screenshots('connection-narrow');
    await workbench.page.setViewportSize({ width: 1280, height: 1000 });
  });

  it('draws a server’s text as text', async () => {
    const page = await testServer('hostile');
    assert.equal(await page.locator('main img, main a, main b, main script').count(), 0);
    const text = await page.locator('main').innerText();
    assert.ok(text.includes('<img src=x onerror="document.title=1">'));
    assert.ok(text.includes('[click](command:workbench.action.quit)'));
    assert.ok(!text.includes('\u202e') && !text.includes('\u0007'));
    await workbench.screenshots('connection-hostile');
  });

  it('says what VS Code’s own dialog does not, in the report, the tree and the Problems', async () => {
    const { dialog, sideBar } = workbench;
    await workbench.runCommand('MCP Keyring: Move to Keyring');
    await workbench.quickInput.pick('locked');
    await waitFor('the reference', async () => !workbench.read('.vscode/mcp.json').includes(mistyped) || undefined);
    await workbench.dismissNotifications();
    await sideBar.clickAction('Servers', 'locked', 'Start Server');
    await waitFor('VS Code’s dialog', async () => {
      // VS Code reads the file anew at a pace of its own; until then it misses the input that was written there.
      if ((await workbench.notifications()).some(({ message }) => message.includes('must be defined'))) {
        await workbench.dismissNotifications();
        await sideBar.clickAction('Servers', 'locked', 'Start Server');
      }
      return (await workbench.page.locator('.monaco-dialog-box').isVisible()) || undefined;
    });
    const { message } = await dialog.read();
    assert.match(message, /Dynamic Client Registration/);
    await workbench.screenshot('connection-dialog');
    // Only then does the tree say so: between its questions, VS Code looks as if it had given up.
    await waitFor('VS Code to give up', async () => {
      // Cancelled, VS Code 1.139.1 asks for a client all the same, and then once more.
      if (await workbench.page.locator('.monaco-dialog-box').isVisible()) {
        await dialog.choose('Cancel');
      } else if (await workbench.quickInput.isOpen()) {
        await workbench.quickInput.escape();
      } else if (/could not start/.test(await rowOf('locked'))) {
        return true;
      }
      return undefined;
    });
    await workbench.editor.open('.vscode/mcp.json');
    const problem = () =>
      waitFor('the problem', async () => (await workbench.problems()).find(({ code }) => code === 'connection-failed'));
    assert.match(
      (await problem()).message,
      /^VS Code could not start “locked” with this credential\. Test Connection finds out why\.$/,
    );
    const page = await testServer('locked');
    const verdict = /The server does not know this credential; it says: “Invalid API key”\./;
    assert.match(await page.locator('.verdict').innerText(), verdict);
    await waitFor('the tree', async () => verdict.test(await rowOf('locked')) || undefined);
    assert.match((await problem()).message, verdict);
    await workbench.screenshots('connection-after-dialog');
  });
});
