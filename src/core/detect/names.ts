import { aboutSecrets, type NameRule, nameRules, publicNames, secretAllTheSame } from './rules.ts';

/**
 * What a key's name says of its value: a secret by a rule; `public`: whatever it looks like it is none; `about`: a path,
 * an id, a limit; undefined: nothing.
 */
export type NameMeaning = NameRule | 'public' | 'about' | undefined;

/** Reads the name of a header, variable, option, parameter or member, in any of their spellings. Linear, capped. */
export function meaningOf(name: string): NameMeaning {
  const known = meanings.get(name);
  if (known !== undefined || meanings.has(name)) {
    return known;
  }
  if (meanings.size >= mostMeanings) {
    meanings.clear();
  }
  const meaning = readMeaning(name);
  meanings.set(name, meaning);
  return meaning;
}

/**
 * Files repeat few names, and reading one costs more than looking at its value. It remembers what follows from the name
 * alone, so nobody can tell it from a function without a memory.
 */
const meanings = new Map<string, NameMeaning>();
const mostMeanings = 1000;

function readMeaning(name: string): NameMeaning {
  if (name === '' || name.length > 200) {
    return undefined;
  }
  const words = snakeCase(name);
  if (publicNames.test(words)) {
    return 'public';
  }
  if (aboutSecrets.test(words) && !secretAllTheSame.test(words)) {
    return 'about';
  }
  for (const rule of nameRules) {
    const match = rule.name.exec(words);
    if (match !== null) {
      // `JWT_TEMPLATE` is a template: where the noun isn't the last word, the value has to speak for itself.
      const isLast = /^_?\d*$/.test(words.slice(match.index + match[0].length));
      return rule.value === 'opaque' && !isLast ? { ...rule, value: 'random' } : rule;
    }
  }
  return undefined;
}

/** `api_key` for `apiKey`, `API_KEY`, `X-API-Key`'s end and `--api-key`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}
