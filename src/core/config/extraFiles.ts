import { formats } from './formats.ts';
import type { ConfigFormat, FormatId } from './types.ts';

/** A config file that a user has named in the settings. */
export interface ExtraFile {
  /** `folder`: `path` is relative to each open folder; `machine`: it's absolute, on the user's machine. */
  readonly at: 'folder' | 'machine';
  /** With `/`. */
  readonly path: string;
  readonly format: ConfigFormat;
}

/** An entry of the setting that names no file. */
export interface ExtraFileProblem {
  /** Counted from 0. */
  readonly index: number;
  /** What was written, as far as it's a text. */
  readonly value: string;
  readonly reason: 'wrong-type' | 'not-absolute' | 'variable' | 'unknown-format';
}

/** The formats that a user may name. The user's own files of VS Code are written as `vscode`. */
export const extraFormats = Object.keys(formats).filter(
  id => id !== 'vscodeUser' && id !== 'vscodeRemoteUser',
) as readonly FormatId[];

const workspaceFolder = '${workspaceFolder}/';

/**
 * Reads the setting: a list of paths, or of objects with `path` and `format`. A path is absolute, or begins with `~/` or
 * `${workspaceFolder}/`; what a format isn't given for is told by the file's name.
 * @param home absolute, with `/`
 */
export function readExtraFiles(
  value: unknown,
  home: string,
): { readonly files: readonly ExtraFile[]; readonly problems: readonly ExtraFileProblem[] } {
  const files: ExtraFile[] = [];
  const problems: ExtraFileProblem[] = [];
  for (const [index, entry] of (Array.isArray(value) ? value : []).entries()) {
    const { path, format } = membersOf(entry);
    const file = readEntry(path, format, home);
    if (typeof file === 'string') {
      const text = file === 'unknown-format' ? format : path;
      problems.push({ index, value: typeof text === 'string' ? text : '', reason: file });
    } else {
      files.push(file);
    }
  }
  return { files, problems };
}

function membersOf(entry: unknown): { readonly path?: unknown; readonly format?: unknown } {
  return typeof entry === 'object' && entry !== null ? entry : { path: entry };
}

function readEntry(path: unknown, format: unknown, home: string): ExtraFile | ExtraFileProblem['reason'] {
  if (typeof path !== 'string' || path.trim() === '') {
    return 'wrong-type';
  }
  const known = extraFormats.find(id => id === format);
  if (format !== undefined && known === undefined) {
    return 'unknown-format';
  }
  const slashed = path.trim().replaceAll('\\', '/');
  const found = withoutInputs(formats[known ?? guessFormat(slashed)]);
  if (slashed.startsWith(workspaceFolder)) {
    const inside = slashed.slice(workspaceFolder.length);
    return inside.includes('${') ? 'variable' : { at: 'folder', path: inside, format: found };
  }
  if (slashed.includes('${')) {
    return 'variable';
  }
  if (slashed.startsWith('~/')) {
    return { at: 'machine', path: `${home}${slashed.slice(1)}`, format: found };
  }
  return /^(?:\/|[A-Za-z]:\/)/.test(slashed) ? { at: 'machine', path: slashed, format: found } : 'not-absolute';
}

/** By what the file is called; most clients write `mcpServers`, and that is also read in a bare map of servers. */
function guessFormat(path: string): FormatId {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const guesses: readonly (readonly [RegExp, FormatId])[] = [
    [/\.toml$/, 'codex'],
    [/\.code-workspace$/, 'codeWorkspace'],
    [/^\.?devcontainer\.json$/, 'devContainer'],
    [/^claude_desktop_config\.json$/, 'claudeDesktop'],
    [/^\.claude\.json$/, 'claudeCode'],
    [/^mcp-config\.json$/, 'copilotCli'],
    [/^mcp_config\.json$/, 'windsurf'],
    [/^settings\.json$/, 'geminiCli'],
    [/^mcp\.json$/, /\/\.cursor\/[^/]+$/.test(path) ? 'cursor' : 'vscode'],
  ];
  return guesses.find(([pattern]) => pattern.test(name))?.[1] ?? 'dotMcp';
}

const inputless = new Map<FormatId, ConfigFormat>();

/**
 * The format of a file that this VS Code doesn't read, so that nobody would ask us for an input's value. The same object
 * each time: formats are compared by identity.
 */
function withoutInputs(format: ConfigFormat): ConfigFormat {
  const known = inputless.get(format.id);
  if (known) {
    return known;
  }
  const { inputsPath: _, ...rest } = format;
  const made = { ...rest, indirections: format.indirections.filter(indirection => indirection !== 'input') };
  inputless.set(format.id, made);
  return made;
}
