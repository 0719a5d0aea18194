import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { callTool, ERAS } from './clients.ts';

describe('servers: stdio', () => {
  for (const era of ERAS) {
    it(`runs under node (${era})`, async () => {
      const client = new Client({ name: 'test-client', version: '1.0.0' }, { versionNegotiation: { mode: era } });
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: ['test/servers/stdioServer.ts'] }),
      );
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(tool => tool.name),
        ['count_words', 'current_time'],
      );
      assert.equal(await callTool(client, 'count_words', { text: ' one  two three' }), '3');
      await client.close();
    });
  }
}).timeout(15_000);
