import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { KeyringError } from '../../../src/core/errors.ts';
import { oauthFailure, oauthFailureCodes } from '../../../src/core/oauth/failures.ts';
import { oauthError } from '../../../src/core/oauth/keyringError.ts';
import type { AddServerResult, OAuthAnswers } from '../../../src/ids.ts';
import { errorActions, errorText } from '../../../src/platform/errorTexts.ts';
import type { SignInPlan } from '../../../src/platform/oauth/flow.ts';
import { flows, runFlow } from '../../../src/platform/oauth/flows.ts';
import { progressUi, wizardUi } from '../../../src/platform/oauth/signInUi.ts';
import { Prompts } from '../../../src/platform/wizard.ts';
import { type FakeServer, startFakeServer } from '../../unit/core/oauth/fakeServer.ts';
import { forgetAll, serverNames, services, uriOf } from '../harness/inside.ts';
import { addServer, readText, until, writeText } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { withCancelButton } from '../harness/progress.ts';
import { Questions } from '../harness/questions.ts';
import { Person } from './person.ts';

const redirectUri = 'http://127.0.0.1/callback';
const hostile = '[click](command:workbench.action.quit) <b>x</b>\u202e';

describe('OAuth: what goes wrong is said, and leaves nothing', () => {
  let server: FakeServer;
  const person = new Person();
  const messages = new Messages();
  let file: string;

  before(() => person.sitDown());

  after(async () => {
    person.leave();
    await forgetAll();
  });

  beforeEach(async () => {
    person.opened.length = 0;
    person.pages.length = 0;
    person.instead = undefined;
    file = readText();
    server = await startFakeServer();
    server.json('/mcp', { error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' });
    describeServer();
    server.json('/token', { access_token: 'fake-access', expires_in: 60 });
  });

  afterEach(() => server.close());

  function describeServer(changes: object = {}): void {
    server.json('/.well-known/oauth-authorization-server', {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...changes,
    });
  }

  function add(credential: Partial<OAuthAnswers> = {}): Promise<AddServerResult> {
    return addServer({
      name: 'left',
      url: `${server.origin}/mcp`,
      file: '.vscode/mcp.json',
      credential: { kind: 'oauth', flow: 'authorizationCode', clientId: 'app', redirectUri, ...credential },
    });
  }

  /** That adding a server is refused with this sentence, and neither file nor keyring has anything of it. */
  async function refused(sentence: RegExp, credential: Partial<OAuthAnswers> = {}): Promise<string> {
    const { vault } = await services();
    const before = vault.credentials.length;
    let said = '';
    await assert.rejects(
      async () => add(credential),
      (error: Error) => {
        said = error.message;
        assert.match(said, sentence);
        return true;
      },
    );
    assert.equal(readText(), file);
    assert.equal(vault.credentials.length, before);
    return said;
  }

  /** The browser comes back with this beside the right state and issuer. */
  function answerWith(parameters: Record<string, string>): void {
    person.instead = url => {
      const { searchParams } = new URL(url);
      const state = searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, iss: server.origin, ...parameters });
      return person.land(`${searchParams.get('redirect_uri')}?${query}`);
    };
  }

  it('one list of ways to a token: where each works and what it needs; elsewhere it is refused in words', async () => {
    assert.deepEqual(
      flows.map(({ id, worksIn, needs }) => [id, worksIn.join(' '), needs.join(' ')]),
      [
        ['authorizationCode', 'node web remote', 'person browser authorizationServer'],
        ['deviceCode', 'node remote', 'person authorizationServer'],
        ['clientCredentials', 'node remote', 'authorizationServer clientSecret'],
        ['tokenEndpoint', 'node remote', 'tokenEndpoint clientSecret'],
        ['vscodeAccount', 'node web remote', 'person accountProvider'],
      ],
    );
    const tools = await (await services()).signIns.tools();
    const plan = { flow: 'tokenEndpoint', recipe: {} } as unknown as SignInPlan;
    await assert.rejects(runFlow({ ...tools, host: 'web' }, plan, progressUi), (error: KeyringError) => {
      assert.match(errorText(error), /“tokenEndpoint” does not work where this VS Code runs/);
      return true;
    });
  });

  it('every failure has a sentence of its own, and the log is one click away', () => {
    const sentences = oauthFailureCodes.map(code => errorText(oauthError(oauthFailure(code))));
    assert.ok(
      sentences.every(sentence => /^[^a-z].*\.$/s.test(sentence)),
      sentences.join('\n'),
    );
    assert.equal(new Set(sentences).size, oauthFailureCodes.length);
    for (const code of oauthFailureCodes) {
      const actions = errorActions(oauthError(oauthFailure(code)));
      assert.ok(
        actions.some(({ command }) => command === 'mcpKeyring.showLog'),
        code,
      );
    }
  });

  it('every known trap is explained', () => {
    const traps = {
      'entra-resource': /Microsoft Entra .* resource left out/,
      'redirect-mismatch': /comes back to is not registered/,
      'consent-missing': /agreed yet .* administrator/,
      'client-secret-wrong': /the secret’s value, not its id/,
      'clock-off': /The clock of this computer is 60 min behind/,
    };
    for (const [trap, sentence] of Object.entries(traps)) {
      const failure = oauthFailure('invalid-request', {
        url: 'https://as.example/token',
        trap,
        clockOffset: 3_600_000,
      });
      assert.match(errorText(oauthError(failure)), sentence);
    }
  });

  it('metadata that are not to be believed', async () => {
    describeServer({ issuer: 'https://evil.example' });
    await refused(/speaks for https:\/\/evil\.example, not for/);
    describeServer({ token_endpoint: 'http://as.example/token' });
    await refused(/plain http to another computer/);
    describeServer({ authorization_endpoint: 'javascript:alert(1)' });
    await refused(/starts with neither https/);
    describeServer({ token_endpoint: 'https://10.0.0.1/token' });
    await refused(/private network/);
    describeServer({ code_challenge_methods_supported: ['plain'] });
    await refused(/does not announce PKCE with S256/);
    describeServer();
    await refused(/does not let clients register themselves/, { clientId: '' });
    assert.deepEqual(person.opened, []);
  });

  it('a server that has no authorization server, none at all, or wants no token', async () => {
    server.json('/.well-known/oauth-authorization-server', {}, 404);
    await refused(/does not publish how to get tokens/);
    server.json('/mcp', {});
    await refused(/answers without a token, so there is nothing to sign in for/);
    await server.close();
    await refused(/Nothing answers at .* Is the server running\?/);
    server = await startFakeServer();
  });

  it('a hostile refusal is text, in the message and on the page', async () => {
    answerWith({ error: 'access_denied', error_description: hostile });
    const said = await refused(/was declined there\. It says: “\[click\]\(command:workbench/);
    assert.ok(!said.includes('\u202e'));
    const page = await until('the page', () => person.pages[0]);
    assert.match(page.text, /&#60;b&#62;x&#60;\/b&#62;/);
    assert.ok(!/<b>|<a |href/.test(page.text));
  });

  it('a hostile refusal of the token endpoint, shown to a person as no link', async () => {
    server.json('/token', { error: 'invalid_grant', error_description: hostile }, 400);
    answerWith({ code: 'fake-code' });
    const { commands } = await services();
    messages.catch();
    try {
      commands.show(
        oauthError(oauthFailure('invalid-grant', { url: 'https://as.example', errorDescription: hostile })),
      );
      const shown = await until('the message', () => messages.shown[0]);
      assert.doesNotMatch(shown.text, /\]\(|command:/);
      assert.deepEqual(shown.buttons, ['Show Log']);
    } finally {
      messages.release();
    }
    await refused(/does not take this code or refresh token any more \(invalid_grant\)\. Sign in again\. It says/);
    const page = await until('the page', () => person.pages[0]);
    assert.match(page.text, /<h1>Not signed in<\/h1>/);
  });

  it('the page of a device code, shown to a person as no link, in a wizard and beside it', async () => {
    server.json('/device', {
      device_code: 'fake-device-code',
      user_code: '[ABCD](command:workbench.action.quit)',
      verification_uri: `${server.origin}/[click](command:workbench.action.quit)?\u202e`,
      expires_in: 60,
    });
    server.json('/token', { error: 'authorization_pending' }, 400);
    const tools = await (await services()).signIns.tools();
    const { origin } = server;
    const plan: SignInPlan = {
      flow: 'deviceCode',
      server: {
        issuer: origin,
        tokenEndpoint: `${origin}/token`,
        deviceAuthorizationEndpoint: `${origin}/device`,
        pkce: false,
        issInResponse: false,
        metadataDocuments: false,
      },
      client: { issuer: origin, clientId: 'app', source: 'preregistered', authMethod: 'none' },
      policy: { serverUrl: `${origin}/mcp` },
      scopes: [],
      redirectUri: '',
    };
    const assertInert = (text: string) => {
      assert.match(text, /Enter this code at .*click/);
      assert.doesNotMatch(text, /\]\(|command:|\u202e/);
    };
    const questions = new Questions();
    questions.catch();
    try {
      const running = runFlow(tools, plan, wizardUi(new Prompts('Sign In')));
      const box = await until('the code', async () => {
        const question = await questions.next();
        return question.prompt.startsWith('Enter') ? question : undefined;
      });
      assertInert(box.prompt);
      box.escape();
      await assert.rejects(running);
    } finally {
      questions.release();
    }
    await withCancelButton(async (cancel, said) => {
      const running = runFlow(tools, plan, progressUi);
      assertInert(await until('the code', () => said.find(text => text.includes('Enter'))));
      cancel();
      await assert.rejects(running);
    });
  });

  it('answers that are forged, and a sign-in that they do not end', async () => {
    person.instead = async url => {
      const { searchParams } = new URL(url);
      const back = searchParams.get('redirect_uri');
      await person.land(`${back}?state=forged&code=x&iss=${encodeURIComponent(server.origin)}`);
      await person.land(
        `${back}?state=${searchParams.get('state')}&code=fake-code&iss=${encodeURIComponent(server.origin)}`,
      );
      await person.land(`${back}?state=${searchParams.get('state')}&code=fake-code`).catch(() => {});
    };
    const { credentialId } = await add();
    assert.match(person.pages[0]?.text ?? '', /waits for no such sign-in/);
    assert.match(person.pages[1]?.text ?? '', /You have signed in/);
    await (await services()).vault.deleteCredential(credentialId);
    writeText('.vscode/mcp.json', file);
    await until('the server to go', async () => !(await serverNames(uriOf('.vscode/mcp.json')))?.includes('left'));
    answerWith({ code: 'x', iss: 'https://evil.example' });
    await refused(/comes from another server than/);
    answerWith({ code: '' });
    await refused(/has no usable “code”/);
  });

  it('a keyring that is slow to open: the client in it is known all the same', async () => {
    const { vault } = await services();
    answerWith({ code: 'fake-code' });
    await add();
    const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(vault), 'credentials') ?? {};
    let isOpen = false;
    Object.defineProperties(vault, {
      credentials: { configurable: true, get: () => (isOpen ? get?.call(vault) : []) },
      load: {
        configurable: true,
        value: async () => {
          isOpen = true;
        },
      },
    });
    try {
      const credential = { kind: 'oauth', flow: 'authorizationCode', redirectUri } as const;
      const { credentialId } = await addServer({
        name: 'second',
        url: `${server.origin}/mcp`,
        file: '.vscode/mcp.json',
        credential,
      });
      const { grant } = (await vault.readCredential(credentialId)) as OAuthCredential;
      assert.ok(grant.flow === 'authorizationCode');
      assert.equal(grant.client.clientId, 'app');
    } finally {
      Reflect.deleteProperty(vault, 'credentials');
      Reflect.deleteProperty(vault, 'load');
      await forgetAll();
      writeText('.vscode/mcp.json', file);
    }
  });

  it('a port that is taken, and an address that the browser cannot come back to', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await refused(new RegExp(`The port ${port} is taken`), { redirectUri: `http://127.0.0.1:${port}/callback` });
    await new Promise(resolve => other.close(resolve));
    await refused(/cannot come back to “https:\/\/evil\.example\/”/, { redirectUri: 'https://evil.example/' });
    assert.deepEqual(person.opened, []);
  });

  it('a server that is busy, broken, or answers with a page', async () => {
    answerWith({ code: 'fake-code' });
    server.json('/token', {}, 429, { 'Retry-After': '90' });
    await refused(/too many requests\. Try again in 2 min\./);
    server.answer('/token', (_, res) => res.writeHead(500).end('<h1>oops</h1>'));
    await refused(/has trouble of its own \(status 500\)/);
    server.answer('/token', (_, res) => res.end('<!DOCTYPE html><title>Welcome</title>'));
    await refused(/answered with a page for people instead of JSON/);
    server.json('/token', { access_token: 'two words' });
    await refused(/cannot be sent in a header/);
    server.json('/token', { access_token: 'x', token_type: 'DPoP' });
    await refused(/a token of the type “DPoP”/);
  });

  it('two sign-ins at once in one window', async () => {
    const waiting: string[] = [];
    person.instead = url => waiting.push(url);
    const both = ['first', 'second'].map(name =>
      addServer({
        name,
        url: `${server.origin}/${name}`,
        file: '.vscode/mcp.json',
        delivery: 'literal',
        credential: { kind: 'oauth', flow: 'authorizationCode', clientId: name, redirectUri },
      }),
    );
    for (const name of ['first', 'second']) {
      server.json(`/${name}`, {}, 401, { 'WWW-Authenticate': 'Bearer' });
    }
    await until('two pages', () => waiting.length === 2);
    server.answer('/token', (req, res) => {
      let body = '';
      req.on('data', chunk => {
        body += chunk;
      });
      req.on('end', () =>
        res.end(JSON.stringify({ access_token: `fake-${new URLSearchParams(body).get('client_id')}` })),
      );
    });
    for (const url of waiting.toReversed()) {
      const { searchParams } = new URL(url);
      const query = new URLSearchParams({ state: searchParams.get('state') ?? '', iss: server.origin, code: 'c' });
      await person.land(`${searchParams.get('redirect_uri')}?${query}`);
    }
    await Promise.all(both);
    assert.match(readText(), /Bearer fake-first/);
    assert.match(readText(), /Bearer fake-second/);
  });

  it('answers that make no sense name their field', async () => {
    await refused(/^credential\.flow: this has to be authorizationCode, deviceCode/, { flow: 'magic' as never });
    await refused(/^credential\.scopes: this has the wrong type/, { scopes: 'a b' as never });
    await refused(/^credential\.endpoint: this is missing/, { flow: 'tokenEndpoint' });
    await refused(/^credential\.clientSecret: this is missing/, {
      flow: 'tokenEndpoint',
      endpoint: { url: `${server.origin}/token` },
    });
    assert.deepEqual(person.opened, []);
  });
});
