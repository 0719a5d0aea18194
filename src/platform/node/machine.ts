import { homedir } from 'node:os';
import { type Machine, placeVariables } from '../../core/config/places.ts';

/**
 * The machine and user that this extension runs as: with `extensionKind` `ui` that of the window, and where the window is
 * a browser, that of the server behind it.
 */
export function thisMachine(): Machine {
  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'mac' : 'linux';
  const slashed = (path: string | undefined) => (platform === 'windows' ? path?.replaceAll('\\', '/') : path);
  const variables = placeVariables.map(name => [name, slashed(process.env[name])] as const);
  return { platform, home: slashed(homedir()) ?? '', variables: Object.fromEntries(variables) };
}

/** A path of this machine as people write it: `~` for the home that it is in. */
export function homeRelative(path: string): string {
  const home = homedir();
  return path.startsWith(home) && /^[/\\]/.test(path.slice(home.length)) ? `~${path.slice(home.length)}` : path;
}
