import assert from 'node:assert/strict';
import { addServerValue } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import { readServerSource, serverSourceText } from '../../../../src/core/config/serverSource.ts';
import { applyEdits } from '../../../../src/core/text.ts';

describe('a server’s object read again', () => {
  const source = `{ // ours
    "type": "http", "url": "https://a.example/mcp", "dev": { "debug": true, "n": 1e3, "list": [1, "x", null, {}] },
    "headers": { "X-Team": "blue", "Authorization": "Bearer \\u0078", },
  }`;

  it('says everything that it said, in another file', () => {
    const server = readServerSource(source, formats.vscode, 'a');
    assert.ok(server);
    const text = '{\n\t"servers": {}\n}\n';
    const edits = addServerValue(text, formats.vscode, 'a', server.value);
    assert.ok(edits.ok);
    assert.deepEqual(JSON.parse(applyEdits(text, edits.value)), {
      servers: {
        a: {
          type: 'http',
          url: 'https://a.example/mcp',
          dev: { debug: true, n: 1000, list: [1, 'x', null, {}] },
          headers: { 'X-Team': 'blue', Authorization: 'Bearer x' },
        },
      },
    });
    assert.deepEqual(
      [...server.headers],
      [
        ['X-Team', 'blue'],
        ['Authorization', 'Bearer x'],
      ],
    );
  });

  it('is nothing where there is no object', () => {
    for (const text of ['', '[]', '"x"', '{', '5']) {
      assert.equal(readServerSource(text, formats.vscode, 'a'), undefined, text);
    }
  });
});

describe('a server of a TOML file read again', () => {
  const spread = [
    'model = "gpt-5"',
    '[mcp_servers.tasks]',
    'url = "https://a.example/mcp" # where',
    'startup_timeout_sec = 1_0',
    '',
    '[mcp_servers.other]',
    'url = "https://b.example/mcp"',
    '',
    '[mcp_servers.tasks.http_headers]',
    'X-Team = "blue"',
    '"X Odd" = "a\\"b"',
    '',
    '[mcp_servers.tasks.tools]',
    'search = { enabled = true, list = [1, { a.b = "c" }] }',
  ].join('\n');

  it('says everything that it said, wherever it stood', () => {
    const parsed = parseConfig(spread, formats.codex).servers.find(({ name }) => name === 'tasks');
    assert.ok(parsed);
    const text = serverSourceText(spread, formats.codex, parsed);
    const source = readServerSource(text, formats.codex, 'tasks');
    assert.ok(source);
    assert.deepEqual(
      [...source.headers],
      [
        ['X-Team', 'blue'],
        ['X Odd', 'a"b'],
      ],
    );
    const edits = addServerValue('', formats.codex, 'tasks', source.value);
    assert.ok(edits.ok);
    assert.equal(
      applyEdits('', edits.value),
      [
        '[mcp_servers.tasks]',
        'url = "https://a.example/mcp"',
        'startup_timeout_sec = 1_0',
        'http_headers = { X-Team = "blue", "X Odd" = "a\\"b" }',
        'tools = { search = { enabled = true, list = [1, { a = { b = "c" } }] } }',
        '',
      ].join('\n'),
    );
    assert.equal(readServerSource('model = 1', formats.codex, 'tasks'), undefined);
  });
});
