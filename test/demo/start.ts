// `npm start`: builds the extension, starts real MCP servers, and opens VS Code on a workspace that names them.
//
//   npm start                      all of it
//   npm start -- --servers         the servers alone, for a VS Code started with F5 on test/demo/workspace
//   npm start -- --keep-in FOLDER  all of it, with the workspace and VS Code's data in a folder of your choice:
//                                  beside a demo that runs already, or for a first look once more
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findHost } from '../host/findHost.ts';
import { type OpenedVsCode, openForPerson } from '../host/open.ts';
import { cacheFolder, repoRoot } from '../host/paths.ts';
import { OAUTH_CLIENT_SECRET } from '../servers/oauthClients.ts';
import { ROLE_PERMISSIONS, ROLES_ISSUER } from '../servers/rolesServer.ts';
import { DEMO_API_KEY, DEMO_JWT_SECRET, type DemoServers, startDemoServers } from './demoServers.ts';
import { PASTED_TOKEN_SECONDS, portsOf, prepareWorkspace } from './prepareWorkspace.ts';

const stopped = Promise.withResolvers<void>();
stopOnSignals();
stopWithNpm();

const { values: wanted } = parseArgs({ options: { servers: { type: 'boolean' }, 'keep-in': { type: 'string' } } });
const serversOnly = wanted.servers === true;
const keptIn = resolve(wanted['keep-in'] ?? cacheFolder);
let servers: DemoServers | undefined;
let vsCode: OpenedVsCode | undefined;
try {
  const ended = await Promise.race([stopped.promise, run()]);
  if (ended !== undefined) {
    console.log(ended);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await vsCode?.stop();
  await servers?.close();
  // A build or a download that was interrupted would keep the process alive.
  process.exit();
}

/** Runs until everything has ended by itself, and says so. */
async function run(): Promise<string> {
  if (!serversOnly) {
    console.log('Building the extension...');
    await build();
    // It may have to fetch VS Code first: that must not eat up the minutes that the pasted token has.
    await findHost();
  }
  servers = await startDemoServers();
  if (serversOnly) {
    console.log(describe(servers));
    return new Promise(() => {});
  }
  const workspace = join(keptIn, 'demo');
  await prepareWorkspace(workspace, portsOf(servers));
  console.log('Starting VS Code...');
  vsCode = await openForPerson({ workspace, extensionPath: repoRoot, keptIn });
  stopOnSignals();
  console.log(describe(servers, vsCode));
  await vsCode.exited;
  return 'VS Code has been closed.';
}

/**
 * Lets a signal end this program by way of `finally`. The test host has listeners of its own, which kill VS Code on the
 * spot; a person's VS Code gets the time to save what it holds.
 */
function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => stopped.resolve());
  }
}

/** npm, when it is told to end, ends without telling its children. */
function stopWithNpm(): void {
  const npm = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== npm) {
        stopped.resolve();
      }
    }, 500).unref();
  }
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['esbuild.mjs'], { cwd: repoRoot, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    throw new Error('The extension could not be built.');
  }
}

/** All that a person needs to try the extension. */
function describe({ weather, todos, notebook, signIn }: DemoServers, opened?: OpenedVsCode): string {
  const where =
    opened === undefined
      ? ['The servers of the demo are running.']
      : opened.url === undefined
        ? ['VS Code is open.']
        : ['VS Code is running. Open this address in a browser:', '', `  ${opened.url}`];
  const roles = Object.entries(ROLE_PERMISSIONS).map(
    ([role, permissions]) => `              ${role.padEnd(7)} ${permissions.join(' ')}`,
  );
  return [
    '',
    ...where,
    '',
    'Its README.md says what to try. What MCP Keyring: Add Authenticated Server... will ask for:',
    '',
    `  weather   ${weather.url}`,
    `            API key in X-API-Key: ${DEMO_API_KEY}`,
    '',
    `  todos     ${todos.url}`,
    '            signed JWT in Authorization, HS256',
    `            secret (text): ${DEMO_JWT_SECRET}`,
    `            issuer: ${ROLES_ISSUER}    subject: any`,
    '            role and permissions:',
    ...roles,
    '',
    `  notebook  ${notebook.url}`,
    `            OAuth: sign in at ${signIn.issuer} with any user name`,
    '            as a program: client id service-basic or service-post, with the secret',
    `            ${OAUTH_CLIENT_SECRET}`,
    '',
    ...(opened === undefined
      ? []
      : [`The token pasted in .vscode/mcp.json runs out ${PASTED_TOKEN_SECONDS / 60} minutes after this start.`, '']),
    'Ctrl+C stops everything.',
    '',
  ].join('\n');
}
