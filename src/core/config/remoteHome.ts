/** The home of the user as whom VS Code works on another machine, and its server's folder there. */
export interface RemoteHome {
  /** Absolute, with `/`. */
  readonly home: string;
  readonly serverFolder: string;
}

/** What VS Code's server keeps in the home of the user who runs it: over SSH, in WSL and containers, and in Codespaces. */
const serverFolders = ['.vscode-server', '.vscode-server-insiders', '.vscode-remote'];

const homesOf = ['/home', '/Users', '/c:/Users'];

/**
 * Finds the home on another machine, which no API tells to an extension beside the window. It's the one in which VS Code's
 * server is; among several the one that the open folder is in. A home that can't be listed is another user's.
 * @param folder the path of an open folder there
 * @param namesIn what a folder there holds; nothing where it can't be listed
 */
export async function findRemoteHome(
  folder: string,
  namesIn: (path: string) => Promise<readonly string[]>,
): Promise<RemoteHome | undefined> {
  const around = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/[A-Za-z]:\/Users\/[^/]+|\/root)(?=\/|$)/.exec(folder)?.[0];
  const serverIn = async (home: string) => {
    const names = await namesIn(home);
    const serverFolder = serverFolders.find(name => names.includes(name));
    return serverFolder === undefined ? undefined : { home, serverFolder: `${home}/${serverFolder}` };
  };
  const first = around === undefined ? undefined : await serverIn(around);
  if (first) {
    return first;
  }
  const users = await Promise.all(homesOf.map(async base => (await namesIn(base)).map(name => `${base}/${name}`)));
  const found = await Promise.all(['/root', ...users.flat()].map(serverIn));
  const [only, ...others] = found.filter(home => home !== undefined);
  // Between two that are as likely nobody guesses: a credential must not be shown to, or written for, somebody else.
  return others.length === 0 ? only : undefined;
}
