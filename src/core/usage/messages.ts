/** What every message is sent with. MCP 2025-06-18, Streamable HTTP: a client takes both kinds of answers. */
export const contentType = 'application/json';
export const accept = 'application/json, text/event-stream';

/** The revision that examples ask for; the server may answer with another one, and that counts from then on. */
export const protocolVersion = '2025-06-18';

/** The first request of the MCP lifecycle: every server answers it, or says what it has against the header. */
export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'example', version: '1' } },
};

/** What a client says when it has the answer to `initialize`. Servers with sessions refuse requests before it. */
export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

export const listTools = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
