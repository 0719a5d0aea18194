import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import {
  addServer,
  type EditStep,
  planEdits,
  removeHeader,
  removeServer,
  setHeader,
  setUrl,
} from '../../../../src/core/config/edit.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { applyEdits } from '../../../../src/core/text.ts';
import { headerNames, headerValues, type Sample, type Server, samples } from './formatTexts.ts';
import { cases } from './jsonTexts.ts';

function run(text: string, ...steps: EditStep[]): string {
  const result = planEdits(text, steps);
  ok(result.ok, JSON.stringify(result));
  return applyEdits(text, result.value);
}

interface Seen {
  readonly name: string;
  readonly url: string | undefined;
  readonly headers: readonly (readonly [string, string | undefined])[];
}

function read(text: string, format: ConfigFormat): Seen[] {
  const config = parseConfig(text, format);
  deepStrictEqual(config.problems, []);
  return config.servers.map(({ name, url, headers }) => ({
    name,
    url: url?.value,
    headers: headers.map(header => [header.name, header.value] as const),
  }));
}

function expected({ servers }: Sample): Seen[] {
  return servers.map(({ name, kind, url, headers }) =>
    kind === 'stdio' ? { name, url: undefined, headers: [] } : { name, url, headers },
  );
}

/** The first server that has a URL. */
function remoteOf({ servers }: Sample): Server | undefined {
  return servers.find(server => server.kind !== 'stdio');
}

describe('files of every format', function () {
  this.timeout(10_000 + cases * 10);
  const check = <T>(property: fc.IProperty<T>) => fc.assert(property, { numRuns: cases });
  const withHeader = fc.tuple(samples, fc.constantFrom(...headerNames), headerValues);

  it('are read', () =>
    check(fc.property(samples, sample => deepStrictEqual(read(sample.text, sample.format), expected(sample)))));

  it('say where everything stands', () => {
    check(
      fc.property(samples, ({ text, format }) => {
        for (const { nameSpan, span, url, headers } of parseConfig(text, format).servers) {
          for (const part of [nameSpan, span, url?.span ?? span, ...headers.map(header => header.valueSpan)]) {
            ok(0 <= part.start && part.start < part.end && part.end <= text.length);
          }
          strictEqual(url && JSON.parse(text.slice(url.span.start, url.span.end)), url?.value);
        }
      }),
    );
  });

  it('are as they were when a server was added and removed', () => {
    check(
      fc.property(withHeader, ([{ text, format }, header, value]) => {
        const server = { name: 'new one', url: 'https://new.example/mcp', headers: { [header]: value } };
        const added = run(text, current => addServer(current, format, server));
        deepStrictEqual(read(added, format).at(-1), { name: 'new one', url: server.url, headers: [[header, value]] });
        strictEqual(
          run(added, current => removeServer(current, format, 'new one')),
          text,
        );
      }),
    );
  });

  it('are as they were when a header was added and removed', () => {
    check(
      fc.property(withHeader, ([sample, header, value]) => {
        const { text, format } = sample;
        const server = remoteOf(sample);
        fc.pre(server?.headers.every(([name]) => name !== header) === true);
        const name = server?.name ?? '';
        const added = run(text, current => setHeader(current, format, name, header, value));
        strictEqual(
          run(added, current => removeHeader(current, format, name, header.toLowerCase())),
          text,
        );
      }),
    );
  });

  it('say what an edit says, and of all else what they said', () => {
    check(
      fc.property(withHeader, fc.nat({ max: 3 }), ([sample, header, value], kind) => {
        const { text, format } = sample;
        const server = remoteOf(sample);
        fc.pre(server !== undefined);
        const { name } = server;
        const rest = server.headers.filter(([other]) => other !== header);
        const steps: EditStep[] = [
          current => setHeader(current, format, name, header, value),
          current => removeHeader(current, format, name, header),
          current => setUrl(current, format, name, 'https://other.example/mcp'),
          current => removeServer(current, format, name),
        ];
        const step = steps[kind] as EditStep;
        const result = step(text);
        ok(result.ok);
        const after = applyEdits(text, result.value);
        const seen = read(after, format);
        deepStrictEqual(
          seen.filter(other => other.name !== name),
          expected(sample).filter(other => other.name !== name),
        );
        const own = seen.find(other => other.name === name);
        const sorted = (headers: Seen['headers'] = []) => headers.toSorted(([a], [b]) => (a < b ? -1 : 1));
        if (kind === 3) {
          strictEqual(own, undefined);
        } else {
          strictEqual(own?.url, kind === 2 ? 'https://other.example/mcp' : server.url);
          const now = kind === 2 ? server.headers : kind === 1 ? rest : [...rest, [header, value] as const];
          deepStrictEqual(sorted(own.headers), sorted(now));
          const again = step(after);
          deepStrictEqual(again.ok && again.value, []);
        }
        // Byte for byte: what is between the edits.
        let at = 0;
        for (const { span } of result.value.toSorted((a, b) => a.span.start - b.span.start)) {
          ok(after.includes(text.slice(at, span.start)));
          at = span.end;
        }
        for (const lineBreak of after.match(/\r\n|\r|\n/g) ?? []) {
          ok(text.includes(lineBreak) && (lineBreak === '\r\n') === text.includes('\r\n'));
        }
      }),
    );
  });

  it('come out the same whichever of two edits of two servers is first', () => {
    check(
      fc.property(withHeader, ([sample, header, value]) => {
        const { text, format } = sample;
        const [first, second] = sample.servers.filter(server => server.kind !== 'stdio');
        fc.pre(first !== undefined && second !== undefined);
        const one: EditStep = current => setHeader(current, format, first?.name ?? '', header, value);
        const two: EditStep = current => setHeader(current, format, second?.name ?? '', 'X-Other', 'v');
        strictEqual(run(text, one, two), run(text, two, one));
        const three: EditStep = current => removeServer(current, format, second?.name ?? '');
        deepStrictEqual(read(run(text, one, three), format), read(run(text, three, one), format));
      }),
    );
  });
});
