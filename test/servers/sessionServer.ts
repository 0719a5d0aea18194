import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { checkApiKey, createWeatherServer } from './apiKeyServer.ts';
import { type HttpMcpServer, startHttpMcpServer } from './httpMcpServer.ts';

/**
 * The weather server as servers of the 2025 revisions keep their clients apart: `initialize` begins a session, and every
 * other request has to name it in `Mcp-Session-Id`. It takes an API key in `X-API-Key` and answers with streams of events.
 * The URL is the returned server's `url`; what stands at `/mcp` has no sessions.
 */
export async function startSessionServer(keys: readonly string[]): Promise<HttpMcpServer> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const server = await startHttpMcpServer({
    authenticate: headers => checkApiKey(headers['x-api-key'], keys),
    mcp: createWeatherServer,
    routes: {
      '/sessions': {
        async handle({ req, res, body }) {
          const open = sessions.get(String(req.headers['mcp-session-id']));
          if (open) {
            await open.handleRequest(req, res, body);
            return;
          }
          const transport = new NodeStreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            onsessioninitialized: id => void sessions.set(id, transport),
          });
          await createWeatherServer().connect(transport);
          // Whatever isn't `initialize` is refused by the transport itself.
          await transport.handleRequest(req, res, body);
        },
      },
    },
  });
  const { close } = server;
  return Object.assign(server, {
    url: `${server.origin}/sessions`,
    async close() {
      await Promise.all([...sessions.values()].map(transport => transport.close()));
      await close();
    },
  });
}
