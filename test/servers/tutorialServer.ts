import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/server';
import { bearerTokenOf } from './bearerToken.ts';
import { type Exchange, type HttpMcpServer, type Route, sendJson, startHttpMcpServer } from './httpMcpServer.ts';
import { defineTool, registerTools } from './tools.ts';

export const TUTORIAL_CLIENT_ID = 'tutorial-client';
/** It protects nothing. */
export const TUTORIAL_CLIENT_SECRET = 'demo-tutorial-secret-that-protects-nothing';

/** How the token endpoint answers instead of as it should. */
export type TutorialMisbehaviour =
  | { readonly kind: 'rate-limit' /** As the header says it: seconds or a date. */; readonly retryAfter?: string }
  | { readonly kind: 'server-error' }
  | { readonly kind: 'html' }
  /** 10 MB of JSON. */
  | { readonly kind: 'huge' }
  /** Never ends, and never stops sending. */
  | { readonly kind: 'endless' }
  /** Takes the request and says nothing. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Spends the refresh token and drops the connection before it answers. */
  | { readonly kind: 'spend-and-drop' };

export interface TutorialServerOptions {
  readonly port?: number;
  readonly dateOffset?: number;
  /** Of access tokens, in seconds; 3600 when left out. */
  readonly lifetimeSeconds?: number;
  /** What `expires_in` says, where it isn't the lifetime as a number; undefined leaves it out. */
  readonly expiresIn?: { readonly value: unknown };
}

export interface TutorialServer extends HttpMcpServer {
  /** `/oauth/token`, which wants `client_id` and `client_secret`. */
  readonly tokenUrl: string;
  /** `/auth/token`, which wants `clientId` and `clientSecret` and answers with `accessToken`, `expiresIn`, `refreshToken`. */
  readonly camelTokenUrl: string;
  /** Bodies of the requests to either, in order; undefined for what isn't JSON. */
  readonly tokenRequests: unknown[];
  /** Answers to come, first first; each is given once. */
  readonly misbehaviours: TutorialMisbehaviour[];
  lifetimeSeconds: number;
  expiresIn: { readonly value: unknown } | undefined;
  /** Revokes all that was issued. */
  revokeAll(): void;
}

interface Names {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grantType: string;
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly expiresIn: string;
  readonly tokenType: string;
}

const snake: Names = {
  clientId: 'client_id',
  clientSecret: 'client_secret',
  grantType: 'grant_type',
  refreshToken: 'refresh_token',
  accessToken: 'access_token',
  expiresIn: 'expires_in',
  tokenType: 'token_type',
};

const camel: Names = {
  clientId: 'clientId',
  clientSecret: 'clientSecret',
  grantType: 'grantType',
  refreshToken: 'refreshToken',
  accessToken: 'accessToken',
  expiresIn: 'expiresIn',
  tokenType: 'tokenType',
};

/**
 * An MCP server whose tokens come from a token endpoint as tutorials write it: JSON bodies only, parameter names by taste,
 * no metadata. A refresh spends its token; the errors are `invalid_client`, `invalid_grant`, `unsupported_grant_type`.
 */
export async function startTutorialServer(options: TutorialServerOptions = {}): Promise<TutorialServer> {
  /** Token to the time in ms at which it ends. */
  const accessTokens = new Map<string, number>();
  const refreshTokens = new Set<string>();
  const tokenRequests: unknown[] = [];
  const misbehaviours: TutorialMisbehaviour[] = [];

  const tokenRoute = (names: Names): Route => ({
    isPublic: true,
    async handle({ req, res, body }: Exchange) {
      tokenRequests.push(body);
      const misbehaviour = misbehaviours.shift();
      if (misbehaviour !== undefined && misbehaviour.kind !== 'spend-and-drop') {
        await misbehave(misbehaviour, res);
        return;
      }
      if (req.method !== 'POST' || !req.headers['content-type']?.startsWith('application/json') || !isObject(body)) {
        sendJson(res, 400, { error: 'invalid_request', error_description: 'A JSON body is needed.' });
        return;
      }
      if (body[names.clientId] !== TUTORIAL_CLIENT_ID || body[names.clientSecret] !== TUTORIAL_CLIENT_SECRET) {
        sendJson(res, 401, { error: 'invalid_client' });
        return;
      }
      const grantType = body[names.grantType];
      if (grantType === 'refresh_token') {
        const spent = body[names.refreshToken];
        if (typeof spent !== 'string' || !refreshTokens.delete(spent)) {
          sendJson(res, 400, { error: 'invalid_grant' });
          return;
        }
        if (misbehaviour !== undefined) {
          res.destroy();
          return;
        }
      } else if (grantType !== 'client_credentials') {
        sendJson(res, 400, { error: 'unsupported_grant_type' });
        return;
      }
      const accessToken = `demo-access-${randomBytes(12).toString('hex')}`;
      const refreshToken = `demo-refresh-${randomBytes(12).toString('hex')}`;
      accessTokens.set(accessToken, Date.now() + tutorial.lifetimeSeconds * 1000);
      refreshTokens.add(refreshToken);
      sendJson(res, 200, {
        [names.accessToken]: accessToken,
        [names.tokenType]: 'Bearer',
        [names.expiresIn]: tutorial.expiresIn === undefined ? tutorial.lifetimeSeconds : tutorial.expiresIn.value,
        [names.refreshToken]: refreshToken,
      });
    },
  });

  const whoami = defineTool({
    name: 'whoami',
    description: 'Tells that the token is good.',
    run: () => JSON.stringify({ client: TUTORIAL_CLIENT_ID }),
  });
  const server = await startHttpMcpServer({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.dateOffset !== undefined && { dateOffset: options.dateOffset }),
    routes: { '/oauth/token': tokenRoute(snake), '/auth/token': tokenRoute(camel) },
    authenticate(headers) {
      const token = bearerTokenOf(headers.authorization);
      const endsAt = token === undefined ? undefined : accessTokens.get(token);
      if (token === undefined || endsAt === undefined) {
        return { refusal: { status: 401, body: { error: 'Unauthorized' } } };
      }
      if (endsAt <= Date.now()) {
        return { refusal: { status: 401, body: { error: 'Token expired' } } };
      }
      const expiresAt = Math.floor(endsAt / 1000);
      return { authInfo: { token, clientId: TUTORIAL_CLIENT_ID, scopes: [], expiresAt } };
    },
    mcp() {
      const mcp = new McpServer({ name: 'tutorial', version: '1.0.0' });
      registerTools(mcp, [whoami]);
      return mcp;
    },
  });
  const tutorial: TutorialServer = Object.assign(server, {
    tokenUrl: `${server.origin}/oauth/token`,
    camelTokenUrl: `${server.origin}/auth/token`,
    tokenRequests,
    misbehaviours,
    lifetimeSeconds: options.lifetimeSeconds ?? 3600,
    expiresIn: options.expiresIn,
    revokeAll() {
      accessTokens.clear();
      refreshTokens.clear();
    },
  });
  return tutorial;
}

async function misbehave(misbehaviour: TutorialMisbehaviour, res: ServerResponse): Promise<void> {
  switch (misbehaviour.kind) {
    case 'rate-limit':
      if (misbehaviour.retryAfter !== undefined) {
        res.setHeader('Retry-After', misbehaviour.retryAfter);
      }
      sendJson(res, 429, { error: 'Too many requests' });
      return;
    case 'server-error':
      sendJson(res, 500, { error: 'Internal server error' });
      return;
    case 'html':
      res.writeHead(200, { 'Content-Type': 'text/html' });
      res.end('<!DOCTYPE html><title>Welcome</title><h1>Sign in to continue</h1>');
      return;
    case 'redirect':
      res.writeHead(302, { Location: misbehaviour.location });
      res.end();
      return;
    case 'huge':
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify({ access_token: 'demo-access-huge', padding: 'x'.repeat(10 * 1024 * 1024) }));
      return;
    case 'endless':
      res.writeHead(200, { 'Content-Type': 'application/json' });
      while (!res.destroyed) {
        res.write(' '.repeat(100));
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      return;
    case 'silent':
    case 'spend-and-drop':
      return;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
