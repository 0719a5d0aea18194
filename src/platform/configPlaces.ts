import * as vscode from 'vscode';
import { KeyringError } from '../core/errors.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';
import type { ConfigLocation } from './configLocations.ts';
import { locationLabel } from './locationTexts.ts';

/**
 * The place that `file` names: a URI, a path, a path relative to a workspace folder, or what messages call it.
 * @throws KeyringError `argument-invalid` for field `file`
 */
export function placeOf(file: string, files: ConfigFiles): ConfigLocation {
  const wanted = file.replaceAll('\\', '/');
  const place = files.locations.find(
    ({ key, uri, folder }) =>
      key === file ||
      uri.path === wanted ||
      uri.fsPath === file ||
      fileLabel(uri) === wanted ||
      (folder && vscode.Uri.joinPath(folder.uri, wanted).path === uri.path),
  );
  if (!place) {
    throw new KeyringError('argument-invalid', { field: 'file', reason: 'not-a-file', value: file });
  }
  return place;
}

/** How a place is offered: the file, and who reads it. */
export function placeText(place: ConfigLocation): string {
  const { name, path } = locationLabel(place);
  return path === '' ? name : `${name} (${path})`;
}
