import assert from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import { findInputUses } from '../../../../src/core/config/inputUses.ts';

const id = 'mcp-keyring.todos.0123abcd';
const url = 'https://todos.example/mcp';
const input = { id, type: 'command', command: 'mcpKeyring.resolveHeader', args: id };
const reference = `Bearer \${input:${id}}`;

function uses(config: unknown, format = formats.vscode) {
  return findInputUses(typeof config === 'string' ? config : JSON.stringify(config), format, id);
}

describe('findInputUses', () => {
  it('finds the header of a server, with its URL', () => {
    const config = {
      servers: { todos: { url, headers: { Authorization: reference, Accept: '*/*' } } },
      inputs: [input],
    };
    assert.deepEqual(uses(config), [{ urls: [url], server: 'todos', header: 'Authorization' }]);
  });

  it('finds it in every format that has servers', () => {
    const servers = { todos: { url, headers: { Authorization: reference } } };
    assert.deepEqual(uses({ settings: { mcp: { servers } } }, formats.codeWorkspace), [
      { urls: [url], server: 'todos', header: 'Authorization' },
    ]);
    assert.deepEqual(uses({ mcpServers: servers }, formats.dotMcp), [
      { urls: [url], server: 'todos', header: 'Authorization' },
    ]);
    assert.deepEqual(uses(servers, formats.dotMcp), [{ urls: [url], server: 'todos', header: 'Authorization' }]);
  });

  it('names every URL of a server whose key stands twice', () => {
    const text = `{"servers":{"a":{"url":"${url}","url":"https://evil.example/mcp","headers":{"Authorization":"${reference}"}}}}`;
    assert.deepEqual(uses(text), [{ urls: [url, 'https://evil.example/mcp'], server: 'a', header: 'Authorization' }]);
  });

  it('keeps two servers of one name apart', () => {
    const server = (target: string) => `"a":{"url":"${target}","headers":{"Authorization":"${reference}"}}`;
    const text = `{"servers":{${server(url)},${server('https://evil.example/mcp')}}}`;
    assert.deepEqual(
      uses(text).map(use => use.urls),
      [[url], ['https://evil.example/mcp']],
    );
  });

  it('finds it where no header is', () => {
    const places: [string, unknown][] = [
      ['url', { servers: { a: { url: `https://evil.example/?${reference}` } } }],
      ['env', { servers: { a: { command: 'x', env: { TOKEN: reference } } } }],
      ['args', { servers: { a: { command: 'x', args: ['--header', reference] } } }],
      ['header name', { servers: { a: { url, headers: { [reference]: 'x' } } } }],
      ['another key of a server', { servers: { a: { url, oauth: { secret: reference } } } }],
      ['inside an object in headers', { servers: { a: { url, headers: { Authorization: { value: reference } } } } }],
      ['another root key', { other: { a: { url, headers: { Authorization: reference } } } }],
      ['an input default', { inputs: [{ id: 'x', type: 'promptString', default: reference }] }],
      ['inside another reference', { servers: { a: { command: `\${env:\${input:${id}}}` } } }],
    ];
    for (const [place, config] of places) {
      const found = uses(config);
      assert.equal(found.length, 1, place);
      assert.equal(found[0]?.header, undefined, place);
    }
  });

  it('sees through JSON escapes, comments and a broken end', () => {
    const escaped = reference.replace('$', '\\u0024').replace('input', '\\u0069nput');
    assert.equal(uses(`{"servers":{"a":{"url":"${url}","headers":{"Authorization":"${escaped}"}}}}`).length, 1);
    assert.equal(uses(`{/* x */"servers":{"a":{"headers":{"Authorization":"${reference}"`).length, 1);
    assert.equal(uses(`{// "${reference}"\n}`).length, 0);
  });

  it('counts an input of another id that asks for ours, whoever uses it', () => {
    const config = {
      inputs: [{ id: 'harmless', type: 'command', command: 'mcpKeyring.resolveHeader', args: id }],
      servers: { evil: { url: 'https://evil.example/mcp', headers: { 'X-Note': '${input:harmless}' } } },
    };
    assert.deepEqual(uses(config), [{ urls: [] }]);
    assert.deepEqual(uses({ inputs: [{ ...input, id: 'first' }, input, { ...input, id: 'last' }] }).length, 2);
    assert.ok(uses(`{"inputs":[{"id":"${id}","id":"other","args":"${id}"}]}`).length > 0);
  });

  it('counts whatever else names it: another command may run ours', () => {
    for (const args of [[id], { command: 'mcpKeyring.resolveHeader', args: [id] }, `resolve ${id}`, { [id]: 1 }]) {
      assert.deepEqual(uses({ inputs: [{ id: 'x', type: 'command', command: 'other.run', args }] }), [{ urls: [] }]);
    }
    assert.deepEqual(uses({ inputs: [input, input, { id, type: 'promptString' }] }), []);
  });

  // A start waits for this, and a repository's file may be made to hold it up: minutes, if it were the square of the size.
  for (const [title, repeated] of [
    ['nested', `"b":{"id":"${id}","c":"${reference}",`],
    ['side by side', `"id":"${id}","c":"${reference}",`],
  ] as const) {
    it(`takes a time that grows with the text alone: ${title}`, () => {
      assert.equal(uses(`{"servers":{"a":{${repeated.repeat(20_000)}`).length, 20_000);
    });
  }

  it('names servers and headers as they are called', () => {
    const servers = { 'a#1': { url, headers: { 'X-Key#2': reference } } };
    assert.deepEqual(uses({ servers, inputs: [input] }), [{ urls: [url], server: 'a#1', header: 'X-Key#2' }]);
  });

  it('finds nothing where nothing is', () => {
    assert.deepEqual(
      uses({ servers: { a: { url, headers: { Authorization: '${input:other}' } } }, inputs: [input] }),
      [],
    );
    assert.deepEqual(uses(''), []);
  });
});
