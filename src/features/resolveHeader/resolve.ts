import * as vscode from 'vscode';
import { findInputUses, resolveCommand, unescapedJson } from '../../core/config/inputUses.ts';
import { keyringInputId, parseKeyringInputId } from '../../core/config/references.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import type { HeaderValue } from '../../core/credentials/broker.ts';
import { KeyringError } from '../../core/errors.ts';
import type { UnreadableReason } from '../../core/inventory/types.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { watchStart } from '../../platform/startWatch.ts';
import { refuseTraced } from '../../platform/tracedHeaders.ts';
import type { Services } from '../../services.ts';

/** What one file says about an input. */
interface Use {
  readonly place: ConfigLocation;
  readonly scope: 'user' | 'workspace';
  readonly url: string;
  readonly header: string;
  readonly server: string;
}

/**
 * The token that VS Code puts into the header of every server whose file refers to this input.
 * @throws KeyringError with a `RefusalCode`; nothing is handed out then
 */
export async function resolveHeader(services: Services, inputId: unknown): Promise<string> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  if (typeof inputId !== 'string' || parseKeyringInputId(inputId) === undefined) {
    throw new KeyringError('reference-unknown', { inputId: String(inputId) });
  }
  const uses = await checkedUses(services, inputId);
  const [first] = uses;
  if (!first) {
    throw new KeyringError('reference-unknown', { inputId });
  }
  for (const { header, url } of uses) {
    await refuseTraced(header, url);
  }
  const { token } = await headerFor(services, first);
  services.mcp.purge(inputId, new Set(uses.map(use => use.scope)));
  void watchStart(services, first.place.uri, first.server);
  services.log.info('header-resolved', { inputId, url: first.url });
  return token.reveal();
}

/** A colleague's clone has the reference and not the credential: the error says for which server it is missing. */
async function headerFor({ broker }: Services, { place, server, url, header }: Use): Promise<HeaderValue> {
  try {
    return await broker.headerFor(url, header);
  } catch (error) {
    throw error instanceof KeyringError && error.code === 'no-credential'
      ? new KeyringError('no-credential', { url, file: place.key, server, header }, { cause: error })
      : error;
  }
}

/** Every use of the input, or an error if any two of them, or one and the id, disagree about where the value goes. */
async function checkedUses(services: Services, inputId: string): Promise<Use[]> {
  const { files } = services;
  await refuseOtherFiles(inputId);
  const uses: Use[] = [];
  for (const source of await files.readAllFromDisk()) {
    const place = files.locationOf(source.uri);
    // What this VS Code doesn't read it doesn't resolve.
    if (place?.inputScope === undefined) {
      continue;
    }
    if (source.content.state !== 'text') {
      refuseUnread(source.uri, source.content.reason);
      continue;
    }
    for (const { urls, header, server = '' } of findInputUses(source.content.text, source.format, inputId)) {
      const [url, ...others] = urls.map(canonical);
      const agreed = url !== undefined && others.every(other => other === url);
      const known = agreed && header !== undefined && (await hashFits(inputId, url, header));
      const first = uses[0];
      if (!known || (first && (first.url !== url || first.header.toLowerCase() !== header.toLowerCase()))) {
        // The credential may be meant for both; that's only to be asked for a place where a reference of its own would do.
        const other = agreed && header !== undefined && place.format.indirections.includes('input');
        throw new KeyringError('reference-points-elsewhere', {
          inputId,
          uri: source.uri,
          file: fileLabel(source.uri),
          url: first?.url ?? '',
          elsewhere: url ?? urls[0] ?? '',
          ...(await ownerOf(services, inputId)),
          ...(other && { server, header }),
        });
      }
      uses.push({ place, scope: place.inputScope, url, header, server });
    }
  }
  return uses;
}

/** What cannot be read at all VS Code doesn't read either; of bytes that are no UTF-8, or of too many, it makes what it can. */
function refuseUnread(uri: string, reason: UnreadableReason): void {
  if (reason === 'not-utf8' || reason === 'too-large') {
    throw new KeyringError('reference-unchecked', { uri, file: fileLabel(uri) });
  }
}

/** Whose reference it is, by the keyring and not by a file: a URL and a credential, for the words of a refusal. */
async function ownerOf({ vault }: Services, inputId: string): Promise<{ readonly url?: string; readonly id?: string }> {
  await vault.load();
  for (const { id, attachments } of vault.credentials) {
    for (const { url, header } of attachments) {
      if (await hashFits(inputId, url, header)) {
        return { url, id: vault.attachedTo(url, header)[0]?.credentialId ?? id };
      }
    }
  }
  return {};
}

function canonical(url: string): string | undefined {
  const result = canonicalUrl(url);
  return result.ok ? result.value : undefined;
}

async function hashFits(inputId: string, url: string, header: string): Promise<boolean> {
  const expected = await keyringInputId('', url, header);
  return parseKeyringInputId(expected)?.hash === parseKeyringInputId(inputId)?.hash;
}

/** Files of a folder whose own `${input:...}` could call our command: a task's command line is no header. */
const otherFiles = ['.vscode/tasks.json', '.vscode/launch.json', '.vscode/settings.json'];

async function refuseOtherFiles(inputId: string): Promise<void> {
  for (const uri of otherCandidates()) {
    let text: string;
    try {
      // As VS Code reads it: what is no UTF-8 in it hides the rest from nobody.
      text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    } catch {
      continue; // There is no such file, or VS Code can't read it either.
    }
    const plain = unescapedJson(text);
    if (plain.includes(resolveCommand) || plain.includes(inputId)) {
      throw new KeyringError('reference-points-elsewhere', {
        inputId,
        uri: uri.toString(),
        file: fileLabel(uri),
        url: '',
      });
    }
  }
}

function otherCandidates(): vscode.Uri[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.flatMap(({ uri }) => otherFiles.map(path => vscode.Uri.joinPath(uri, path)));
}
