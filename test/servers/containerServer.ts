import { McpServer } from '@modelcontextprotocol/server';
import { jwtVerify, SignJWT } from 'jose';
import { checkApiKey } from './apiKeyServer.ts';
import { bearerTokenOf } from './bearerToken.ts';
import { type HttpMcpServer, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import { TodoStore } from './todoStore.ts';
import { type DefinedTool, defineTool, registerTools } from './tools.ts';

export const CONTAINER_ISSUER = 'urn:demo:issuer';
export const CONTAINER_AUDIENCE = 'urn:demo:audience';

/** What each role is usually given. */
export const CONTAINER_PERMISSIONS = {
  readonly: ['read:todos', 'list:todos'],
  user: ['create:todos', 'read:todos', 'update:todos', 'list:todos'],
  admin: ['create:todos', 'read:todos', 'update:todos', 'delete:todos', 'list:todos'],
} as const;

export type ContainerRole = keyof typeof CONTAINER_PERMISSIONS;

export interface ContainerServerOptions {
  /**
   * The HMAC secret as it stands in the server's environment. It may well look like base64, but nobody decodes it: the
   * secret is its UTF-8 bytes.
   */
  readonly secret: string;
  readonly apiKeys?: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
  readonly port?: number;
  readonly dateOffset?: number;
}

/**
 * A to-do server as a well-known container sample has it: `x-api-key`, or an HS256 JWT with `id`, `email`, `role`,
 * `permissions`, `aud` and `iss`. No credential is a 401, a bad or expired one a 403, and neither carries a challenge.
 */
export function startContainerServer(options: ContainerServerOptions): Promise<HttpMcpServer> {
  const tools = createTodoTools(new TodoStore(['Push the image']));
  return startHttpMcpServer({
    ...options,
    authenticate(headers, now) {
      if (headers['x-api-key'] !== undefined) {
        return checkKey(headers['x-api-key'], options.apiKeys ?? []);
      }
      return checkToken(headers.authorization, options, now);
    },
    mcp({ authInfo }) {
      const permissions = authInfo?.extra?.permissions;
      const server = new McpServer({ name: 'container-todos', version: '1.0.0' });
      registerTools(server, tools, tool =>
        Array.isArray(permissions) && permissions.includes(tool.permission)
          ? undefined
          : `Forbidden: the permission ${tool.permission} is missing.`,
      );
      return server;
    },
  });
}

export interface ContainerTokenOptions {
  readonly secret: string;
  readonly role: ContainerRole;
  /** The role's own when left out. */
  readonly permissions?: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
  /** Two hours when left out. */
  readonly lifetimeSeconds?: number;
  readonly now?: Date;
}

/** Signs a token as the sample's own script would. */
export function signContainerToken(options: ContainerTokenOptions): Promise<string> {
  const issuedAt = Math.floor((options.now?.getTime() ?? Date.now()) / 1000);
  return new SignJWT({
    id: '1',
    email: `${options.role}@example.com`,
    role: options.role,
    permissions: [...(options.permissions ?? CONTAINER_PERMISSIONS[options.role])],
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(options.issuer ?? CONTAINER_ISSUER)
    .setAudience(options.audience ?? CONTAINER_AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + (options.lifetimeSeconds ?? 7200))
    .sign(Buffer.from(options.secret, 'utf8'));
}

function checkKey(value: string | string[], keys: readonly string[]): Verdict {
  const verdict = checkApiKey(value, keys);
  if ('refusal' in verdict) {
    return { refusal: { status: 403, body: { error: 'Invalid API key' } } };
  }
  return { authInfo: { ...verdict.authInfo, extra: { role: 'user', permissions: CONTAINER_PERMISSIONS.user } } };
}

async function checkToken(
  authorization: string | undefined,
  options: ContainerServerOptions,
  now: Date,
): Promise<Verdict> {
  const token = bearerTokenOf(authorization);
  if (token === undefined) {
    return { refusal: { status: 401, body: { error: 'Authentication required' } } };
  }
  try {
    const { payload } = await jwtVerify(token, Buffer.from(options.secret, 'utf8'), {
      algorithms: ['HS256'],
      issuer: options.issuer ?? CONTAINER_ISSUER,
      audience: options.audience ?? CONTAINER_AUDIENCE,
      requiredClaims: ['id', 'email', 'role', 'permissions', 'exp'],
      currentDate: now,
    });
    if (!Object.hasOwn(CONTAINER_PERMISSIONS, String(payload.role))) {
      throw new Error('There is no such role.');
    }
    return { authInfo: { token, clientId: String(payload.id), scopes: [], extra: payload } };
  } catch (error) {
    return { refusal: { status: 403, body: { error: 'Invalid or expired token' }, reason: String(error) } };
  }
}

type TodoTool = DefinedTool & { readonly permission: string };

const ID = { type: 'integer' };

function createTodoTools(todos: TodoStore): TodoTool[] {
  return [
    {
      permission: 'create:todos',
      ...defineTool<{ title: string }>({
        name: 'add_todo',
        description: 'Adds a to-do.',
        properties: { title: { type: 'string', minLength: 1 } },
        required: ['title'],
        run: ({ title }) => JSON.stringify(todos.create(title)),
      }),
    },
    {
      permission: 'list:todos',
      ...defineTool({ name: 'list_todos', description: 'Lists all to-dos.', run: () => JSON.stringify(todos.list()) }),
    },
    {
      permission: 'update:todos',
      ...defineTool<{ id: number }>({
        name: 'complete_todo',
        description: 'Marks a to-do as done.',
        properties: { id: ID },
        required: ['id'],
        run: ({ id }) => JSON.stringify(todos.update(id, { done: true })),
      }),
    },
    {
      permission: 'delete:todos',
      ...defineTool<{ id: number }>({
        name: 'delete_todo',
        description: 'Removes a to-do.',
        properties: { id: ID },
        required: ['id'],
        run: ({ id }) => JSON.stringify(todos.delete(id)),
      }),
    },
  ];
}
