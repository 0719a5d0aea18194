import { ok, strictEqual } from 'node:assert/strict';
import { addServer, removeHeader, removeServer, setHeader, setUrl } from '../../../../src/core/config/edit.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { applyEdits } from '../../../../src/core/text.ts';
import { everyFormat } from './formatTexts.ts';

const json = everyFormat.filter(({ syntax }) => syntax === undefined);
const toml = everyFormat.filter(({ syntax }) => syntax === 'toml');
const many = 20_000;

/** What stands in a file beside a server that is in order. */
const jsonMembers: Record<string, string> = {
  'deep nesting': `"x": ${'['.repeat(many)}${']'.repeat(many)}`,
  'deep objects': `"x": ${'{"a":'.repeat(many)}1${'}'.repeat(many)}`,
  'huge numbers': `"x": [${'9'.repeat(many)}, 1e${'9'.repeat(many)}, -0, 1E-999999]`,
  'duplicate keys': '"x": 1, "x": {"a": 1, "a": 2}, "x": []',
  'lone surrogates': '"\ud800": "\udc00\ud800", "\\ud800": "\\udc00"',
  'NUL in strings': '"\\u0000": "a\\u0000b"',
  'escapes of every kind': '"x": "\\u0041\\/\\b\\f\\n\\r\\t\\\\\\"\\u2028\\ufeff"',
  'line separators': '"x": "\u2028\u2029", "\u0085": "\u00a0"',
  'odd names': '"__proto__": {"constructor": null}, "": "", "toString": 1',
  '5 MB': `"x": "${'x'.repeat(5_000_000)}"`,
};
const jsonBroken: Record<string, string> = {
  brackets: '['.repeat(many),
  braces: '{"a":'.repeat(many),
  'raw NUL': '{\0"a":1}',
  UTF16: '{}'.split('').join('\0'),
  'a BOM inside': '{"a":\ufeff1}',
  'single quotes': "{'a': 1}",
  'half a string': '{"a": "b',
  'a line end in a string': '{"a": "b\nc"}',
  'a bad escape': '{"a": "\\x41"}',
  'a word': '{"a": undefined}',
  'a number with a zero before it': '{"a": 012}',
  'a member without a name': '{1: 2}',
  'a bracket too many': '{"a": 1}}',
  'only a comma': '{,}',
  'two commas': '{"a": 1,, "b": 2}',
  'half an escape': '{"a": "\\u12',
  'a number half-typed': '{"a": 1e}',
  'two roots': '{} {}',
};
const tomlLines: Record<string, string> = {
  'deep nesting': `x = ${'['.repeat(90)}${']'.repeat(90)}`,
  'huge numbers': `x = [${'9'.repeat(many)}, 1e${'9'.repeat(many)}]`,
  'odd names': '__proto__ = 1\n"" = ""\n"a\\u0000" = 1\nconstructor.toString = 2',
  'strings of every kind': 'a = """\n[mcp_servers.x]\n"""\nb = \'\'\'#\'\'\'\nc = \'\\\'\nd = "\\"#"',
  'many keys': Array.from({ length: many }, (_, index) => `k${index} = ${index}`).join('\n'),
  '5 MB': `x = "${'x'.repeat(5_000_000)}"`,
};
const tomlBroken: Record<string, string> = {
  brackets: '['.repeat(many),
  'deep nesting': `x = ${'['.repeat(many)}`,
  'an open header': '[mcp_servers.a\nurl = "b"',
  'an open string': 'a = "b\n[mcp_servers.a]\nurl = "c"',
  'an open text': 'a = """b\n[mcp_servers.a]\nurl = "c"',
  'a key twice': '[mcp_servers.a]\nurl = "a"\nurl = "b"',
  'a table twice': '[mcp_servers.a]\nurl = "a"\n[mcp_servers.a]\nurl = "b"',
  'a table that is a value': 'mcp_servers.a = 1\n[mcp_servers.a.b]\nc = 1',
  'an inline table that goes on': 'mcp_servers = {}\n[mcp_servers.b]\nc = 1',
  'a word for a value': 'a = yes',
  NUL: 'a = \0',
  JSON: '{"mcp_servers": {}}',
};

function jsonText(format: ConfigFormat, member: string): string {
  const url = format.urlKeys[0] ?? 'url';
  const paths = format.serversPaths[0] ?? [];
  const open = paths.map(key => `{ ${JSON.stringify(key)}: `).join('');
  const server = `{ "${url}": "https://a.example/mcp", ${member} }`;
  return `${open}{ "a": ${server} }${'}'.repeat(paths.length)}`.replace(/^\{/, `{ ${member}, `);
}

/** Every edit keeps what it isn't about, and what was written is read. */
function checkEdits(text: string, format: ConfigFormat): void {
  const parsed = parseConfig(text, format);
  strictEqual(parsed.servers.find(server => server.name === 'a')?.url?.value, 'https://a.example/mcp');
  const set = setHeader(text, format, 'a', 'X-Key', 'v');
  ok(set.ok);
  const after = applyEdits(text, set.value);
  strictEqual(after.length, text.length + set.value.reduce((sum, edit) => sum + edit.text.length, 0));
  const header = parseConfig(after, format).servers.find(server => server.name === 'a')?.headers[0];
  strictEqual(header?.value, 'v');
  const removed = removeHeader(after, format, 'a', 'x-key');
  ok(removed.ok);
  strictEqual(applyEdits(after, removed.value), text);
}

function checkRefused(text: string, format: ConfigFormat): void {
  const { problems } = parseConfig(text, format);
  ok(problems.length > 0 && problems.length <= 200);
  for (const result of [
    addServer(text, format, { name: 'n', url: 'https://n.example/' }),
    setHeader(text, format, 'a', 'b', 'c'),
    setUrl(text, format, 'a', 'b'),
    removeHeader(text, format, 'a', 'b'),
    removeServer(text, format, 'a'),
  ]) {
    strictEqual(result.ok ? undefined : result.error.code, 'syntax');
  }
}

describe('torture of every format', function () {
  this.timeout(20_000);

  for (const [name, member] of Object.entries(jsonMembers)) {
    // The reader is one and the same: what is big is read once.
    const some = member.length > 10_000 ? json.slice(-2) : json;
    it(`JSON with ${name}`, () => {
      for (const format of some) {
        checkEdits(jsonText(format, member), format);
        checkEdits(`\ufeff${jsonText(format, member)}`, format);
      }
    });
  }
  for (const [name, text] of Object.entries(jsonBroken)) {
    it(`JSON that is ${name}`, () => {
      for (const format of json) {
        checkRefused(text, format);
      }
    });
  }
  for (const [name, lines] of Object.entries(tomlLines)) {
    it(`TOML with ${name}`, () => {
      for (const format of toml) {
        for (const mark of ['', '\ufeff']) {
          checkEdits(`${mark}${lines}\n[mcp_servers.a]\nurl = "https://a.example/mcp"\n`, format);
        }
      }
    });
  }
  for (const [name, text] of Object.entries(tomlBroken)) {
    it(`TOML that is ${name}`, () => {
      for (const format of toml) {
        checkRefused(text, format);
      }
    });
  }
});
