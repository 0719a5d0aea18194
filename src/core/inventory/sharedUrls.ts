import type { FileSnapshot, ServerPlace } from './types.ts';

type SharedUrls = ReadonlyMap<string, readonly ServerPlace[]>;

/**
 * Where servers stand that several files name, by canonical URL and in the order of the views. It's the same server
 * wherever it stands, whatever it is called there, so one credential serves all of them.
 */
export function sharedUrls(files: readonly FileSnapshot[]): SharedUrls {
  const first = new Map<string, ServerPlace>();
  const shared = new Map<string, ServerPlace[]>();
  for (const { source, servers } of files) {
    for (const { url, parsed } of servers) {
      if (url === undefined) {
        continue;
      }
      const place = { file: source.uri, server: parsed.name };
      const before = first.get(url);
      const known = shared.get(url);
      if (!before) {
        first.set(url, place);
      } else if (known) {
        known.push(place);
      } else if (before.file !== place.file) {
        shared.set(url, [before, place]);
      }
    }
  }
  return shared;
}

export function sameShared(a: SharedUrls, b: SharedUrls): boolean {
  const same = (one: readonly ServerPlace[], other: readonly ServerPlace[] | undefined) =>
    one.length === other?.length &&
    one.every(({ file, server }, index) => file === other[index]?.file && server === other[index].server);
  return a.size === b.size && [...a].every(([url, places]) => same(places, b.get(url)));
}

/** Where else a server stands: the places of its URL in other files than this one. */
export function elsewhere(shared: SharedUrls, url: string | undefined, file: string): readonly ServerPlace[] {
  return (url === undefined ? undefined : shared.get(url))?.filter(place => place.file !== file) ?? [];
}
