import assert from 'node:assert/strict';
import { createLocalJWKSet } from 'jose';
import * as vscode from 'vscode';
import { startIssuerServer } from '../../doctor/issuerServer.ts';
import { makePair, signToken } from '../../doctor/tokens.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { startGuardedServer } from '../../servers/guardedServer.ts';
import { startHostileServer } from '../../servers/hostileServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { startOddServer } from '../../servers/oddServer.ts';
import { fileSnapshot, forgetAll, services, uriOf } from '../harness/inside.ts';
import { addServer, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';
import { file, fix, known, test, writeServer } from './connections.ts';

const key = 'withheld-key-not-a-secret-0123456789';
const newKey = 'another-key-not-a-secret-0123456789';

// The causes that no server brings about: the keyring says no, a person does, or nobody says anything.
describe('Test Connection says', () => {
  const messages = new Messages();
  const questions = new Questions();
  let server: HttpMcpServer;

  before(async () => {
    messages.catch();
    questions.catch();
    server = await startApiKeyServer({ keys: [key, newKey] });
  });

  after(async () => {
    messages.release();
    questions.release();
    await server.close();
  });

  beforeEach(async () => {
    messages.answer = () => undefined;
    server.requests.length = 0;
    await forgetAll();
    await writeServer('nobody', 'https://mcp.invalid/');
  });

  async function addWeather(url: string, allowInsecure = false): Promise<string> {
    const { credentialId } = await addServer({
      name: 'weather',
      url,
      file,
      delivery: 'reference',
      allowInsecure,
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await known('weather', url);
    return credentialId;
  }

  it('that the credential was revoked, sends nothing of it, and works once another is attached', async () => {
    const credentialId = await addWeather(server.url);
    const { vault } = await services();
    await vault.updateCredential(credentialId, credential => ({ ...credential, revokedAt: Date.now() }));
    const { verdict, causes } = await test('weather');
    assert.equal(verdict, 'The credential “weather” has been revoked. Attach another one.');
    assert.deepEqual(
      causes.map(({ id, certainty, fixes }) => [id, certainty, fixes.map(({ kind }) => kind)]),
      [['credential-withheld', 'certain', ['attachCredential', 'replaceToken']]],
    );
    assert.deepEqual([...new Set(headerValues(server, 'x-api-key'))], [undefined]);

    const fixing = fix('weather', { kind: 'replaceToken' });
    (await questions.next()).type(newKey);
    await fixing;
    await until('a credential that is good again', () => vault.credential(credentialId)?.revokedAt === undefined);
    const after = await test('weather');
    assert.equal(after.verdict, after.healthy ? after.verdict : '');
    assert.ok(after.healthy);
  });

  it('that a credential for https is not sent over plain http, and asks before it is', async () => {
    const url = 'http://weather.invalid/mcp';
    const credentialId = await addWeather(url, true);
    const { vault } = await services();
    await vault.updateCredential(credentialId, credential => ({
      ...credential,
      attachments: credential.attachments.map(({ insecureAllowed: _, ...attachment }) => attachment),
    }));
    messages.shown.length = 0;
    await assert.rejects(test('weather'), /plain http/);
    assert.deepEqual(
      messages.shown.map(({ kind, buttons }) => [kind, buttons]),
      [['warning', ['Send It Anyway']]],
    );
    messages.answer = ({ kind, buttons }) => (kind === 'warning' ? buttons[0] : undefined);
    const { verdict, causes } = await test('weather');
    assert.equal(causes[0]?.id, 'credential-withheld');
    assert.equal(verdict, `${url} is plain http: everyone on the way could read the credential. Nothing was sent.`);
  });

  it('that the value of a header cannot be sent, and mends it', async () => {
    await writeServer('weather', server.url, { 'X-API-Key': `\u200b${key}` });
    const { verdict, causes } = await test('weather');
    assert.equal(verdict, 'The value of “weather” has characters that cannot be sent in the header X-API-Key.');
    const offered = causes[0]?.fixes[0];
    assert.equal(offered?.kind, 'repairHeader');
    await fix('weather', offered);
    await known('weather', server.url, { 'X-API-Key': key });
    assert.ok((await test('weather')).healthy);
  });

  it('that it was cancelled, and leaves no verdict behind', async () => {
    const { withProgress } = vscode.window;
    const silent = await startOddServer({ kind: 'silence' });
    const cancel = new vscode.CancellationTokenSource();
    try {
      Object.assign(vscode.window, {
        withProgress: (_: unknown, work: (progress: unknown, token: vscode.CancellationToken) => unknown) =>
          work({ report: () => undefined }, cancel.token),
      });
      await writeServer('weather', silent.url, { 'X-API-Key': key });
      const testing = test('weather');
      await until('a connection', () => silent.connections > 0);
      cancel.cancel();
      const { healthy, verdict, causes } = await testing;
      assert.deepEqual(
        { healthy, verdict, causes: causes.map(({ id, certainty, fixes }) => [id, certainty, fixes]) },
        {
          healthy: false,
          verdict: 'The test was cancelled.',
          causes: [['cancelled', 'certain', [{ kind: 'testAgain' }]]],
        },
      );
      const [snapshot] = (await fileSnapshot(uriOf(file)))?.servers ?? [];
      assert.equal(snapshot?.verdict, undefined);
    } finally {
      Object.assign(vscode.window, { withProgress });
      await silent.close();
    }
  });

  it('that it is refused, and no more than that, where everything that can be seen is right', async () => {
    const pair = await makePair('this-year');
    const authority = await startIssuerServer([pair.jwk]);
    const guarded = await startGuardedServer({
      manner: 'silent',
      authorizationServer: authority.issuer,
      jwt: { key: createLocalJWKSet({ keys: [pair.jwk] }), algorithms: ['RS256'], role: 'owner' },
    });
    try {
      const token = await signToken(pair.privateKey, {
        kid: 'this-year',
        issuer: authority.issuer,
        audience: guarded.url,
      });
      await writeServer('notes', guarded.url, { Authorization: `Bearer ${token}` });
      const { verdict, causes } = await test('notes');
      assert.equal(verdict, 'Most likely: The server refuses the credential (401).');
      assert.deepEqual(
        causes.map(({ id, certainty, fixes }) => [id, certainty, fixes[0]?.kind]),
        [['refused', 'likely', 'copyAsCurl']],
      );
    } finally {
      await guarded.close();
      await authority.close();
    }
  });

  it('what works, and what is worth knowing all the same', async () => {
    const open = await startHostileServer({ behaviour: 'none', from: 'start' });
    try {
      await writeServer('weather', server.url, { 'X-API-Key': key });
      const taken = await test('weather');
      assert.match(taken.verdict, /^The server takes the credential\. It offers: tools \(3\)\.$/);
      assert.deepEqual(taken.causes, []);
      await writeServer('open', open.url, { 'X-API-Key': key });
      const unneeded = await test('open');
      assert.deepEqual(
        { healthy: unneeded.healthy, notes: unneeded.causes.map(({ id, sentence }) => [id, sentence]) },
        { healthy: true, notes: [['token-not-needed', 'It shakes hands without the credential too.']] },
      );
    } finally {
      await open.close();
    }
  });
});
