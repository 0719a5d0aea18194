import { parse } from 'jsonc-parser';
import { formats } from '../../src/core/config/formats.ts';
import { parseConfig } from '../../src/core/config/parse.ts';
import { type AnalysisContext, analyzeFile } from '../../src/core/inventory/analyze.ts';
import type { ConfigSource } from '../../src/core/inventory/types.ts';
import { type Claim, compare } from './measure.ts';

const sizes: readonly (readonly [number, number])[] = [
  [1, 2000],
  [100, 200],
  [1000, 40],
  [10_000, 9],
];

/** Parse, find, decode and check a file of so many servers, each with a literal JWT, beside `jsonc-parser`'s parse alone. */
export async function analysisClaims(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const [servers, rounds] of sizes) {
    const text = configWith(servers);
    const source: ConfigSource = { uri: 'file:///mcp.json', format: formats.vscode, content: { state: 'text', text } };
    const { ours, yardstick } = await compare(
      () => analyzeFile(source, parseConfig(text, formats.vscode), context),
      () => parse(text),
      rounds,
    );
    claims.push({ what: `analysis, ${servers} servers, beside the bare parse`, ours, yardstick, unit: 'ms', aim: 2 });
  }
  return claims;
}

const context: AnalysisContext = {
  now: Date.UTC(2026, 0, 2),
  policy: { clockToleranceSeconds: 60, expiresSoonSeconds: 600, longLivedDays: 90, automaticRenewal: true },
  vault: { attachedTo: () => [], credential: () => undefined },
  vaultState: 'ready',
  expectedInputId: () => undefined,
  onBoundary: () => {},
};

/** As such files are: some comments, a URL, a header with a token of a dozen claims. */
function configWith(servers: number): string {
  const entries = Array.from({ length: servers }, (_, index) => {
    const payload = {
      iss: 'mcp-auth-server',
      sub: `user-${index}`,
      role: 'editor',
      permissions: ['read:todos', 'create:todos', 'update:todos'],
      iat: 1_767_225_600,
      exp: 1_767_229_200 + index,
    };
    const segments = [{ alg: 'HS256', typ: 'JWT' }, payload].map(part =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const token = `${segments.join('.')}.${'bm90LWEtc2lnbmF0dXJl'.repeat(2)}AAA`;
    return `    // Server ${index} of the project.
    "server-${index}": {
      "type": "http",
      "url": "https://server-${index}.example.com/mcp",
      "headers": {
        "Accept-Language": "en",
        "Authorization": "Bearer ${token}"
      }
    }`;
  });
  return `{\n  "servers": {\n${entries.join(',\n')}\n  }\n}\n`;
}
