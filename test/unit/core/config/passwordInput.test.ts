import assert from 'node:assert/strict';
import { addPasswordInput } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import { applyEdits } from '../../../../src/core/text.ts';

const input = { id: 'key', description: 'variable KEY of local' };

describe('addPasswordInput', () => {
  const entry = '{"id":"key","type":"promptString","description":"variable KEY of local","password":true}';
  const cases: readonly (readonly [what: string, before: string])[] = [
    [
      'where there are inputs',
      '{\n  // Mine.\n  "inputs": [\n    { "id": "other", "type": "promptString" }\n  ],\n  "servers": {}\n}\n',
    ],
    ['where there are none', '{\n  "servers": {}, // Yours.\n}\n'],
    ['in an empty file', ''],
  ];
  for (const [what, before] of cases) {
    it(`adds an entry ${what}, and takes nothing away`, () => {
      const edits = addPasswordInput(before, formats.vscode, input);
      assert.ok(edits.ok);
      const after = applyEdits(before, edits.value);
      const parsed = parseConfig(after, formats.vscode).inputs.at(-1);
      assert.ok(parsed);
      assert.deepEqual(JSON.parse(after.slice(parsed.span.start, parsed.span.end)), JSON.parse(entry));
      for (const line of before.split('\n')) {
        assert.ok(after.includes(line.replace(/[,\s]+$/, '').trim()), line);
      }
    });
  }

  it('is refused where a format has no inputs', () => {
    const result = addPasswordInput('{}', formats.dotMcp, input);
    assert.ok(!result.ok && result.error.code === 'inputs-unsupported');
  });
});
