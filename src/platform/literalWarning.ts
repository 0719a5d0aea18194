import { l10n, window } from 'vscode';
import { fileLabel } from './configFiles.ts';
import type { ConfigLocation } from './configLocations.ts';
import { inertText } from './texts.ts';

/** Whether what stands in the file goes along with a folder that others may get. */
export function isShared(place: ConfigLocation): boolean {
  return place.level === 'workspace';
}

/** What it means that a token stands in plain text in files of the workspace. */
export function literalWarning(places: readonly ConfigLocation[]): string {
  return l10n.t(
    'The token will stand in plain text in {0}. Whoever gets the folder, for instance from a repository, gets the token with it.',
    places.map(({ uri }) => fileLabel(uri)).join(', '),
  );
}

/**
 * Asks before a token is written in plain text into a file of the workspace.
 * @returns whether the person said yes; true without a question where only the user's own files are meant
 */
export async function confirmLiteral(places: readonly ConfigLocation[]): Promise<boolean> {
  const shared = places.filter(isShared);
  if (shared.length === 0) {
    return true;
  }
  const yes = l10n.t('Write Token into File');
  const chosen = await window.showWarningMessage(
    inertText(l10n.t('Write the token in plain text?')),
    {
      modal: true,
      detail: inertText(`${literalWarning(shared)} ${l10n.t('What reads the file resolves no references.')}`),
    },
    yes,
  );
  return chosen === yes;
}
