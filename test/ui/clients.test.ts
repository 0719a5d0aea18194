import assert from 'node:assert/strict';
import { eventually } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const todos = 'https://todos.example.com/mcp';

// A person with six clients: each file has a line, and the one that is broken says so.
describe('The files of other clients', () => {
  let workbench: Workbench;

  before(async () => {
    const servers = (all: object) => JSON.stringify({ mcpServers: all }, undefined, 2);
    workbench = await openWorkbench({
      size: { width: 760, height: 900 },
      files: {
        '.vscode/mcp.json': JSON.stringify({ servers: { todos: { type: 'http', url: todos } } }),
        '.cursor/mcp.json': servers({ search: { url: 'https://search.example.com/mcp' } }),
        'readme.txt': '',
      },
      home: {
        '.claude.json': servers({ todos: { type: 'http', url: todos, headers: { 'X-API-Key': '${TODOS_KEY}' } } }),
        '.config/Claude/claude_desktop_config.json': servers({
          todos: { command: 'npx', args: ['-y', 'mcp-remote', todos, '--header', 'X-API-Key:${KEY}'] },
          files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/home'] },
        }),
        '.cursor/mcp.json': '{ "mcpServers": {',
        '.codex/config.toml': '[mcp_servers.weather]\nurl = "https://weather.example.com/mcp"\n',
        '.gemini/settings.json': '{ "theme": "dark" }',
      },
    });
    await workbench.sideBar.show('MCP Keyring');
  });

  after(() => workbench?.close());

  it('stand behind those of the folder, with their clients, and not at all without a server', async () => {
    await eventually(async () => {
      const rows = await workbench.sideBar.rows('Servers');
      assert.deepEqual(
        rows.filter(({ level }) => level === 1).map(({ label, description }) => [label, description]),
        [
          ['.vscode/mcp.json', ''],
          ['.cursor/mcp.json', 'Cursor'],
          ['Claude Code', '~/.claude.json'],
          ['Claude Desktop', '~/.config/Claude/claude_desktop_config.json'],
          ['Cursor', 'not well-formed JSON · ~/.cursor/mcp.json'],
          ['Codex', '~/.codex/config.toml'],
        ],
      );
    });
    await workbench.screenshots('clients');
  });

  it('say of a server where else it stands, to the eye and to a screen reader', async () => {
    await eventually(async () => {
      const rows = await workbench.sideBar.rows('Servers');
      const shared = rows.filter(({ label }) => label === 'todos');
      assert.equal(shared.length, 3);
      for (const { description, spoken } of shared) {
        assert.match(description, /^in 3 files · https:/);
        assert.match(spoken, /also in .*\.json/);
      }
    });
  });
});
