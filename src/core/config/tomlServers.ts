import type { TomlDocument, TomlItem, TomlKey, TomlSection, TomlValue } from './tomlTree.ts';

/** Something that a TOML text says below its servers: by a header, a pair or a pair of an inline table. */
export interface TomlPlace {
  /** From the root, with where each key stands in the text. */
  readonly keys: readonly TomlKey[];
  readonly section: TomlSection;
  /** Absent for a header. */
  readonly item?: TomlItem;
  /** The inline table around the pair. */
  readonly table?: TomlValue;
}

/** Every header and pair whose path starts with these names, in the order of the text. */
export function placesBelow(document: TomlDocument, names: readonly string[]): readonly TomlPlace[] {
  const places: TomlPlace[] = [];
  const add = (place: TomlPlace) => {
    if (startsWith(place.keys, names)) {
      places.push(place);
    }
    const { value } = place.item ?? {};
    if (value?.kind === 'table') {
      for (const item of value.items) {
        add({ keys: [...place.keys, ...item.path], section: place.section, item, table: value });
      }
    }
  };
  for (const section of document.sections) {
    add({ keys: section.path, section });
    for (const item of section.items) {
      add({ keys: [...section.path, ...item.path], section, item });
    }
  }
  return places;
}

function startsWith(keys: readonly TomlKey[], names: readonly string[]): boolean {
  return keys.length >= names.length && names.every((name, index) => keys[index]?.name === name);
}
