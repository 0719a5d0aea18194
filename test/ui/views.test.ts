import assert from 'node:assert/strict';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { signRolesToken } from '../servers/rolesServer.ts';
import { anyTime } from './harness/anyTime.ts';
import { screenText } from './harness/screenText.ts';
import { eventually, soon, waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const secret = 'ui-shared-secret-that-protects-nothing';
const file = '.vscode/mcp.json';

describe('The views', () => {
  let workbench: Workbench;
  let weather: HttpMcpServer;

  before(async () => {
    weather = await startApiKeyServer({ keys: ['ui-key-not-a-secret'] });
    workbench = await openWorkbench({
      files: { 'readme.txt': 'Nothing yet.\n' },
      keybindings: [
        {
          key: 'ctrl+alt+shift+1',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'weather',
            url: weather.url,
            file,
            credential: { kind: 'apiKey', name: 'weather', key: 'ui-key-not-a-secret' },
          },
        },
        {
          key: 'ctrl+alt+shift+2',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'todos',
            url: 'https://todos.example.com/mcp',
            file,
            credential: { kind: 'signedJwt', name: 'todos admin', secret, claims: { sub: 'alice', role: 'admin' } },
          },
        },
        {
          key: 'ctrl+alt+shift+3',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'tickets',
            url: 'https://tickets.example.com/mcp',
            file: '.mcp.json',
            delivery: 'literal',
            credential: {
              kind: 'bearer',
              name: 'tickets',
              token: await signRolesToken({
                secret,
                role: 'editor',
                now: new Date(Date.now() - 52 * 60_000),
                lifetimeSeconds: 3600,
              }),
            },
          },
        },
      ],
    });
    await workbench.sideBar.show('MCP Keyring');
  });

  after(async () => {
    await workbench?.close();
    await weather?.close();
  });

  async function rows(view: string): Promise<string[]> {
    return (await workbench.sideBar.rows(view)).map(
      ({ level, label, description }) => `${'  '.repeat(level - 1)}${label}: ${anyTime(description)}`,
    );
  }

  it('say what to do while they are empty', async () => {
    const said = await waitFor('the welcome', async () => {
      const text = await workbench.sideBar.welcome('Servers');
      return text.startsWith('No config file of this window names an MCP server yet.') ? text : undefined;
    });
    assert.match(said, /Add Authenticated Server/);
    assert.match(await workbench.sideBar.welcome('Credentials'), /^The keyring is empty\..*Add Credential$/s);
    await workbench.screenshots('empty');
    await workbench.page.getByRole('button', { name: 'Add Authenticated Server', exact: true }).click();
    await workbench.quickInput.appears('The URL of the MCP server');
    await workbench.quickInput.escape();
    await workbench.quickInput.disappears();
  });

  it('show files, servers, headers and credentials as they come', async () => {
    for (const [digit, header] of [
      [1, 'X-API-Key: weather · API key'],
      [2, 'Authorization: # min left · admin · JWT · todos admin'],
      [3, 'Authorization: # min left · editor · JWT · tickets'],
    ] as const) {
      await workbench.page.keyboard.press(`Control+Alt+Shift+Digit${digit}`);
      await waitFor(`the row "${header}"`, async () => (await rows('Servers')).includes(`    ${header}`) || undefined);
    }
    await eventually(async () => {
      assert.deepEqual(await rows('Servers'), [
        '.vscode/mcp.json: ',
        `  weather: ${weather.url}`,
        '    X-API-Key: weather · API key',
        '  todos: https://todos.example.com/mcp',
        '    Authorization: # min left · admin · JWT · todos admin',
        '.mcp.json: ',
        '  tickets: https://tickets.example.com/mcp',
        '    Authorization: # min left · editor · JWT · tickets',
      ]);
      assert.deepEqual((await rows('Credentials')).slice(0, 3), [
        'tickets: # min left · editor · JWT',
        'todos admin: # min left · admin · JWT',
        'weather: API key',
      ]);
    });
    await workbench.screenshots('views');
  });

  it('say everything in words to who does not see them', async () => {
    const spoken = async (view: string) => (await workbench.sideBar.rows(view)).map(row => anyTime(row.spoken));
    await eventually(async () => {
      assert.deepEqual(await spoken('Servers'), [
        '.vscode/mcp.json',
        `MCP server weather, ${weather.url}`,
        'Header X-API-Key of server weather, weather, API key, ready',
        'MCP server todos, https://todos.example.com/mcp',
        'Header Authorization of server todos, # min left, admin, JWT, todos admin, ready',
        '.mcp.json',
        'MCP server tickets, https://tickets.example.com/mcp',
        'Header Authorization of server tickets, # min left, editor, JWT, tickets, expires soon',
      ]);
      assert.deepEqual((await spoken('Credentials')).slice(0, 3), [
        'tickets, bearer token, # min left, editor, JWT, expires soon, attached to one server',
        'todos admin, signed JWT, # min left, admin, JWT, ready, attached to one server',
        'weather, API key, ready, attached to one server',
      ]);
    });
  });

  it('are walked through with the arrow keys, and Enter shows the place in the file', async () => {
    const { page } = workbench;
    await workbench.runCommand('MCP Keyring: Focus on Servers View');
    await workbench.sideBar.hasFocus('Servers');
    await page.keyboard.press('Home');
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('ArrowDown');
    }
    const focused = page.locator('.pane .monaco-list-row.focused');
    await waitFor(
      'the focus',
      async () =>
        (await focused.getAttribute('aria-label'))?.startsWith('Header Authorization of server todos') || undefined,
    );
    await page.keyboard.press('Enter');
    await page.locator('.tab.active[data-resource-name="mcp.json"]').waitFor();
    await waitFor(
      'the place',
      async () => (await workbench.statusBar()).some(text => /^Ln 1\d, Col \d+$/.test(text)) || undefined,
    );
    // Left closes what is open, without a mouse.
    await workbench.runCommand('MCP Keyring: Focus on Servers View');
    await workbench.sideBar.hasFocus('Servers');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await waitFor('the server to close', async () => (await rows('Servers')).length === 7 || undefined);
    await page.keyboard.press('ArrowRight');
    await waitFor('the server to open', async () => (await rows('Servers')).length === 8 || undefined);
  });

  it('say the most important first in a side bar of 170 pixels', async () => {
    const { page } = workbench;
    const sideBar = page.locator('.part.sidebar');
    await waitFor('a narrow side bar', async () => {
      const before = await sideBar.boundingBox();
      assert.ok(before);
      const edge = before.x + before.width;
      await page.mouse.move(edge + 1, before.y + 300);
      await page.mouse.down();
      await page.mouse.move(before.x + 171, before.y + 300, { steps: 5 });
      await page.mouse.up();
      await page.mouse.move(800, 600);
      return (await soon(async () => ((await sideBar.boundingBox())?.width ?? 999) <= 180)) || undefined;
    });
    await workbench.screenshots('narrow');
    // With its buttons a row still has room for its name.
    const row = workbench.sideBar.row('Servers', 'todos');
    await eventually(async () => {
      await row.hover();
      assert.deepEqual(await row.getByRole('button').evaluateAll(all => all.map(button => button.ariaLabel)), [
        'Start Server',
        'Test Connection',
      ]);
    });
    await workbench.screenshot('narrow-hover-dark');
    const [name, room] = await Promise.all(
      ['.label-name', '.monaco-icon-label-container'].map(part => row.locator(part).first().boundingBox()),
    );
    assert.ok(name && room && name.x + name.width <= room.x + room.width, JSON.stringify({ name, room }));
  });

  it('are explained by a walkthrough with pictures', async () => {
    const { page } = workbench;
    await workbench.runCommand('MCP Keyring: Get Started');
    const steps = page.locator('.getting-started-step');
    await waitFor('the steps', async () => (await steps.count()) === 4 || undefined);
    // The picture is drawn in a frame within a frame; a word of it tells that it's the right one.
    const picture = page.frameLocator('.getting-started-media iframe').frameLocator('#active-frame').locator('svg');
    const expected = [
      ['See your servers', 'tickets'],
      ['Add one', 'Bearer token'],
      ['Read a token', 'permissions'],
      ['Keep secrets out of files', 'mcp.json'],
    ] as const;
    for (const [index, [title, word]] of expected.entries()) {
      const step = steps.nth(index).locator('.step-title');
      assert.equal(await screenText(step), title);
      await step.click();
      await picture.getByText(word).first().waitFor();
      await workbench.screenshot(`walkthrough-${index + 1}-dark`);
    }
  });
});
