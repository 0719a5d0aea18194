import {
  type DesktopInstallation,
  desktopFromEnvironment,
  downloadedDesktop,
  hasDisplay,
  installedDesktop,
} from './findDesktop.ts';
import { prepareServer, type ServerInstallation } from './prepareServer.ts';

/** A VS Code that tests and `npm start` can run in. */
export type Host =
  | ({ readonly kind: 'desktop' } & DesktopInstallation)
  | ({ readonly kind: 'server' } & ServerInstallation);

/**
 * Finds a VS Code: VSCODE_PATH, one that is installed, a downloaded one, and where none of them can be had (or no
 * window can be shown) the VS Code server. MCP_KEYRING_HOST=desktop or =server insists on one.
 *
 * @throws Error when the one that was insisted on can't be had.
 */
export async function findHost(): Promise<Host> {
  const wanted = process.env.MCP_KEYRING_HOST;
  if (wanted !== undefined && wanted !== '' && wanted !== 'desktop' && wanted !== 'server') {
    throw new Error(`MCP_KEYRING_HOST is "${wanted}"; it can be "desktop" or "server".`);
  }
  if (wanted !== 'server') {
    const named = desktopFromEnvironment();
    const desktop = named ?? (hasDisplay() || wanted === 'desktop' ? await anyDesktop() : undefined);
    if (desktop !== undefined) {
      return { kind: 'desktop', ...desktop };
    }
    if (wanted === 'desktop') {
      throw new Error('MCP_KEYRING_HOST is "desktop", but no VS Code is installed and none can be downloaded.');
    }
  }
  return serverHost();
}

/** The VS Code server, also where a desktop VS Code was found: it alone runs a suite in several windows. */
export async function serverHost(): Promise<Host> {
  return { kind: 'server', ...(await prepareServer()) };
}

async function anyDesktop(): Promise<DesktopInstallation | undefined> {
  return installedDesktop() ?? (await downloadedDesktop());
}
