import type { ConfigFormat, FormatId } from './types.ts';

type OtherClient = Exclude<
  FormatId,
  'vscode' | 'vscodeUser' | 'vscodeRemoteUser' | 'codeWorkspace' | 'devContainer' | 'dotMcp'
>;

const base = {
  serversPaths: [['mcpServers']],
  comments: false,
  indirections: [],
  urlKeys: ['url'],
  headers: true,
  mcpRemote: 'read',
  indent: '  ',
} as const satisfies Partial<ConfigFormat>;

/** The formats of clients that aren't VS Code. */
export const otherClients: Readonly<Record<OtherClient, ConfigFormat>> = {
  /**
   * `~/.copilot/mcp-config.json`, or in `$COPILOT_HOME`. Strict JSON; `type` is `local`, `stdio`, `http` or `sse`, and its
   * own `/mcp add` writes `tools` (docs.github.com, "Adding MCP servers for GitHub Copilot CLI", read November 2026).
   * `$VAR`, `${VAR}` and `${VAR:-default}` are said to be expanded in `env` (github/copilot-cli#903, April 2026, 1.0.10);
   * of header values nothing is documented, so a reference there must be tried before it is offered. `tools` and `timeout`
   * (ms) as in its SDK (github/copilot-sdk, `McpServerConfig`, read November 2026).
   */
  copilotCli: {
    ...base,
    id: 'copilotCli',
    clients: ['copilotCli'],
    httpType: 'http',
    fixedMembers: [['tools', { items: ['*'] }]],
    options: { timeout: { key: 'timeout' }, enabledTools: { key: 'tools' } },
  },
  /**
   * `claude_desktop_config.json`. It starts commands and nothing else: an entry with `url` is "not a valid MCP server
   * configuration" and skipped (anthropics/claude-ai-mcp#120, March 2026; cboxdk/statamic-mcp#20, April 2026;
   * HelpCode-ai/anythingmcp#336, June 2026). So servers are written as `mcp-remote`; a `url` that stands there is read.
   */
  claudeDesktop: { ...base, id: 'claudeDesktop', clients: ['claudeDesktop'], mcpRemote: 'only' },
  /**
   * `~/.claude.json`: servers of scope `user` at the root, those of scope `local` below the project, see
   * {@link claudeCodeProject} (code.claude.com/docs/en/mcp, read November 2026). The page promises `${VAR}` and
   * `${VAR:-default}` in `url` and `headers`, and measurements bear it out for 2.1.278 (September 2026, of `.mcp.json`).
   */
  claudeCode: {
    ...base,
    id: 'claudeCode',
    clients: ['claudeCode'],
    indirections: ['env'],
    httpType: 'http',
    shared: true,
  },
  /**
   * `.cursor/mcp.json`, `~/.cursor/mcp.json`. `url` without `type`; `${env:NAME}` in `command`, `args`, `env`, `url` and
   * `headers` (cursor.com/docs/mcp, "Config interpolation", as quoted in October and November 2026).
   */
  cursor: { ...base, id: 'cursor', clients: ['cursor'], indirections: ['envColon'] },
  /**
   * `~/.codeium/windsurf/mcp_config.json`. `serverUrl` or `url`; `${env:NAME}` in `serverUrl`, `url` and `headers`, also
   * `${file:/path}` (docs.windsurf.com/windsurf/cascade/mcp, read November 2026).
   */
  windsurf: {
    ...base,
    id: 'windsurf',
    clients: ['windsurf'],
    indirections: ['envColon'],
    urlKeys: ['serverUrl', 'url'],
    options: { disabled: { key: 'disabled' }, disabledTools: { key: 'disabledTools' } },
  },
  /**
   * `settings.json` in `~/.gemini` or a folder's `.gemini`, with comments. `httpUrl` is Streamable HTTP and comes before
   * `url`, which is SSE in older versions; newer ones take `url` with `type` and call `httpUrl` deprecated
   * (google-gemini/gemini-cli#20747, March 2026; docs/tools/mcp-server.md, read November 2026). What all versions take
   * is written. `$VAR` and `${VAR}` are resolved in every string of the file (docs/cli/configuration.md). `timeout` (ms),
   * `includeTools` and `excludeTools` as in docs/tools/mcp-server.md.
   */
  geminiCli: {
    ...base,
    id: 'geminiCli',
    clients: ['geminiCli'],
    options: {
      timeout: { key: 'timeout' },
      enabledTools: { key: 'includeTools' },
      disabledTools: { key: 'excludeTools' },
    },
    comments: true,
    indirections: ['envBare'],
    urlKeys: ['httpUrl', 'url'],
    sseUrlKey: 'url',
  },
  /**
   * `~/.codex/config.toml`, and `.codex/config.toml` of trusted projects. `url`, `bearer_token_env_var`, `http_headers`,
   * `env_http_headers`; `bearer_token` and, beside `command`, any of these are errors (openai/codex,
   * codex-rs/config/src/mcp_types.rs, read November 2026). In strings nothing is resolved.
   */
  codex: {
    id: 'codex',
    syntax: 'toml',
    clients: ['codex'],
    options: {
      timeout: { key: 'tool_timeout_sec', seconds: true },
      enabledTools: { key: 'enabled_tools' },
      disabledTools: { key: 'disabled_tools' },
      disabled: { key: 'enabled', inverted: true },
    },
    serversPaths: [['mcp_servers']],
    comments: true,
    indirections: ['envKeys'],
    urlKeys: ['url'],
    headers: true,
    indent: '',
  },
};

/**
 * The servers of `~/.claude.json` that are there for one project only.
 * @param folder the project's path as Claude Code writes it: absolute, with `/` on every system
 */
export function claudeCodeProject(folder: string): ConfigFormat {
  return { ...otherClients.claudeCode, serversPaths: [['projects', folder, 'mcpServers']] };
}
