// The OAuth servers as a process of their own, for suites whose bundle can't hold `oidc-provider`, and for tests that kill
// things. One JSON object a line: `OAuthProcessOptions` as the argument, `OAuthProcessReady` as the first line out, then an
// answer `{ id, result }` or `{ id, error }` to every `{ id, command, ... }` that comes in. It ends when its input does.
import { createInterface } from 'node:readline';
import type { HttpMcpServer, RecordedRequest } from './httpMcpServer.ts';
import { type OAuthMcpServerOptions, startOAuthMcpServer } from './oauthMcpServer.ts';
import {
  type OAuthLifetimes,
  type OAuthServer,
  type OAuthServerEvent,
  type OAuthServerOptions,
  type OAuthServerRequest,
  startOAuthServer,
} from './oauthServer.ts';

export interface OAuthProcessOptions {
  readonly authorizationServer?: OAuthServerOptions;
  readonly mcpServer?: Omit<OAuthMcpServerOptions, 'authorizationServer'>;
}

export interface OAuthProcessReady {
  readonly issuer: string;
  readonly authorizationServerPort: number;
  readonly mcpUrl: string;
  readonly mcpPort: number;
}

/** Everything that came in so far. */
export interface OAuthProcessRecord {
  readonly authorizationServer: readonly OAuthServerRequest[];
  readonly events: readonly OAuthServerEvent[];
  readonly mcpServer: readonly RecordedRequest[];
}

export type OAuthProcessCommand =
  | { readonly command: 'record' }
  | { readonly command: 'forget' }
  | { readonly command: 'lifetimes'; readonly lifetimes: Partial<OAuthLifetimes> };

async function main(options: OAuthProcessOptions): Promise<void> {
  const authorizationServer = await startOAuthServer(options.authorizationServer);
  const mcpServer = await startOAuthMcpServer({ ...options.mcpServer, authorizationServer });
  const ready: OAuthProcessReady = {
    issuer: authorizationServer.issuer,
    authorizationServerPort: authorizationServer.port,
    mcpUrl: mcpServer.url,
    mcpPort: mcpServer.port,
  };
  send(ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...command } = JSON.parse(line) as OAuthProcessCommand & { readonly id: number };
    try {
      send({ id, result: run(command, authorizationServer, mcpServer) });
    } catch (error) {
      send({ id, error: String(error) });
    }
  }
  await Promise.all([authorizationServer.close(), mcpServer.close()]);
}

function run(command: OAuthProcessCommand, authorizationServer: OAuthServer, mcpServer: HttpMcpServer): unknown {
  switch (command.command) {
    case 'record':
      return {
        authorizationServer: authorizationServer.requests,
        events: authorizationServer.events,
        mcpServer: mcpServer.requests,
      } satisfies OAuthProcessRecord;
    case 'forget':
      authorizationServer.requests.length = 0;
      authorizationServer.events.length = 0;
      mcpServer.requests.length = 0;
      return null;
    case 'lifetimes':
      Object.assign(authorizationServer.lifetimes, command.lifetimes);
      return authorizationServer.lifetimes;
  }
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

await main(JSON.parse(process.argv[2] ?? '{}') as OAuthProcessOptions);
