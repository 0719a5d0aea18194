import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { diagnose } from '../../src/core/connection/diagnosis/diagnose.ts';
import { examine } from '../../src/core/connection/examine.ts';
import { subjectOf } from '../../src/core/connection/subject.ts';
import { Secret } from '../../src/core/secret.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type Claim, compare } from './measure.ts';

const key = 'bench-key-not-a-secret';

/**
 * A test of a healthy server on this machine, beside what the bare MCP client takes to connect and list: it asks once more
 * without a credential, looks for what a refusing server publishes (two requests), and writes everything down.
 */
export async function connectionClaims(): Promise<Claim[]> {
  const server = await startApiKeyServer({ keys: [key] });
  const header = { name: 'X-API-Key', value: new Secret(key) };
  const subject = subjectOf({ serverUrl: server.url, kind: 'apiKey', header });
  try {
    const { ours, yardstick } = await compare(
      async () => {
        const examination = await examine({ subject, http: fetch, now: Date.now, toleranceSeconds: 60 });
        if (!diagnose(examination).healthy) {
          throw new Error('The server to be measured is not healthy.');
        }
      },
      async () => {
        const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: 'auto' } });
        await client.connect(
          new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: { 'X-API-Key': key } } }),
        );
        await client.listTools();
        await client.close();
      },
      60,
    );
    return [
      {
        what: 'test of a healthy server, beside the MCP client’s connect and list',
        ours,
        yardstick,
        unit: 'ms',
        aim: 3,
      },
    ];
  } finally {
    await server.close();
  }
}
