import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startRolesServer } from '../servers/rolesServer.ts';

/** What the weather server accepts. */
export const DEMO_API_KEY = 'demo-key-not-a-secret';

/** What the to-do server verifies tokens with. */
export const DEMO_JWT_SECRET = 'demo-shared-secret-that-protects-nothing';

/** The ports that the template workspace names. */
export const DEMO_PORTS = { weather: 7801, todos: 7802 } as const;

/** The servers of the demo, running. */
export interface DemoServers {
  readonly weather: HttpMcpServer;
  readonly todos: HttpMcpServer;
  close(): Promise<void>;
}

/** Starts the demo's servers on the ports that the template names, or on free ones where those are taken. */
export async function startDemoServers(): Promise<DemoServers> {
  const weather = await onPortIfFree(DEMO_PORTS.weather, port =>
    startApiKeyServer({ keys: [DEMO_API_KEY], ...(port === undefined ? {} : { port }) }),
  );
  const todos = await onPortIfFree(DEMO_PORTS.todos, port =>
    startRolesServer({ secret: DEMO_JWT_SECRET, ...(port === undefined ? {} : { port }) }),
  );
  return {
    weather,
    todos,
    async close() {
      await Promise.all([weather.close(), todos.close()]);
    },
  };
}

async function onPortIfFree(
  port: number,
  start: (port: number | undefined) => Promise<HttpMcpServer>,
): Promise<HttpMcpServer> {
  try {
    return await start(port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      return start(undefined);
    }
    throw error;
  }
}
