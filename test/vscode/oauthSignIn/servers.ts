import { join } from 'node:path';
import { type OAuthServerChild, startOAuthServerChild } from '../../servers/oauthServerChild.ts';
import type { OAuthProcessOptions } from '../../servers/oauthServerProcess.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

/** The real provider with an MCP server behind it, in a process of their own: no bundle can hold the provider. */
export function startProvider(options: OAuthProcessOptions = {}): Promise<OAuthServerChild> {
  return startOAuthServerChild(join(testEnvironment().repoRoot, 'test/servers/oauthServerProcess.ts'), {
    ...options,
    mcpServer: { scopesSupported: ['notes:read', 'notes:write'], ...options.mcpServer },
  });
}

/** What VS Code sent to the MCP server. */
export async function authorizationsSeen(provider: OAuthServerChild): Promise<string[]> {
  const { mcpServer } = await provider.send({ command: 'record' });
  const sent = mcpServer.filter(({ path, status }) => path === '/mcp' && status === 200);
  return [...new Set(sent.map(({ headers }) => headers.authorization ?? ''))];
}

/** The methods of MCP that the server has answered. */
export async function methodsAnswered(provider: OAuthServerChild): Promise<(string | undefined)[]> {
  const { mcpServer } = await provider.send({ command: 'record' });
  return mcpServer.filter(({ status }) => status === 200).map(({ rpcMethod }) => rpcMethod);
}

/** The requests to one of the authorization server's paths, as parameters. */
export async function requestsTo(
  provider: OAuthServerChild,
  path: string,
): Promise<Readonly<Record<string, string>>[]> {
  const { authorizationServer } = await provider.send({ command: 'record' });
  return authorizationServer.filter(request => request.path === path).map(({ parameters }) => parameters);
}
