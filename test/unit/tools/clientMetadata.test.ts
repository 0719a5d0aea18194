import assert from 'node:assert/strict';
import packageJson from '../../../package.json' with { type: 'json' };
import { clientMetadataText } from '../../tools/clientMetadata.ts';

describe('tools: client metadata document', () => {
  it('names its own address, loopback redirects and no secret', () => {
    const url = 'https://example.com/mcp-keyring.json';
    assert.deepEqual(JSON.parse(clientMetadataText(url)), {
      client_id: url,
      client_name: 'MCP Keyring',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    });
  });

  it('takes no address that cannot be a client id', () => {
    for (const url of [
      '',
      'example.com/x',
      'http://example.com/x',
      'https://example.com',
      'https://e.com/a/../b',
      'https://e.com/x#y',
    ]) {
      assert.throws(() => clientMetadataText(url), RangeError, url);
    }
  });

  it('the setting complains of an address that is no https address with a path', () => {
    const { properties } = packageJson.contributes.configuration;
    const pattern = new RegExp(properties['mcpKeyring.oauthClientMetadataUrl'].pattern);
    for (const url of ['', 'https://example.com/mcp-keyring.json', 'https://example.com:8443/a/b?c']) {
      assert.match(url, pattern);
    }
    for (const url of ['example.com/x', 'http://example.com/x', 'https://example.com', 'https://e.com/x#y', ' ']) {
      assert.doesNotMatch(url, pattern);
    }
  });
});
