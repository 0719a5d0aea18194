import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { clientAuthMethods, type OAuthClient } from './clients.ts';
import type { OAuthGrant } from './grant.ts';
import { isJsonObject } from './json.ts';
import { type AuthorizationServer, type Endpoint, endpointNames } from './serverMetadata.ts';
import type { TokenRecipe } from './tokenEndpoint.ts';
import type { TokenSet } from './tokens.ts';

/** A grant as JSON for the vault, secrets in clear. It goes nowhere else. */
export function encodeGrant(grant: OAuthGrant): JsonObject {
  const { tokens, ...rest } = grant;
  return {
    ...(rest.flow === 'tokenEndpoint'
      ? { ...rest, recipe: { ...rest.recipe, clientSecret: rest.recipe.clientSecret.reveal() } }
      : { ...rest, client: { ...rest.client, ...(rest.client.secret && { secret: rest.client.secret.reveal() }) } }),
    ...(tokens && {
      tokens: {
        ...tokens,
        accessToken: tokens.accessToken.reveal(),
        ...(tokens.refreshToken && { refreshToken: tokens.refreshToken.reveal() }),
      },
    }),
  };
}

/** The grant that {@link encodeGrant} wrote; what it doesn't know is left out. */
export function decodeGrant(value: unknown): Result<OAuthGrant, 'wrong-shape'> {
  try {
    return ok(readGrant(new Shape(value)));
  } catch (error) {
    if (error instanceof WrongShape) {
      return fail('wrong-shape');
    }
    throw error;
  }
}

function readGrant(shape: Shape): OAuthGrant {
  const common = {
    ...shape.optional('tokens', readTokens),
    ...shape.optional('renewingSince', number),
    ...shape.optional('ended', oneOf('refused', 'interrupted')),
  };
  const flow = shape.get('flow', oneOf('authorizationCode', 'deviceCode', 'clientCredentials', 'tokenEndpoint'));
  return flow === 'tokenEndpoint'
    ? { flow, ...common, recipe: shape.get('recipe', readRecipe) }
    : {
        flow,
        ...common,
        server: shape.get('server', readServer),
        client: shape.get('client', readClient),
        scopes: shape.get('scopes', texts),
        ...shape.optional('resource', text),
      };
}

function readTokens(value: unknown): TokenSet {
  const shape = new Shape(value);
  return {
    accessToken: shape.get('accessToken', secret),
    obtainedAt: shape.get('obtainedAt', number),
    lifetime: shape.get('lifetime', oneOf('expires_in', 'jwt', 'missing', 'invalid')),
    ...shape.optional('refreshToken', secret),
    ...shape.optional('expiresAt', number),
    ...shape.optional('scopes', texts),
  };
}

function readServer(value: unknown): AuthorizationServer {
  const shape = new Shape(value);
  const endpoints: Partial<Record<Endpoint, string>> = {};
  for (const name of Object.keys(endpointNames) as Endpoint[]) {
    Object.assign(endpoints, shape.optional(name, text));
  }
  return {
    issuer: shape.get('issuer', text),
    ...endpoints,
    ...shape.optional('scopesSupported', texts),
    ...shape.optional('grantTypes', texts),
    ...shape.optional('clientAuthMethods', texts),
    pkce: shape.get('pkce', flag),
    issInResponse: shape.get('issInResponse', flag),
    metadataDocuments: shape.get('metadataDocuments', flag),
  };
}

function readClient(value: unknown): OAuthClient {
  const shape = new Shape(value);
  return {
    issuer: shape.get('issuer', text),
    clientId: shape.get('clientId', text),
    source: shape.get('source', oneOf('preregistered', 'metadata-document', 'registered')),
    authMethod: shape.get('authMethod', oneOf(...clientAuthMethods)),
    ...shape.optional('secret', secret),
    ...shape.optional('secretExpiresAt', number),
    ...shape.optional('redirectUris', texts),
  };
}

function readRecipe(value: unknown): TokenRecipe {
  const shape = new Shape(value);
  return {
    url: shape.get('url', text),
    body: shape.get('body', oneOf('form', 'json')),
    names: shape.get('names', names => {
      const of = new Shape(names);
      return {
        clientId: of.get('clientId', text),
        clientSecret: of.get('clientSecret', text),
        grantType: of.get('grantType', text),
        refreshToken: of.get('refreshToken', text),
        scope: of.get('scope', text),
      };
    }),
    clientId: shape.get('clientId', text),
    clientSecret: shape.get('clientSecret', secret),
    grantType: shape.get('grantType', text),
    scopes: shape.get('scopes', texts),
    extra: shape.get('extra', textByName),
    fields: shape.get('fields', fields => {
      const of = new Shape(fields);
      return {
        accessToken: of.get('accessToken', text),
        refreshToken: of.get('refreshToken', text),
        expiresIn: of.get('expiresIn', text),
      };
    }),
    refresh: shape.optional('refresh', refresh => {
      const of = new Shape(refresh);
      return { grantType: of.get('grantType', text), ...of.optional('url', text) };
    }).refresh,
  };
}

class WrongShape extends Error {}

/** An object whose members have to be what they're read as. */
class Shape {
  readonly #members: JsonObject;

  constructor(value: unknown) {
    if (!isJsonObject(value)) {
      throw new WrongShape();
    }
    this.#members = value;
  }

  get<T>(name: string, read: (value: unknown) => T): T {
    return read(this.#members[name]);
  }

  optional<K extends string, T>(name: K, read: (value: unknown) => T): { readonly [key in K]?: T } {
    const value = this.#members[name];
    return (value === undefined ? {} : { [name]: read(value) }) as { readonly [key in K]?: T };
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') {
    throw new WrongShape();
  }
  return value;
}

function secret(value: unknown): Secret {
  return new Secret(text(value));
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new WrongShape();
  }
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new WrongShape();
  }
  return value;
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    throw new WrongShape();
  }
  return value.map(text);
}

function textByName(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) {
    throw new WrongShape();
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, text(member)]));
}

function oneOf<T extends string>(...allowed: readonly T[]): (value: unknown) => T {
  return value => {
    if (!allowed.includes(value as T)) {
      throw new WrongShape();
    }
    return value as T;
  };
}
