import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Node } from 'jsonc-parser';
import { type EditStep, planEdits } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import { applyEdits, type TextEdit } from '../../../../src/core/text.ts';
import { isObject, type Model, readComments, readModel, readTree } from './jsonModel.ts';
import { brokenTexts, cases, configTexts, names, strictTexts } from './jsonTexts.ts';
import {
  add,
  type Operation,
  operations,
  Refusal,
  remove,
  removeInput,
  writeHeader,
  writeInput,
} from './operations.ts';

const rows = [formats.vscode, formats.dotMcp];

describe('edits of random files', function () {
  // A millisecond a case is ten times what they take.
  this.timeout(10_000 + cases * 10);

  for (const format of rows) {
    describe(format.id, () => {
      it('have the expected value, and are refused when they should be', () => {
        check(fc.property(configTexts, operations(format), checkOperation));
      });

      it('leave every comment that is not inside of what goes, and the file its line breaks', () => {
        check(
          fc.property(configTexts, operations(format), (text, { step, touched }) => {
            const result = step(text);
            fc.pre(result.ok);
            const after = applyEdits(text, result.value);
            const isTouched = spansOf(touched(readTree(text)));
            const left = readComments(after).map(comment => comment.text);
            deepStrictEqual(
              left,
              // Every one is different.
              readComments(text)
                .filter(comment => !isTouched(comment.offset) || left.includes(comment.text))
                .map(comment => comment.text),
            );
            for (const lineBreak of lineBreaks(after)) {
              ok(lineBreaks(text).size === 0 ? lineBreak === '\n' : lineBreaks(text).has(lineBreak));
            }
            strictEqual(after.startsWith('\ufeff'), text.startsWith('\ufeff'));
          }),
        );
      });

      it('touch nothing but blanks and commas around what they change', () => {
        check(
          fc.property(configTexts, operations(format), (text, { step, touched }) => {
            const result = planEdits(text, [step]);
            fc.pre(result.ok);
            checkEdits(text, result.value);
            const isTouched = spansOf(touched(readTree(text)));
            for (const { span } of result.value) {
              for (let offset = span.start; offset < span.end; offset++) {
                ok(
                  ' \t\r\n,'.includes(text[offset] as string) || isTouched(offset),
                  `removed ${JSON.stringify(text.slice(span.start, span.end))}`,
                );
              }
            }
          }),
        );
      });

      it('keep strict JSON strict', () => {
        check(
          fc.property(strictTexts, operations(format), (text, { step }) => {
            const result = step(text);
            fc.pre(result.ok);
            JSON.parse(applyEdits(text, result.value));
          }),
        );
      });

      it('do nothing the second time', () => {
        check(
          fc.property(configTexts, operations(format), (text, { name, step }) => {
            fc.pre(!name.startsWith('remove "'));
            const result = step(text);
            fc.pre(result.ok);
            const again = step(applyEdits(text, result.value));
            deepStrictEqual(again.ok ? again.value : again.error.code, name.startsWith('add') ? 'server-exists' : []);
          }),
        );
      });

      it('are one list against the original when several are planned', () => {
        check(
          fc.property(configTexts, fc.array(operations(format), { maxLength: 5 }), (text, list) => {
            const steps = list.map(({ step }) => step);
            const result = planEdits(text, steps);
            const oneByOne = applyAll(text, steps);
            strictEqual(result.ok ? applyEdits(text, result.value) : result.error.code, oneByOne);
            if (result.ok) {
              checkEdits(text, result.value);
            } else if (result.error.span) {
              const { start, end } = result.error.span;
              ok(0 <= start && start <= end && end <= text.length);
            }
          }),
        );
      });

      it('leave a server as it was when another is added and removed', () => {
        check(
          fc.property(configTexts, names, (text, name) => {
            const added = add(format, { name, url: 'https://new.example/mcp', headers: { A: 'b' } });
            const before = readModel(text);
            const result = planEdits(text, [added.step, remove(format, name).step]);
            fc.pre(result.ok);
            const after = applyEdits(text, result.value);
            const kept = isObject(before) ? before.members.length : 0;
            // What had to be made for it stays: the map, empty.
            const model = readModel(after);
            if (isObject(model) && isObject(before) && model.members.length === before.members.length) {
              deepStrictEqual(model, before);
            } else {
              ok(isObject(model));
              deepStrictEqual(model.members.slice(0, kept), isObject(before) ? before.members : []);
              deepStrictEqual(model.members.slice(kept), [[format.serversPaths[0]?.[0], { members: [] }]]);
            }
          }),
        );
      });

      it('write servers that the parser reads', () => {
        check(
          fc.property(configTexts, names, (text, name) => {
            const result = planEdits(text, [
              add(format, { name, url: 'https://new.example/mcp' }).step,
              writeHeader(format, name, 'X-Key', 'v "1"').step,
            ]);
            fc.pre(result.ok);
            const server = parseConfig(applyEdits(text, result.value), format).servers.findLast(
              candidate => candidate.name === name,
            );
            strictEqual(server?.transport, 'http');
            strictEqual(server.url?.value, 'https://new.example/mcp');
            deepStrictEqual(
              server.headers.map(header => [header.name, header.value]),
              [['X-Key', 'v "1"']],
            );
          }),
        );
      });

      it('of broken texts never throw, and are refused where jsonc-parser finds an error', () => {
        check(
          fc.property(brokenTexts, operations(format), (text, operation) => {
            if (isReadable(text)) {
              checkOperation(text, operation);
            } else {
              const result = operation.step(text);
              strictEqual(result.ok ? undefined : result.error.code, 'syntax');
            }
          }),
        );
      });
    });
  }

  it('drop an input that was ensured', () => {
    check(
      fc.property(configTexts, text => {
        const result = planEdits(text, [
          writeInput(formats.vscode, 'new').step,
          removeInput(formats.vscode, 'new').step,
        ]);
        fc.pre(result.ok);
        const before = readModel(text);
        const members = isObject(before) ? before.members : [];
        const had = members.some(([key]) => key === 'inputs');
        deepStrictEqual(readModel(applyEdits(text, result.value)), {
          members: had ? members : [...members, ['inputs', { items: [] }]],
        });
      }),
    );
  });
});

function check<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { numRuns: cases });
}

function checkOperation(text: string, { step, expected }: Operation): void {
  const before = readModel(text);
  let after: Model | undefined;
  let refusal: string | undefined;
  try {
    after = expected(before);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    refusal = error.code;
  }
  const result = step(text);
  strictEqual(result.ok ? undefined : result.error.code, refusal);
  if (!result.ok) {
    const { span } = result.error;
    ok(!span || (0 <= span.start && span.start <= span.end && span.end <= text.length));
    return;
  }
  const edited = applyEdits(text, result.value);
  deepStrictEqual(withoutShells(readModel(edited)), withoutShells(after));
  strictEqual(applyEdits(edited, inverse(text, result.value)), text);
}

/** `headers` that is empty and `headers` that isn't there are the same to everybody; an edit may turn one into the other. */
function withoutShells(model: Model | undefined): Model | undefined {
  if (typeof model !== 'object' || model === null) {
    return model;
  }
  if ('items' in model) {
    return { items: model.items.map(item => withoutShells(item) as Model) };
  }
  return {
    members: model.members
      .filter(([key, value]) => !(key === 'headers' && isObject(value) && value.members.length === 0))
      .map(([key, value]) => [key, withoutShells(value) as Model]),
  };
}

/** The edits that undo edits. */
function inverse(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return edits
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
    .map(({ span, text: inserted }) => {
      const start = span.start + shift;
      shift += inserted.length - (span.end - span.start);
      return { span: { start, end: start + inserted.length }, text: text.slice(span.start, span.end) };
    });
}

/** In order, apart from each other, on positions that an editor has, and none of them larger than it need be. */
function checkEdits(text: string, edits: readonly TextEdit[]): void {
  let last = -1;
  for (const { span, text: inserted } of edits) {
    ok(span.start > last && span.start <= span.end && span.end <= text.length);
    ok(span.end > span.start || inserted !== '');
    for (const offset of [span.start, span.end]) {
      ok(!/^\r\n$|^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, offset - 1), offset + 1)));
    }
    last = span.end;
  }
  ok(edits.length <= 1 || edits.every(({ span }) => span.end - span.start < text.length));
}

function spansOf(nodes: readonly (Node | undefined)[]): (offset: number) => boolean {
  return offset => nodes.some(node => node && node.offset <= offset && offset < node.offset + node.length);
}

/** The text, or the reason of the first refusal. */
function applyAll(text: string, steps: readonly EditStep[]): string {
  let current = text;
  for (const step of steps) {
    const result = step(current);
    if (!result.ok) {
      return result.error.code;
    }
    current = applyEdits(current, result.value);
  }
  return current;
}

function lineBreaks(text: string): Set<string> {
  return new Set(text.match(/\r\n|\r|\n/g));
}

function isReadable(text: string): boolean {
  try {
    readModel(text);
    return true;
  } catch {
    return false;
  }
}
