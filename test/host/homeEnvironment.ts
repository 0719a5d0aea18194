import { join } from 'node:path';

/** Variables that move the files of MCP clients; a test that wants one sets it again. */
const moving = ['COPILOT_HOME', 'CODEX_HOME', 'CLAUDE_CONFIG_DIR', 'GEMINI_CLI_HOME'];

/**
 * An environment whose user's home is this folder, so that a VS Code under test neither reads nor changes the config
 * files of whoever runs it.
 */
export function homeEnvironment(home: string): Record<string, string> {
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
    XDG_CONFIG_HOME: join(home, '.config'),
    ...Object.fromEntries(moving.map(name => [name, ''])),
  };
}
