import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type ExportWords, matrixCsv, matrixMarkdown } from '../../../../src/core/roleMatrix/export.ts';
import type { RoleMatrix } from '../../../../src/core/roleMatrix/matrix.ts';
import { hostileNames } from '../../../servers/hostileServer.ts';

const words: ExportWords = {
  kinds: { tools: 'Tools', resources: 'Resources', prompts: 'Prompts' },
  access: { allowed: 'allowed', refused: 'refused', unknown: 'not known' },
  kind: 'Kind',
  name: 'Name',
  differs: 'Difference',
  yes: 'yes',
  differenceMark: 'differs',
};

function matrix(roles: readonly string[], names: readonly string[]): RoleMatrix {
  const counts = { tools: 0, resources: 0, prompts: 0 };
  return {
    columns: roles.map(name => ({ name, kind: 'credential', state: 'connected', counts })),
    rows: names.map(name => ({
      kind: 'tools',
      name,
      description: '',
      access: roles.map((_, index) => (index === 0 ? 'refused' : 'allowed')),
      differs: roles.length > 1,
    })),
    truncated: false,
  };
}

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; ) {
    cell.lastIndex = at;
    const [whole = '', quoted, plain = ''] = cell.exec(text) ?? [];
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (text.startsWith('\r\n', at)) {
      at += 2;
      rows.push([]);
    } else {
      assert.equal(text.charAt(at), ',');
      at++;
    }
  }
  return rows.slice(0, -1);
}

describe('export of a role matrix', () => {
  it('as Markdown: a heading, and a table for each kind', () => {
    assert.equal(
      matrixMarkdown('Roles at todos', matrix(['viewer', 'admin'], ['whoami', 'drop']), words),
      [
        '# Roles at todos',
        '',
        '| Tools | viewer | admin | Difference |',
        '| --- | --- | --- | --- |',
        '| whoami | refused | allowed | differs |',
        '| drop | refused | allowed | differs |',
        '',
      ].join('\n'),
    );
  });

  it('as CSV: one line for each tool, resource and prompt', () => {
    assert.equal(
      matrixCsv(matrix(['viewer', 'admin'], ['whoami']), words),
      '\ufeffKind,Name,viewer,admin,Difference\r\nTools,whoami,refused,allowed,yes\r\n',
    );
  });

  it('as Markdown keeps every name in its cell, as text', () => {
    const text = matrixMarkdown('t', matrix(['[r](x)|'], hostileNames), words);
    const lines = text.trim().split('\n').slice(2);
    assert.equal(lines.length, hostileNames.length + 2);
    for (const line of [lines[0], ...lines.slice(2)]) {
      assert.equal(line?.match(/(?<!\\)\|/g)?.length, 4, line);
      assert.doesNotMatch(line ?? '', /(?<!\\)[<>[\]()`*_~:@!#]/);
    }
  });

  it('as CSV leaves no cell that a spreadsheet would take for a formula, and loses nothing', () => {
    const check = (names: readonly string[]) => {
      const rows = readCsv(matrixCsv(matrix(names, names), words));
      assert.equal(rows.length, names.length + 1);
      for (const row of rows) {
        assert.equal(row.length, names.length + 3);
        assert.ok(
          row.every(cell => !/^\s*[=+\-@\t\r]/.test(cell)),
          JSON.stringify(row),
        );
      }
      assert.deepEqual(
        rows.slice(1).map(row => row[1]),
        // The apostrophe alone is added.
        names.map(name => (/^\s*[=+\-@\t\r＝＋－＠]/.test(name) ? `'${name}` : name)),
      );
    };
    check(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '"=1"', 'a"b,c', "'", '-', '＝1', ...hostileNames]);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'=+-@"\', \t\r\nab') }), { maxLength: 6 }), check),
    );
  });
});
