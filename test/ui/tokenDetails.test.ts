import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { jwt, nowSeconds } from '../vscode/harness/tokens.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const iat = nowSeconds() - 1800;
const partnerToken = jwt(
  { iss: 'https://login.partner.example', sub: 'svc-1', aud: 'https://elsewhere.example', iat, exp: iat + 2400 },
  { alg: 'RS256', typ: 'at+jwt', kid: 'key-2026' },
);
const hostileToken = jwt({
  iss: '<img src=x onerror="document.title=1"><script>document.title=2</script>',
  sub: '[click](command:workbench.action.quit) <a href="command:workbench.action.quit">x</a>',
  '<b id="injected">name</b>': '</td></table><iframe src="https://evil.example"></iframe>',
  name: '\u202egnp.exe',
  big: 'x'.repeat(40_000),
  iat,
  exp: iat + 86_400,
});
const secret = 'ui-shared-secret-that-protects-nothing';
const key = 'ui-demo-key-not-a-secret';

/** Credentials with a server each, as keys add them. */
const added = [
  {
    name: 'todos',
    credential: {
      kind: 'signedJwt',
      name: 'todos admin',
      secret,
      claims: {
        iss: 'https://auth.example.com',
        sub: 'alice',
        aud: 'https://todos.example.com/mcp',
        role: 'admin',
        scope: 'todos:read todos:write',
        department: { id: 7, name: 'Research' },
      },
    },
  },
  {
    name: 'partner',
    delivery: 'literal',
    credential: { kind: 'bearer', name: 'partner', token: partnerToken },
  },
  { name: 'hostile', credential: { kind: 'bearer', name: 'hostile <i>name</i>', token: hostileToken } },
  {
    name: 'huge',
    // No server takes a token of a megabyte, and no panel has to draw one.
    credential: { kind: 'signedJwt', name: 'huge', secret, claims: { sub: 'x'.repeat(1_000_000) } },
  },
  { name: 'weather', credential: { kind: 'apiKey', name: 'weather key', key } },
];

describe('Token details', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      theme: 'light',
      size: { width: 1280, height: 1000 },
      files: { '.vscode/mcp.json': '{\n  "servers": {}\n}\n' },
      keybindings: added.map((args, index) => ({
        key: `ctrl+alt+shift+${index + 1}`,
        command: 'mcpKeyring.addServer',
        args: { ...args, url: `https://${args.name}.example.com/mcp`, file: '.vscode/mcp.json' },
      })),
    });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.sideBar.isEmpty('Credentials');
    for (const name of ['todos admin', 'partner', 'hostile <i>name</i>', 'weather key']) {
      await add(name);
    }
    await waitFor('the servers', async () => {
      const rows = await workbench.sideBar.rows('Servers');
      return rows.some(({ label }) => label === 'weather') || undefined;
    });
  });

  after(() => workbench?.close());

  /** Puts a credential into the keyring, with its server. */
  async function add(name: string): Promise<void> {
    const index = added.findIndex(({ credential }) => credential.name === name);
    await workbench.page.keyboard.press(`Control+Alt+Shift+Digit${index + 1}`);
    // Attached: from then on the rows stay, and a click finds its own.
    await waitFor(
      `the credential "${name}"`,
      async () => (await rowOf(name))?.spoken.endsWith('attached to one server') || undefined,
    );
    await workbench.dismissNotifications();
  }

  async function rowOf(name: string) {
    // Its signing key has the same name, and is there a moment earlier.
    const rows = await workbench.sideBar.rows('Credentials');
    return rows.find(({ label, description }) => label === name && !description.startsWith('HMAC'));
  }

  /** Opens the panel of a credential and waits until it's drawn. */
  async function open(name: string): Promise<FrameLocator> {
    await workbench.sideBar.clickAction('Credentials', name, 'Show Token Details');
    const { content } = workbench.panel;
    await content.locator('h1', { hasText: name }).waitFor();
    return content;
  }

  /** Nothing of a token that wouldn't be found out from its claims: no segment and no part of one. */
  async function hides(...secrets: string[]): Promise<void> {
    const text = await workbench.panel.html();
    for (const segment of secrets.flatMap(secret => secret.split('.'))) {
      assert.ok(!text.includes(segment.slice(0, 12)), 'a part of a secret is on the page');
      assert.ok(!text.includes(segment.slice(-12)), 'a part of a secret is on the page');
    }
  }

  it('say what there is to know, and show a picture of it', async () => {
    const page = await open('todos admin');
    assert.equal(await page.locator('.status').innerText(), 'active');
    assert.match(await page.getByRole('region', { name: 'Claims' }).innerText(), /sub\s+alice\s+Subject/);
    assert.match(
      await page.getByRole('region', { name: 'Attached to' }).innerText(),
      /in use\s+todos in .vscode\/mcp.json, by reference/,
    );
    assert.match((await page.getByRole('img').getAttribute('aria-label')) ?? '', /Issued .*Expires /);
    assert.equal(await page.getByRole('row', { name: /^role admin/ }).count(), 1);
    await workbench.screenshots('token-details');
    await page.locator('#heading-claims').evaluate((heading: { scrollIntoView(): void }) => heading.scrollIntoView());
    await workbench.screenshots('token-details-claims');
  });

  it('have every heading in its place, and a name on every button', async () => {
    const page = await open('partner');
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((headings: { tagName: string }[]) => headings.map(({ tagName }) => Number(tagName[1])));
    assert.equal(levels[0], 1);
    assert.ok(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1));
    assert.equal(levels.filter(level => level === 1).length, 1);
    const names = await page
      .getByRole('button')
      .evaluateAll((all: { ariaLabel: string | null; textContent: string }[]) =>
        all.map(({ ariaLabel, textContent }) => ariaLabel || textContent),
      );
    assert.ok(names.every(name => name.trim() !== ''));
    assert.equal(new Set(names).size, names.length);
    assert.match(await page.getByRole('region', { name: 'Findings' }).innerText(), /Warning The token expires/);
    await workbench.screenshots('token-details-findings');
  });

  it('have no secret on the page before it is revealed, and none after it is hidden', async () => {
    const page = await open('partner');
    await hides(partnerToken);
    await workbench.panel.tabTo('Reveal');
    await workbench.page.keyboard.press('Enter');
    await page.getByText(partnerToken.split('.')[2] ?? '').waitFor();
    assert.equal((await page.locator('.token').innerText()).replaceAll(/\s/g, ''), partnerToken);
    await workbench.screenshots('token-details-revealed');
    await page.locator('button:focus', { hasText: 'Hide' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Reveal' }).waitFor();
    await hides(partnerToken);
  });

  it('have none after the tab was hidden, nor in what VS Code writes down', async () => {
    const page = await open('partner');
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText(partnerToken.split('.')[2] ?? '').waitFor();
    await open('weather key');
    await hides(partnerToken, key);
    await open('partner');
    await page.getByRole('button', { name: 'Reveal' }).waitFor();
    await hides(partnerToken);
    // Not where the test itself wrote it, nor where VS Code keeps what it has read of config files.
    const signature = partnerToken.split('.')[2] ?? '';
    const hits = readdirSync(workbench.host.dataDir, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name !== 'keybindings.json')
      .map(entry => join(entry.parentPath, entry.name))
      .filter(file => !file.includes('CachedConfigurations') && contentOf(file).includes(signature));
    assert.deepEqual(hits, []);
  });

  it('draw foreign text as text', async () => {
    const page = await open('hostile <i>name</i>');
    assert.equal(await page.locator('h1 i, #injected, main img, main iframe, main script, main a').count(), 0);
    const claims = await page.getByRole('region', { name: 'Claims' }).innerText();
    assert.ok(claims.includes('<img src=x onerror="document.title=1"><script>'));
    assert.ok(claims.includes('<b id="injected">name</b>'));
    assert.ok(claims.includes('39000 more characters'));
    assert.ok(!claims.includes('\u202e'));
    await hides(hostileToken);
    await workbench.screenshots('token-details-hostile');
  });

  it('hide even the length of an API key', async () => {
    const page = await open('weather key');
    assert.equal(await page.locator('.token').innerText(), '•'.repeat(32));
    assert.equal(await page.getByRole('region', { name: 'Claims' }).count(), 0);
    await hides(key);
    await workbench.screenshots('token-details-key');
  });

  it('take a description by the keyboard', async () => {
    const page = await open('todos admin');
    await workbench.panel.tabTo('Add Description');
    await workbench.page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Description' }).and(page.locator(':focus')).waitFor();
    await workbench.page.keyboard.type('For the <b>release</b> tests');
    await workbench.page.keyboard.press('Control+Enter');
    await page.getByText('For the <b>release</b> tests').waitFor();
    await page.locator('button:focus', { hasText: 'Edit Description' }).waitFor();
  });

  it('lead to verifying by the keyboard, also for what the token should be', async () => {
    const { quickInput } = workbench;
    const page = await open('todos admin');
    await workbench.panel.tabTo('Verify...');
    await workbench.page.keyboard.press('Enter');
    await quickInput.appears('With which key?');
    await workbench.screenshots('verify-keys');
    // A key that can't be had is told where it was chosen.
    await quickInput.pick('Keys that its issuer publishes');
    const refused = await waitFor(
      'the problem',
      async () => (await quickInput.items()).find(({ detail }) => detail.includes('cannot be reached')),
      60_000,
    );
    assert.equal(refused.label, 'Keys that its issuer publishes');
    assert.ok(refused.focused);
    await workbench.screenshots('verify-refused');
    await quickInput.pick('Expected issuer...');
    await quickInput.appears('The token has: https://auth.example.com');
    await quickInput.answer('https://else.example.com');
    await quickInput.appears('With which key?');
    const expected = (await quickInput.items()).find(({ label }) => label === 'Expected issuer...');
    assert.equal(expected?.description, 'https://else.example.com');
    await workbench.screenshots('verify-expected');
    await quickInput.pick('todos admin');
    const checks = page.getByRole('region', { name: 'Verification' });
    await checks.getByText('It comes from https://auth.example.com, not from https://else.example.com.').waitFor();
    assert.match(await checks.innerText(), /Signature\s+passed/);
    const servers = page.getByRole('region', { name: 'What servers would say' });
    assert.match(await servers.innerText(), /A server like the sample container\s+the claim “id” is missing/);
    await servers.scrollIntoViewIfNeeded();
    await workbench.screenshots('token-details-servers');
    await workbench.dismissNotifications();
  });

  it('fit into a narrow window', async () => {
    const { panel } = workbench;
    await panel.narrow(640);
    assert.equal(await panel.scrollsSideways(), false);
    await panel.content.locator('#heading-claims').scrollIntoViewIfNeeded();
    await workbench.screenshots('token-details-narrow');
    await workbench.page.setViewportSize({ width: 1280, height: 1000 });
  });

  it('lead to revoking, and say so', async () => {
    const page = await open('partner');
    await workbench.panel.tabTo('Revoke...');
    await workbench.page.keyboard.press('Enter');
    const { message, detail, buttons } = await workbench.dialog.read();
    assert.equal(message, 'Revoke “partner”?');
    assert.match(detail, /These servers have it: partner\./);
    assert.ok(buttons.includes('Revoke and Remove from Files'));
    await workbench.screenshot('revoke-light');
    await workbench.dialog.escape();
    await workbench.toggleTheme();
    await page.getByRole('button', { name: 'Revoke...' }).click();
    await workbench.dialog.read();
    await workbench.screenshot('revoke-dark');
    await workbench.dialog.choose('Revoke and Remove from Files');
    await page.getByRole('button', { name: 'Replace by a New Credential...' }).waitFor();
    assert.equal(await page.locator('.status').innerText(), 'revoked');
    await workbench.screenshots('token-details-revoked');
    await waitFor('the file', async () => !workbench.read('.vscode/mcp.json').includes(partnerToken) || undefined);
    await workbench.dismissNotifications();
  });

  it('stay small where the token is a megabyte', async () => {
    await add('huge');
    const page = await open('huge');
    assert.match(await page.locator('main').innerText(), /it is too long/);
    assert.ok((await page.locator('main').innerHTML()).length < 20_000);
  });

  it('end with the credential', async () => {
    const page = await open('weather key');
    await workbench.panel.tabTo('Delete...');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog.choose('Delete');
    await page.getByRole('heading', { name: 'Deleted' }).waitFor();
    await hides(key);
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    await workbench.page.locator('.tab', { hasText: 'weather key' }).waitFor({ state: 'detached' });
  });

  // This host keeps secrets in memory, so by then the panel knows nothing but the id; the suite in VS Code has the rest.
  it('are there again when the window is loaded anew, without having kept anything', async () => {
    await open('todos admin');
    await workbench.page.reload({ waitUntil: 'commit' });
    await workbench.panel.content.getByRole('heading', { name: 'No longer there' }).waitFor({ timeout: 90_000 });
    assert.ok(!(await workbench.panel.html()).includes('alice'));
  });
});

/** What is in a file; nothing if it has vanished since it was listed, as files of a running VS Code do. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
