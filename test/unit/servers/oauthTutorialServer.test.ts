import assert from 'node:assert/strict';
import {
  startTutorialServer,
  TUTORIAL_CLIENT_ID,
  TUTORIAL_CLIENT_SECRET,
  type TutorialServer,
} from '../../servers/tutorialServer.ts';
import { callTool, connectClient, postInitialize } from './clients.ts';

const SNAKE = { client_id: TUTORIAL_CLIENT_ID, client_secret: TUTORIAL_CLIENT_SECRET };
const CAMEL = { clientId: TUTORIAL_CLIENT_ID, clientSecret: TUTORIAL_CLIENT_SECRET };

describe('servers: OAuth, tutorial style', () => {
  let server: TutorialServer;

  beforeEach(async () => {
    server = await startTutorialServer();
  });

  afterEach(() => server.close());

  async function post(url: string, body: object | URLSearchParams) {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(url, {
      method: 'POST',
      ...(!isForm && { headers: { 'Content-Type': 'application/json' } }),
      body: isForm ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  it('takes JSON in its own words and nothing else', async () => {
    const grant = { grant_type: 'client_credentials' };
    assert.equal((await post(server.tokenUrl, { ...SNAKE, ...grant })).status, 200);
    const camel = await post(server.camelTokenUrl, { ...CAMEL, grantType: 'client_credentials' });
    assert.deepEqual(Object.keys(camel.body), ['accessToken', 'tokenType', 'expiresIn', 'refreshToken']);
    assert.equal((await post(server.tokenUrl, new URLSearchParams({ ...SNAKE, ...grant }))).status, 400);
    assert.equal((await post(server.tokenUrl, { ...CAMEL, ...grant })).body.error, 'invalid_client');
    assert.equal((await post(server.tokenUrl, { ...SNAKE, client_secret: 'x', ...grant })).status, 401);
    const unknown = await post(server.tokenUrl, { ...SNAKE, grant_type: 'password' });
    assert.equal(unknown.body.error, 'unsupported_grant_type');
  });

  it('spends a refresh token', async () => {
    const first = await post(server.tokenUrl, { ...SNAKE, grant_type: 'client_credentials' });
    const refresh = { ...SNAKE, grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
    const second = await post(server.tokenUrl, refresh);
    assert.notEqual(second.body.access_token, first.body.access_token);
    assert.deepEqual(await post(server.tokenUrl, refresh), { status: 400, body: { error: 'invalid_grant' } });
  });

  it('lets its tokens in until they end', async () => {
    const { body } = await post(server.tokenUrl, { ...SNAKE, grant_type: 'client_credentials' });
    const headers = { Authorization: `Bearer ${body.access_token}` };
    const client = await connectClient(server.url, headers);
    assert.deepEqual(JSON.parse(await callTool(client, 'whoami')), { client: TUTORIAL_CLIENT_ID });
    await client.close();
    server.lifetimeSeconds = 0;
    const ended = (await post(server.tokenUrl, { ...SNAKE, grant_type: 'client_credentials' })).body.access_token;
    const { status, body: refusal } = await postInitialize(server.url, { Authorization: `Bearer ${ended}` });
    assert.deepEqual([status, refusal], [401, { error: 'Token expired' }]);
  });

  it('misbehaves once for each time it is told to', async () => {
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '3' }, { kind: 'server-error' });
    const body = { ...SNAKE, grant_type: 'client_credentials' };
    assert.deepEqual(
      [
        (await post(server.tokenUrl, body)).status,
        (await post(server.tokenUrl, body)).status,
        (await post(server.tokenUrl, body)).status,
      ],
      [429, 500, 200],
    );
  });
});
