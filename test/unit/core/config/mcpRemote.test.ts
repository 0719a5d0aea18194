import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { addServer, type EditResult, removeHeader, setHeader, setUrl } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import { applyEdits } from '../../../../src/core/text.ts';

const { claudeDesktop } = formats;
const url = 'https://a.example/mcp';

function file(args: readonly unknown[], env?: object, command = 'npx'): string {
  return JSON.stringify({ mcpServers: { a: { command, args, ...(env && { env }) } } }, null, 2);
}

function edited(text: string, edit: (text: string) => EditResult): string {
  const result = edit(text);
  ok(result.ok);
  return applyEdits(text, result.value);
}

function read(text: string) {
  const server = parseConfig(text, claudeDesktop).servers[0];
  return {
    url: server?.url?.value,
    via: server?.viaMcpRemote,
    headers: server?.headers.map(({ name, value, valueSpan }) => [
      name,
      value,
      JSON.parse(text.slice(valueSpan.start, valueSpan.end)),
    ]),
  };
}

describe('mcp-remote', () => {
  const seen: [string, readonly unknown[], object | undefined, (string | undefined)[][]][] = [
    ['without headers', ['mcp-remote', url], undefined, []],
    [
      'a value in env',
      ['-y', 'mcp-remote@latest', url, '--header', 'Authorization:${AUTH_HEADER}'],
      { AUTH_HEADER: 'Bearer x' },
      [['Authorization', 'Bearer x', 'Bearer x']],
    ],
    ['a literal', ['mcp-remote', url, '--header', 'X-Key: abc'], undefined, [['X-Key', 'abc', 'X-Key: abc']]],
    [
      'a part in env',
      ['mcp-remote', url, '--header', 'Authorization: Bearer ${T}'],
      { T: 'x' },
      [['Authorization', 'Bearer x', 'x']],
    ],
    ['a variable from elsewhere', ['mcp-remote', url, '--header', 'A:${T}'], undefined, [['A', '${T}', 'A:${T}']]],
    [
      'several',
      ['mcp-remote', url, '3334', '--header', 'A:1', '--debug', '--header', 'B:2'],
      undefined,
      [
        ['A', '1', 'A:1'],
        ['B', '2', 'B:2'],
      ],
    ],
    ['no colon', ['mcp-remote', url, '--header', 'nonsense'], undefined, []],
    [
      'something that is no string',
      ['mcp-remote', 5, url, '--header', {}, '--header', 'A:1'],
      undefined,
      [['A', '1', 'A:1']],
    ],
  ];
  for (const [name, args, env, headers] of seen) {
    it(`reads ${name}`, () => deepStrictEqual(read(file(args, env)), { url, via: true, headers }));
  }

  for (const [name, command, args] of [
    ['another package', 'npx', ['mcp-remote-client', url]],
    ['no URL', 'npx', ['mcp-remote']],
    ['a URL before it', 'npx', [url, 'mcp-remote']],
    ['no arguments', 'mcp-remote', []],
  ] as const) {
    it(`leaves ${name} alone`, () =>
      deepStrictEqual(read(file(args, undefined, command)), { url: undefined, via: undefined, headers: [] }));
  }

  it('is found behind cmd, as a path and as the command itself', () => {
    strictEqual(read(file(['/c', 'npx', '-y', 'mcp-remote', url], undefined, 'cmd')).url, url);
    strictEqual(read(file(['C:\\\\tools\\\\mcp-remote.js'.replaceAll('\\\\', '\\'), url], undefined, 'node')).url, url);
    strictEqual(read(file([url], undefined, '/usr/bin/mcp-remote')).url, url);
  });

  it('is read in one pass, whatever its variables are', () => {
    const start = performance.now();
    // Each `${` without an end, and some that stand for next to nothing.
    const open = '${'.repeat(100_000);
    deepStrictEqual(read(file(['mcp-remote', url, '--header', `A: ${open}`])).headers?.[0]?.[1], open);
    deepStrictEqual(
      read(file(['mcp-remote', url, '--header', 'A: ${}${B}${}'], { B: 'b' })).headers?.[0]?.[1],
      '${}b${}',
    );
    // One variable that is put in again and again would make a text that no string can hold.
    const again = '${B}'.repeat(100_000);
    const env = { B: 'b'.repeat(100_000) };
    deepStrictEqual(read(file(['mcp-remote', url, '--header', `A: ${again}`], env)).headers?.[0]?.[1], again);
    ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  });

  it('is nothing in formats that do not say so', () => {
    strictEqual(parseConfig(file(['mcp-remote', url]), formats.dotMcp).servers[0]?.url, undefined);
  });

  it('counts for nothing beside a url of its own', () => {
    const text = `{"mcpServers":{"a":{"command":"npx","args":["mcp-remote","${url}"],"url":"https://b.example/"}}}`;
    deepStrictEqual(read(text), { url: 'https://b.example/', via: undefined, headers: [] });
  });

  const set = (text: string) => setHeader(text, claudeDesktop, 'a', 'Authorization', 'Bearer new value');

  it('is what a new server is written as', () => {
    const text = edited('{"mcpServers":{}}', text =>
      addServer(text, claudeDesktop, { name: 'a', url, headers: { Authorization: 'Bearer x', 'X-API-Key': 'k' } }),
    );
    deepStrictEqual(JSON.parse(text).mcpServers.a, {
      command: 'npx',
      args: [
        '-y',
        'mcp-remote',
        url,
        '--header',
        'Authorization:${AUTH_HEADER}',
        '--header',
        'X-API-Key:${X_API_KEY_HEADER}',
      ],
      env: { AUTH_HEADER: 'Bearer x', X_API_KEY_HEADER: 'k' },
    });
  });

  const edits: [string, readonly unknown[], object | undefined, object][] = [
    [
      'into the variable',
      ['mcp-remote', url, '--header', 'Authorization:${X}'],
      { X: 'old' },
      { args: ['mcp-remote', url, '--header', 'Authorization:${X}'], env: { X: 'Bearer new value' } },
    ],
    [
      'into the variable that held a part of it',
      ['mcp-remote', url, '--header', 'Authorization: Bearer ${TOKEN}'],
      { TOKEN: 'old', OTHER: '1' },
      {
        args: ['mcp-remote', url, '--header', 'Authorization:${TOKEN}'],
        env: { TOKEN: 'Bearer new value', OTHER: '1' },
      },
    ],
    [
      'over a literal',
      ['mcp-remote', url, '--header', 'authorization: Bearer old'],
      undefined,
      {
        args: ['mcp-remote', url, '--header', 'authorization:${AUTH_HEADER}'],
        env: { AUTH_HEADER: 'Bearer new value' },
      },
    ],
    [
      'as a new one',
      ['mcp-remote', url],
      undefined,
      {
        args: ['mcp-remote', url, '--header', 'Authorization:${AUTH_HEADER}'],
        env: { AUTH_HEADER: 'Bearer new value' },
      },
    ],
    [
      'beside a variable of that name',
      ['mcp-remote', url],
      { AUTH_HEADER: 'mine' },
      {
        args: ['mcp-remote', url, '--header', 'Authorization:${AUTH_HEADER_2}'],
        env: { AUTH_HEADER: 'mine', AUTH_HEADER_2: 'Bearer new value' },
      },
    ],
    [
      'not into a variable that another header needs',
      ['mcp-remote', url, '--header', 'A:${X}', '--header', 'Authorization:${X}'],
      { X: 'old' },
      {
        args: ['mcp-remote', url, '--header', 'A:${X}', '--header', 'Authorization:${AUTH_HEADER}'],
        env: { X: 'old', AUTH_HEADER: 'Bearer new value' },
      },
    ],
    [
      'once for several',
      ['mcp-remote', url, '--header', 'Authorization:1', '--header', 'AUTHORIZATION:2'],
      undefined,
      {
        args: ['mcp-remote', url, '--header', 'AUTHORIZATION:${AUTH_HEADER}'],
        env: { AUTH_HEADER: 'Bearer new value' },
      },
    ],
  ];
  for (const [name, args, env, after] of edits) {
    it(`gets a header ${name}`, () => {
      const text = edited(file(args, env), set);
      deepStrictEqual(JSON.parse(text).mcpServers.a, { command: 'npx', ...after });
      strictEqual(read(text).headers?.at(-1)?.[1], 'Bearer new value');
      deepStrictEqual(set(text), { ok: true, value: [] });
    });
  }

  it('is as it was when a header was added and removed', () => {
    const text = file(['mcp-remote', url, '--debug']);
    strictEqual(
      edited(edited(text, set), text => removeHeader(text, claudeDesktop, 'a', 'authorization')),
      text,
    );
  });

  it('keeps a variable that another argument needs', () => {
    const text = file(['mcp-remote', url, '--header', 'A:${X}', '--header', 'B:${X}'], { X: '1' });
    const after = edited(text, text => removeHeader(text, claudeDesktop, 'a', 'B'));
    deepStrictEqual(JSON.parse(after).mcpServers.a.env, { X: '1' });
  });

  it('gets another URL', () => {
    const after = edited(file(['mcp-remote', url, '--debug']), text =>
      setUrl(text, claudeDesktop, 'a', 'https://b.example/'),
    );
    deepStrictEqual(JSON.parse(after).mcpServers.a.args, ['mcp-remote', 'https://b.example/', '--debug']);
  });
});
