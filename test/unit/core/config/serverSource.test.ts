import assert from 'node:assert/strict';
import { addServerValue } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { readServerSource } from '../../../../src/core/config/serverSource.ts';
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
