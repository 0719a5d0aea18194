import * as vscode from 'vscode';
import { KeyringError } from '../core/errors.ts';
import type { FileDelivery } from '../ids.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';
import type { ConfigLocation } from './configLocations.ts';

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

/** What a file gets of a credential in a delivery, as a sentence. */
export function deliveryDetail({ format }: ConfigLocation, delivery: FileDelivery): string {
  switch (delivery) {
    case 'reference':
      return vscode.l10n.t('The file gets a reference; the credential stays in the keyring.');
    case 'environment':
      return vscode.l10n.t('The file gets a reference to the variable that terminals of VS Code have.');
    case 'literal':
      return format.indirections.length > 0 && !format.indirections.includes('input')
        ? vscode.l10n.t('The file gets the credential in plain text, or a reference once terminals have it.')
        : vscode.l10n.t('The file gets the credential itself, in plain text: what reads it resolves no references.');
  }
}
