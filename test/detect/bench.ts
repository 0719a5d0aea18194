import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { detectSecrets } from '../../src/core/detect/detectSecrets.ts';
import { type Claim, compare } from '../bench/measure.ts';
import { exposedFolder } from './corpus.ts';
import { withFakeValues } from './fakeValues.ts';

/** Detection over config files of 1 MB, beside `jsonc-parser`'s parse of the same text. */
export async function detectionClaims(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const [what, server] of [
    ['servers of the corpus', corpusServer()],
    [
      'servers with a reference',
      (index: number) => httpServer(index, `Bearer \${input:mcp-keyring.s${index}.0badcafe}`),
    ],
    [
      'servers with a literal JWT',
      (index: number) => httpServer(index, `Bearer ${withFakeValues('@jwt@', `${index}`)}`),
    ],
  ] as const) {
    const text = fileOf(server, 1_000_000);
    const { ours, yardstick } = await compare(
      () => detectSecrets(text),
      () => parse(text),
      25,
    );
    claims.push({ what: `detection in 1 MB of ${what}, beside the bare parse`, ours, yardstick, unit: 'ms', aim: 2 });
  }
  return claims;
}

function fileOf(server: (index: number) => unknown, size: number): string {
  const entries: string[] = [];
  for (let length = 0; length < size; length += entries.at(-1)?.length ?? 0) {
    entries.push(
      `    "server-${entries.length}": ${JSON.stringify(server(entries.length), null, 2).replaceAll('\n', '\n    ')}`,
    );
  }
  return `{\n  "mcpServers": {\n${entries.join(',\n')}\n  }\n}\n`;
}

function httpServer(index: number, authorization: string): unknown {
  return {
    type: 'http',
    url: `https://server-${index}.example.com/mcp`,
    headers: { 'Accept-Language': 'en', Authorization: authorization },
  };
}

/** The corpus' servers in turn, each round with other secrets. */
function corpusServer(): (index: number) => unknown {
  const texts = [
    'services-1/.mcp.json',
    'harmless/.mcp.json',
    'claude-code/.mcp.json',
    'notes/.mcp.json',
    'app/.cursor/mcp.json',
  ].map(file => readFileSync(join(exposedFolder, 'tuning', file), 'utf8'));
  const rounds: unknown[][] = [];
  const perRound = serversOf(texts, 0).length;
  return index => {
    const round = Math.floor(index / perRound);
    rounds[round] ??= serversOf(texts, round);
    return rounds[round][index % perRound];
  };
}

function serversOf(texts: readonly string[], round: number): unknown[] {
  return texts.flatMap(text => {
    const config: { mcpServers: Record<string, unknown> } = JSON.parse(withFakeValues(text, `${round}`));
    return Object.values(config.mcpServers);
  });
}
