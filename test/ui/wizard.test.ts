import assert from 'node:assert/strict';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { startRolesServer } from '../servers/rolesServer.ts';
import { anyTime } from './harness/anyTime.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const key = 'ui-key-not-a-secret-0123456789';
const secret = 'ui-shared-secret-that-protects-nothing';
const command = 'MCP Keyring: Add Authenticated Server...';
const emptyConfig = '{\n  // The servers of this project.\n  "servers": {}\n}\n';

describe('Add Authenticated Server', () => {
  let workbench: Workbench;
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;

  before(async () => {
    weather = await startApiKeyServer({ keys: [key] });
    todos = await startRolesServer({ secret });
    workbench = await openWorkbench({ files: { '.vscode/mcp.json': emptyConfig } });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open('.vscode/mcp.json');
  });

  after(async () => {
    await workbench?.close();
    await weather?.close();
    await todos?.close();
  });

  afterEach(async () => {
    if (await workbench.quickInput.isOpen()) {
      await workbench.quickInput.escape();
    }
    await workbench.dismissNotifications();
  });

  /** The step that is on screen: its prompt, and what is in its box. */
  async function step(prompt: string): Promise<string> {
    await workbench.quickInput.appears(prompt);
    return workbench.quickInput.value();
  }

  /** The item that Enter would take. */
  async function focused(): Promise<string | undefined> {
    return waitFor('an item with the focus', async () =>
      (await workbench.quickInput.items()).find(item => item.focused),
    ).then(item => item.label);
  }

  /** Waits for what is wrong with the value in the box. */
  async function refusal(): Promise<string> {
    await waitFor('a refusal', async () => (await workbench.quickInput.isRefused()) || undefined);
    return workbench.quickInput.message();
  }

  async function credentials(): Promise<string[]> {
    return (await workbench.sideBar.rows('Credentials')).map(({ label }) => label);
  }

  async function lenses(pattern: RegExp): Promise<void> {
    await waitFor(
      `a lens like ${pattern}`,
      async () => (await workbench.editor.codeLenses()).some(lens => pattern.test(lens)) || undefined,
    );
  }

  it('leads from the palette to a running API-key server by the keyboard alone', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await workbench.screenshot('wizard-url-dark');
    await quickInput.answer(weather.url);
    assert.equal(await step('A name for the server'), `local-${weather.port}`);
    await quickInput.answer('weather');
    await step('Which file?');
    assert.equal(await focused(), '.vscode/mcp.json');
    await workbench.screenshot('wizard-file-dark');
    await quickInput.accept();
    await step('The server asks for the header X-API-Key. What goes into it?');
    assert.equal(await focused(), 'API key');
    await workbench.screenshots('wizard-kind');
    await quickInput.accept();
    assert.equal(await step('The header that carries the key'), 'X-API-Key');
    await quickInput.accept();
    await step('The API key.');
    assert.ok(await quickInput.isPassword());
    assert.equal(await quickInput.title(), 'Add Authenticated Server (6)');
    await quickInput.answer(key);
    await quickInput.disappears();

    weather.requests.length = 0;
    await workbench.acceptNotification('weather has been added. The credential is in your keyring');
    await waitFor(
      'the tools',
      async () =>
        weather.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
    );
    assert.deepEqual([...new Set(headerValues(weather, 'X-API-Key'))], [key]);
    await lenses(/^3 tools$/);
    const text = workbench.read('.vscode/mcp.json');
    assert.match(text, /"X-API-Key": "\$\{input:mcp-keyring\.weather\.[0-9a-f]{8}\}"/);
    assert.match(text, /\/\/ The servers of this project\./);
    assert.ok(!text.includes(key));
    await waitFor('the credential', async () => (await credentials()).includes('weather') || undefined);
    await workbench.screenshots('wizard-running');
  });

  it('offers a server that stands in no file', async () => {
    const { quickInput } = workbench;
    const before = workbench.read('.vscode/mcp.json');
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await quickInput.answer(`${weather.url}?offered`);
    await step('A name for the server');
    await quickInput.answer('offered');
    await step('Which file?');
    await quickInput.focus('No file: offered by MCP Keyring');
    await workbench.screenshot('wizard-no-file-dark');
    await quickInput.accept();
    await step('The server asks for the header X-API-Key. What goes into it?');
    await quickInput.accept();
    await step('The header that carries the key');
    await quickInput.accept();
    await step('The API key.');
    await quickInput.answer(key);
    await quickInput.disappears();

    weather.requests.length = 0;
    await workbench.acceptNotification(
      'offered has been added. MCP Keyring offers it to VS Code; it stands in no file.',
    );
    await waitFor(
      'the tools',
      async () =>
        weather.requests.some(
          ({ rpcMethod, status, path }) => rpcMethod === 'tools/list' && status === 200 && path.endsWith('?offered'),
        ) || undefined,
    );
    assert.equal(workbench.read('.vscode/mcp.json'), before);
    await waitFor(
      'its row below the node of its own',
      async () =>
        (await workbench.sideBar.rows('Servers')).some(({ label }) => label === 'Provided by MCP Keyring') || undefined,
    );
    await workbench.screenshot('wizard-offered-dark');
  });

  it('signs a JWT with a secret typed as text', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await quickInput.answer(todos.url);
    await step('A name for the server');
    await quickInput.answer('todos');
    await step('Which file?');
    await quickInput.accept();
    await step('The server asks for a credential. Of which kind?');
    assert.equal(await focused(), 'Bearer token');
    await quickInput.pick('Signed JWT');
    await step('The secret that you and the server share');
    assert.equal(await focused(), 'Type or paste it as text');
    await quickInput.accept();
    await step('The secret. It is kept in the keyring');
    assert.ok(await quickInput.isPassword());
    await quickInput.answer('short');
    assert.match(await refusal(), /^The secret has 40 bits; HS256 needs at least 256 .* Press Enter again/);
    await quickInput.answer(secret);
    await step('Which role does the token speak for?');
    await quickInput.pick('No role');
    await step('The claims as JSON');
    await quickInput.answer('viewer');
    assert.match(await refusal(), /^This has to be a JSON object/);
    await quickInput.answer('{"iss":"mcp-auth-server","sub":"alice","role":"viewer","permissions":["read:todos"]}');
    await step('How long is each token good for?');
    assert.equal(await focused(), '1 hour');
    await quickInput.accept();
    await step('This is what will be signed.');
    await workbench.screenshot('wizard-preview-dark');
    await quickInput.accept();
    await quickInput.disappears();

    todos.requests.length = 0;
    await workbench.acceptNotification('todos has been added.');
    await waitFor(
      'the tools',
      async () =>
        todos.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
    );
    const sent = [...new Set(headerValues(todos, 'Authorization'))];
    assert.equal(sent.length, 1);
    assert.match(sent[0] ?? '', /^Bearer eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
    await lenses(/^2 tools$/);
    assert.ok(!workbench.read('.vscode/mcp.json').includes('eyJ'));
    await waitFor(
      'the header',
      async () =>
        (await workbench.sideBar.rows('Servers')).some(
          ({ label, description }) =>
            label === 'Authorization' && anyTime(description) === '# min left · viewer · JWT · todos',
        ) || undefined,
    );
  });

  it('goes back step by step with every answer kept', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await quickInput.answer(weather.url);
    await step('A name for the server');
    await quickInput.answer('kept');
    await step('Which file?');
    await quickInput.pick('User mcp.json');
    await step('The server asks for the header X-API-Key');
    await quickInput.accept();
    await step('The header that carries the key');
    await quickInput.answer('X-Kept');
    await step('The API key.');

    await quickInput.back();
    assert.equal(await step('The header that carries the key'), 'X-Kept');
    await quickInput.back();
    await step('The server asks for the header X-API-Key');
    assert.equal(await focused(), 'API key');
    await quickInput.back();
    await step('Which file?');
    assert.equal(await focused(), 'User mcp.json');
    await quickInput.back();
    assert.equal(await step('A name for the server'), 'kept');
    await quickInput.back();
    assert.equal(await step('The URL of the MCP server'), weather.url);
    // And forward again, by Enter alone.
    for (const prompt of ['A name for', 'Which file?', 'The server asks for', 'The header that']) {
      await quickInput.accept();
      await step(prompt);
    }
    assert.equal(await quickInput.value(), 'X-Kept');
  });

  it('leaves nothing behind when it is left at any step', async () => {
    const { quickInput } = workbench;
    const before = workbench.read('.vscode/mcp.json');
    const known = await credentials();
    const steps: readonly (readonly [string, string?])[] = [
      ['The URL of the MCP server', todos.url],
      ['A name for the server', 'left'],
      ['Which file?'],
      ['The server asks for a credential'],
      ['The token.', 'opaque-token-not-a-secret'],
    ];
    for (let last = 0; last < steps.length; last++) {
      await workbench.runCommand(command);
      for (const [prompt, answer] of steps.slice(0, last)) {
        await step(prompt);
        await (answer === undefined ? quickInput.accept() : quickInput.answer(answer));
      }
      const [prompt, answer] = steps[last] ?? [''];
      await step(prompt);
      if (answer !== undefined) {
        await quickInput.type(answer);
      }
      await quickInput.escape();
      await quickInput.disappears();
    }
    assert.equal(workbench.read('.vscode/mcp.json'), before);
    assert.deepEqual(await credentials(), known);
    assert.deepEqual(await workbench.notifications(), []);
  });

  it('says what is wrong with each answer', async () => {
    const { quickInput } = workbench;
    const foreign = 'http://mcp.example.org/mcp';
    const refused = async (answer: string) => {
      await quickInput.type(answer);
      // What was wrong before goes away while it is mended.
      await waitFor('the message to go', async () => !(await quickInput.isRefused()) || undefined);
      await quickInput.accept();
      return refusal();
    };
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    assert.equal(await refused(''), 'The URL may not be empty.');
    assert.match(await refused('ftp://example.org/mcp'), /^A URL has to start with https:\/\/ or http:\/\//);
    assert.match(await refused('https://me:word@example.org/mcp'), /^Leave out what stands after/);
    assert.match(await refused('https://${env:HOST}/mcp'), /^A URL with \$\{\.\.\.\} in it cannot be checked/);
    assert.match(
      await refused(foreign),
      /plain http to another computer.* Press Enter again to use it all the same\.$/,
    );
    await workbench.screenshot('wizard-refusal-dark');
    await quickInput.accept();
    assert.equal(await step('A name for the server'), 'example');
    assert.equal(await refused('  '), 'The name may not be empty.');
    await quickInput.answer('weather');
    await step('Which file?');
    await quickInput.accept();
    await step('.vscode/mcp.json has a server “weather” already. Another name for this one:');
    assert.equal(await refused('todos'), 'This name is taken in this file.');
    await quickInput.answer('other');
    await step('What kind of credential does the server want?');
    await quickInput.pick('API key');
    await step('The header that carries the key');
    assert.match(await refused('X API Key'), /^This is not the name of an HTTP header/);
    await quickInput.answer('X-API-Key');
    await step('The API key.');
    assert.equal(await refused(''), 'The API key may not be empty.');
    assert.equal(await refused('two words'), 'The API key has blanks or line ends in it.');
    await quickInput.escape();
    await quickInput.disappears();
  });

  it('offers to replace only the header where the server is there already', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await step('The URL of the MCP server');
    await quickInput.answer(weather.url);
    await step('A name for the server');
    await quickInput.answer('weather');
    await step('Which file?');
    await quickInput.accept();
    await step('.vscode/mcp.json has a server “weather” already.');
    assert.deepEqual(
      (await quickInput.items()).map(({ label }) => label),
      ['Replace only its header', 'Add a server of another name'],
    );
    await quickInput.escape();
    await quickInput.disappears();
  });
});
