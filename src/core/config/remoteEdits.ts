import { ok } from '../result.ts';
import type { TextEdit } from '../text.ts';
import type { EditResult } from './edit.ts';
import { appendItems, appendMember, type Source } from './insertChild.ts';
import { type JsonChild, type JsonNode, memberOf } from './jsonTree.ts';
import {
  headerArgument,
  type RemoteCommand,
  readRemoteCommand,
  soleVariable,
  variableFor,
  variablesIn,
} from './mcpRemote.ts';
import { removeChildren } from './removeChildren.ts';
import type { JsonMember, JsonValue } from './render.ts';
import type { ConfigFormat } from './types.ts';

/** Whether the server is a command line of `mcp-remote` and means the URL that is in it. */
export function isRemoteServer(format: ConfigFormat, server: JsonNode): boolean {
  return (
    format.mcpRemote !== undefined &&
    format.urlKeys.every(key => memberOf(server, key)?.value.kind !== 'string') &&
    remoteOf(server) !== undefined
  );
}

/** A server over HTTP for a client that starts only commands. */
export function addedRemote(url: string, headers: Readonly<Record<string, string>>, sse: boolean): JsonValue {
  const items = ['-y', 'mcp-remote', url, ...(sse ? ['--transport', 'sse-only'] : [])];
  const env: JsonMember[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const variable = variableFor(name, candidate => env.some(([key]) => key === candidate));
    items.push('--header', headerArgument(name, variable));
    env.push([variable, value]);
  }
  const members: JsonMember[] = [
    ['command', 'npx'],
    ['args', { items }],
  ];
  if (env.length > 0) {
    members.push(['env', { members: env }]);
  }
  return { members };
}

export function setRemoteUrl(server: JsonNode, url: string): EditResult {
  const remote = remoteOf(server);
  const argument = remote?.args[remote.command.url];
  return ok(argument ? replace(argument.value, url) : []);
}

/** As `setHeader`: the value goes into a variable of `env`, where blanks in it do no harm. */
export function setRemoteHeader(
  source: Source,
  ancestors: readonly JsonNode[],
  server: JsonNode,
  headerName: string,
  value: string,
): EditResult {
  const remote = remoteOf(server);
  if (!remote) {
    return ok([]);
  }
  const { args, argsNode, command } = remote;
  const matches = command.headers.filter(header => sameName(header.name, headerName));
  const last = matches.at(-1);
  const dropped = withFlags(args, matches.slice(0, -1));
  const edits: TextEdit[] = [...removeChildren(source.text, argsNode, child => dropped.has(child))];

  const env = memberOf(server, 'env');
  const envNode = env?.value.kind === 'object' ? env.value : undefined;
  const argument = last && args[last.index];
  // A variable that something else needs too keeps its value; in one that nothing would need any more, the old one stayed.
  const own = variablesIn(last?.value ?? '').find(
    variable =>
      envNode &&
      memberOf(envNode, variable)?.value.kind === 'string' &&
      uses(args, variable) === uses([argument], variable),
  );
  const place = own === undefined ? undefined : envNode && memberOf(envNode, own);
  if (last && argument && own !== undefined && place) {
    const isAll = soleVariable(last.value) === own;
    return ok([
      ...edits,
      ...(isAll ? [] : replace(argument.value, headerArgument(last.name, own))),
      ...replace(place.value, value),
    ]);
  }
  const text = args.map(child => child.value.text ?? '').join('\n');
  const variable = variableFor(
    headerName,
    candidate =>
      text.includes(`\${${candidate}}`) || (envNode !== undefined && memberOf(envNode, candidate) !== undefined),
  );
  const around = [...ancestors, server];
  if (last) {
    edits.push(...(argument ? replace(argument.value, headerArgument(last.name, variable)) : []));
  } else {
    edits.push(...appendItems(source, around, argsNode, ['--header', headerArgument(headerName, variable)]));
  }
  edits.push(
    ...(envNode
      ? appendMember(source, around, envNode, [variable, value], true)
      : appendMember(source, ancestors, server, ['env', { members: [[variable, value]] }])),
  );
  return ok(edits);
}

/** As `removeHeader`; a variable goes with the header that was the only one to need it. */
export function removeRemoteHeader(text: string, server: JsonNode, headerName: string): EditResult {
  const remote = remoteOf(server);
  const matches = remote?.command.headers.filter(header => sameName(header.name, headerName)) ?? [];
  if (!remote || matches.length === 0) {
    return ok([]);
  }
  const { args, argsNode } = remote;
  const dropped = withFlags(args, matches);
  const edits: TextEdit[] = [...removeChildren(text, argsNode, child => dropped.has(child))];
  const kept = args.filter(child => !dropped.has(child));
  const orphans = matches.flatMap(({ value }) => variablesIn(value)).filter(variable => uses(kept, variable) === 0);
  const env = memberOf(server, 'env');
  if (env?.value.kind === 'object') {
    const isOrphan = (child: JsonChild) => child.key !== undefined && orphans.includes(child.key);
    const only = server.children.every(child => child === env || child.key !== 'env');
    const leavesNothing = env.value.children.length > 0 && env.value.children.every(isOrphan);
    edits.push(
      ...(leavesNothing && only
        ? removeChildren(text, server, child => child === env)
        : removeChildren(text, env.value, isOrphan)),
    );
  }
  return ok(edits);
}

interface Remote {
  readonly command: RemoteCommand;
  readonly argsNode: JsonNode;
  readonly args: readonly JsonChild[];
}

function remoteOf(server: JsonNode): Remote | undefined {
  const command = memberOf(server, 'command')?.value.text;
  const argsNode = memberOf(server, 'args')?.value;
  if (command === undefined || argsNode?.kind !== 'array') {
    return undefined;
  }
  const args = argsNode.children;
  const remote = readRemoteCommand(
    command,
    args.map(child => child.value.text),
  );
  return remote && { command: remote, argsNode, args };
}

/** The arguments of these headers, and the `--header` before each. */
function withFlags(args: readonly JsonChild[], headers: RemoteCommand['headers']): ReadonlySet<JsonChild> {
  const children = headers.flatMap(({ index }) => [args[index - 1], args[index]]);
  return new Set(children.filter(child => child !== undefined));
}

/** How often arguments take in a variable. */
function uses(args: readonly (JsonChild | undefined)[], variable: string): number {
  return args.flatMap(child => variablesIn(child?.value.text ?? '')).filter(name => name === variable).length;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function replace(node: JsonNode, text: string): readonly TextEdit[] {
  return node.text === text ? [] : [{ span: { start: node.start, end: node.end }, text: JSON.stringify(text) }];
}
