import { McpServer } from '@modelcontextprotocol/server';
import { type HttpMcpServer, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import { sameBytes } from './sameBytes.ts';
import { defineTool, registerTools } from './tools.ts';

export interface ApiKeyServerOptions {
  /** The keys it accepts; a test may change the list while the server runs. */
  readonly keys: readonly string[];
  readonly port?: number;
  readonly dateOffset?: number;
}

/** A weather server that wants a key in `X-API-Key`: 401 without one, 403 with a wrong one. */
export function startApiKeyServer(options: ApiKeyServerOptions): Promise<HttpMcpServer> {
  return startHttpMcpServer({
    ...options,
    authenticate: headers => checkApiKey(headers['x-api-key'], options.keys),
    mcp: createWeatherServer,
  });
}

/** Judges the value of an `X-API-Key` header. */
export function checkApiKey(value: string | string[] | undefined, keys: readonly string[]): Verdict {
  const key = Array.isArray(value) ? value.join(', ') : value;
  if (key === undefined || key === '') {
    return { refusal: { status: 401, body: { error: 'Missing X-API-Key header' } } };
  }
  // Node reads header bytes as Latin-1, so this gives back the bytes that were sent. They are compared as they are:
  // a blank within the value, a no-break space that came with a paste or a quote is a wrong key.
  const sent = Buffer.from(key, 'latin1');
  const matches = keys.filter(candidate => sameBytes(sent, Buffer.from(candidate, 'utf8')));
  if (matches.length === 0) {
    return { refusal: { status: 403, body: { error: 'Invalid API key' } } };
  }
  return { authInfo: { token: key, clientId: 'api-key', scopes: [] } };
}

/** Made-up weather, the same at each call. */
const CITIES = new Map([
  ['Lisbon', { sky: 'clear', celsius: 24 }],
  ['Oslo', { sky: 'snow', celsius: -3 }],
  ['Nairobi', { sky: 'cloudy', celsius: 19 }],
]);

const CITY = { type: 'string', description: 'One of the cities of list_cities.' };

const TOOLS = [
  defineTool({
    name: 'list_cities',
    description: 'Lists the cities whose weather is known.',
    run: () => [...CITIES.keys()].join('\n'),
  }),
  defineTool<{ city: string }>({
    name: 'get_weather',
    description: 'Tells the weather in a city now.',
    properties: { city: CITY },
    required: ['city'],
    run({ city }) {
      const { sky, celsius } = weatherIn(city);
      return `${city}: ${sky}, ${celsius} °C`;
    },
  }),
  defineTool<{ city: string; days: number }>({
    name: 'get_forecast',
    description: 'Tells the weather in a city for the next days.',
    properties: { city: CITY, days: { type: 'integer', minimum: 1, maximum: 7 } },
    required: ['city', 'days'],
    run({ city, days }) {
      const { sky, celsius } = weatherIn(city);
      return Array.from({ length: days }, (_, day) => `day ${day + 1}: ${sky}, ${celsius + day} °C`).join('\n');
    },
  }),
];

/** The MCP server behind the key. */
export function createWeatherServer(): McpServer {
  const server = new McpServer({ name: 'weather', version: '1.0.0' });
  registerTools(server, TOOLS);
  return server;
}

function weatherIn(city: string): { sky: string; celsius: number } {
  const weather = CITIES.get(city);
  if (weather === undefined) {
    throw new Error(`No weather is known for ${city}. Known are ${[...CITIES.keys()].join(', ')}.`);
  }
  return weather;
}
