import assert from 'node:assert/strict';
import { join } from 'node:path';
import { outputFolder } from '../host/paths.ts';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { DEV_TOKENS, startJwksServer } from '../servers/jwksServer.ts';
import { startOAuthMcpServer } from '../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../servers/oauthServer.ts';
import { openedPage } from './harness/openedPage.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const emptyConfig = '{\n  "servers": {}\n}\n';

describe('Signing in with OAuth, come back on loopback', () => {
  let workbench: Workbench;
  let as: OAuthServer;
  let notes: HttpMcpServer;

  before(async () => {
    as = await startOAuthServer();
    notes = await startOAuthMcpServer({ authorizationServer: as, scopesSupported: ['notes:read'] });
    workbench = await openWorkbench({
      files: { '.vscode/mcp.json': emptyConfig },
      theme: 'light',
      settings: { 'mcpKeyring.oauthRedirectUri': 'http://127.0.0.1/callback' },
      extensions: [join(import.meta.dirname, 'accounts')],
    });
    await workbench.sideBar.show('MCP Keyring');
  });

  after(async () => {
    await workbench?.close();
    await notes?.close();
    await as?.close();
  });

  afterEach(async () => {
    if (await workbench.quickInput.isOpen()) {
      await workbench.quickInput.escape();
    }
    await workbench.dismissNotifications();
  });

  /** From the palette to the ways to a token for a credential on its own. */
  async function toTheWays(way: string): Promise<void> {
    const { quickInput } = workbench;
    await workbench.runCommand('MCP Keyring: Add Credential...');
    await quickInput.appears('What kind of credential does the server want?');
    await quickInput.pick('Sign in with OAuth');
    await quickInput.appears('How do you get a token for the server?');
    await quickInput.pick(way);
  }

  async function credential(name: string): Promise<void> {
    await waitFor(
      `the credential ${name}`,
      async () => (await workbench.sideBar.rows('Credentials')).some(({ label }) => label === name) || undefined,
    );
  }

  it('the page in the browser says what to do next', async () => {
    const { quickInput } = workbench;
    await toTheWays('Sign in with the browser');
    await quickInput.appears('The URL of the MCP server that the token is for');
    await quickInput.answer(notes.url);
    await quickInput.appears('A name for the credential');
    await quickInput.answer('by browser');
    await quickInput.appears('This is where you will sign in.');
    const page = await openedPage(workbench, () => quickInput.accept());
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    assert.match(await page.locator('body').innerText(), /You have signed in at .*\. MCP Keyring has its token\./);
    assert.match(await page.locator('body').innerText(), /You can close this page and go back to/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(outputFolder, `oauth-landing-${colorScheme}.png`) });
    }
    await page.close();
    await quickInput.disappears();
    await credential('by browser');
  });

  it('a code is shown, copied, and waited for; Escape leaves nothing', async () => {
    const { quickInput } = workbench;
    await toTheWays('Enter a code on any device');
    await quickInput.appears('The URL of the MCP server that the token is for');
    await quickInput.answer(notes.url);
    await quickInput.appears('A name for the credential');
    await quickInput.answer('by code');
    await quickInput.appears('This is where you will sign in.');
    const page = await openedPage(workbench, () => quickInput.accept());
    await quickInput.appears('Enter this code at');
    assert.match(await quickInput.value(), /^[A-Z]{4}-[A-Z]{4}$/);
    await workbench.screenshots('oauth-code');
    await page.close();
    await quickInput.escape();
    assert.deepEqual(
      (await workbench.sideBar.rows('Credentials')).filter(({ label }) => label === 'by code'),
      [],
    );
  });

  it('an account of VS Code, after VS Code has asked', async () => {
    const { quickInput } = workbench;
    await toTheWays('With an account of VS Code');
    await quickInput.appears('Whose account? The server will get a token of it.');
    await quickInput.pick('Another provider of VS Code...');
    await quickInput.appears('The id of the provider');
    await quickInput.answer('keyring-test');
    await quickInput.appears('The scopes to ask for');
    await quickInput.answer('read:notes');
    await quickInput.appears('A name for the credential');
    await quickInput.answer('by account');
    await quickInput.appears('Use the account that VS Code has?');
    await workbench.screenshot('oauth-account-light');
    await quickInput.accept();
    const box = workbench.page.locator('.monaco-dialog-box');
    await box.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    assert.match(await box.innerText(), /MCP Keyring.*Keyring Test/);
    await workbench.screenshot('oauth-account-asked-light');
    await workbench.dialog.choose('Allow');
    await credential('by account');
  });

  it('the token of the account reaches a server that accepts it', async () => {
    const { quickInput } = workbench;
    const server = await startJwksServer({ mode: { kind: 'tokens' } });
    try {
      await workbench.runCommand('MCP Keyring: Add Authenticated Server...');
      await quickInput.appears('The URL of the MCP server');
      await quickInput.answer(server.url);
      await quickInput.appears('A name for the server');
      await quickInput.answer('of the account');
      await quickInput.appears('Which file?');
      await quickInput.accept();
      await quickInput.appears('The server asks for a credential. Of which kind?');
      await quickInput.pick('Sign in with OAuth');
      await quickInput.appears('How do you get a token for the server?');
      await quickInput.pick('With an account of VS Code');
      await quickInput.appears('Whose account?');
      await quickInput.pick('Another provider of VS Code...');
      await quickInput.appears('The id of the provider');
      await quickInput.answer('keyring-test');
      await quickInput.appears('The scopes to ask for');
      await quickInput.answer('read:notes');
      await quickInput.appears('Use the account that VS Code has?');
      await quickInput.accept();
      await quickInput.disappears();
      server.requests.length = 0;
      await workbench.acceptNotification('of the account has been added. The credential is in your keyring');
      await waitFor(
        'the tools',
        async () =>
          server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
      );
      const [token] = Object.keys(DEV_TOKENS);
      assert.deepEqual([...new Set(headerValues(server, 'authorization', '/mcp'))], [`Bearer ${token}`]);
    } finally {
      await server.close();
    }
  });
});
