import assert from 'node:assert/strict';
import { homePlaces, type Machine, projectFormat } from '../../../../src/core/config/places.ts';

function pathsOf(machine: Partial<Machine>): Record<string, string[]> {
  const places = homePlaces({ platform: 'linux', home: '/home/kit', variables: {}, ...machine });
  const byClient = Map.groupBy(places, ({ format }) => format.id);
  return Object.fromEntries([...byClient].map(([id, all]) => [id, all.map(({ path }) => path)]));
}

describe('homePlaces', () => {
  it('has a file of every client that keeps one in the home', () => {
    assert.deepEqual(pathsOf({}), {
      copilotCli: ['/home/kit/.copilot/mcp-config.json'],
      claudeCode: ['/home/kit/.claude.json'],
      claudeDesktop: ['/home/kit/.config/Claude/claude_desktop_config.json'],
      cursor: ['/home/kit/.cursor/mcp.json'],
      windsurf: ['/home/kit/.codeium/windsurf/mcp_config.json'],
      geminiCli: ['/home/kit/.gemini/settings.json'],
      codex: ['/home/kit/.codex/config.toml'],
    });
  });

  it('follows the variables that move files', () => {
    const moved = pathsOf({
      variables: {
        COPILOT_HOME: '/data/copilot',
        CODEX_HOME: '/data/codex',
        CLAUDE_CONFIG_DIR: '/data/claude',
        GEMINI_CLI_HOME: '/data/gemini',
        XDG_CONFIG_HOME: '/data/config',
      },
    });
    assert.deepEqual(moved.copilotCli, ['/data/copilot/mcp-config.json']);
    assert.deepEqual(moved.codex, ['/data/codex/config.toml']);
    assert.deepEqual(moved.claudeCode, ['/data/claude/.claude.json']);
    assert.deepEqual(moved.geminiCli, ['/data/gemini/.gemini/settings.json']);
    assert.deepEqual(moved.claudeDesktop, ['/data/config/Claude/claude_desktop_config.json']);
  });

  it('takes an empty variable for none', () => {
    assert.deepEqual(pathsOf({ variables: { COPILOT_HOME: '', CODEX_HOME: '' } }), pathsOf({}));
  });

  it('knows where Claude Desktop is on each system, and both kinds of its installation on Windows', () => {
    assert.deepEqual(pathsOf({ platform: 'mac', home: '/Users/kit' }).claudeDesktop, [
      '/Users/kit/Library/Application Support/Claude/claude_desktop_config.json',
    ]);
    const packaged =
      'C:/Users/kit/AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json';
    assert.deepEqual(pathsOf({ platform: 'windows', home: 'C:/Users/kit' }).claudeDesktop, [
      'C:/Users/kit/AppData/Roaming/Claude/claude_desktop_config.json',
      packaged,
    ]);
    assert.deepEqual(
      pathsOf({ platform: 'windows', home: 'C:/Users/kit', variables: { APPDATA: 'D:/Roaming' } }).claudeDesktop,
      ['D:/Roaming/Claude/claude_desktop_config.json', packaged],
    );
  });

  it('takes a client for installed by its own folder, not by the home', () => {
    for (const { path, clientFolder } of homePlaces({ platform: 'linux', home: '/home/kit', variables: {} })) {
      assert.notEqual(clientFolder, '/home/kit', path);
    }
  });
});

describe('projectFormat', () => {
  it('is one object for one folder, since formats are compared by identity', () => {
    assert.equal(projectFormat('/a'), projectFormat('/a'));
    assert.deepEqual(projectFormat('/b').serversPaths, [['projects', '/b', 'mcpServers']]);
  });
});
