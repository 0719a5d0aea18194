// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { type ConfigSyntax, detectSecrets } from '../../../../src/core/detect/detectSecrets.ts';
import { withFakeValues } from '../../../detect/fakeValues.ts';

/** What is found, as `server place name rule text`. Markers are filled in, and taken back in the text found. */
function found(template: string, syntax?: ConfigSyntax): string[] {
  const text = withFakeValues(template, 'x');
  return detectSecrets(text, syntax).map(({ server, place, name, rule, span, valueSpan }) => {
    ok(valueSpan.start < span.start && span.end < valueSpan.end, 'the secret is inside the quotes');
    return `${server} ${place} ${name} ${rule} ${text.slice(span.start, span.end)}`;
  });
}

function inServer(server: object): string[] {
  return found(JSON.stringify({ mcpServers: { a: server } }));
}

const key = withFakeValues('@an:32@', 'key');
const key2 = withFakeValues('@an:32@', 'key2');

describe('detectSecrets', () => {
  describe('finds servers', () => {
    const server = { url: 'https://a.example', headers: { 'X-API-Key': key } };
    const hit = [`a header X-API-Key api-key ${key}`];
    for (const [title, config, expected] of [
      ['VS Code', { servers: { a: server } }, hit],
      ['mcpServers', { mcpServers: { a: server } }, hit],
      ['a bare map', { a: server }, hit],
      ['a workspace', { folders: [], settings: { mcp: { servers: { a: server } } } }, hit],
      ['a dev container', { image: 'x', customizations: { vscode: { mcp: { servers: { a: server } } } } }, hit],
      ['projects of Claude Code', { projects: { '/a': { mcpServers: { a: server } } } }, hit],
      ['flat settings', { 'mcp.servers': {}, 'amp.mcpServers': { a: server } }, hit],
      ['beside objects with secrets of others', { x: server, mcpServers: { a: server }, y: server }, hit],
      [
        'behind objects with servers inside',
        { x: { mcpServers: { a: server }, env: { TOKEN: key }, token: key } },
        hit,
      ],
      ['no server: no url or command', { a: { headers: { 'X-API-Key': key } } }, []],
      ['no server: launch configurations', { settings: {}, launch: { env: { TOKEN: key } } }, []],
      ['no server: a list', [server], []],
      ['no server: other settings', { settings: { 'github.token': key, mcp: { servers: {} } } }, []],
    ] as const) {
      it(title, () => deepStrictEqual(found(JSON.stringify(config)), expected));
    }
  });

  describe('reads a server', () => {
    for (const [title, server, expected] of [
      ['env', { env: { GITHUB_TOKEN: key } }, [`a env GITHUB_TOKEN token ${key}`]],
      [
        'cookies, signed ones too',
        { headers: { Cookie: `lang=en; connect.sid=s%3A${key}.${key2}` } },
        [`a header Cookie key s%3A${key}.${key2}`],
      ],
      ['environment', { environment: { GITHUB_TOKEN: key } }, [`a env GITHUB_TOKEN token ${key}`]],
      [
        'http_headers',
        { http_headers: { Authorization: `Bearer ${key}` } },
        [`a header Authorization authorization ${key}`],
      ],
      [
        'nested headers',
        { requestInit: { headers: { Authorization: key } } },
        [`a header Authorization authorization ${key}`],
      ],
      ['env_http_headers', { env_http_headers: { Authorization: 'MY_OWN_77_TOKEN_b' } }, []],
      ['a member', { apiKey: key }, [`a member apiKey api-key ${key}`]],
      [
        'an OAuth client',
        { oauth: { clientId: key, clientSecret: key2 } },
        [`a oauth-client-secret clientSecret secret ${key2}`],
      ],
      ['a command line as one text', { command: `npx x --token ${key}` }, [`a argument --token token ${key}`]],
      ['a command as a list', { command: ['npx', 'x', '--token', key] }, [`a argument --token token ${key}`]],
      ['a query', { url: `https://a.example/?a=1&api_key=${key}#x` }, [`a url-query api_key api-key ${key}`]],
      ['a path', { url: `https://a.example/s/${key}${key2}/mcp` }, [`a url-path url random-value ${key}${key2}`]],
      ['ids in a path', { url: withFakeValues('https://a.example/@uuid@/@hex:64@/@an:44@/mcp', 'ids') }, []],
      ['user info', { url: `https://me:${key}@a.example/?a=1` }, [`a url-userinfo url url-password ${key}`]],
      [
        'user info and query',
        { url: `https://me:${key}@a.example/?token=${key2}` },
        [`a url-userinfo url url-password ${key}`, `a url-query token token ${key2}`],
      ],
      [
        'an encoded query',
        { url: 'https://a.example/?code=aB3%2Bf9dKe72%2FmQ81zR4w%3D%3D' },
        ['a url-query code key aB3%2Bf9dKe72%2FmQ81zR4w%3D%3D'],
      ],
      [
        'a password with an at sign',
        { env: { DB: 'postgres://me:a@Winter7@db/x' } },
        ['a url-userinfo DB url-password a@Winter7'],
      ],
      [
        'a password with a slash',
        { env: { DB: 'postgres://me:a/Winter7@db/x' } },
        ['a url-userinfo DB url-password a/Winter7'],
      ],
      ['a URL without password', { env: { DB: 'postgres://db:5432/x@y' } }, []],
      [
        'JDBC',
        { env: { DB: 'jdbc:postgresql://db/x?user=me&password=Winter_7' } },
        ['a url-query password password Winter_7'],
      ],
      ['a default', { env: { TOKEN: `\${TOKEN:-${key}}` } }, [`a env TOKEN token ${key}`]],
      [
        'a default in a header',
        { headers: { Authorization: `Bearer \${TOKEN:-${key}}` } },
        [`a header Authorization authorization ${key}`],
      ],
      ['a reference and a default without a secret', { env: { TOKEN: '${TOKEN:-changeme}' } }, []],
    ] as const) {
      it(title, () => deepStrictEqual(inServer(server), expected));
    }
  });

  describe('reads arguments', () => {
    for (const [args, expected] of [
      [['--header', `Authorization: Bearer ${key}`], [`a argument Authorization authorization ${key}`]],
      [['--header', `Authorization:Bearer ${key}`], [`a argument Authorization authorization ${key}`]],
      [[`--header=Authorization: Bearer ${key}`], [`a argument Authorization authorization ${key}`]],
      [[`--header Authorization: Bearer ${key}`], [`a argument Authorization authorization ${key}`]],
      [['-H', `X-API-Key:${key}`], [`a argument X-API-Key api-key ${key}`]],
      [[`Authorization:${key}`], [`a argument Authorization authorization ${key}`]],
      [
        ['--headers', 'Authorization', `Bearer ${key}`, 'https://a.example'],
        [`a argument Authorization authorization ${key}`],
      ],
      [['--headers', `{"Authorization":"Bearer ${key}","X-A":"b"}`], [`a argument Authorization authorization ${key}`]],
      [['--header', 'Authorization:${AUTH_HEADER}'], []],
      [['--header', 'Authorization: Bearer ${TOKEN}'], []],
      [['--header', 'Accept: text/plain'], []],
      [[`--api-key=${key}`], [`a argument --api-key api-key ${key}`]],
      [['--api-key', key], [`a argument --api-key api-key ${key}`]],
      [['--api-key', '--verbose', 'x'], []],
      [
        ['--token', key, '--secret', key2],
        [`a argument --token token ${key}`, `a argument --secret secret ${key2}`],
      ],
      [['-e', `GITHUB_TOKEN=${key}`, 'image'], [`a argument GITHUB_TOKEN token ${key}`]],
      [[`-eGITHUB_TOKEN=${key}`], [`a argument -eGITHUB_TOKEN token ${key}`]],
      [['--env', 'GITHUB_TOKEN', 'image'], []],
      [[`GITHUB_TOKEN=${key}`, 'npx'], [`a argument GITHUB_TOKEN token ${key}`]],
      [
        ['-c', `export A_TOKEN=${key}; npx x --key "${key2}"`],
        [`a argument A_TOKEN token ${key}`, `a argument --key key ${key2}`],
      ],
      [['-Command', `$env:A_TOKEN='${key}'; npx x`], [`a argument A_TOKEN token ${key}`]],
      [
        ['-c', `curl -H 'Authorization: Bearer ${key}' https://a.example`],
        [`a argument Authorization authorization ${key}`],
      ],
      [['-u', `admin:${key}`], [`a argument -u password ${key}`]],
      [['-u', '1000:1000'], []],
      [['--config', JSON.stringify(JSON.stringify({ apiKey: key }))], [`a argument apiKey api-key ${key}`]],
      [['-y', '@scope/package@1.2.3', '--port', '8080:8080', 'image@sha256:0123456789abcdef'], []],
      [[`https://a.example/mcp?token=${key}`], [`a url-query token token ${key}`]],
      [['', '-', '--', '--=', '=', ':', 'a:', 'a='], []],
    ] as const) {
      it(JSON.stringify(args).replaceAll(key, '…').replaceAll(key2, '…'), () =>
        deepStrictEqual(inServer({ command: 'x', args }), expected),
      );
    }
  });

  describe('reads inputs', () => {
    for (const [input, expected] of [
      [{ id: 'x', password: true, default: 'Winter_7' }, [' input-default x password-input Winter_7']],
      [{ default: 'Winter_7', password: true, id: 'x' }, [' input-default x password-input Winter_7']],
      [{ id: 'x', password: false, default: 'Winter_7' }, []],
      [{ id: 'db-password', default: 'Winter_7' }, [' input-default db-password password Winter_7']],
      [{ id: 'x', password: true, default: '' }, []],
      [{ id: 'x', password: true, default: '<token>' }, []],
      [{ id: 'x', password: true, default: '${env:TOKEN}' }, []],
      [{ id: 'x', password: true }, []],
    ] as const) {
      it(JSON.stringify(input), () => {
        deepStrictEqual(found(JSON.stringify({ inputs: [input], servers: {} })), expected);
        deepStrictEqual(found(JSON.stringify({ settings: { mcp: { inputs: [input], servers: {} } } })), expected);
        deepStrictEqual(found(JSON.stringify({ mcp: { inputs: [input] } })), expected);
      });
    }
  });

  it('gives offsets in the text where it is escaped', () => {
    const text = String.raw`{ "servers": { "a": { "env": { "B": "{\"Authorization\": \"Bearer \u0041b3Df9Kq\u002b7Zw\"}", "P_PASSWORD": "\t\"Winter\\7\" " } } } }`;
    const [first, second] = detectSecrets(text);
    deepStrictEqual(first && text.slice(first.span.start, first.span.end), String.raw`\u0041b3Df9Kq\u002b7Zw`);
    deepStrictEqual(second && text.slice(second.span.start, second.span.end), String.raw`Winter\\7`);
  });

  it('reads comments, trailing commas and half-typed text', () => {
    deepStrictEqual(
      found(`\ufeff{ // x\n "servers": { "a": { "headers": { "X-API-Key": "${key}", }, "env": { "TOKEN": `),
      [`a header X-API-Key api-key ${key}`],
    );
  });

  describe('TOML', () => {
    for (const [title, text, expected] of [
      ['a table', `[mcp_servers.a.env]\nA_TOKEN = "${key}"`, [`a env A_TOKEN token ${key}`]],
      ['an inline table', `[mcp_servers.a]\nenv = { A_TOKEN = "${key}", B = 1 } # x`, [`a env A_TOKEN token ${key}`]],
      [
        'dotted keys',
        `[mcp_servers]\na.env.A_TOKEN = '${key}'\na.env.B_TOKEN = '${key2}'`,
        [`a env A_TOKEN token ${key}`, `a env B_TOKEN token ${key2}`],
      ],
      [
        'quoted keys',
        `[mcp_servers . "a b" . 'http_headers']\n"X-API-Key" = "${key}"`,
        [`a b header X-API-Key api-key ${key}`],
      ],
      [
        'arrays on several lines',
        `[mcp_servers.a]\nargs = [ # x\n  "--token", # "y"\n  "${key}",\n]`,
        [`a argument --token token ${key}`],
      ],
      [
        'strings on several lines',
        `[mcp_servers.a.env]\nA_TOKEN = """\n${key}"""\nB_TOKEN = '''${key2}'''`,
        [`a env A_TOKEN token ${key}`, `a env B_TOKEN token ${key2}`],
      ],
      [
        'comments and numbers',
        `# [mcp_servers.a.env]\n[mcp_servers.a.env] # x\n# A_TOKEN = "${key}"\nB = 2026-01-01\nC_TOKEN = "${key}"`,
        [`a env C_TOKEN token ${key}`],
      ],
      [
        'a value that holds a comment sign',
        `[mcp_servers.a.env]\nA = "#"\nB_TOKEN = "${key}"`,
        [`a env B_TOKEN token ${key}`],
      ],
      [
        'a broken line',
        `[mcp_servers.a.env]\nA =\nB = "x\n= 3\n[\n[mcp_servers.a.env]\r\nC_TOKEN = "${key}"`,
        [`a env C_TOKEN token ${key}`],
      ],
      [
        'other tables',
        `[model_providers.x]\nurl = "https://x.example"\napi_key = "${key}"\n[profiles.a.env]\nTOKEN = "${key}"`,
        [],
      ],
    ] as const) {
      it(title, () => deepStrictEqual(found(text, 'toml'), expected));
    }

    it('gives offsets where the text is escaped', () => {
      const text = '[mcp_servers.a.env]\nA_TOKEN = """\\\n   {\\"token\\": \\"\\u0041b3Df9Kq7Zw\\"}"""';
      const [first] = detectSecrets(text, 'toml');
      deepStrictEqual(first && text.slice(first.span.start, first.span.end), '\\u0041b3Df9Kq7Zw');
    });
  });

  describe('takes linear time and never throws', () => {
    const many = 200_000;
    for (const [title, text] of [
      ['nested arrays', `{"servers":{"a":{"args":${'['.repeat(many)}`],
      ['nested objects', `{"servers":{"a":${'{"a":'.repeat(many)}`],
      ['backslashes', JSON.stringify({ servers: { a: { env: { A: `{"a":${'\\'.repeat(many)}` } } } })],
      [
        'quotes',
        JSON.stringify({ servers: { a: { args: [`{${'"a":'.repeat(many / 4)}`, `'${'"'.repeat(60_001)}`] } } }),
      ],
      [
        'blanks',
        JSON.stringify({
          servers: { a: { args: [`--x${' '.repeat(many)}`], env: { A: `"a"${' '.repeat(60_000)}` } } },
        }),
      ],
      [
        'references',
        JSON.stringify({ servers: { a: { env: { A: '${'.repeat(30_000), B: '${A:-'.repeat(10_000) } } } }),
      ],
      ['sequences', JSON.stringify({ servers: { a: { env: { TOKEN: `${'1234567890'.repeat(6000)}!` } } } })],
      ['slashes', JSON.stringify({ servers: { a: { url: `https://${'/?#@'.repeat(16_000)}` } } })],
      [
        'semicolons',
        JSON.stringify({
          servers: { a: { env: { A: `${';password '.repeat(6000)}=`, B_HEADERS: 'a=b,'.repeat(16_000) } } },
        }),
      ],
      [
        'dots',
        JSON.stringify({
          servers: { a: { headers: { Authorization: `Bearer eyJ${'a'.repeat(30_000)}.${'a.'.repeat(10_000)}` } } },
        }),
      ],
      [
        'many secrets in one string',
        JSON.stringify({
          servers: { a: { command: 'sh', args: ['-c', 'API_TOKEN=abk3fDe9sdkjfh34KJH9\n'.repeat(10_000)] } },
        }),
      ],
      ['long names', JSON.stringify({ servers: { a: { env: { ['aA_'.repeat(many)]: 'abcdefgh' } } } })],
    ] as const) {
      it(title, () => {
        const start = performance.now();
        detectSecrets(text);
        detectSecrets(text, 'toml');
        ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
      });
    }
    for (const [title, text] of [
      ['brackets', `[mcp_servers.a]\nargs = ${'['.repeat(many)}`],
      ['braces', `[mcp_servers.a]\nenv = ${'{a='.repeat(many)}`],
      ['headers', '[a]\n[b.c]\n'.repeat(many / 10)],
      [
        'many secrets in one string',
        `[mcp_servers.a]\nargs = [${JSON.stringify('API_TOKEN=abk3fDe9sdkjfh34KJH9\n'.repeat(2000))}]`,
      ],
      ['a long path', `[${'a.'.repeat(many)}b]`],
      ['quotes', `a = ${'"'.repeat(many)}\n${"'".repeat(many)}`],
    ] as const) {
      it(`TOML: ${title}`, () => {
        const start = performance.now();
        detectSecrets(text, 'toml');
        ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
      });
    }

    it('any text', () => {
      const piece = fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        ':',
        ',',
        '=',
        '.',
        '\n',
        '\\',
        '#',
        '"""',
        "'''",
        ' ',
        '//',
        '/*',
        '"servers"',
        '"a"',
        '"env"',
        '"headers"',
        '"args"',
        '"url"',
        '"TOKEN"',
        '"--token"',
        'mcp_servers',
        'https://',
        '@',
        '?',
        '&',
        '${',
        '}',
        ':-',
        'Bearer ',
        '\\u0041',
        key,
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
          const text = pieces.join('');
          for (const syntax of ['json', 'toml'] as const) {
            let last = -1;
            for (const { span, valueSpan } of detectSecrets(text, syntax)) {
              ok(valueSpan.start <= span.start && span.start < span.end && span.end <= valueSpan.end, text);
              ok(span.start >= last, text);
              last = span.end;
            }
          }
        }),
        { numRuns: 2000 },
      );
    });
  });
});
