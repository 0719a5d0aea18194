import { KeyringError } from '../../core/errors.ts';
import { chooseAuthMethod, type OAuthClient } from '../../core/oauth/clients.ts';
import { type Discovery, discover } from '../../core/oauth/discovery.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import { resourceOf } from '../../core/oauth/resource.ts';
import { cleanScopes } from '../../core/oauth/scopes.ts';
import { findServerMetadata } from '../../core/oauth/serverMetadata.ts';
import {
  camelCaseNames,
  type ParameterNames,
  snakeCaseNames,
  type TokenRecipe,
} from '../../core/oauth/tokenEndpoint.ts';
import { standardFields, type TokenFields } from '../../core/oauth/tokens.ts';
import { ok, type Result } from '../../core/result.ts';
import { Secret } from '../../core/secret.ts';
import type { OAuthAnswers, TokenEndpointAnswers } from '../../ids.ts';
import type { FlowTools, SignInPlan, StandardPlan } from './flow.ts';
import { oauthContext } from './oauthContext.ts';
import { knownClients } from './signInClient.ts';

type Answers = Omit<OAuthAnswers, 'kind' | 'name'>;

/** A sign-in of which more and more gets decided. */
export type SignInDraft = { -readonly [K in keyof Answers]?: Answers[K] } & {
  /** The user said yes to plain http to the MCP server's host. */
  insecureAllowed?: boolean;
};

const camelCaseFields: TokenFields = {
  accessToken: 'accessToken',
  refreshToken: 'refreshToken',
  expiresIn: 'expiresIn',
};

export function isStandard(flow: SignInDraft['flow']): flow is StandardPlan['flow'] {
  return flow === 'authorizationCode' || flow === 'deviceCode' || flow === 'clientCredentials';
}

/**
 * Finds out how to get a token for the draft's MCP server. An authorization server that the user named is asked, whatever the
 * MCP server says of others. Fails with what `discover` and `findServerMetadata` fail with.
 */
export async function discoverFor(
  { vault, clock }: FlowTools,
  draft: SignInDraft,
  signal: AbortSignal,
): Promise<Result<Discovery, OAuthFailure>> {
  const { serverUrl = '', issuer, insecureAllowed, flow } = draft;
  const context = oauthContext(vault, clock, { signal, insecureAllowed });
  const preferredIssuers =
    issuer === undefined
      ? knownClients(vault, flow ?? 'authorizationCode').map(({ client }) => client.issuer)
      : [issuer];
  const found = await discover(context, {
    serverUrl,
    preferredIssuers,
    // A program signs in anew where a person would need a refresh token.
    offline: flow !== 'clientCredentials',
    ...(insecureAllowed && { insecureAllowed }),
  });
  if (issuer === undefined || (found.ok && found.value.server.issuer === issuer)) {
    return found;
  }
  const policy = { serverUrl, trustedHosts: [hostnameOf(issuer)], ...(insecureAllowed && { insecureAllowed }) };
  // People leave a slash at the end out, or write one.
  const alias = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`;
  const server = await findServerMetadata(context, policy, issuer, [alias]);
  return server.ok
    ? ok({
        serverUrl,
        server: server.value,
        otherIssuers: [],
        resource: found.ok ? found.value.resource : resourceOf(serverUrl),
        scopes: found.ok ? found.value.scopes : { scopes: [], from: 'nowhere' },
        via: 'person',
        policy,
      })
    : server;
}

/**
 * The plan of a draft whose questions are all answered.
 * @param redirectUri from the settings
 * @throws KeyringError `argument-invalid`
 */
export function planOf(draft: SignInDraft, discovery: Discovery | undefined, redirectUri: string): SignInPlan {
  const { flow } = draft;
  const scopes = draft.scopes && cleanScopes(draft.scopes);
  if (flow === 'tokenEndpoint') {
    return { flow, recipe: recipeOf(draft, scopes ?? []) };
  }
  if (flow === 'vscodeAccount') {
    return { flow, providerId: needed(draft.providerId, 'credential.providerId'), scopes: scopes ?? [], anew: false };
  }
  if (!isStandard(flow) || !discovery) {
    throw new KeyringError('argument-invalid', { field: 'credential.flow', reason: 'unknown-flow' });
  }
  const { server, policy } = discovery;
  const resource = draft.resource === undefined ? discovery.resource : draft.resource;
  const client = clientOf(draft, discovery);
  const { clientKeyId } = draft;
  return {
    flow,
    server,
    policy,
    scopes: scopes ?? discovery.scopes.scopes,
    redirectUri: draft.redirectUri ?? redirectUri,
    ...(resource !== null && { resource }),
    ...(client && { client }),
    ...(clientKeyId !== undefined && { clientKeyId }),
  };
}

/** The client that the user typed in; undefined where one is to be found. */
function clientOf(draft: SignInDraft, { server }: Discovery): OAuthClient | undefined {
  const { clientId, clientSecret, clientKeyId, redirectUri } = draft;
  if (clientId === undefined || clientId === '') {
    return undefined;
  }
  const hasSecret = clientSecret !== undefined && clientSecret !== '';
  const usual = clientKeyId === undefined ? chooseAuthMethod(server, hasSecret) : 'private_key_jwt';
  return {
    issuer: server.issuer,
    clientId,
    source: 'preregistered',
    authMethod: draft.clientAuth ?? usual,
    ...(hasSecret && { secret: new Secret(clientSecret) }),
    ...(redirectUri !== undefined && { redirectUris: [redirectUri] }),
  };
}

/** The recipe of a draft for a token endpoint with rules of its own. */
function recipeOf(draft: SignInDraft, scopes: readonly string[]): TokenRecipe {
  const endpoint: TokenEndpointAnswers = needed(draft.endpoint, 'credential.endpoint');
  const { url, body = 'form', style = 'snake_case', grantType = 'client_credentials', refresh = true } = endpoint;
  const isCamel = style === 'camelCase';
  const names: ParameterNames = { ...(isCamel ? camelCaseNames : snakeCaseNames), ...endpoint.names };
  const fields: TokenFields = { ...(isCamel ? camelCaseFields : standardFields), ...endpoint.fields };
  return {
    url: needed(url, 'credential.endpoint.url'),
    body,
    names,
    clientId: needed(draft.clientId, 'credential.clientId'),
    clientSecret: new Secret(needed(draft.clientSecret, 'credential.clientSecret')),
    grantType,
    scopes,
    extra: endpoint.extra ?? {},
    fields,
    refresh: refresh === false ? undefined : { grantType: 'refresh_token', ...(refresh === true ? {} : refresh) },
  };
}

function needed<T>(value: T | undefined, field: string): T {
  if (value === undefined || value === '') {
    throw new KeyringError('argument-invalid', { field, reason: 'missing' });
  }
  return value;
}

function hostnameOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}
