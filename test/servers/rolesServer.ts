import { McpServer } from '@modelcontextprotocol/server';
import { errors, jwtVerify, SignJWT } from 'jose';
import { bearerTokenOf } from './bearerToken.ts';
import { type HttpMcpServer, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import { TodoStore } from './todoStore.ts';
import { type DefinedTool, defineTool, registerTools } from './tools.ts';

/** The `iss` that the server accepts. */
export const ROLES_ISSUER = 'mcp-auth-server';

/** What each role is usually given; a token may name fewer permissions than its role has here. */
export const ROLE_PERMISSIONS = {
  viewer: ['read:todos'],
  editor: ['read:todos', 'create:todos', 'update:todos'],
  admin: ['read:todos', 'create:todos', 'update:todos', 'delete:todos'],
} as const;

export type Role = keyof typeof ROLE_PERMISSIONS;

export interface RolesServerOptions {
  /** The text whose UTF-8 bytes are the HMAC secret; HS256 wants 32 bytes or more. */
  readonly secret: string;
  readonly port?: number;
  readonly dateOffset?: number;
}

/**
 * A to-do server behind a shared-secret JWT: HS256, `iss`, `sub`, `role`, `permissions`. It answers 401 to a missing, an
 * expired and an otherwise invalid token, each with its own body. A tool is listed and callable where both the role and
 * the permission of the token allow it.
 */
export function startRolesServer(options: RolesServerOptions): Promise<HttpMcpServer> {
  const secret = Buffer.from(options.secret, 'utf8');
  const tools = createTodoTools(new TodoStore(['Rotate the staging key', 'Read the release notes']));
  return startHttpMcpServer({
    ...options,
    authenticate: (headers, now) => checkToken(headers.authorization, secret, now),
    mcp({ authInfo }) {
      const identity = identityOf(authInfo?.extra);
      const server = new McpServer({ name: 'todos', version: '1.0.0' });
      registerTools(server, tools, tool => refusalOf(tool, identity));
      return server;
    },
  });
}

export interface RolesTokenOptions {
  readonly secret: string;
  readonly role: string;
  /** The role's own when left out. */
  readonly permissions?: readonly string[];
  readonly subject?: string;
  readonly issuer?: string;
  /** One hour when left out; negative makes a token that has expired already. */
  readonly lifetimeSeconds?: number;
  /** When it is issued. */
  readonly now?: Date;
}

/** Signs a token as the server's own login would issue it. */
export function signRolesToken(options: RolesTokenOptions): Promise<string> {
  const issuedAt = Math.floor((options.now?.getTime() ?? Date.now()) / 1000);
  const permissions = options.permissions ?? (isRole(options.role) ? ROLE_PERMISSIONS[options.role] : []);
  return new SignJWT({ role: options.role, permissions: [...permissions] })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(options.issuer ?? ROLES_ISSUER)
    .setSubject(options.subject ?? 'demo-user')
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + (options.lifetimeSeconds ?? 3600))
    .sign(Buffer.from(options.secret, 'utf8'));
}

async function checkToken(authorization: string | undefined, secret: Uint8Array, now: Date): Promise<Verdict> {
  const token = bearerTokenOf(authorization);
  if (token === undefined) {
    return { refusal: { status: 401, body: { error: 'Missing bearer token' } } };
  }
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      issuer: ROLES_ISSUER,
      requiredClaims: ['sub', 'role'],
      currentDate: now,
    });
    return { authInfo: { token, clientId: String(payload.sub), scopes: [], extra: payload } };
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      return { refusal: { status: 401, body: { error: 'Token expired' }, reason: error.message } };
    }
    return { refusal: { status: 401, body: { error: 'Invalid token' }, reason: String(error) } };
  }
}

interface Identity {
  readonly subject: string;
  readonly role: string;
  readonly permissions: readonly string[];
}

function identityOf(claims: Record<string, unknown> = {}): Identity {
  return {
    subject: String(claims.sub),
    role: String(claims.role),
    permissions: Array.isArray(claims.permissions) ? claims.permissions.map(String) : [],
  };
}

function isRole(role: string): role is Role {
  return Object.hasOwn(ROLE_PERMISSIONS, role);
}

/** Free to every role unless it asks for one or for a permission. */
type TodoTool = DefinedTool & { readonly role?: Role; readonly permission?: string };

const ID = { type: 'integer', description: 'The number of the to-do.' };
const TITLE = { type: 'string', minLength: 1 };

function createTodoTools(todos: TodoStore): TodoTool[] {
  return [
    defineTool({
      name: 'whoami',
      description: 'Tells who the token says you are.',
      run: (_, caller) => JSON.stringify(identityOf(caller?.extra)),
    }),
    {
      permission: 'read:todos',
      ...defineTool({
        name: 'list_todos',
        description: 'Lists all to-dos.',
        run: () => JSON.stringify(todos.list()),
      }),
    },
    {
      permission: 'create:todos',
      ...defineTool<{ title: string }>({
        name: 'create_todo',
        description: 'Adds a to-do.',
        properties: { title: TITLE },
        required: ['title'],
        run: ({ title }) => JSON.stringify(todos.create(title)),
      }),
    },
    {
      permission: 'update:todos',
      ...defineTool<{ id: number; title?: string; done?: boolean }>({
        name: 'update_todo',
        description: 'Changes the title of a to-do or whether it is done.',
        properties: { id: ID, title: TITLE, done: { type: 'boolean' } },
        required: ['id'],
        run: ({ id, ...changes }) => JSON.stringify(todos.update(id, changes)),
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
    {
      role: 'admin',
      permission: 'delete:todos',
      ...defineTool({
        name: 'clear_todos',
        description: 'Removes all to-dos.',
        run: () => `${todos.clear()} removed`,
      }),
    },
  ];
}

/** Why an identity may not use a tool. Both must hold: a permission that the role doesn't have is worth nothing. */
function refusalOf(tool: TodoTool, identity: Identity): string | undefined {
  if (tool.role !== undefined && tool.role !== identity.role) {
    return `Forbidden: this needs the role ${tool.role}, and the token says ${identity.role}.`;
  }
  if (tool.permission === undefined) {
    return undefined;
  }
  const allowed: readonly string[] = isRole(identity.role) ? ROLE_PERMISSIONS[identity.role] : [];
  if (!allowed.includes(tool.permission)) {
    return `Forbidden: the role ${identity.role} doesn't have the permission ${tool.permission}.`;
  }
  if (!identity.permissions.includes(tool.permission)) {
    return `Forbidden: the token lacks the permission ${tool.permission}.`;
  }
  return undefined;
}
