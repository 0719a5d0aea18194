import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import type { SignedJwtCredential, TokenTemplate } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { parseLifetime } from '../../core/jwt/presets.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget } from '../../ids.ts';
import { templateFor } from '../../platform/credentialFactory.ts';
import { errorText } from '../../platform/errorTexts.ts';
import { listText } from '../../platform/texts.ts';
import { lifetimeText } from '../../platform/times.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { templateScheme } from './templates.ts';

/** Opens what a credential's tokens say, to be edited. */
export async function editClaims(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault } = services;
  await vault.load();
  const signed = vault.credentials.filter(({ kind }) => kind === 'signedJwt');
  const id =
    target?.credentialId ??
    (await new Prompts('MCP Keyring').pick({
      prompt:
        signed.length === 0 ? vscode.l10n.t('The keyring has no such credential.') : vscode.l10n.t('Which credential?'),
      items: signed.map(credential => ({ label: listText(credential.name), value: credential.id })),
    }));
  const credential = await signedCredential(services, id);
  const name = credential.name.replaceAll('/', '∕');
  const uri = vscode.Uri.from({ scheme: templateScheme, path: `/${id}/${name}.mcp-token.json` });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** A template as a person edits it. */
export function templateText({
  algorithm,
  header,
  claims,
  lifetimeSeconds,
  notBefore,
  tokenId,
}: TokenTemplate): string {
  const lifetime = lifetimeText(lifetimeSeconds);
  return `${JSON.stringify({ algorithm, lifetime, notBefore, tokenId, header, claims }, undefined, 2)}\n`;
}

/**
 * Takes an edited template: checked first, then stored, then signed.
 * @throws KeyringError `argument-invalid` with the field's name, `signing-key-problem`; the credential is then as it was
 */
export async function saveTemplate(services: Services, credentialId: string, text: string): Promise<void> {
  const { vault, broker, clock } = services;
  const credential = await signedCredential(services, credentialId);
  const key = vault.signingKey(credential.keyId);
  if (!key) {
    throw new KeyringError('signing-key-missing', { name: credential.name, keyId: credential.keyId });
  }
  const template = readTemplate(text, key);
  await vault.updateCredential(credentialId, current =>
    current.kind === 'signedJwt'
      ? withEvent({ ...current, template }, { at: clock.now(), event: 'replaced' })
      : undefined,
  );
  await broker.renew(credentialId);
}

/** Why a template was not saved, as a sentence. */
export function savingProblem(error: unknown): string {
  return error instanceof KeyringError ? errorText(error) : vscode.l10n.t('The template could not be saved.');
}

async function signedCredential({ vault }: Services, id: string): Promise<SignedJwtCredential> {
  const credential = await vault.readCredential(id);
  if (credential.kind !== 'signedJwt') {
    throw new KeyringError('cannot-renew', { id, name: credential.name });
  }
  return credential;
}

function readTemplate(text: string, key: Parameters<typeof templateFor>[1]): TokenTemplate {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('template', 'not-json-object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('template', 'not-json-object');
  }
  const { algorithm, lifetime, notBefore, tokenId, header, claims, ...unknown } = value as Record<string, unknown>;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) {
    throw invalid(plainText(surplus, 40), 'unknown-field');
  }
  if (algorithm !== undefined && typeof algorithm !== 'string') {
    throw invalid('algorithm', 'wrong-type');
  }
  for (const [field, flag] of Object.entries({ notBefore, tokenId })) {
    if (flag !== undefined && typeof flag !== 'boolean') {
      throw invalid(field, 'wrong-type');
    }
  }
  const seconds = parseLifetime(typeof lifetime === 'string' ? lifetime : '1 hour');
  if (!seconds.ok || (lifetime !== undefined && typeof lifetime !== 'string')) {
    throw invalid('lifetime', 'not-a-lifetime');
  }
  return templateFor(
    {
      ...(algorithm !== undefined && { algorithm }),
      tokenHeader: header as NonNullable<Parameters<typeof templateFor>[0]['tokenHeader']>,
      claims: (claims ?? {}) as NonNullable<Parameters<typeof templateFor>[0]['claims']>,
      lifetimeSeconds: seconds.value,
      notBefore: notBefore === true,
      tokenId: tokenId === true,
    },
    key,
  );
}

function invalid(field: string, reason: string): KeyringError {
  return new KeyringError('argument-invalid', { field, reason });
}
