// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import type { ConfigFormat, ParsedConfig } from '../../../../src/core/config/types.ts';
import type { Span } from '../../../../src/core/text.ts';

const { vscode, dotMcp } = formats;

/** A parsed config with every span replaced by the text it covers. */
function outline(text: string, format: ConfigFormat) {
  const config = parseConfig(text, format);
  const cut = ({ start, end }: Span) => text.slice(start, end);
  return {
    servers: config.servers.map(server => ({
      name: server.name,
      nameText: cut(server.nameSpan),
      transport: server.transport,
      ...(server.url && { url: server.url.value, urlText: cut(server.url.span) }),
      headers: server.headers.map(header => [cut(header.nameSpan), header.value, cut(header.valueSpan)]),
    })),
    inputs: config.inputs.map(({ span, ...input }) => input),
    problems: config.problems.map(problem => `${problem.code}: ${cut(problem.span)}`),
  };
}

function names(config: ParsedConfig): string[] {
  return config.servers.map(server => server.name);
}

function codes(config: ParsedConfig): string[] {
  return config.problems.map(problem => problem.code);
}

describe('parseConfig', () => {
  it('reads a workspace file as people write it', () => {
    const text = `{
  // Servers of the team
  "inputs": [
    { "type": "promptString", "id": "token", "description": "Token", "password": true },
    { "id": "mcp-keyring.tasks.0badcafe", "type": "command", "command": "mcpKeyring.resolveHeader", "args": "mcp-keyring.tasks.0badcafe" },
    { "id": "structured", "type": "command", "command": "x", "args": { "a": [1] } }
  ],
  "servers": {
    "tasks": {
      "type": "http",
      "url": "https://tasks.example.com/mcp", /* production */
      "headers": {
        "Authorization": "Bearer \${input:token}", // asked for
        "X-Ratio": 3,
        "X-Escaped": "a\\u0041\\n",
      },
    },
    "legacy": { "type": "sse", "url": "https://legacy.example.com/sse" },
    "local": { "command": "node", "args": ["server.js", "--header", "{\\"headers\\": 1}"], "env": { "url": "no" } },
    "bare": { "url": "http://127.0.0.1:3000/mcp" },
    "new": {},
    "odd": { "type": "carrier-pigeon", "url": "https://a.example" }
  }
}
`;
    deepStrictEqual(outline(text, vscode), {
      servers: [
        {
          name: 'tasks',
          nameText: '"tasks"',
          transport: 'http',
          url: 'https://tasks.example.com/mcp',
          urlText: '"https://tasks.example.com/mcp"',
          headers: [
            ['"Authorization"', 'Bearer ${input:token}', '"Bearer ${input:token}"'],
            ['"X-Ratio"', undefined, '3'],
            ['"X-Escaped"', 'aA\n', '"a\\u0041\\n"'],
          ],
        },
        {
          name: 'legacy',
          nameText: '"legacy"',
          transport: 'sse',
          url: 'https://legacy.example.com/sse',
          urlText: '"https://legacy.example.com/sse"',
          headers: [],
        },
        { name: 'local', nameText: '"local"', transport: 'stdio', headers: [] },
        {
          name: 'bare',
          nameText: '"bare"',
          transport: 'http',
          url: 'http://127.0.0.1:3000/mcp',
          urlText: '"http://127.0.0.1:3000/mcp"',
          headers: [],
        },
        { name: 'new', nameText: '"new"', transport: 'unknown', headers: [] },
        {
          name: 'odd',
          nameText: '"odd"',
          transport: 'unknown',
          url: 'https://a.example',
          urlText: '"https://a.example"',
          headers: [],
        },
      ],
      inputs: [
        { id: 'token', type: 'promptString' },
        {
          id: 'mcp-keyring.tasks.0badcafe',
          type: 'command',
          command: 'mcpKeyring.resolveHeader',
          args: 'mcp-keyring.tasks.0badcafe',
        },
        { id: 'structured', type: 'command', command: 'x' },
      ],
      problems: [],
    });
  });

  it('gives the spans of a server, its headers object and an input', () => {
    const text = '\ufeff{"servers":{"a":{"headers":{"H":"v"},"url":"u"}},"inputs":[{"id":"i"}]}';
    const config = parseConfig(text, vscode);
    const [server] = config.servers;
    ok(server?.headersSpan && config.inputs[0]);
    strictEqual(text.slice(server.span.start, server.span.end), '{"headers":{"H":"v"},"url":"u"}');
    strictEqual(text.slice(server.headersSpan.start, server.headersSpan.end), '{"H":"v"}');
    strictEqual(text.slice(config.inputs[0].span.start, config.inputs[0].span.end), '{"id":"i"}');
    deepStrictEqual(config.problems, []);
  });

  describe('.mcp.json', () => {
    it('reads the map under mcpServers', () => {
      deepStrictEqual(names(parseConfig('{"mcpServers":{"a":{"url":"https://a"},"b":{}}}', dotMcp)), ['a', 'b']);
    });

    it('reads a bare map, and leaves out what is no server', () => {
      const config = parseConfig('{"$schema":"x","a":{"url":"https://a"},"b":{"command":"b"},"c":{"d":1}}', dotMcp);
      deepStrictEqual([names(config), codes(config)], [['a', 'b'], []]);
    });

    it('takes mcpServers for the map wherever both could be meant', () => {
      const text = '{"a":{"url":"https://a"},"mcpServers":{"b":{"url":"https://b"}}}';
      deepStrictEqual(names(parseConfig(text, dotMcp)), ['b']);
      deepStrictEqual(names(parseConfig('{"mcpServers":{"mcpServers":{"url":"https://b"}}}', dotMcp)), ['mcpServers']);
      deepStrictEqual(codes(parseConfig('{"mcpServers":7,"a":{"url":"https://a"}}', dotMcp)), ['servers-not-object']);
    });

    it('has no inputs', () => {
      deepStrictEqual(parseConfig('{"mcpServers":{},"inputs":[{"id":"a"}]}', dotMcp).inputs, []);
    });
  });

  it('counts the last of several keys, and lists all servers of one name', () => {
    const config = parseConfig(
      `{"servers":{"gone":{"url":"https://gone"}},
        "servers":{
          "a":{"url":"https://1","url":"https://2","headers":{"A":"1"},"headers":{"B":"2"}},
          "a":{"url":"https://3"}},
        "inputs":[{"id":"gone"}],"inputs":[{"id":"first","id":"i"}]}`,
      vscode,
    );
    deepStrictEqual(
      config.servers.map(server => [server.name, server.url?.value, server.headers.map(header => header.name)]),
      [
        ['a', 'https://2', ['B']],
        ['a', 'https://3', []],
      ],
    );
    deepStrictEqual(
      config.inputs.map(input => input.id),
      ['i'],
    );
    deepStrictEqual(codes(config), ['duplicate-server']);
    strictEqual(config.problems[0]?.span, config.servers[1]?.nameSpan);
  });

  it('keeps every kind of name', () => {
    const all = ['__proto__', 'constructor', '', 'a.b', 'a"b\\', 'ümläut 🚀', 'servers', '\ud800'];
    const text = `{"servers":{${all.map(name => `${JSON.stringify(name)}:{"url":"https://a"}`)}}}`;
    deepStrictEqual(names(parseConfig(text, vscode)), all);
  });

  describe('wrong types', () => {
    for (const [text, expected] of [
      ['', []],
      [' \n\t', []],
      ['// nothing yet\n/* at all */', []],
      ['[]', ['root-not-object: []']],
      ['null', ['root-not-object: null']],
      ['"servers"', ['root-not-object: "servers"']],
      ['{"servers":[{}]}', ['servers-not-object: [{}]']],
      ['{"servers":null}', ['servers-not-object: null']],
      ['{"servers":"a"}', ['servers-not-object: "a"']],
      ['{"servers":{"a":[1,[2]],"b":null}}', ['server-not-object: [1,[2]]', 'server-not-object: null']],
      ['{"inputs":{"a":{"b":1}}}', ['inputs-not-array: {"a":{"b":1}}']],
      ['{"inputs":1}', ['inputs-not-array: 1']],
      ['{"inputs":[1,"a",{},{"id":1}]}', []],
      ['{"servers":{"a":{"headers":"Authorization"}}}', ['headers-not-object: "Authorization"']],
      ['{"servers":{"a":{"headers":[["A","b"]]}}}', ['headers-not-object: [["A","b"]]']],
    ] as const) {
      it(JSON.stringify(text), () => deepStrictEqual(outline(text, vscode).problems, expected));
    }

    it('in a header and a url', () => {
      const { servers } = outline('{"servers":{"a":{"url":1,"headers":{"A":{"b":[1]},"B":[2],"C":null}}}}', vscode);
      deepStrictEqual(servers, [
        {
          name: 'a',
          nameText: '"a"',
          transport: 'unknown',
          headers: [
            ['"A"', undefined, '{"b":[1]}'],
            ['"B"', undefined, '[2]'],
            ['"C"', undefined, 'null'],
          ],
        },
      ]);
    });
  });

  describe('a file that is being typed', () => {
    const cases: [string, string, unknown][] = [
      ['no end', '{"servers":{"a":{"url":"https://a","headers":{"A":"b"', [['a', 'https://a', [['A', 'b']]]]],
      ['no value', '{"servers":{"a":{"url":"https://a","headers":{"A":', [['a', 'https://a', [['A', undefined]]]]],
      ['no colon', '{"servers":{"a":{"url":"https://a","headers":{"A"}}}}', [['a', 'https://a', [['A', undefined]]]]],
      [
        'an open value',
        '{"servers":{"a":{"headers":{\n"A":"Bearer ey\n},"url":"https://a"}}}',
        [['a', 'https://a', [['A', undefined]]]],
      ],
      ['an open name', '{"servers":{"a":{"headers":{\n"A: Bearer ey\n},"url":"https://a"}}}', [['a', 'https://a', []]]],
      [
        'a value before the next member',
        '{"servers":{"a":{"url":\n"headers":{"A":"b"}},"b":{"url":"https://b"}}}',
        [
          ['a', undefined, [['A', 'b']]],
          ['b', 'https://b', []],
        ],
      ],
      [
        'missing commas',
        '{"servers":{"a":{"url":"https://a" "type":"http"} "b":{}}}',
        [
          ['a', 'https://a', []],
          ['b', undefined, []],
        ],
      ],
      ['commas too many', '{,"servers":{,,"a":{"url":"https://a",,}}}', [['a', 'https://a', []]]],
      ['debris', '{ [1] {"url":2} 5 true x "servers":{ {} "a":{ : ] "url":"https://a"}}}', [['a', 'https://a', []]]],
      [
        'debris in headers',
        '{"servers":{"a":{"headers":{0 [] "A":"b"}}},"inputs":["x" {}]}',
        [['a', undefined, [['A', 'b']]]],
      ],
      ['text behind it', '{"servers":{"a":{}}} {"servers":{"b":{}}}', [['a', undefined, []]]],
      ['text before it', 'const x = {"servers":{"a":{}}}', [['a', undefined, []]]],
      ['an open comment', '{"servers":{"a":{}}} /* {"servers":{"b":{}}}', [['a', undefined, []]]],
      ['an open comment inside', '{"servers":{"a":{} /* }}', [['a', undefined, []]]],
    ];
    for (const [name, text, expected] of cases) {
      it(name, () => {
        const config = parseConfig(text, vscode);
        deepStrictEqual(
          config.servers.map(server => [
            server.name,
            server.url?.value,
            server.headers.map(header => [header.name, header.value]),
          ]),
          expected,
        );
        ok(codes(config).includes('syntax'));
      });
    }

    it('puts the empty span of a missing value behind the name', () => {
      const text = '{"servers":{"a":{"headers":{"A" : }}}}';
      const header = parseConfig(text, vscode).servers[0]?.headers[0];
      const behind = text.indexOf('"A"') + 3;
      deepStrictEqual(header?.valueSpan, { start: behind, end: behind });
    });

    it('stays understood at every length', () => {
      const text =
        '\ufeff{\r\n  // c\r\n  "servers": {\r\n    "a": { "url": "https://a", "headers": { "A": "b", /* d */ } }\r\n  },\r\n  "inputs": [{ "id": "x" }]\r\n}\r\n';
      for (let length = 0; length <= text.length; length++) {
        const config = parseConfig(text.slice(0, length), vscode);
        for (const { span } of config.problems) {
          ok(span.start <= span.end && span.end <= length);
        }
        strictEqual(config.servers.length, length >= text.indexOf('{ "url"') + 1 ? 1 : 0);
      }
    });
  });

  describe('torture', () => {
    for (const [name, text] of [
      ['brackets', '['.repeat(100_000)],
      ['braces', '{"a":'.repeat(100_000)],
      ['nested and closed', `{"servers":{"a":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"url":"https://a"}}}`],
      ['commas', ','.repeat(100_000)],
      ['open comments', '/*'.repeat(100_000)],
      ['line comments', '//\n'.repeat(100_000)],
      ['slashes', '/'.repeat(100_000)],
      ['quotes', '"'.repeat(100_001)],
      ['NUL', '\0'.repeat(100_000)],
      ['lone surrogates', '\udc00\ud800'.repeat(50_000)],
      ['huge numbers', `{"servers":{"a":{"n":${'9'.repeat(100_000)}e${'9'.repeat(1000)}}}}`],
      ['colons', '{"a"'.concat(':'.repeat(100_000))],
      ['keys without values', `{${'"a":'.repeat(100_000)}`],
      ['one long string', `{"servers":{"a":{"url":"${'x'.repeat(5_000_000)}"}}}`],
    ] as const) {
      it(name, function () {
        this.timeout(5_000);
        const config = parseConfig(text, vscode);
        ok(config.problems.length <= 200);
        parseConfig(text, dotMcp);
      });
    }

    it('keeps NUL and lone surrogates in strings', () => {
      const config = parseConfig('{"servers":{"a\0":{"url":"\ud800"}}}', vscode);
      deepStrictEqual([config.servers[0]?.name, config.servers[0]?.url?.value], ['a\0', '\ud800']);
    });

    it('reads 10,000 servers', () => {
      const servers = Array.from({ length: 10_000 }, (_, i) => `"s${i}":{"url":"https://s${i}.example/mcp"}`);
      const config = parseConfig(`{"servers":{${servers}}}`, vscode);
      strictEqual(config.servers.length, 10_000);
      deepStrictEqual(config.problems, []);
    });
  });
});
