import * as vscode from 'vscode';
import { readExtraFiles } from '../core/config/extraFiles.ts';
import { formats } from '../core/config/formats.ts';
import { homePlaces } from '../core/config/places.ts';
import { findRemoteHome } from '../core/config/remoteHome.ts';
import {
  type ConfigLocation,
  type DiscoveredPlaces,
  inFolder,
  location,
  projectsOf,
  type UserFolder,
} from './configLocations.ts';
import { thisMachine } from './node/machine.ts';
import type { Settings } from './settings.ts';

/** Looks for the places that only the disk tells. A folder that can't be listed has none. */
export async function discoverPlaces(user: UserFolder, { extraConfigFiles }: Settings): Promise<DiscoveredPlaces> {
  const profileFolder = vscode.Uri.joinPath(user.uri, 'profiles');
  const [profiles, remote, containers] = await Promise.all([
    foldersIn(profileFolder),
    remotePlaces(),
    Promise.all(
      (vscode.workspace.workspaceFolders ?? []).map(async folder =>
        (await foldersIn(vscode.Uri.joinPath(folder.uri, '.devcontainer'))).map(name =>
          inFolder(folder, `.devcontainer/${name}/devcontainer.json`, formats.devContainer),
        ),
      ),
    ),
  ]);
  return {
    containers: containers.flat(),
    remote,
    extra: readExtraFiles(extraConfigFiles, thisMachine().home).files,
    profiles: profiles.map(profile =>
      location(vscode.Uri.joinPath(profileFolder, profile, 'mcp.json'), user.format, 'user', {
        inputScope: 'user',
        profile,
      }),
    ),
  };
}

/**
 * Beside the window of a remote folder (SSH, WSL, container) this runs on the user's own machine, whose home is not the
 * one in which the command lines of that folder's terminals look.
 */
async function remotePlaces(): Promise<readonly ConfigLocation[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'vscode-remote');
  const [folder] = folders;
  if (!folder) {
    return [];
  }
  const at = (path: string) => folder.uri.with({ path });
  const found = await findRemoteHome(folder.uri.path, path => foldersIn(at(path)));
  if (!found) {
    return [];
  }
  const { home: remoteHome, serverFolder } = found;
  const machine = { platform: 'linux', home: remoteHome, variables: {} } as const;
  return [
    location(at(`${serverFolder}/data/User/mcp.json`), formats.vscodeRemoteUser, 'user', {
      inputScope: 'user',
      remoteHome,
    }),
    ...homePlaces(machine)
      .filter(({ atFolders }) => atFolders)
      .flatMap(place => [
        location(at(place.path), place.format, 'user', { evidence: at(place.clientFolder), remoteHome }),
        ...projectsOf(place, at(place.path), folders).map(project => ({ ...project, remoteHome })),
      ]),
  ];
}

async function foldersIn(folder: vscode.Uri): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder))
      .filter(([, type]) => type & vscode.FileType.Directory)
      .map(([name]) => name)
      .sort();
  } catch {
    return [];
  }
}
