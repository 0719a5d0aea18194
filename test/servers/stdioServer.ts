// An MCP server that a client starts by itself and talks to over stdin and stdout: `node test/servers/stdioServer.ts`.
// Nothing but the protocol may go to stdout.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { defineTool, registerTools } from './tools.ts';

const TOOLS = [
  defineTool<{ text: string }>({
    name: 'count_words',
    description: 'Counts the words of a text.',
    properties: { text: { type: 'string' } },
    required: ['text'],
    run: ({ text }) => String(text.split(/\s+/).filter(word => word !== '').length),
  }),
  defineTool({
    name: 'current_time',
    description: 'Tells the time by this machine.',
    run: () => new Date().toISOString(),
  }),
];

serveStdio(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  registerTools(server, TOOLS);
  return server;
});
