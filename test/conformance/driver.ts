// The client under test of the MCP project's conformance suite: the official MCP client, with `core/oauth` for whatever it
// is refused. The suite starts it once a scenario, with the server's URL as the last argument.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { importPKCS8, SignJWT } from 'jose';
import { beginAuthorization, finishAuthorization } from '../../src/core/oauth/authorizationCode.ts';
import { requestClientCredentials } from '../../src/core/oauth/clientCredentials.ts';
import { chooseAuthMethod, chooseClient, type OAuthClient } from '../../src/core/oauth/clients.ts';
import { type Discovery, discover } from '../../src/core/oauth/discovery.ts';
import type { OAuthFailure } from '../../src/core/oauth/failures.ts';
import { registerClient } from '../../src/core/oauth/registration.ts';
import { SignIns } from '../../src/core/oauth/signIns.ts';
import { insufficientScopes, StepUps } from '../../src/core/oauth/stepUp.ts';
import type { OAuthContext } from '../../src/core/oauth/tokenRequest.ts';
import type { TokenSet } from '../../src/core/oauth/tokens.ts';
import type { Result } from '../../src/core/result.ts';
import { Secret } from '../../src/core/secret.ts';

/** What a scenario tells its client beforehand. */
interface ScenarioContext {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly issuer?: string;
  readonly private_key_pem?: string;
  readonly signing_algorithm?: string;
}

const serverUrl = process.argv.at(-1) ?? '';
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const given = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as ScenarioContext;
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '2025-11-25';
const isService = scenario.startsWith('auth/client-credentials');

const redirectUri = 'http://127.0.0.1:43210/callback';
/** Hosted by nobody; the suite expects this one. */
const metadataDocument = 'https://conformance-test.local/client-metadata.json';
/** More answers than this to one request would be a loop. */
const authorizationLimit = 3;

const context: OAuthContext = {
  http: (url, init) => fetch(url, init as RequestInit),
  now: Date.now,
  timeLimit: 5000,
  async sign(claims) {
    const algorithm = given.signing_algorithm ?? 'ES256';
    const key = await importPKCS8(given.private_key_pem ?? '', algorithm);
    return new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(key);
  },
};
const signIns = new SignIns();
const stepUps = new StepUps();
const known: OAuthClient[] = [];
let tokens: TokenSet | undefined;
let requested: readonly string[] = [];

/** `fetch` for the MCP client: with the token, and with a new one where the server wants another. */
async function authorizedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const headers = new Headers(init.headers);
    if (tokens) {
      headers.set('Authorization', `Bearer ${tokens.accessToken.reveal()}`);
    }
    const response = await fetch(url, { ...init, headers });
    const challenge = response.headers.get('WWW-Authenticate');
    const missing = insufficientScopes(response.status, challenge);
    if ((response.status !== 401 && missing === undefined) || attempt === authorizationLimit) {
      return response;
    }
    const scopes = missing && unwrap(stepUps.next(serverUrl, requested, missing));
    await response.body?.cancel();
    tokens = await authorize(challenge ?? '', scopes);
  }
}

async function authorize(challenge: string, stepUp: readonly string[] | undefined): Promise<TokenSet> {
  const discovery = unwrap(
    await discover(context, {
      serverUrl,
      challenge,
      preferredIssuers: known.map(client => client.issuer),
      defaultEndpoints: revision === '2025-03-26',
    }),
  );
  const { server, resource } = discovery;
  const client = await clientFor(discovery);
  requested = stepUp ?? discovery.scopes.scopes;
  if (isService) {
    return unwrap(await requestClientCredentials(context, { server, client, scopes: requested, resource }));
  }
  const request = { server, client, scopes: requested, resource, redirectUri };
  const { url, pending } = unwrap(await beginAuthorization(request, Date.now()));
  signIns.add(pending);
  const answer = await fetch(url, { redirect: 'manual' });
  const callback = new URL(answer.headers.get('Location') ?? '').searchParams;
  return unwrap(await finishAuthorization(context, unwrap(signIns.take(callback, Date.now())), callback));
}

async function clientFor({ server }: Discovery): Promise<OAuthClient> {
  if (given.client_id !== undefined && known.length === 0) {
    known.push({
      issuer: given.issuer ?? server.issuer,
      clientId: given.client_id,
      source: 'preregistered',
      authMethod: given.private_key_pem ? 'private_key_jwt' : chooseAuthMethod(server, !!given.client_secret),
      ...(given.client_secret && { secret: new Secret(given.client_secret) }),
    });
  }
  const choice = unwrap(chooseClient(server, { known, metadataDocument, redirectUri, now: Date.now() }));
  if (choice.kind === 'use') {
    return choice.client;
  }
  const description = { name: 'MCP Keyring', redirectUris: [redirectUri] };
  const registered = unwrap(await registerClient(context, server, description, Date.now()));
  known.push(registered);
  return registered;
}

function unwrap<T>(result: Result<T, OAuthFailure>): T {
  if (result.ok) {
    return result.value;
  }
  throw new Error(`${result.error.code} ${JSON.stringify(result.error.data)}`);
}

const client = new Client(
  { name: 'mcp-keyring-conformance', version: '1.0.0' },
  { versionNegotiation: { mode: revision >= '2026-07-28' ? { pin: revision } : 'legacy' } },
);
await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { fetch: authorizedFetch }));
await client.listTools();
await client.callTool({ name: 'test-tool', arguments: {} });
await client.close();
