// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { addServer } from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import {
  addTranslated,
  type Loss,
  type TranslatedServer,
  translateServer,
} from '../../../../src/core/config/translate.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { resolvesVariables } from '../../../../src/core/config/variableNames.ts';
import { variableHeader } from '../../../../src/core/config/variables.ts';
import { applyEdits } from '../../../../src/core/text.ts';
import { everyFormat } from './formatTexts.ts';

const url = 'https://tasks.example/mcp';

function translated(
  text: string,
  from: ConfigFormat,
  to: ConfigFormat,
  delivered?: ReadonlySet<string>,
): TranslatedServer {
  const result = translateServer(text, from, 'tasks', to, delivered);
  ok(result.ok, JSON.stringify(result));
  return result.value;
}

function added(server: TranslatedServer, to: ConfigFormat, text = ''): string {
  const edits = addTranslated(text, to, server);
  ok(edits.ok, JSON.stringify(edits));
  return applyEdits(text, edits.value);
}

function copied(text: string, from: ConfigFormat, to: ConfigFormat): { text: string; lost: readonly Loss[] } {
  const server = translated(text, from, to);
  return { text: added(server, to), lost: server.lost };
}

function headersOf(text: string, format: ConfigFormat): Record<string, string | undefined> {
  const config = parseConfig(text, format);
  deepStrictEqual(config.problems, []);
  const server = config.servers.find(({ name }) => name === 'tasks');
  strictEqual(server?.url?.value, url);
  return Object.fromEntries(server.headers.map(header => [header.name, header.value]));
}

function written(format: ConfigFormat, headers: Record<string, string>, transport: 'http' | 'sse' = 'http'): string {
  const edits = addServer('', format, { name: 'tasks', url, headers, transport });
  ok(edits.ok);
  return applyEdits('', edits.value);
}

/** As the tables of the formats have it: what a server says in each of them, and what is left of it in the others. */
const full: Partial<Record<ConfigFormat['id'], string>> = {
  copilotCli: '{"mcpServers":{"tasks":{"type":"http","url":"U","tools":["a","b"],"timeout":5000}}}',
  windsurf: '{"mcpServers":{"tasks":{"serverUrl":"U","disabled":true,"disabledTools":["c"]}}}',
  geminiCli:
    '{"mcpServers":{"tasks":{"httpUrl":"U","timeout":5000,"includeTools":["a","b"],"excludeTools":["c"],"trust":true}}}',
  codex: [
    '[mcp_servers.tasks]',
    'url = "U"',
    'tool_timeout_sec = 5',
    'enabled = false',
    'enabled_tools = ["a", "b"]',
    'disabled_tools = ["c"]',
    'startup_timeout_sec = 1_0',
  ].join('\n'),
  vscode: '{"servers":{"tasks":{"type":"http","url":"U","dev":{"watch":"*"}}}}',
};

describe('translating a server', () => {
  for (const from of everyFormat) {
    describe(`of ${from.id}${from.serversPaths[0]?.[0] === 'projects' ? ' (a project)' : ''}`, () => {
      for (const to of everyFormat) {
        it(`into ${to.id}${to.serversPaths[0]?.[0] === 'projects' ? ' (a project)' : ''}`, () => {
          const own = variableHeader(from, 'X-Key', '', 'TASKS_KEY');
          const text = written(from, { 'X-Team': 'blue "1"', ...(own !== undefined && { 'X-Key': own }) });
          const result = copied(text, from, to);
          const theirs = variableHeader(to, 'X-Key', '', 'TASKS_KEY');
          const keeps = own !== undefined && theirs !== undefined;
          deepStrictEqual(headersOf(result.text, to), { 'X-Team': 'blue "1"', ...(keeps && { 'X-Key': theirs }) });
          deepStrictEqual(
            result.lost,
            own !== undefined && !keeps ? [{ kind: 'header', name: 'X-Key', reason: 'variable' }] : [],
          );
          // And back again, for what both know.
          const back = copied(result.text, to, from);
          deepStrictEqual(headersOf(back.text, from), { 'X-Team': 'blue "1"', ...(keeps && { 'X-Key': own }) });

          const sse = copied(written(from, {}, 'sse'), from, to);
          strictEqual(parseConfig(sse.text, to).servers[0]?.url?.value, url);
          const isLost = from.syntax !== 'toml' && to.syntax === 'toml' && saysSse(from);
          deepStrictEqual(sse.lost, isLost ? [{ kind: 'sse' }] : []);

          // What else a server has: written under the target's name for it, or said to be lost.
          const rich = full[from.id]?.replace('"U"', JSON.stringify(url));
          if (rich !== undefined && from.serversPaths[0]?.[0] !== 'projects') {
            checkMembers(rich, from, to);
          }
        });
      }
    });
  }

  function saysSse(format: ConfigFormat): boolean {
    return (
      parseConfig(written(format, {}, 'sse'), format).servers[0]?.transport === 'sse' || format.mcpRemote === 'only'
    );
  }

  function checkMembers(text: string, from: ConfigFormat, to: ConfigFormat): void {
    const { members, lost } = translated(text, from, to);
    if (from.clients.some(client => to.clients.includes(client))) {
      strictEqual(lost.length, 0);
      return;
    }
    const has = from.options ?? {};
    const meant = { timeout: 5000, enabledTools: ['a', 'b'], disabledTools: ['c'], disabled: true };
    const expected: Record<string, unknown> = {};
    for (const [option, value] of Object.entries(meant)) {
      const own = has[option as keyof typeof meant];
      const key = to.mcpRemote === 'only' ? undefined : to.options?.[option as keyof typeof meant];
      if (own && key) {
        expected[key.key] = key.seconds ? 5 : key.inverted ? false : value;
      } else if (own) {
        ok(lost.some(loss => loss.kind === 'member' && loss.key === own.key));
      }
    }
    deepStrictEqual(
      Object.fromEntries(
        members.map(([key, value]) => [
          key,
          typeof value === 'object' && 'items' in value
            ? value.items
            : typeof value === 'object' && 'literal' in value
              ? JSON.parse(value.literal)
              : value,
        ]),
      ),
      expected,
    );
    for (const key of ['trust', 'startup_timeout_sec', 'dev']) {
      strictEqual(
        lost.some(loss => loss.kind === 'member' && loss.key === key),
        text.includes(key),
      );
    }
    // What was translated is read again in the target.
    deepStrictEqual(parseConfig(added(translated(text, from, to), to), to).problems, []);
  }

  const { vscode, vscodeUser, dotMcp, claudeCode, cursor, geminiCli, codex, claudeDesktop, copilotCli } = formats;

  it('gives a bearer token from a variable the form that each client resolves', () => {
    const text = written(claudeCode, { Authorization: 'Bearer ${TASKS}' });
    const forms = [vscode, cursor, geminiCli, codex].map(to => [to.id, copied(text, claudeCode, to).text]);
    const by = Object.fromEntries(forms);
    ok(by.vscode?.includes('"Bearer ${env:TASKS}"'));
    ok(by.cursor?.includes('"Bearer ${env:TASKS}"'));
    ok(by.geminiCli?.includes('"Bearer ${TASKS}"'));
    ok(by.codex?.includes('bearer_token_env_var = "TASKS"'));
  });

  it('says which headers a format has no words for', () => {
    const cases: [ConfigFormat, string, ConfigFormat, string][] = [
      [vscode, 'Bearer ${input:ask}', cursor, 'input'],
      [vscode, '${workspaceFolder}', claudeCode, 'other'],
      [claudeCode, '${KEY:-none}', cursor, 'fallback'],
      [claudeCode, '${KEY:-none}', claudeDesktop, 'variable'],
      [claudeCode, 'Basic ${KEY}', codex, 'variable'],
      [cursor, 'pa$$word-of-$HOME', geminiCli, 'text'],
      [copilotCli, '${KEY}', claudeCode, 'text'],
    ];
    for (const [from, value, to, reason] of cases) {
      const { lost, text } = copied(written(from, { 'X-Key': value, 'X-Team': 'blue' }), from, to);
      deepStrictEqual(lost, [{ kind: 'header', name: 'X-Key', reason }], `${from.id} ${value} ${to.id}`);
      deepStrictEqual(headersOf(text, to), { 'X-Team': 'blue' });
    }
  });

  it('leaves out a header that is delivered in another way', () => {
    const text = written(vscode, { Authorization: 'Bearer ${input:x}', 'X-Team': 'blue' });
    const server = translated(text, vscode, claudeDesktop, new Set(['authorization']));
    deepStrictEqual([server.headers, server.lost], [[{ name: 'X-Team', value: 'blue' }], []]);
  });

  it('takes the inputs along that its headers refer to, where there is a place for them', () => {
    const text = `{
      "servers": { "tasks": { "url": "${url}", "headers": { "X-Key": "\${input:ask}" } } },
      "inputs": [{ "id": "other", "type": "x" }, { "id": "ask", "type": "promptString", "password": true }],
    }`;
    const result = copied(text, vscode, vscodeUser);
    deepStrictEqual(JSON.parse(result.text).inputs, [{ id: 'ask', type: 'promptString', password: true }]);
    deepStrictEqual(headersOf(result.text, vscodeUser), { 'X-Key': '${input:ask}' });
    // One that is there keeps its own definition.
    const there = '{"inputs":[{"id":"ask","type":"pickString"}]}';
    deepStrictEqual(JSON.parse(added(translated(text, vscode, vscodeUser), vscodeUser, there)).inputs, [
      { id: 'ask', type: 'pickString' },
    ]);
  });

  it('understands command lines of mcp-remote, and writes them for clients that start nothing else', () => {
    const desktop = copied(written(vscode, { 'X-Team': 'blue' }, 'sse'), vscode, claudeDesktop).text;
    deepStrictEqual(JSON.parse(desktop).mcpServers.tasks, {
      command: 'npx',
      args: ['-y', 'mcp-remote', url, '--transport', 'sse-only', '--header', 'X-Team:${X_TEAM_HEADER}'],
      env: { X_TEAM_HEADER: 'blue' },
    });
    deepStrictEqual(JSON.parse(copied(desktop, claudeDesktop, vscode).text).servers.tasks, {
      type: 'sse',
      url,
      headers: { 'X-Team': 'blue' },
    });
  });

  it('keeps comments between files of VS Code, and says that they are lost where none are read', () => {
    const text = `{
    "mcpServers": {
        "tasks": { // Ours.
            "type": "http",
            /* Not the
               old one. */
            "url": "${url}",
            "headers": {
                "X-Team": "blue", // who
                "X-Key": "\${KEY}"
            },
        }
    }
}`;
    const server = translated(text, dotMcp, vscode, new Set(['x-key']));
    deepStrictEqual(server.lost, []);
    strictEqual(
      added(server, vscode, '{\n\t"servers": {},\n}\n'),
      `{
\t"servers": {
\t\t"tasks": { // Ours.
\t\t\t"type": "http",
\t\t\t/* Not the
\t\t\t   old one. */
\t\t\t"url": "${url}",
\t\t\t"headers": {
\t\t\t\t"X-Team": "blue", // who
\t\t\t\t"X-Key": "\${KEY}"
\t\t\t},
\t\t}
\t},
}
`,
    );
    const back = copied(added(server, vscode), vscode, dotMcp);
    ok(back.lost.some(({ kind }) => kind === 'comments'));
    ok(!/\/\//.test(back.text.replaceAll('https://', '')));
  });

  it('finds what TOML says in every way of saying it', () => {
    const lines = [
      'mcp_servers.tasks.url = "U"\nmcp_servers.tasks.http_headers."X-Team" = "blue"\nmcp_servers.tasks.tool_timeout_sec = 5',
      'mcp_servers = { tasks = { url = "U", http_headers = { X-Team = "blue" }, tool_timeout_sec = 5 } }',
      '[mcp_servers.tasks.http_headers]\nX-Team = "blue"\n[other]\na = 1\n[mcp_servers.tasks]\nurl = "U"\ntool_timeout_sec = 5',
    ];
    for (const line of lines) {
      const result = copied(line.replace('"U"', JSON.stringify(url)), codex, geminiCli);
      deepStrictEqual(JSON.parse(result.text).mcpServers.tasks, {
        httpUrl: url,
        timeout: 5000,
        headers: { 'X-Team': 'blue' },
      });
    }
  });

  it('refuses what has no URL, or one that is put together elsewhere', () => {
    const stdio = '{"servers":{"tasks":{"command":"x"}}}';
    const parts = '{"servers":{"tasks":{"url":"https://${input:host}/mcp"}}}';
    const codes = [
      translateServer(stdio, vscode, 'tasks', cursor),
      translateServer(stdio, vscode, 'none', cursor),
      translateServer(parts, vscode, 'tasks', cursor),
    ].map(result => (result.ok ? undefined : result.error));
    deepStrictEqual(codes, ['no-url', 'server-not-found', 'reference']);
  });

  it('knows which formats resolve variables', () => {
    const resolving = everyFormat.filter(resolvesVariables).map(({ id }) => id);
    ok(
      ['vscode', 'dotMcp', 'claudeCode', 'cursor', 'windsurf', 'geminiCli', 'codex'].every(id =>
        resolving.includes(id as never),
      ),
    );
    ok(!resolving.includes('claudeDesktop') && !resolving.includes('copilotCli'));
  });
});
