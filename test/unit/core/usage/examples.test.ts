import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { Secret } from '../../../../src/core/secret.ts';
import { type ExampleSource, exampleCall, type SourceHeader } from '../../../../src/core/usage/call.ts';
import { usageExample } from '../../../../src/core/usage/example.ts';
import { javascript, posix, powershell, python } from '../../../../src/core/usage/quote.ts';
import { type ExampleForm, type ExampleRequest, exampleForms } from '../../../../src/core/usage/types.ts';

const hostile = `it's "so" $HOME \${PATH} $(touch x) \`id\` \\n %PATH% !! ; & | {{b}} ‘’‚‛ \r\n\t\u0000\u001b\u2028 é 😀 '''"""`;
const hasPosixShell = process.platform !== 'win32';
const hasPython = spawnSync('python3', ['-c', '']).status === 0;

function source(headers: readonly SourceHeader[], more: Partial<ExampleSource> = {}): ExampleSource {
  return {
    url: 'https://example.com/mcp',
    urlIsSecret: false,
    showUrl: false,
    headers,
    request: 'initialize',
    ...more,
  };
}

function example(form: ExampleForm, given: ExampleSource): string {
  const call = exampleCall(given);
  assert.ok(call.ok);
  const text = usageExample(form, call.value);
  assert.ok(text.ok);
  return text.value;
}

/** The words that a program gets when a shell runs an example; the program itself is replaced by one that prints them. */
function wordsFor(program: string, text: string, token: string): string[] {
  const script = `${program}() { printf '%s\\0' "$@"; }\n${text}\n`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, MCP_TOKEN: token },
  });
  assert.equal(stderr, '');
  return stdout.split('\0').slice(0, -1);
}

/** Reads an expression of literal strings and variables by the rules of about_Quoting_Rules. */
function readPowerShell(expression: string): string {
  let rest = expression;
  let read = '';
  for (;;) {
    const piece = /^(?:(['‘’‚‛])((?:[^'‘’‚‛]|(['‘’‚‛])(?:['‘’‚‛]))*)(['‘’‚‛])|\$env:(\w+))/su.exec(rest);
    assert.ok(piece, rest);
    read += piece[5] === undefined ? (piece[2] ?? '').replace(/(['‘’‚‛])['‘’‚‛]/g, '$1') : `<${piece[5]}>`;
    rest = rest.slice(piece[0].length);
    if (rest === '') {
      return read;
    }
    assert.ok(rest.startsWith(' + '), rest);
    rest = rest.slice(3);
  }
}

describe('quoting', function () {
  // Shells and Python take their time to start on a busy machine.
  this.timeout(30_000);

  if (hasPosixShell) {
    it('for a POSIX shell gives back any text', () => {
      const texts = fc.sample(fc.string({ unit: 'binary' }), { numRuns: 100, seed: 7 });
      // A shell's words hold no NUL.
      const words = [...texts, hostile].map(text => text.replaceAll('\0', '').replace(/[\ud800-\udfff]/g, ''));
      const script = `printf '%s\\0' ${words.map(word => posix(word)).join(' ')}`;
      assert.deepEqual(
        spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1),
        words,
      );
    });
  }

  it('for JavaScript gives back any text, in printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, value) => {
        const expression = javascript(text, { variable: 'MCP_TOKEN' });
        assert.match(expression, /^[\u0020-\u007e]*$/);
        assert.equal(runInNewContext(expression, { MCP_TOKEN: value }), text + value);
      }),
    );
    assert.equal(runInNewContext(javascript(hostile)), hostile);
  });

  it('for Python gives back any text, by escapes that mean the same in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const expression = python(text, { variable: 'MCP_TOKEN' });
        const [, literal = ''] =
          /^("(?:[ !#-[\]-~]|\\(?:["\\bfnrt]|u[0-9a-f]{4}))*") \+ os\.environ\["MCP_TOKEN"\]$/.exec(expression) ?? [];
        assert.equal(JSON.parse(literal), text);
      }),
    );
    assert.equal(JSON.parse(python(hostile)), hostile);
  });

  if (hasPython) {
    it('for Python gives back any text, as python3 reads it', () => {
      const texts = [...fc.sample(fc.string({ unit: 'binary' }), { numRuns: 100, seed: 7 }), hostile];
      const script = `import json\nprint(json.dumps([${texts.map(text => python(text)).join(',')}]))`;
      const { stdout } = spawnSync('python3', ['-'], { input: script, encoding: 'utf8' });
      assert.deepEqual(JSON.parse(stdout), texts);
    });
  }

  it('for PowerShell keeps to single quotes, typographic ones too', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`'‘’‚‛"\`$(){} a\n`) }), text =>
        assert.equal(readPowerShell(powershell(text, { variable: 'MCP_TOKEN' })), `${text}<MCP_TOKEN>`),
      ),
    );
    assert.equal(readPowerShell(powershell(hostile)), hostile);
  });
});

describe('usage examples', function () {
  this.timeout(30_000);

  const awkwardName = "X-!#$%&'*+.^_`|~Key";

  it('hold no secret unless it is given', () => {
    for (const form of exampleForms) {
      for (const request of ['initialize', 'tools/list'] satisfies ExampleRequest[]) {
        const headers = [
          { name: 'Authorization', prefix: 'Bearer ' },
          { name: 'X-Team-Key', prefix: '' },
        ];
        const given = source(headers, { url: 'https://u:pw-0@example.com/mcp?key=pw-1', urlIsSecret: true, request });
        const text = example(form, given);
        assert.match(text, /\bMCP_TOKEN\b/);
        assert.match(text, /\bMCP_X_TEAM_KEY\b/);
        assert.match(text, /\bMCP_URL\b/);
        assert.doesNotMatch(text, /pw-/);
        const clear = headers.map(header => ({ ...header, secret: new Secret('demo-token') }));
        const shown = example(form, source(clear, { url: given.url, urlIsSecret: true, showUrl: true, request }));
        assert.doesNotMatch(shown, /MCP_TOKEN|MCP_URL/);
        assert.match(shown, /Bearer demo-token/);
        assert.match(shown, /pw-1/);
      }
    }
  });

  if (hasPosixShell) {
    it('pass curl, HTTPie and the inspector what is meant, whatever stands in it', () => {
      const url = "https://example.com/it's/$(touch+x)/`id`/!!;&|/[1-9]?q={a,b}";
      const href = new URL(url).href;
      const token = ':=@file $HOME "q" \\';
      const given = source(
        [
          { name: awkwardName, prefix: '' },
          { name: 'X-Plain', plain: "it's !x $HOME" },
        ],
        { url },
      );
      const curl = wordsFor('curl', example('curl', given), token);
      assert.deepEqual(curl.slice(0, 2), ['--globoff', href]);
      assert.ok(curl.includes(`${awkwardName}: ${token}`));
      assert.ok(curl.includes("X-Plain: it's !x $HOME"));
      const http = wordsFor('http', example('httpie', given), token);
      assert.equal(http[http.indexOf('POST') + 1], href);
      // HTTPie separates at the first of `:`, `:=`, `:@`, `=`, `==`, `@`, `=@`, `:=@`: with a blank behind it, `:` is the one.
      assert.ok(http.includes(`${awkwardName}: ${token}`));
      assert.equal(JSON.parse(http[http.indexOf('--raw') + 1] ?? '').method, 'initialize');
      assert.ok(http.includes('--ignore-stdin'));
      const npx = wordsFor('npx', example('inspector', { ...given, transport: 'sse' }), token);
      assert.deepEqual(npx.slice(0, 7), [
        '@modelcontextprotocol/inspector',
        '--cli',
        href,
        '--transport',
        'sse',
        '--method',
        'tools/list',
      ]);
      assert.equal(npx[npx.indexOf('--header') + 1], `${awkwardName}: ${token}`);
    });
  }

  if (hasPosixShell) {
    it('open a session with HTTPie before the tools are listed', () => {
      const text = example('httpie', source([{ name: 'Authorization', prefix: 'Bearer ' }], { request: 'tools/list' }));
      const script = `http() { echo "$2|$4|$9|\${10}|\${11}" >&2
      printf 'HTTP/1.1 200 OK\\r\\nMCP-Session-Id: abc\\r\\n\\r\\nevent: message\\ndata: {"result":{"protocolVersion":"2025-03-26"}}\\n'; }\n${text}`;
      const { stderr } = spawnSync('bash', ['--norc', '-c', script], {
        encoding: 'utf8',
        env: { ...process.env, MCP_TOKEN: 'demo' },
      });
      const calls = stderr.trim().split('\n');
      assert.equal(calls.length, 3, stderr);
      assert.match(calls[0] ?? '', /^--print=hb\|.*"initialize".*Mcp-Session-Id:\|/);
      assert.match(
        calls[1] ?? '',
        /^--body\|.*notifications\/initialized.*Mcp-Session-Id:abc\|MCP-Protocol-Version:2025-03-26$/,
      );
      assert.match(calls[2] ?? '', /^--body\|.*tools\/list.*Mcp-Session-Id:abc\|MCP-Protocol-Version:2025-03-26$/);
    });
  }

  it('are a PowerShell block that stops where the variable is missing', () => {
    const given = source([{ name: "X-'Key’", prefix: '' }], { url: 'https://example.com/a’b' });
    assert.ok(!exampleCall(given).ok);
    const text = example(
      'powershell',
      source([
        { name: "X-'Key", prefix: '' },
        { name: 'X-Q', plain: "a 'b'" },
      ]),
    );
    assert.match(text, /^& \{\n/);
    assert.match(text, /if \(-not \$env:MCP_TOKEN\) \{ throw /);
    assert.ok(text.includes(`'X-''Key' = $env:MCP_TOKEN\n`));
    assert.ok(text.includes(`'X-Q' = 'a ''b'''\n`));
    assert.ok(text.includes('MaximumRedirection = 0'));
  });

  it('set no header twice that the protocol prescribes', () => {
    const headers = [
      { name: 'accept', plain: 'application/json' },
      { name: 'Content-Type', plain: 'application/json' },
      { name: 'X-Team', plain: 'blue' },
    ];
    for (const form of exampleForms.filter(form => form !== 'inspector')) {
      const text = example(form, source(headers));
      assert.equal(text.match(/['"]?accept['"]?\s*[:=]/gi)?.length, 1, text);
      assert.equal(text.match(/content-?type['"]?\s*[:=]/gi)?.length, 1, text);
      assert.match(text, /X-Team/);
    }
  });

  it('let a config file smuggle no variable into a .http file', () => {
    const url = 'https://example.com/mcp?x={{HOME}}';
    const text = example('httpFile', source([{ name: 'Authorization', prefix: 'Bearer ' }], { url }));
    assert.deepEqual(text.match(/\{\{.*?\}\}/g), ['{{$processEnv MCP_TOKEN}}']);
    const call = exampleCall(source([{ name: 'X-Note', plain: '{{$processEnv HOME}}' }]));
    assert.ok(call.ok);
    assert.deepEqual(usageExample('httpFile', call.value), { ok: false, error: 'X-Note' });
  });

  it('separate the requests of a .http file as its readers want it', () => {
    const text = example('httpFile', source([{ name: 'Authorization', prefix: 'Bearer ' }], { request: 'tools/list' }));
    const requests = text.split(/^### .*$/m).slice(1);
    assert.equal(requests.length, 3);
    for (const request of requests) {
      const [head = '', body = ''] = request.trim().split('\n\n');
      assert.match(head, /^POST https:\/\/example\.com\/mcp$/m);
      assert.match(head, /^Accept: application\/json, text\/event-stream$/m);
      assert.equal((JSON.parse(body) as { jsonrpc: string }).jsonrpc, '2.0');
    }
    assert.match(requests[2] ?? '', /^Mcp-Session-Id: \{\{initialize\.response\.headers\.Mcp-Session-Id\}\}$/m);
  });

  it('are refused where a header or URL cannot be sent', () => {
    const problem = (headers: readonly SourceHeader[], url?: string) => {
      const call = exampleCall(source(headers, url === undefined ? {} : { url }));
      return call.ok ? undefined : call.error;
    };
    assert.deepEqual(problem([{ name: 'X-A\r\nX-B', plain: '1' }]), { header: 'X-A\r\nX-B' });
    assert.deepEqual(problem([{ name: 'X-A', plain: '1\r\nX-B: 2' }]), { header: 'X-A' });
    assert.deepEqual(problem([{ name: 'X-A', prefix: '', secret: new Secret('é') }]), { header: 'X-A' });
    assert.deepEqual(problem([], 'https://example.com/\nmcp'), { url: 'blank' });
    assert.deepEqual(problem([], 'file:///etc/passwd'), { url: 'not-http' });
    assert.deepEqual(problem([], 'https://${input:host}/mcp'), { url: 'unresolved' });
  });

  it('give each secret a variable of its own', () => {
    const call = exampleCall(
      source([
        { name: 'Authorization', prefix: 'Bearer ' },
        { name: 'X-Key', prefix: '' },
        { name: 'X_Key', prefix: '' },
      ]),
    );
    assert.ok(call.ok);
    assert.deepEqual(
      call.value.headers.map(({ value }) => value),
      [['Bearer ', { variable: 'MCP_TOKEN' }], [{ variable: 'MCP_X_KEY' }], [{ variable: 'MCP_X_KEY_2' }]],
    );
  });
});
