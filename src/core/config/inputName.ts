/** The id of a new input: what it's for, in letters, digits and hyphens, and unlike any that is there. */
export function newInputId(words: readonly string[], taken: ReadonlySet<string>): string {
  const base =
    words
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'secret';
  let id = base;
  for (let number = 2; taken.has(id); number++) {
    id = `${base}-${number}`;
  }
  return id;
}
