import { delimiter, join } from 'node:path';

/** Where these programs would be if each folder of the PATH had them, in the order of the PATH. */
export function pathsOf(names: readonly string[]): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap(folder => names.map(name => join(folder, name)));
}
