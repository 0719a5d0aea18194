import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startOAuthMcpServer } from '../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../servers/oauthServer.ts';
import { openedPage } from './harness/openedPage.ts';
import { waitFor } from './harness/waitFor.ts';
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
  async function signInOn(open: () => Promise<void>, login = 'alice'): Promise<Page> {
    const page = await openedPage(workbench, open);
    await page.getByLabel('User name').fill(login);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    return page;
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
    await signInOn(() => quickInput.accept());
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
    const shown = await waitFor('a message', async () => (await workbench.notifications())[0]);
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
      // The provider still knows the person, and asks only what is new.
      const again = async () => {
        const page = await openedPage(workbench, () => quickInput.accept());
        await page.getByRole('button', { name: 'Allow' }).click();
      };
      await again();
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
      await again();
      await quickInput.disappears();
      const asked = as.requests.filter(({ path }) => path === '/auth').map(({ parameters }) => parameters.scope);
      assert.deepEqual(asked, ['notes:read offline_access', 'notes:read offline_access notes:write']);
    } finally {
      await strict.close();
    }
  });
});
