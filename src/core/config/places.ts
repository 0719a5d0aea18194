import { formats } from './formats.ts';
import { claudeCodeProject } from './otherClients.ts';
import type { ConfigFormat, FormatId } from './types.ts';

/** A config file's place inside a folder. */
export interface FolderPlace {
  readonly format: ConfigFormat;
  /** Relative to the folder, with `/`. */
  readonly path: string;
}

/**
 * Where clients look for servers in a folder that is open, in the order of the views. The client that owns a format is the
 * only one that reads its files; `.mcp.json` is shared.
 *
 * Beside these, `.devcontainer/<name>/devcontainer.json`: one level deep, and each is another container
 * (containers.dev/implementors/spec, "devcontainer.json", read November 2026).
 */
export const folderPlaces: readonly FolderPlace[] = [
  { format: formats.vscode, path: '.vscode/mcp.json' },
  { format: formats.dotMcp, path: '.mcp.json' },
  { format: formats.devContainer, path: '.devcontainer/devcontainer.json' },
  { format: formats.devContainer, path: '.devcontainer.json' },
  { format: formats.cursor, path: '.cursor/mcp.json' },
  { format: formats.geminiCli, path: '.gemini/settings.json' },
  { format: formats.codex, path: '.codex/config.toml' },
];

/** The machine and user whose clients are meant. Paths have `/` on every system. */
export interface Machine {
  readonly platform: 'windows' | 'mac' | 'linux';
  /** Absolute. */
  readonly home: string;
  /** The variables that move a client's files: {@link placeVariables}. An empty one counts as not set. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The environment variables that {@link homePlaces} looks at. */
export const placeVariables = [
  'APPDATA',
  'LOCALAPPDATA',
  'GEMINI_CLI_HOME',
  'XDG_CONFIG_HOME',
  'COPILOT_HOME',
  'CODEX_HOME',
  'CLAUDE_CONFIG_DIR',
] as const;

/** A config file in a user's home. */
export interface HomePlace {
  readonly format: ConfigFormat;
  /** Absolute. */
  readonly path: string;
  /** Absolute. There is a folder here as soon as the client has been started once. */
  readonly clientFolder: string;
  /** Whether the client works where the folders are, as command lines do, and not where the window is. */
  readonly atFolders: boolean;
}

/**
 * Where the clients of a user look for servers, in the order of the views.
 *
 * Sources, all read November 2026:
 * - `COPILOT_HOME` and `CODEX_HOME` stand for the whole folder (docs.github.com, "Copilot CLI configuration directory";
 *   openai/codex, docs/config.md), `GEMINI_CLI_HOME` for the home around `.gemini` (google-gemini/gemini-cli#27395, May 2026).
 * - `.claude.json` moves into `CLAUDE_CONFIG_DIR` (anthropics/claude-code#24479, comment of April 2026).
 * - Claude Desktop: `~/Library/Application Support/Claude`, `%APPDATA%\\Claude`, and in its package of 2026 a folder below
 *   `%LOCALAPPDATA%\\Packages` that stands in for the latter (anthropics/claude-code#26073, akitaonrails/ai-memory#250, July
 *   2026); on Linux `~/.config/Claude`.
 */
export function homePlaces({ platform, home, variables }: Machine): readonly HomePlace[] {
  const of = (name: (typeof placeVariables)[number], otherwise: string) => variables[name] || otherwise;
  const here = (format: FormatId, folder: string, file: string): HomePlace => ({
    format: formats[format],
    path: `${folder}/${file}`,
    clientFolder: folder,
    atFolders: false,
  });
  const there = (...place: Parameters<typeof here>): HomePlace => ({ ...here(...place), atFolders: true });
  const desktop = 'claude_desktop_config.json';
  const desktopFolders = {
    windows: [
      `${of('APPDATA', `${home}/AppData/Roaming`)}/Claude`,
      `${of('LOCALAPPDATA', `${home}/AppData/Local`)}/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude`,
    ],
    mac: [`${home}/Library/Application Support/Claude`],
    linux: [`${of('XDG_CONFIG_HOME', `${home}/.config`)}/Claude`],
  };
  return [
    there('copilotCli', of('COPILOT_HOME', `${home}/.copilot`), 'mcp-config.json'),
    {
      ...there('claudeCode', of('CLAUDE_CONFIG_DIR', home), '.claude.json'),
      clientFolder: of('CLAUDE_CONFIG_DIR', `${home}/.claude`),
    },
    ...desktopFolders[platform].map(folder => here('claudeDesktop', folder, desktop)),
    here('cursor', `${home}/.cursor`, 'mcp.json'),
    here('windsurf', `${home}/.codeium/windsurf`, 'mcp_config.json'),
    there('geminiCli', `${of('GEMINI_CLI_HOME', home)}/.gemini`, 'settings.json'),
    there('codex', of('CODEX_HOME', `${home}/.codex`), 'config.toml'),
  ];
}

const projects = new Map<string, ConfigFormat>();

/** {@link claudeCodeProject}, the same object for the same folder: formats are compared by identity. */
export function projectFormat(folder: string): ConfigFormat {
  const known = projects.get(folder) ?? claudeCodeProject(folder);
  projects.set(folder, known);
  return known;
}
