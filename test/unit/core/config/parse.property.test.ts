import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import type { ParsedConfig } from '../../../../src/core/config/types.ts';
import type { Span } from '../../../../src/core/text.ts';
import { isObject, type Model, type ObjectModel, readModel } from './jsonModel.ts';
import { brokenTexts, cases, configTexts } from './jsonTexts.ts';

describe('parsing random files', function () {
  this.timeout(10_000 + cases * 10);

  it('finds the servers and inputs that jsonc-parser finds', () => {
    fc.assert(
      fc.property(configTexts, text => {
        const model = readModel(text);
        const parsed = parseConfig(text, formats.vscode);
        const root = isObject(model) ? model : { members: [] };
        const map = last(root, 'servers');
        deepStrictEqual(
          parsed.servers.map(server => ({
            name: server.name,
            url: server.url?.value,
            headers: server.headers.map(header => [header.name, header.value]),
          })),
          (isObject(map) ? map.members : []).flatMap(([name, server]) =>
            isObject(server)
              ? [
                  {
                    name,
                    url: server.members.findLast(([key, value]) => key === 'url' && typeof value === 'string')?.[1],
                    headers: headersOf(server),
                  },
                ]
              : [],
          ),
        );
        const inputs = last(root, 'inputs');
        deepStrictEqual(
          parsed.inputs.map(input => input.id),
          (typeof inputs === 'object' && inputs !== null && 'items' in inputs ? inputs.items : []).flatMap(item => {
            const id = isObject(item)
              ? item.members.findLast(([key, value]) => key === 'id' && typeof value === 'string')?.[1]
              : undefined;
            return id === undefined ? [] : [id];
          }),
        );
        strictEqual(
          parsed.problems.some(problem => problem.code === 'syntax'),
          false,
        );
        checkSpans(text, parsed);
        for (const server of parsed.servers) {
          strictEqual(JSON.parse(cut(text, server.nameSpan)), server.name);
          strictEqual(server.url && JSON.parse(cut(text, server.url.span)), server.url?.value);
          ok(isObject(readModel(cut(text, server.span))));
          for (const header of server.headers) {
            strictEqual(JSON.parse(cut(text, header.nameSpan)), header.name);
            if (header.value !== undefined) {
              strictEqual(JSON.parse(cut(text, header.valueSpan)), header.value);
            }
          }
        }
      }),
      { numRuns: cases },
    );
  });

  it('survives broken ones, and says so', () => {
    fc.assert(
      fc.property(brokenTexts, text => {
        for (const format of Object.values(formats).filter(({ syntax }) => syntax === undefined)) {
          const parsed = parseConfig(text, format);
          checkSpans(text, parsed);
          strictEqual(
            parsed.problems.some(problem => problem.code === 'syntax'),
            !isReadable(text),
          );
        }
      }),
      { numRuns: cases },
    );
  });
});

function last(model: ObjectModel, key: string): Model | undefined {
  return model.members.findLast(([name]) => name === key)?.[1];
}

function headersOf(server: ObjectModel): [string, string | undefined][] {
  const headers = last(server, 'headers');
  return (isObject(headers) ? headers.members : []).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : undefined,
  ]);
}

/** Inside the text, and inside what they are part of. */
function checkSpans(text: string, { servers, inputs, problems }: ParsedConfig): void {
  const whole = { start: 0, end: text.length };
  for (const { span } of [...inputs, ...problems]) {
    within(span, whole);
  }
  for (const { span, nameSpan, url, headersSpan, headers } of servers) {
    within(span, whole);
    within(nameSpan, whole);
    within(url?.span ?? span, span);
    within(headersSpan ?? span, span);
    for (const header of headers) {
      within(header.nameSpan, headersSpan ?? span);
      within(header.valueSpan, headersSpan ?? span);
    }
  }
}

function within(inner: Span, outer: Span): void {
  ok(outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end);
}

function cut(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

function isReadable(text: string): boolean {
  try {
    readModel(text);
    return true;
  } catch {
    return false;
  }
}
