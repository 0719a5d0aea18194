import * as vscode from 'vscode';
import { issuedToken } from '../../core/credentials/token.ts';
import { KeyringError } from '../../core/errors.ts';
import { findJwts } from '../../core/jwt/decode.ts';
import { parseHeaderValue } from '../../core/jwt/headerValue.ts';
import { cleanPastedCredential } from '../../core/jwt/mendHeader.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget, ServerTarget } from '../../ids.ts';
import { fieldText } from '../../platform/errorTexts.ts';
import { findServer } from '../../platform/serverTargets.ts';
import type { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

/** A token that was found, and what is known about it besides. */
export interface FoundToken {
  readonly token: string;
  /** What it's called on the screen. */
  readonly name: string;
  /** The server that it goes to, where that is known. */
  readonly serverUrl?: string;
  readonly credentialId?: string;
}

/** The tokens in a text: a whole header line, a cURL command, a URL, a log. */
export function tokensIn(text: string): string[] {
  const found = findJwts(text).map(({ start, end }) => text.slice(start, end));
  return [...new Set(found)];
}

/**
 * The token in a text, or the one that the person picks of several.
 * @throws KeyringError `argument-invalid` when there is none
 */
export async function chooseToken(prompts: Prompts, text: string): Promise<string> {
  const tokens = tokensIn(text);
  const [first = onlyToken(text), ...others] = tokens;
  if (others.length === 0) {
    return first;
  }
  return prompts.pick({
    prompt: vscode.l10n.t('There are several tokens in this text. Which one?'),
    // Enough to tell them apart, far too little to use.
    items: tokens.map((token, index) => ({
      label: vscode.l10n.t('Token {0}', index + 1),
      description: `${token.slice(0, 12)}…`,
      value: token,
    })),
  });
}

/** A text that is a token and no JWT. */
function onlyToken(text: string): string {
  const { token } = cleanPastedCredential(text);
  if (token === '' || /\s/.test(token)) {
    throw new KeyringError('argument-invalid', { field: 'token', reason: 'no-token' });
  }
  return token;
}

/**
 * The token that a person means: what is selected, else what is on the clipboard, else what they paste.
 * @param check what is wrong with a token that is no JWT, as a sentence
 */
export async function tokenFromPerson(
  prompts: Prompts,
  check: (token: string) => string | undefined = () => undefined,
): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection) ?? '';
  if (tokensIn(selected).length > 0) {
    return chooseToken(prompts, selected);
  }
  const clipboard = await vscode.env.clipboard.readText();
  const offered = tokensIn(clipboard).length > 0;
  const text = await prompts.input({
    prompt: offered
      ? vscode.l10n.t('The token on the clipboard, or paste another one')
      : vscode.l10n.t('Paste a token, a header, a cURL command or a URL'),
    value: offered ? clipboard.trim().slice(0, 100_000) : '',
    secret: true,
    validate: value => {
      if (value.trim() === '') {
        return vscode.l10n.t('This may not be empty.');
      }
      try {
        return tokensIn(value).length > 0 ? undefined : check(onlyToken(value));
      } catch (error) {
        if (error instanceof KeyringError) {
          return fieldText(error, 'token');
        }
        throw error;
      }
    },
  });
  return chooseToken(prompts, text);
}

/** The token that a target names: of a credential, or of a server's header. */
export async function tokenOf(
  { inventory, vault }: Services,
  target: Partial<CredentialTarget & ServerTarget>,
): Promise<FoundToken> {
  if (target.credentialId !== undefined) {
    const credential = await vault.readCredential(target.credentialId);
    const token = issuedToken(credential);
    if (!token) {
      throw new KeyringError('argument-invalid', { field: 'token', reason: 'no-token' });
    }
    const [url] = credential.attachments.map(attachment => attachment.url);
    return {
      token: token.reveal(),
      name: plainText(credential.name),
      credentialId: credential.id,
      ...(url !== undefined && { serverUrl: url }),
    };
  }
  const { file, server, header } = target;
  const found =
    file !== undefined && server !== undefined
      ? findServer(inventory.snapshot, { file, server, ...(header !== undefined && { header }) })
      : undefined;
  const url = found?.server.url === undefined ? {} : { serverUrl: found.server.url };
  if (found?.header?.kind === 'literal') {
    const { token } = parseHeaderValue(found.header.parsed.name, found.header.parsed.value ?? '');
    return { token, name: plainText(server ?? ''), ...url };
  }
  if (found?.header?.credentialId !== undefined) {
    return {
      ...(await tokenOf({ inventory, vault } as Services, { credentialId: found.header.credentialId })),
      ...url,
    };
  }
  throw new KeyringError('argument-invalid', { field: 'token', reason: 'no-token' });
}
