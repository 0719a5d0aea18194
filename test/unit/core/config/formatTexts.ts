import fc from 'fast-check';
import { formats } from '../../../../src/core/config/formats.ts';
import { claudeCodeProject } from '../../../../src/core/config/otherClients.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';

/** Every format, and the one that needs a folder to be one. */
export const everyFormat: readonly ConfigFormat[] = [...Object.values(formats), claudeCodeProject('/home/kit/app')];

export interface Server {
  readonly name: string;
  readonly kind: 'http' | 'stdio' | 'remote';
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A file as its client or its user might have written it, and what is in it. */
export interface Sample {
  readonly format: ConfigFormat;
  readonly servers: readonly Server[];
  readonly text: string;
}

const serverNames = ['alpha', 'b-2', 'with space', 'q"uote', 'dot.ted', 'ü'];
export const headerNames = ['Authorization', 'X-API-Key', 'X-Team'];
export const headerValues = fc.oneof(
  fc.constantFrom('Bearer fake', 'a "b" \\ c', 'ü', "it's", '', '# no comment', 'Bearer ${VAR}', '${VAR}', 'x${VAR}'),
  fc.string({ maxLength: 8 }).map(text => text.toWellFormed()),
);

function serversOf(format: ConfigFormat): fc.Arbitrary<readonly Server[]> {
  const kinds = [
    'http' as const,
    'http' as const,
    'stdio' as const,
    ...(format.mcpRemote === undefined ? [] : ['remote' as const]),
  ];
  const server = fc.record({
    kind: fc.constantFrom(...kinds),
    url: fc.nat({ max: 99 }).map(number => `https://s${number}.example/mcp`),
    headers: fc
      .tuple(fc.subarray(headerNames), fc.array(headerValues, { minLength: 3, maxLength: 3 }))
      .map(([names, values]) => names.map((name, index) => [name, values[index] ?? ''] as const)),
  });
  return fc
    .tuple(fc.subarray(serverNames, { minLength: 1 }), fc.array(server, { minLength: 6, maxLength: 6 }))
    .map(([names, list]) => names.map((name, index) => ({ name, ...(list[index] as Omit<Server, 'name'>) })));
}

/** @param choose a number below its argument */
type Choose = (below: number) => number;

function chooser(choices: readonly number[]): Choose {
  let index = 0;
  return below => (choices[index++ % choices.length] ?? 0) % below;
}

export const samples: fc.Arbitrary<Sample> = fc.constantFrom(...everyFormat).chain(format =>
  fc
    .tuple(serversOf(format), fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 20 }))
    .map(([servers, choices]) => {
      const choose = chooser(choices);
      const lines =
        format.syntax === 'toml' ? tomlLines(servers, choose) : jsonText(format, servers, choose).split('\n');
      const text = lines.join(choose(3) === 0 ? '\r\n' : '\n');
      return { format, servers, text: choose(8) === 0 ? `\ufeff${text}` : text };
    }),
);

function jsonText(format: ConfigFormat, servers: readonly Server[], choose: Choose): string {
  const map = Object.fromEntries(servers.map(server => [server.name, jsonServer(format, server)]));
  let value: unknown = map;
  for (const key of (format.serversPaths[0] ?? []).toReversed()) {
    value = {
      ...(choose(3) === 0 && { before: [1, { a: null }] }),
      [key]: value,
      ...(choose(3) === 0 && { after: '}' }),
    };
  }
  const indent = ['  ', '\t', 4, 0][choose(4)];
  const text = JSON.stringify(value, null, indent) + (choose(3) === 0 ? '' : '\n');
  return format.comments && choose(2) === 0
    ? text.replace(/\n(\s*)"(?:url|command)"/g, (all, blanks) => `\n${blanks}// {"a": // note${all}`)
    : text;
}

function jsonServer(format: ConfigFormat, { kind, url, headers }: Server): unknown {
  if (kind === 'stdio') {
    return { command: 'npx', args: ['-y', 'some-server', '--url', url], env: { A: 'b' } };
  }
  if (kind === 'remote') {
    const args = headers.flatMap(([name], index) => ['--header', `${name}:\${H${index}}`]);
    const env = Object.fromEntries(headers.map(([, value], index) => [`H${index}`, value]));
    return { command: 'npx', args: ['mcp-remote', url, '--debug', ...args], ...(headers.length > 0 && { env }) };
  }
  return {
    ...(format.httpType !== undefined && { type: format.httpType }),
    [format.urlKeys[0] ?? 'url']: url,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    timeout: 5,
  };
}

function tomlLines(servers: readonly Server[], choose: Choose): string[] {
  const key = (name: string) => (/^[\w-]+$/.test(name) && /^[ -~]+$/.test(name) ? name : JSON.stringify(name));
  const quote = (value: string) => JSON.stringify(value).replaceAll('\u007f', '\\u007f');
  const lines = ['# Codex', 'model = "gpt-5" # which', 'notify = [', '  "a", # "b"', ']', ''];
  for (const { name, kind, url, headers } of servers) {
    const path = `mcp_servers.${key(name)}`;
    const indent = choose(4) === 0 ? '  ' : '';
    if (choose(2) === 0) {
      lines.push(`# about it [${'mcp_servers'}]`);
    }
    if (kind !== 'http') {
      lines.push(`[${path}]`, 'command = "npx"', `args = ["--url", ${quote(url)}]`, `[${path}.env]`, 'A = "b"', '');
      continue;
    }
    const inline = `{ ${headers.map(([header, value]) => `${key(header)} = ${quote(value)}`).join(', ')} }`;
    lines.push(`${indent}[${path}]`, `${indent}url = ${quote(url)} # where`);
    switch (headers.length === 0 ? 3 : choose(3)) {
      case 0:
        lines.push(`${indent}http_headers = ${inline}`);
        break;
      case 1:
        lines.push('', `${indent}[${path}.http_headers]`);
        lines.push(...headers.map(([header, value]) => `${indent}"${header}" = ${quote(value)}`));
        break;
      case 2:
        lines.push(...headers.map(([header, value]) => `${indent}http_headers.${key(header)} = ${quote(value)}`));
        break;
    }
    lines.push(...(choose(3) === 0 ? ['# after it', ''] : ['']));
  }
  lines.push(...(choose(2) === 0 ? ['[projects."/home/kit"]', "trust_level = 'trusted'"] : ['[[things]]', 'x = 1']));
  if (choose(3) !== 0) {
    lines.push('');
  }
  return lines;
}
