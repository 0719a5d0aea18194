import { parseScopes } from './scopes.ts';

/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name in lower case; of a name that comes twice, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What a `Bearer` challenge says to an OAuth client (RFC 6750 section 3, RFC 9728 section 5.1). */
export interface BearerChallenge {
  readonly error?: string;
  readonly scopes?: readonly string[];
  /** As it stands there: check it before using it. */
  readonly resourceMetadata?: string;
}

/** Nobody needs more, and the parser's time grows with it. */
const lengthLimit = 8192;

const separators = /[\s,]*/y;
const token = /[A-Za-z0-9!#$%&'*+.^_`|~-]+/y;
const equals = /[ \t]*=[ \t]*/y;
const token68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;
const quoted = /"((?:[^"\\]|\\.)*)"?/sy;
/** Beyond the grammar: servers in the wild leave the quotes off URLs. */
const bare = /[^\s,"]+/y;

/** Takes a `WWW-Authenticate` header apart; several headers joined with commas are one. Never fails: what isn't understood is left out. */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, lengthLimit);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    at += match?.[0].length ?? 0;
    return match;
  };
  for (;;) {
    read(separators);
    if (at >= text.length) {
      return challenges;
    }
    const name = read(token)?.[0].toLowerCase();
    if (name === undefined) {
      at++;
      continue;
    }
    const current = challenges.at(-1);
    if (current && read(equals)) {
      const value = read(quoted)?.[1]?.replace(/\\(.)/gs, '$1') ?? read(bare)?.[0] ?? '';
      if (!current.parameters.has(name)) {
        current.parameters.set(name, value);
      }
    } else {
      challenges.push({ scheme: name, parameters: new Map() });
      read(token68);
    }
  }
}

/** What the `Bearer` challenge of a header says; undefined where there is none. Of several, one with metadata counts. */
export function bearerChallenge(header: string | null | undefined): BearerChallenge | undefined {
  const bearers = parseChallenges(header ?? '').filter(({ scheme }) => scheme === 'bearer');
  const parameters = (bearers.find(bearer => bearer.parameters.has('resource_metadata')) ?? bearers[0])?.parameters;
  if (!parameters) {
    return undefined;
  }
  const error = parameters.get('error');
  const scopes = parseScopes(parameters.get('scope') ?? '');
  const resourceMetadata = parameters.get('resource_metadata');
  return {
    ...(error !== undefined && { error }),
    ...(scopes.length > 0 && { scopes }),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
  };
}
