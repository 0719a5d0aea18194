import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { startOAuthMcpServer } from '../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../servers/oauthServer.ts';
import { startRolesServer } from '../servers/rolesServer.ts';

/** What the weather server accepts. */
export const DEMO_API_KEY = 'demo-key-not-a-secret';

/** What the to-do server verifies tokens with. */
export const DEMO_JWT_SECRET = 'demo-shared-secret-that-protects-nothing';

/** How long a token of the notebook lives, in seconds. */
export const DEMO_TOKEN_SECONDS = 5 * 60;

/** The ports that the template workspace names. */
export const DEMO_PORTS = { weather: 7801, todos: 7802, notebook: 7803, signIn: 7804 } as const;

/** The servers of the demo, running. */
export interface DemoServers {
  readonly weather: HttpMcpServer;
  readonly todos: HttpMcpServer;
  readonly notebook: HttpMcpServer;
  /** Where people sign in for the notebook. */
  readonly signIn: OAuthServer;
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
  const signIn = await onPortIfFree(DEMO_PORTS.signIn, port =>
    startOAuthServer({
      consent: 'form',
      // Short enough to see a renewal.
      lifetimes: { accessToken: DEMO_TOKEN_SECONDS },
      ...(port === undefined ? {} : { port }),
    }),
  );
  const notebook = await onPortIfFree(DEMO_PORTS.notebook, port =>
    startOAuthMcpServer({
      authorizationServer: signIn,
      scopesSupported: ['notes:read', 'notes:write'],
      ...(port === undefined ? {} : { port }),
    }),
  );
  return {
    weather,
    todos,
    notebook,
    signIn,
    async close() {
      await Promise.all([weather.close(), todos.close(), notebook.close(), signIn.close()]);
    },
  };
}

async function onPortIfFree<T>(port: number, start: (port: number | undefined) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      return start(undefined);
    }
    throw error;
  }
}
