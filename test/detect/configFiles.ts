import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ConfigSyntax } from '../../src/core/detect/detectSecrets.ts';

const jsonNames = new Set([
  '.mcp.json',
  'mcp.json',
  'mcp-config.json',
  'mcp_config.json',
  'claude_desktop_config.json',
  '.claude.json',
  'devcontainer.json',
  '.devcontainer.json',
]);

/** How a file is written if its name is that of a config file of any client; undefined for all others. */
export function configSyntax(path: string): ConfigSyntax | undefined {
  const name = basename(path);
  const folder = basename(dirname(path));
  if (name === 'config.toml') {
    return folder === '.codex' ? 'toml' : undefined;
  }
  return jsonNames.has(name) || name.endsWith('.code-workspace') || (name === 'settings.json' && folder === '.gemini')
    ? 'json'
    : undefined;
}

/** The config files under a folder, as sorted paths relative to it. Dependencies and git's own folder are left out. */
export function findConfigFiles(folder: string): string[] {
  const excluded = ['node_modules', '.git'];
  // globSync passes over names that start with a dot unless the pattern names them.
  return globSync(['**/*', '**/.*', '**/.*/**/*', '**/.*/**/.*'], {
    cwd: folder,
    exclude: entry => excluded.includes(basename(typeof entry === 'string' ? entry : String(entry))),
  })
    .map(path => path.replaceAll('\\', '/'))
    .filter((path, index, all) => configSyntax(path) !== undefined && all.indexOf(path) === index)
    .sort();
}
