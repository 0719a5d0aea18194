import type { Span } from '../text.ts';
import { placesBelow } from './tomlServers.ts';
import { readToml } from './tomlTree.ts';
import type { ConfigFormat, ConfigProblem, ParsedConfig, ParsedHeader, ParsedServer } from './types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Server = Omit<Mutable<ParsedServer>, 'headers'> & { headers: ParsedHeader[]; hasCommand: boolean };

/** As many as `parseConfig` keeps. */
const problemLimit = 100;

/**
 * `parseConfig` for TOML. A header whose value a key takes from an environment variable (`env_http_headers`,
 * `bearer_token_env_var`) has `${NAME}` for a value.
 */
export function parseToml(text: string, format: ConfigFormat): ParsedConfig {
  const document = readToml(text);
  const problems: ConfigProblem[] = document.problems.slice(0, problemLimit).map(span => ({ code: 'syntax', span }));
  const root = format.serversPaths[0] ?? [];
  const servers = new Map<string, Server>();
  const broken = new Set<string>();
  for (const { keys, section, item } of placesBelow(document, root)) {
    const value = item?.value;
    const span: Span = item ?? section;
    const isTable = item ? value?.kind === 'table' : !section.array;
    const [nameKey, key, headerKey] = keys.slice(root.length);
    const depth = keys.length - root.length;
    if (depth === 0) {
      if (!isTable) {
        problems.push({ code: 'servers-not-object', span: { start: span.start, end: span.end } });
      }
      continue;
    }
    const name = nameKey?.name ?? '';
    if (depth === 1 && !isTable) {
      problems.push({ code: 'server-not-object', span: { start: span.start, end: span.end } });
      broken.add(name);
      continue;
    }
    let server = servers.get(name);
    if (!server) {
      const nameSpan = { start: nameKey?.start ?? 0, end: nameKey?.end ?? 0 };
      server = { name, nameSpan, span: nameSpan, transport: 'unknown', headers: [], hasCommand: false };
      servers.set(name, server);
    }
    server.span = {
      start: Math.min(server.span.start, span.start),
      end: Math.max(server.span.end, span.end, value?.end ?? 0),
    };
    if (!item || section.array) {
      continue;
    }
    const string = value?.kind === 'string' && value.complete ? value.text : undefined;
    const valueSpan = value ? { start: value.start, end: value.end } : { start: item.end, end: item.end };
    if (depth === 2 && key) {
      if (key.name === 'command') {
        server.hasCommand = true;
      } else if (format.urlKeys.includes(key.name) && string !== undefined) {
        server.url = { value: string, span: valueSpan };
      } else if (key.name === 'bearer_token_env_var') {
        server.headers.push(header('Authorization', key, string && `Bearer \${${string}}`, valueSpan));
      } else if (isHeaders(key.name) && !isTable) {
        problems.push({ code: 'headers-not-object', span: valueSpan });
      }
    } else if (depth === 3 && key && headerKey && isHeaders(key.name)) {
      const text = key.name === 'env_http_headers' ? string && `\${${string}}` : string;
      server.headers.push(header(headerKey.name, headerKey, text, valueSpan));
    }
  }
  return {
    servers: [...servers.values()]
      .filter(({ name }) => !broken.has(name))
      .map(({ hasCommand, ...server }) => ({
        ...server,
        transport: server.url ? 'http' : hasCommand ? 'stdio' : 'unknown',
      })),
    inputs: [],
    problems: problems.sort((a, b) => a.span.start - b.span.start),
  };
}

function isHeaders(key: string): boolean {
  return key === 'http_headers' || key === 'env_http_headers';
}

function header(name: string, key: Span, value: string | undefined, valueSpan: Span): ParsedHeader {
  return { name, nameSpan: { start: key.start, end: key.end }, valueSpan, ...(value !== undefined && { value }) };
}
