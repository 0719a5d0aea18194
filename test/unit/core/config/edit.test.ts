import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import {
  addServer,
  dropInput,
  type EditProblem,
  type EditResult,
  type EditStep,
  ensureInput,
  planEdits,
  removeHeader,
  removeServer,
  setHeader,
  setUrl,
} from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { fail } from '../../../../src/core/result.ts';
import { applyEdits } from '../../../../src/core/text.ts';

const { vscode, dotMcp } = formats;
const weather = { name: 'weather', url: 'https://weather.example/mcp' };
const input = { id: 'key', type: 'command', command: 'mcpKeyring.resolveHeader', args: 'key' } as const;

const addWeather: EditStep = text => addServer(text, vscode, weather);
const addSigned: EditStep = text => addServer(text, vscode, { ...weather, headers: { Authorization: 'Bearer t' } });
const dropWeather: EditStep = text => removeServer(text, vscode, 'weather');
const setKey: EditStep = text => setHeader(text, vscode, 'a', 'X-Key', 'new');
const dropKey: EditStep = text => removeHeader(text, vscode, 'a', 'X-Key');
const ensureKey: EditStep = text => ensureInput(text, vscode, input);
const dropInputKey: EditStep = text => dropInput(text, vscode, 'key');

function edited(text: string, result: EditResult): string {
  ok(result.ok, JSON.stringify(result));
  return applyEdits(text, result.value);
}

function golden(name: string, step: EditStep, before: string, after: string): void {
  it(name, () => strictEqual(edited(before, step(before)), after));
}

function refused(name: string, step: EditStep, text: string, code: EditProblem['code'], covered?: string): void {
  it(name, () => {
    const result = step(text);
    ok(!result.ok);
    const { span } = result.error;
    deepStrictEqual([result.error.code, span && text.slice(span.start, span.end)], [code, covered]);
  });
}

describe('addServer', () => {
  const fresh =
    '{\n\t"servers": {\n\t\t"weather": {\n\t\t\t"type": "http",\n\t\t\t"url": "https://weather.example/mcp"\n\t\t}\n\t}\n}\n';
  golden('makes a document of nothing', addWeather, '', fresh);
  golden('makes a document of blanks', addWeather, ' \n\t\n', fresh);
  golden('keeps a byte order mark', addWeather, '\ufeff', `\ufeff${fresh}`);
  golden('keeps the line breaks of blanks', addWeather, '\r\n', fresh.replaceAll('\n', '\r\n'));
  golden('keeps comments in front', addWeather, '// Ours\n/* all */\n', `// Ours\n/* all */\n${fresh}`);
  golden('puts a line break behind a comment', addWeather, '// Ours', `// Ours\n${fresh}`);
  golden('fills an empty object', addWeather, '{}', fresh.trimEnd());
  golden('fills an object of two lines', addWeather, '{\n}\n', fresh);
  golden(
    'fills the file that VS Code makes',
    addWeather,
    '{\n\t"servers": {},\n\t"inputs": []\n}',
    '{\n\t"servers": {\n\t\t"weather": {\n\t\t\t"type": "http",\n\t\t\t"url": "https://weather.example/mcp"\n\t\t}\n\t},\n\t"inputs": []\n}',
  );
  golden(
    'writes for .mcp.json what its clients want',
    text => addServer(text, dotMcp, weather),
    '',
    '{\n  "mcpServers": {\n    "weather": {\n      "type": "http",\n      "url": "https://weather.example/mcp"\n    }\n  }\n}\n',
  );
  golden(
    'joins a bare map',
    text => addServer(text, dotMcp, weather),
    '{\n  "a": {\n    "command": "a"\n  }\n}\n',
    '{\n  "a": {\n    "command": "a"\n  },\n  "weather": {\n    "type": "http",\n    "url": "https://weather.example/mcp"\n  }\n}\n',
  );
  golden(
    'makes mcpServers where nothing is a server',
    text => addServer(text, dotMcp, weather),
    '{\n  "$schema": "x"\n}\n',
    '{\n  "$schema": "x",\n  "mcpServers": {\n    "weather": {\n      "type": "http",\n      "url": "https://weather.example/mcp"\n    }\n  }\n}\n',
  );
  golden(
    'writes headers, and the transport that is asked for',
    text => addServer(text, vscode, { ...weather, transport: 'sse', headers: { 'X-"Key"': '\u2028\ud800' } }),
    '{"servers":{}}',
    '{"servers":{"weather":{"type":"sse","url":"https://weather.example/mcp","headers":{"X-\\"Key\\"":"\u2028\\ud800"}}}}',
  );
  golden(
    'takes any name',
    text => addServer(text, vscode, { name: '__proto__', url: 'u' }),
    '{"servers":{}}',
    '{"servers":{"__proto__":{"type":"http","url":"u"}}}',
  );
  golden(
    'keeps comments, four blanks, CR LF and trailing commas',
    addSigned,
    '{\r\n    // Servers\r\n    "servers": {\r\n        "a": {\r\n            "url": "https://a" // production\r\n        }, /* b */ // c\r\n        // "old": {}\r\n    },\r\n}\r\n',
    '{\r\n    // Servers\r\n    "servers": {\r\n        "a": {\r\n            "url": "https://a" // production\r\n        }, /* b */ // c\r\n        "weather": {\r\n            "type": "http",\r\n            "url": "https://weather.example/mcp",\r\n            "headers": {\r\n                "Authorization": "Bearer t"\r\n            }\r\n        },\r\n        // "old": {}\r\n    },\r\n}\r\n',
  );
  golden(
    'puts its comma before the comment of the last one',
    addWeather,
    '{\n  "servers": {\n    "a": { "url": "https://a" } // production\n  }\n}\n',
    '{\n  "servers": {\n    "a": { "url": "https://a" }, // production\n    "weather": { "type": "http", "url": "https://weather.example/mcp" }\n  }\n}\n',
  );
  golden(
    'follows servers on one line, with headers inside',
    addSigned,
    '{\n  "servers": {\n    "a": {"url": "https://a"}\n  }\n}\n',
    '{\n  "servers": {\n    "a": {"url": "https://a"},\n    "weather": {"type": "http", "url": "https://weather.example/mcp", "headers": {"Authorization": "Bearer t"}}\n  }\n}\n',
  );
  golden(
    'follows headers on one line in servers on many',
    addSigned,
    '{\n\t"servers": {\n\t\t"a": {\n\t\t\t"headers": { "A": "b" }\n\t\t}\n\t}\n}\n',
    '{\n\t"servers": {\n\t\t"a": {\n\t\t\t"headers": { "A": "b" }\n\t\t},\n\t\t"weather": {\n\t\t\t"type": "http",\n\t\t\t"url": "https://weather.example/mcp",\n\t\t\t"headers": { "Authorization": "Bearer t" }\n\t\t}\n\t}\n}\n',
  );
  golden(
    'stands behind a comment in an empty map',
    addWeather,
    '{\n  "servers": {\n    // none yet\n  }\n}\n',
    '{\n  "servers": {\n    // none yet\n    "weather": {\n      "type": "http",\n      "url": "https://weather.example/mcp"\n    }\n  }\n}\n',
  );
  golden(
    'goes to the last of two maps',
    addWeather,
    '{"servers":{"weather":{}},"servers":{}}',
    '{"servers":{"weather":{}},"servers":{"weather":{"type":"http","url":"https://weather.example/mcp"}}}',
  );

  refused('a name that is taken', addWeather, '{"servers":{"weather":1}}', 'server-exists', '"weather"');
  refused('a broken text', addWeather, '{"servers":{"a":{"url":}}}', 'syntax', '');
  refused('an open comment', addWeather, '{"servers":{}} /* x', 'syntax', '/* x');
  refused('text behind the end', addWeather, '{"servers":{}} x', 'syntax', 'x');
  refused('an array', addWeather, '[]', 'root-not-object', '[]');
  refused('servers in an array', addWeather, '{"servers":[ ]}', 'servers-not-object', '[ ]');
  refused('deep nesting that has no end', addWeather, '['.repeat(100_000), 'syntax', '');
  refused(
    'deep nesting',
    addWeather,
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    'root-not-object',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  );
});

describe('removeServer', () => {
  golden(
    'takes its lines and comma',
    dropWeather,
    '{\r\n\t"servers": {\r\n\t\t"weather": {\r\n\t\t\t"url": "u" // inside\r\n\t\t},\r\n\t\t"b": {}\r\n\t}\r\n}',
    '{\r\n\t"servers": {\r\n\t\t"b": {}\r\n\t}\r\n}',
  );
  golden(
    'takes the comma before the last one, and leaves comments',
    dropWeather,
    '{\n  "servers": {\n    "a": {}, // about a\n    // about weather\n    "weather": {} // behind\n  }\n}\n',
    '{\n  "servers": {\n    "a": {} // about a\n    // about weather\n    // behind\n  }\n}\n',
  );
  golden('keeps a trailing comma', dropWeather, '{"servers": {"a": {}, "weather": {},}}', '{"servers": {"a": {},}}');
  golden(
    'leaves one line tidy at its start',
    dropWeather,
    '{ "servers": { "weather": {}, "b": {} } }',
    '{ "servers": { "b": {} } }',
  );
  golden(
    'leaves one line tidy at its end',
    dropWeather,
    '{ "servers": { "a": {}, "weather": {} } }',
    '{ "servers": { "a": {} } }',
  );
  golden(
    'leaves an empty map',
    dropWeather,
    '{\n  "servers": {\n    "weather": {}\n  }\n}\n',
    '{\n  "servers": {}\n}\n',
  );
  golden(
    'leaves the comments of an empty map',
    dropWeather,
    '{\n  "servers": {\n    // mine\n    "weather": {},\n  }\n}\n',
    '{\n  "servers": {\n    // mine\n  }\n}\n',
  );
  golden(
    'takes the last of one name',
    dropWeather,
    '{"servers":{"weather":{"url":"1"},"weather":{}}}',
    '{"servers":{"weather":{"url":"1"}}}',
  );
  golden(
    'copes with commas first',
    dropWeather,
    '{"servers":\n{ "a": {}\n, "weather": {}\n, "c": {}\n}}',
    '{"servers":\n{ "a": {}\n, "c": {}\n}}',
  );
  refused('a name that is not there', dropWeather, '{"servers":{"Weather":{}}}', 'server-not-found');
  refused('an empty text', dropWeather, '', 'server-not-found');
  refused('a broken text', dropWeather, '{"servers":{"weather":{}', 'syntax', '');
});

describe('setHeader', () => {
  golden(
    'replaces the value and keeps the name',
    setKey,
    '{"servers":{"a":{"headers":{"x-KEY" : /* old */ "old" /* here */}}}}',
    '{"servers":{"a":{"headers":{"x-KEY" : /* old */ "new" /* here */}}}}',
  );
  golden(
    'replaces what is no string',
    setKey,
    '{"servers":{"a":{"headers":{"X-Key":[1,{}]}}}}',
    '{"servers":{"a":{"headers":{"X-Key":"new"}}}}',
  );
  golden(
    'adds to the others',
    setKey,
    '{\n  "servers": {\n    "a": {\n      "headers": {\n        "A": "b", // c\n      }\n    }\n  }\n}\n',
    '{\n  "servers": {\n    "a": {\n      "headers": {\n        "A": "b", // c\n        "X-Key": "new",\n      }\n    }\n  }\n}\n',
  );
  golden(
    'makes headers',
    setKey,
    '{\n  "servers": {\n    "a": {\n      "url": "u"\n    }\n  }\n}\n',
    '{\n  "servers": {\n    "a": {\n      "url": "u",\n      "headers": {\n        "X-Key": "new"\n      }\n    }\n  }\n}\n',
  );
  golden(
    'makes headers on one line',
    setKey,
    '{ "servers": { "a": { "url": "u" } } }',
    '{ "servers": { "a": { "url": "u", "headers": { "X-Key": "new" } } } }',
  );
  golden(
    'leaves one of several',
    setKey,
    '{"servers":{"a":{"headers":{"X-Key":"1","B":"2","x-key":"3"}}}}',
    '{"servers":{"a":{"headers":{"B":"2","x-key":"new"}}}}',
  );
  golden(
    'edits the last of one name',
    setKey,
    '{"servers":{"a":{},"a":{"headers":{}}}}',
    '{"servers":{"a":{},"a":{"headers":{"X-Key":"new"}}}}',
  );
  golden(
    'has nothing to do',
    setKey,
    '{"servers":{"a":{"headers":{"X-Key":"n\\u0065w"}}}}',
    '{"servers":{"a":{"headers":{"X-Key":"n\\u0065w"}}}}',
  );
  refused('an unknown server', setKey, '{"servers":{"b":{}}}', 'server-not-found');
  refused('a server that is no object', setKey, '{"servers":{"a":"b"}}', 'server-not-object', '"b"');
  refused(
    'headers that are no object',
    setKey,
    '{"servers":{"a":{"headers":["X-Key"]}}}',
    'headers-not-object',
    '["X-Key"]',
  );
});

describe('removeHeader', () => {
  golden(
    'takes every spelling',
    dropKey,
    '{"servers":{"a":{"headers":{"X-KEY":"1","B":"2","x-key":"3"}}}}',
    '{"servers":{"a":{"headers":{"B":"2"}}}}',
  );
  golden(
    'takes the empty rest along',
    dropKey,
    '{\n  "servers": {\n    "a": {\n      "url": "u",\n      "headers": {\n        "X-Key": "1"\n      }\n    }\n  }\n}\n',
    '{\n  "servers": {\n    "a": {\n      "url": "u"\n    }\n  }\n}\n',
  );
  golden(
    'leaves a comment where it is',
    dropKey,
    '{"servers":{"a":{"headers":{"X-Key":"1" /* why */}}}}',
    '{"servers":{"a":{"headers":{/* why */}}}}',
  );
  golden(
    'never uncovers earlier headers',
    dropKey,
    '{"servers":{"a":{"headers":{"X-Key":"0"},"headers":{"X-Key":"1"}}}}',
    '{"servers":{"a":{"headers":{"X-Key":"0"},"headers":{}}}}',
  );
  golden('has nothing to do', dropKey, '{"servers":{"a":{"headers":{}}}}', '{"servers":{"a":{"headers":{}}}}');
  refused('an unknown server', dropKey, '{}', 'server-not-found');
});

describe('setUrl', () => {
  const set: EditStep = text => setUrl(text, vscode, 'a', 'https://b');
  golden(
    'replaces',
    set,
    '{"servers":{"a":{"url": "https://a" /* c */}}}',
    '{"servers":{"a":{"url": "https://b" /* c */}}}',
  );
  golden('adds', set, '{"servers":{"a":{"type":"http"}}}', '{"servers":{"a":{"type":"http","url":"https://b"}}}');
});

describe('ensureInput and dropInput', () => {
  const one = '{"id":"key","type":"command","command":"mcpKeyring.resolveHeader","args":"key"}';
  golden('makes inputs', ensureKey, '{"servers":{}}', `{"servers":{},"inputs":[${one}]}`);
  golden('adds', ensureKey, '{"inputs":[{"id":"a"}]}', `{"inputs":[{"id":"a"},${one}]}`);
  golden(
    'adds on lines',
    ensureKey,
    '{\n\t"inputs": [\n\t\t{\n\t\t\t"id": "a" // b\n\t\t}\n\t]\n}\n',
    '{\n\t"inputs": [\n\t\t{\n\t\t\t"id": "a" // b\n\t\t},\n\t\t{\n\t\t\t"id": "key",\n\t\t\t"type": "command",\n\t\t\t"command": "mcpKeyring.resolveHeader",\n\t\t\t"args": "key"\n\t\t}\n\t]\n}\n',
  );
  golden(
    'repairs values where they stand',
    ensureKey,
    '{"inputs":[{"args":["key"], /* a */ "command":"evil","type":"command","id":"key"}]}',
    '{"inputs":[{"args":"key", /* a */ "command":"mcpKeyring.resolveHeader","type":"command","id":"key"}]}',
  );
  golden(
    'writes anew what has other members',
    ensureKey,
    '{"inputs":[{"id":"key","type":"promptString","description":"x"}]}',
    `{"inputs":[${one}]}`,
  );
  golden('leaves one of several', ensureKey, `{"inputs":[${one},{"id":"b"},${one}]}`, `{"inputs":[${one},{"id":"b"}]}`);
  golden('has nothing to do', ensureKey, `{"inputs":[${one}]}`, `{"inputs":[${one}]}`);
  golden('drops every one', dropInputKey, `{"inputs":[${one},{"id":"b"},${one}]}`, '{"inputs":[{"id":"b"}]}');
  golden('drops the last one', dropInputKey, `{\n  "inputs": [\n    ${one}\n  ]\n}\n`, '{\n  "inputs": []\n}\n');
  golden('drops nothing', dropInputKey, '{}', '{}');
  refused('inputs that are no array', ensureKey, '{"inputs":{}}', 'inputs-not-array', '{}');
  refused('to drop from what is no array', dropInputKey, '{"inputs":{}}', 'inputs-not-array', '{}');
  refused('a format without', text => ensureInput(text, dotMcp, input), '{}', 'inputs-unsupported');
  golden(
    'drops nothing from a format without',
    text => dropInput(text, dotMcp, 'key'),
    '{"inputs":[]}',
    '{"inputs":[]}',
  );
});

describe('planEdits', () => {
  it('gives one list against the original, without what is between two places', () => {
    const text = '{\n  "inputs": [],\n  // between\n  "servers": {\n    "a": { "url": "u" }\n  }\n}\n';
    const result = planEdits(text, [setKey, ensureKey]);
    ok(result.ok);
    deepStrictEqual(
      result.value.map(edit => edit.span),
      [
        { start: text.indexOf('[') + 1, end: text.indexOf('[') + 1 },
        { start: text.indexOf('"u"') + 3, end: text.indexOf('"u"') + 3 },
      ],
    );
  });

  it('changes no more of a value than differs', () => {
    const text = '{"servers":{"a":{"headers":{"X-Key":"near"}}}}';
    const at = text.indexOf('near') + 2;
    deepStrictEqual(planEdits(text, [setKey]), {
      ok: true,
      value: [{ span: { start: at, end: at + 2 }, text: 'w' }],
    });
  });

  it('is empty for edits that cancel out', () => {
    const text = '{"servers":{"a":{"url":"u"}},"inputs":[]}';
    for (const steps of [[], [setKey, dropKey], [ensureKey, dropInputKey], [addWeather, dropWeather]]) {
      deepStrictEqual(planEdits(text, steps), { ok: true, value: [] });
    }
  });

  it('keeps pairs together: CR LF, and the halves of a character', () => {
    const text = '{"servers":{"a":{"headers":{"X-Key":"😀"}}}}';
    const at = text.indexOf('😀');
    deepStrictEqual(planEdits(text, [step => setHeader(step, vscode, 'a', 'X-Key', '😁')]), {
      ok: true,
      value: [{ span: { start: at, end: at + 2 }, text: '😁' }],
    });
  });

  it('is refused as a whole, with a place in the original', () => {
    const text = '{"servers":{"a":{}},"inputs":{"b":1}}';
    const start = text.indexOf('{"b"');
    deepStrictEqual(
      planEdits(text, [setKey, ensureKey]),
      fail({ code: 'inputs-not-array', span: { start, end: start + 7 } }),
    );
    deepStrictEqual(planEdits(text, [dropWeather, setKey]), fail({ code: 'server-not-found' }));
  });
});

it('leaves a table of TOML whose last header goes, if something else is in it', () => {
  const before = '[mcp_servers.a.http_headers]\nX-Key = "k"\nX-Odd.inner = "kept"\n';
  const after = '[mcp_servers.a.http_headers]\nX-Odd.inner = "kept"\n';
  strictEqual(edited(before, removeHeader(before, formats.codex, 'a', 'X-Key')), after);
});

it('makes no key of TOML a second time that is a table already', () => {
  const text = '[mcp_servers.a]\nurl.odd = 1\nbearer_token_env_var.odd = 1\n';
  for (const result of [
    setUrl(text, formats.codex, 'a', 'https://new.example/mcp'),
    setHeader(text, formats.codex, 'a', 'Authorization', `Bearer \${VAR}`),
  ]) {
    ok(!result.ok && result.error.code === 'server-not-object');
  }
});

it('edits a file of 5 MB in little more time than it takes to read', function () {
  this.timeout(10_000);
  const servers = Array.from(
    { length: 50_000 },
    (_, i) =>
      `    "s${i}": { "url": "https://s${i}.example.com/mcp", "headers": { "Authorization": "Bearer abcdef" } }`,
  );
  const text = `{\n  "servers": {\n${servers.join(',\n')}\n  }\n}\n`;
  ok(text.length > 5_000_000);
  const result = planEdits(text, [addWeather, dropWeather, step => setHeader(step, vscode, 's25000', 'x', 'y')]);
  ok(result.ok);
  strictEqual(result.value.length, 1);
});
