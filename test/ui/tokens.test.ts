import assert from 'node:assert/strict';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { signRolesToken, startRolesServer } from '../servers/rolesServer.ts';
import { anyTime } from './harness/anyTime.ts';
import { eventually, waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const secret = 'ui-shared-secret-that-protects-nothing';
const claims = { iss: 'mcp-auth-server', sub: 'alice', role: 'admin', permissions: ['read:todos'] };

/** Long enough to be looked at after a renewal, short enough to be waited for. */
const shortLife = 20;

describe('Tokens', () => {
  let workbench: Workbench;
  const servers: Record<string, HttpMcpServer> = {};
  let valid: string;
  let expired: string;

  before(async () => {
    for (const name of ['stale', 'pasted', 'short']) {
      servers[name] = await startRolesServer({ secret });
    }
    const hourAgo = new Date(Date.now() - 52 * 60_000);
    valid = await signRolesToken({ secret, role: 'editor', now: hourAgo, lifetimeSeconds: 3600 });
    expired = await signRolesToken({ secret, role: 'viewer', lifetimeSeconds: -600 });
    const entry = (name: string, token: string) => ({
      type: 'http',
      url: servers[name]?.url,
      headers: { Authorization: `Bearer ${token}` },
    });
    const config = { servers: { stale: entry('stale', expired), pasted: entry('pasted', valid) } };
    workbench = await openWorkbench({
      theme: 'light',
      settings: { 'mcpKeyring.clockTolerance': 0 },
      files: {
        '.vscode/mcp.json': `${JSON.stringify(config, undefined, 2)}\n`,
        'notes.txt': `A token from the log:\n\n  ${valid}\n`,
      },
      keybindings: [
        {
          key: 'ctrl+alt+shift+1',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'short',
            url: servers.short?.url,
            file: '.vscode/mcp.json',
            credential: { kind: 'signedJwt', name: 'short-lived', secret, claims, lifetimeSeconds: shortLife },
          },
        },
      ],
    });
    await workbench.sideBar.show('MCP Keyring');
    await waitFor('the servers', async () => (await header('stale')) !== undefined || undefined);
  });

  after(async () => {
    await workbench?.close();
    await Promise.all(Object.values(servers).map(server => server.close()));
  });

  /** The row below a server. */
  async function header(server: string) {
    const rows = await workbench.sideBar.rows('Servers');
    const index = rows.findIndex(({ label }) => label === server);
    return index < 0 ? undefined : rows[index + 1];
  }

  /** The problems at the line of a server's header. */
  async function problemsOf(server: string) {
    const lines = workbench.read('.vscode/mcp.json').split('\n');
    const first = lines.findIndex(line => line.includes(`"${server}": {`));
    const line = lines.findIndex((text, index) => index > first && text.includes('"Authorization"')) + 1;
    return (await workbench.problems()).filter(problem => problem.line === line);
  }

  async function statusBarItem(): Promise<string | undefined> {
    return (await workbench.statusBar()).find(text => text.startsWith('MCP token'));
  }

  /** A hover may show what a token says, and never the token: neither as text nor in a link or an attribute. */
  async function hoverHides(token: string): Promise<void> {
    const html = await workbench.editor.hoverWidget().innerHTML();
    for (const segment of token.split('.')) {
      assert.ok(!html.includes(segment.slice(0, 20)), 'a part of the token is in the hover');
    }
  }

  it('are read by a hover in any text', async () => {
    await workbench.editor.open('notes.txt');
    const said = anyTime(await workbench.editor.hover(valid.slice(0, 30), /role\teditor/));
    await workbench.screenshot('hover-text-light');
    assert.match(said, /The token expires in # min \(.*\)\./);
    assert.match(said, /JWT · HS256 · ▰▰▱▱▱▱▱▱▱▱ # min left of # min/);
    assert.match(said, /role\teditor/);
    assert.match(said, /permissions\tread:todos, create:todos, update:todos/);
    assert.match(said, /exp\t.*\(in # min\)/);
    await hoverHides(valid);
  });

  it('that have expired stand in Problems, in the tree and in the status bar', async () => {
    await workbench.editor.open('.vscode/mcp.json');
    const problems = await waitFor('the problems', async () => {
      const found = await problemsOf('stale');
      return found.length === 2 ? found : undefined;
    });
    assert.deepEqual(
      problems.map(({ code, severity, source }) => [code, severity, source]),
      [
        ['token-expired', 'error', 'MCP Keyring'],
        ['secret-in-file', 'warning', 'MCP Keyring'],
      ],
    );
    assert.match(problems[0]?.message ?? '', /^The token expired on /);
    await eventually(async () => {
      assert.equal(await statusBarItem(), 'MCP token expired: stale');
      assert.match(anyTime((await header('stale'))?.description ?? ''), /^expired # min ago · viewer · JWT$/);
    });
    await workbench.screenshots('problems');
  });

  it('are replaced by a quick fix that attaches a credential', async () => {
    const { quickInput, editor } = workbench;
    const titles = await editor.quickFixes(expired.slice(0, 30));
    assert.deepEqual(titles.slice(0, 2), ['Attach a credential...', 'Move to the keyring']);
    await workbench.screenshot('quick-fixes-light');
    await editor.closeFixes();
    await editor.quickFix(expired.slice(0, 30), 'Attach a credential...');
    await quickInput.appears('What kind of credential');
    await quickInput.pick('Signed JWT');
    await quickInput.appears('The secret that you and the server share');
    await quickInput.accept();
    await quickInput.appears('The secret. It is kept');
    await quickInput.answer(secret);
    await quickInput.appears('Which role does the token speak for?');
    await quickInput.pick('No role');
    await quickInput.appears('The claims as JSON');
    await quickInput.answer(JSON.stringify(claims));
    await quickInput.appears('How long is each token good for?');
    await quickInput.accept();
    await quickInput.appears('This is what will be signed.');
    await quickInput.accept();
    await quickInput.appears('A name for the credential');
    assert.equal(await quickInput.value(), 'stale');
    await quickInput.accept();
    await waitFor('the problems to go', async () => (await problemsOf('stale')).length === 0 || undefined);
    await waitFor(
      'the status bar to follow',
      async () => (await statusBarItem()) !== 'MCP token expired: stale' || undefined,
    );
    await waitFor('the tree to follow', async () =>
      anyTime((await header('stale'))?.description ?? '') === '# min left · admin · JWT · stale' ? true : undefined,
    );
    await workbench.dismissNotifications();
    // Long enough a wait for the last test: from here on it runs out by itself.
    await workbench.page.keyboard.press('Control+Alt+Shift+Digit1');
    await waitFor('the short-lived one', async () => (await header('short')) !== undefined || undefined);
  });

  it('are read by a hover over a header', async () => {
    const { editor } = workbench;
    const said = anyTime(await editor.hover(valid.slice(0, 30), /role\teditor/));
    await workbench.screenshot('hover-header-light');
    assert.match(said, /The token expires on /);
    assert.match(said, /JWT · HS256 · ▰▰▱▱▱▱▱▱▱▱ # min left of # min/);
    assert.match(said, /role\teditor/);
    assert.ok(said.indexOf('Move to Keyring') < said.indexOf('Claim'), 'links stand above the table');
    await hoverHides(valid);
    assert.ok(await editor.hoverWidget().getByText('Move to Keyring').isVisible());
  });

  it('are moved to the keyring by a quick fix, and one undo brings the text back', async () => {
    const { editor } = workbench;
    const before = workbench.read('.vscode/mcp.json');
    await editor.quickFix(valid.slice(0, 30), 'Move to the keyring');
    // While VS Code saves, the file is empty for a moment.
    const after = await waitFor('the reference', async () => {
      const text = workbench.read('.vscode/mcp.json');
      return text !== '' && !text.includes(valid) ? text : undefined;
    });
    assert.match(after, /"Authorization": "Bearer \$\{input:mcp-keyring\.pasted\.[0-9a-f]{8}\}"/);
    await waitFor('one problem less', async () => {
      const codes = (await problemsOf('pasted')).map(({ code }) => code);
      return codes.length === 1 && codes[0] === 'token-expires-soon' ? true : undefined;
    });

    await editor.goTo('"pasted"');
    await workbench.page.keyboard.press('ControlOrMeta+z');
    await waitFor(
      'the undo',
      async () => (await editor.visibleLines()).some(line => line.includes(valid.slice(0, 30))) || undefined,
    );
    await editor.save();
    await waitFor('the old text', async () => workbench.read('.vscode/mcp.json') === before || undefined);
    await workbench.page.keyboard.press('ControlOrMeta+Shift+z');
    await editor.save();
    await waitFor('the new text', async () => workbench.read('.vscode/mcp.json') === after || undefined);
  });

  it('go from the keyring to the server that they were moved for', async () => {
    const { pasted } = servers;
    assert.ok(pasted);
    await workbench.runCommand('MCP Keyring: Start Server');
    await workbench.quickInput.pick('pasted');
    await waitFor(
      'the tools',
      async () =>
        pasted.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
    );
    assert.deepEqual([...new Set(headerValues(pasted, 'Authorization'))], [`Bearer ${valid}`]);
  });

  it('that are signed here and run out are renewed by a quick fix, and by a link of the hover', async () => {
    const { editor } = workbench;
    const expiredCode = async () => (await problemsOf('short')).some(({ code }) => code === 'token-expired');
    await waitFor('the token to run out', async () => (await expiredCode()) || undefined, (shortLife + 15) * 1000);
    await eventually(async () => assert.equal(await statusBarItem(), 'MCP token expired: short'));
    const renewed = () =>
      waitFor(
        'the message',
        async () =>
          (await workbench.notifications()).some(({ message }) => message.includes('“short-lived” has a new token.')) ||
          undefined,
      );
    await editor.quickFix('${input:mcp-keyring.short.', 'Renew the token');
    // All at the same time: the message goes by itself, and the new token runs out as the old one did.
    await Promise.all([
      renewed(),
      waitFor('the entry to go', async () => !(await expiredCode()) || undefined),
      waitFor(
        'the status bar to follow',
        async () => (await statusBarItem()) !== 'MCP token expired: short' || undefined,
      ),
    ]);
    await workbench.dismissNotifications();

    const said = await editor.hover('${input:mcp-keyring.short.', /role\tadmin/);
    await workbench.screenshot('hover-reference-light');
    assert.match(said, /short-lived · signed JWT · http:\/\/127\.0\.0\.1:\d+\/mcp/);
    assert.match(said, /^Renew \| Copy Token \| Details \| Verify \| Show Claims \| Test Connection$/m);
    assert.match(said, /role\tadmin/);
    await editor.hoverWidget().getByText('Renew', { exact: true }).click();
    await renewed();
  });
});
