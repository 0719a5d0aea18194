import assert from 'node:assert/strict';
import { probeServer } from '../../../src/platform/probe.ts';
import { startFakeServer } from '../core/oauth/fakeServer.ts';

describe('what a server wants, asked without a credential', () => {
  it('is read from all of its challenges', async () => {
    const server = await startFakeServer();
    const kindFor = async (challenge: string, body: object = {}) => {
      server.json('/mcp', body, 401, { 'WWW-Authenticate': challenge });
      return (await probeServer(`${server.origin}/mcp`, new AbortController().signal)).kind;
    };
    try {
      assert.equal(await kindFor('Bearer'), 'bearer');
      assert.equal(await kindFor('Basic realm="notes", Bearer realm="notes"'), 'bearer');
      assert.equal(await kindFor('Basic realm="no Bearer here"'), undefined);
      assert.equal(await kindFor('Bearer', { error: 'Missing X-API-Key header' }), 'apiKey');
      const metadata = `${server.origin}/.well-known/oauth-protected-resource`;
      assert.equal(await kindFor(`Negotiate, Bearer resource_metadata="${metadata}"`), 'oauth');
    } finally {
      await server.close();
    }
  });
});
