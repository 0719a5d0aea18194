import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startOAuthMcpServer } from '../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../servers/oauthServer.ts';
import { openedPage } from './harness/openedPage.ts';
import { eventually, waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const command = 'MCP Keyring: Add Authenticated Server...';
const emptyConfig = '{\n  "servers": {}\n}\n';

// A person signs in on the provider's own pages, in the browser that VS Code opens.
describe('Signing in with OAuth', () => {
  let workbench: Workbench;
  let as: OAuthServer;
  let notes: HttpMcpServer;

  before(async () => {
    as = await startOAuthServer({ consent: 'form' });
    notes = await startOAuthMcpServer({ authorizationServer: as, scopesSupported: ['notes:read', 'notes:write'] });
    workbench = await openWorkbench({ files: { '.vscode/mcp.json': emptyConfig } });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open('.vscode/mcp.json');
  });

  after(async () => {
    await workbench?.close();
    await notes?.close();
    await as?.close();
  });

  afterEach(async () => {
    // First: as long as one is there, Escape closes it and nothing else.
    await workbench.dismissNotifications();
    if (await workbench.quickInput.isOpen()) {
      await workbench.quickInput.escape();
    }
  });

  async function step(prompt: string): Promise<void> {
    await workbench.quickInput.appears(prompt);
  }

  async function focused(): Promise<string> {
    return waitFor('an item with the focus', async () =>
      (await workbench.quickInput.items()).find(item => item.focused),
    ).then(item => item.label);
  }

  /** From the palette to the list of ways to a token. */
  async function toTheWays(name: string): Promise<void> {
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await quickInput.answer(notes.url);
    await step('A name for the server');
    await quickInput.answer(name);
    await step('Which file?');
    await quickInput.accept();
    await step('The server wants a sign-in. How will you authenticate?');
    assert.equal(await focused(), 'Sign in with OAuth');
    await workbench.screenshot(`oauth-kind-${name}`);
    await quickInput.accept();
    await step('How do you get a token for the server?');
    assert.equal(await focused(), 'Sign in with the browser');
  }

  /** Presses Enter on what opens a page, and goes through the provider's pages on it. */
  async function signIn(): Promise<void> {
    const page = await openedPage(workbench, () => workbench.quickInput.accept());
    await page.getByLabel('User name').fill('alice');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await allow(page);
  }

  /** The same where the provider still knows the person, and asks only what is new. */
  async function signInAgain(): Promise<void> {
    await allow(await openedPage(workbench, () => workbench.quickInput.accept()));
  }

  async function allow(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Allow' }).click();
    // As a person comes back; a window behind another one is drawn once in a second.
    await workbench.page.bringToFront();
  }

  async function isConnected(): Promise<void> {
    await waitFor(
      'the tools',
      async () =>
        notes.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
    );
  }

  it('leads from the palette through the browser to a running server', async () => {
    const { quickInput } = workbench;
    await toTheWays('notes');
    await workbench.screenshots('oauth-ways');
    await quickInput.accept();
    await step('This is where you will sign in. Nothing has been sent there yet.');
    assert.equal(await focused(), `Sign in at 127.0.0.1:${as.port}`);
    const shown = (await quickInput.items()).map(({ label, description }) => `${label}: ${description}`);
    assert.deepEqual(shown.slice(1, 4), [
      `Authorization server: ${as.issuer}`,
      'Scopes: notes:read notes:write offline_access',
      `Resource: ${notes.url}`,
    ]);
    assert.deepEqual(
      as.requests.filter(({ path }) => !path.startsWith('/.well-known/')),
      [],
    );
    await workbench.screenshots('oauth-review');
    await signIn();
    await quickInput.disappears();
    notes.requests.length = 0;
    await workbench.acceptNotification('notes has been added. The credential is in your keyring');
    await isConnected();
    await waitFor(
      'the credential',
      async () => (await workbench.sideBar.rows('Credentials')).some(({ label }) => label === 'notes') || undefined,
    );
    await workbench.screenshot('oauth-signed-in-dark');
  });

  it('leaves nothing behind when it is left at any step, also while the browser is open', async () => {
    const { quickInput } = workbench;
    const before = workbench.read('.vscode/mcp.json');
    const known = (await workbench.sideBar.rows('Credentials')).map(({ label }) => label);
    for (const last of ['ways', 'review', 'browser']) {
      await toTheWays('left');
      if (last !== 'ways') {
        await quickInput.accept();
        await step('This is where you will sign in.');
      }
      if (last === 'browser') {
        const page = await openedPage(workbench, () => quickInput.accept());
        await page.getByRole('button', { name: 'Allow' }).waitFor();
        await step(`Sign in at 127.0.0.1:${as.port} in your browser, then come back.`);
        await workbench.screenshot('oauth-waiting-dark');
        await page.close();
      }
      await quickInput.escape();
      await quickInput.disappears();
    }
    assert.equal(workbench.read('.vscode/mcp.json'), before);
    assert.deepEqual(
      (await workbench.sideBar.rows('Credentials')).map(({ label }) => label),
      known,
    );
    assert.deepEqual(await workbench.notifications(), []);
  });

  it('a refusal at the server is a sentence with the log beside it, and everything can be tried again', async () => {
    const { quickInput } = workbench;
    await toTheWays('declined');
    await quickInput.accept();
    await step('This is where you will sign in.');
    const page = await openedPage(workbench, () => quickInput.accept());
    await page.getByRole('button', { name: 'Cancel' }).click();
    await workbench.page.bringToFront();
    const shown = await waitFor('a message', async () =>
      (await workbench.notifications()).find(({ message }) => message.includes('was declined there')),
    );
    assert.match(
      shown.message,
      /The sign-in at http:\/\/127\.0\.0\.1:\d+ was declined there\. It says: “The person said no\.”/,
    );
    assert.deepEqual(shown.buttons, ['Show Log']);
    await step('This is where you will sign in.');
    await workbench.screenshot('oauth-declined-dark');
    await workbench.dismissNotifications();
    await quickInput.escape();
    await quickInput.disappears();
  });

  it('the token details say how it was signed in for, wide and narrow', async () => {
    const { page, panel, sideBar } = workbench;
    await sideBar.clickAction('Credentials', 'notes', 'Show Token Details');
    await panel.content.locator('h1', { hasText: 'notes' }).waitFor();
    const facts = panel.content.getByRole('region', { name: 'At a glance' });
    assert.match(
      await facts.innerText(),
      /Authorization server\s+http:\/\/127\.0\.0\.1:\d+\s+Client\s+\S+\s+Scopes\s+notes:read notes:write\s+Resource\s+http:\/\/127/,
    );
    await workbench.screenshots('oauth-details');
    await panel.narrow(640);
    assert.equal(await panel.scrollsSideways(), false);
    await workbench.screenshots('oauth-details-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('who is signed out is told so in every place, and comes back from there', async () => {
    const { editor, page, sideBar } = workbench;
    await sideBar.contextMenu('Credentials', 'notes', 'Sign Out...');
    await waitFor(
      'the message',
      async () =>
        (await workbench.notifications()).some(({ message }) =>
          message.startsWith('You are signed out of “notes”, and its server has revoked the tokens.'),
        ) || undefined,
    );
    // The panel is open still, and says what is left to do.
    await workbench.panel.content.getByRole('button', { name: 'Sign In Again...' }).waitFor();
    assert.match(
      await workbench.panel.content.locator('main').innerText(),
      /There is no token\. Sign in again to get one\./,
    );
    await workbench.screenshots('oauth-signed-out');
    await workbench.dismissNotifications();
    await waitFor(
      'the status bar',
      async () => (await workbench.statusBar()).includes('MCP sign-in needed: notes') || undefined,
    );
    await eventually(async () => {
      const codes = (await workbench.problems()).map(({ code }) => code);
      assert.deepEqual(codes, ['sign-in-needed']);
      const header = (await sideBar.rows('Servers')).find(({ label }) => label === 'Authorization');
      assert.match(header?.description ?? '', /^sign in again/);
    });
    await workbench.screenshots('oauth-again');
    await page.setViewportSize({ width: 620, height: 700 });
    await workbench.screenshots('oauth-again-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });

    await editor.open('.vscode/mcp.json');
    await editor.quickFix('${input:mcp-keyring.notes.', 'Sign in again...');
    await step('This is where you will sign in.');
    await signInAgain();
    await waitFor(
      'the status bar to follow',
      async () => !(await workbench.statusBar()).some(text => text.startsWith('MCP sign-in')) || undefined,
    );
    await eventually(async () => assert.deepEqual(await workbench.problems(), []));
  });

  it('a server that wants more than it said: signed in again for it only when the person says so', async () => {
    const { quickInput } = workbench;
    const strict = await startOAuthMcpServer({
      authorizationServer: as,
      challengeScopes: ['notes:read'],
      requiredScopes: ['notes:read', 'notes:write'],
    });
    try {
      await workbench.runCommand('MCP Keyring: Add Credential...');
      await step('What kind of credential does the server want?');
      await quickInput.pick('Sign in with OAuth');
      await step('How do you get a token for the server?');
      await quickInput.pick('Sign in with the browser');
      await step('The URL of the MCP server that the token is for');
      await quickInput.answer(strict.url);
      await step('A name for the credential');
      await quickInput.answer('stepped up');
      await step('This is where you will sign in.');
      as.requests.length = 0;
      await signInAgain();
      await step(`127.0.0.1:${strict.port} wants more than the token may.`);
      await workbench.screenshot('oauth-more-dark');
      assert.deepEqual(
        (await quickInput.items()).map(({ label, description }) => [label, description]),
        [
          ['Sign in again for more', 'notes:write'],
          ['Keep the token as it is', ''],
        ],
      );
      await quickInput.accept();
      await step('This is where you will sign in.');
      await signInAgain();
      await quickInput.disappears();
      const asked = as.requests.filter(({ path }) => path === '/auth').map(({ parameters }) => parameters.scope);
      assert.deepEqual(asked, ['notes:read offline_access', 'notes:read offline_access notes:write']);
    } finally {
      await strict.close();
    }
  });
});
