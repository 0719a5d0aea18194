import { beginAuthorization, finishAuthorization } from '../../src/core/oauth/authorizationCode.ts';
import { discover } from '../../src/core/oauth/discovery.ts';
import type { OAuthFailure } from '../../src/core/oauth/failures.ts';
import type { StandardGrant } from '../../src/core/oauth/grant.ts';
import type { OAuthContext } from '../../src/core/oauth/tokenRequest.ts';
import type { Result } from '../../src/core/result.ts';
import { signInByFetch } from './oauthBrowser.ts';

const redirectUri = 'http://127.0.0.1:43210/callback';

/** Signs in to the test provider as a person with a browser would, for an MCP server in front of which it stands. */
export async function signInToGrant(mcpUrl: string): Promise<StandardGrant> {
  const context: OAuthContext = { http: (url, init) => fetch(url, init as RequestInit), now: Date.now };
  const { server, resource, scopes: found } = outcomeOf(await discover(context, { serverUrl: mcpUrl }));
  const client = {
    issuer: server.issuer,
    clientId: 'native-app',
    source: 'preregistered',
    authMethod: 'none',
  } as const;
  const { scopes } = found;
  const { url, pending } = outcomeOf(
    await beginAuthorization({ server, client, redirectUri, scopes, resource }, Date.now()),
  );
  const end = await signInByFetch(url, { redirectUri });
  if (!('callback' in end)) {
    throw new Error(`The sign-in ended at ${end.url}.`);
  }
  const tokens = outcomeOf(await finishAuthorization(context, pending, end.callback.searchParams));
  return {
    flow: 'authorizationCode',
    server,
    client,
    scopes,
    ...(resource !== undefined && { resource }),
    tokens,
  };
}

function outcomeOf<T>(result: Result<T, OAuthFailure>): T {
  if (!result.ok) {
    throw new Error(`${result.error.code} ${JSON.stringify(result.error.data)}`);
  }
  return result.value;
}
