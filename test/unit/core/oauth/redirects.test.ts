import assert from 'node:assert/strict';
import { loopbackUri, readLoopbackRedirect, readUriQuery } from '../../../../src/core/oauth/redirects.ts';
import { failureOf, unwrap } from './setup.ts';

describe('OAuth: where the browser comes back to', () => {
  it('a free port, a fixed one, another path', () => {
    const read = (text: string) => unwrap(readLoopbackRedirect(text));
    assert.deepEqual(read('http://127.0.0.1/callback'), { host: '127.0.0.1', port: 0, path: '/callback' });
    assert.deepEqual(read('http://localhost:8400'), { host: 'localhost', port: 8400, path: '/' });
    assert.deepEqual(read('http://127.0.0.1:80/x'), { host: '127.0.0.1', port: 80, path: '/x' });
    assert.equal(loopbackUri(read('http://127.0.0.1/a/b'), 4321), 'http://127.0.0.1:4321/a/b');
  });

  it('nothing that this machine cannot answer at', () => {
    const unusable = [
      '',
      'callback',
      'https://127.0.0.1/callback',
      'http://evil.example/callback',
      'http://127.0.0.2/callback',
      'http://[::1]/callback',
      'http://a.localhost/callback',
      'http://user@127.0.0.1/callback',
      'http://127.0.0.1/callback?x=1',
      'http://127.0.0.1/callback#',
      'javascript:alert(1)',
      'vscode://mcp-keyring.mcp-keyring/callback',
    ];
    for (const text of unusable) {
      assert.equal(failureOf(readLoopbackRedirect(text), 'redirect-unusable').data.redirectUri, text);
    }
  });

  it('a query that was decoded already is not decoded again', () => {
    const parameters = readUriQuery(
      'iss=https://as.example&code=a+b/c=&state=s&&error_description=two+words&flag&state=t',
    );
    assert.equal(parameters.get('iss'), 'https://as.example');
    assert.equal(parameters.get('code'), 'a+b/c=');
    assert.deepEqual(parameters.getAll('state'), ['s', 't']);
    assert.equal(parameters.get('error_description'), 'two words');
    assert.equal(parameters.get('flag'), '');
  });

  it('a query that is still encoded is decoded once', () => {
    const parameters = readUriQuery('code=a%2Bb%252F&iss=https%3A%2F%2Fas.example&error_description=two+words');
    assert.equal(parameters.get('code'), 'a+b%2F');
    assert.equal(parameters.get('iss'), 'https://as.example');
    assert.equal(parameters.get('error_description'), 'two words');
  });
});
