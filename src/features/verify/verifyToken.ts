import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { issuedToken, readToken } from '../../core/credentials/token.ts';
import type { VerificationRecord } from '../../core/credentials/verifications.ts';
import { KeyringError } from '../../core/errors.ts';
import { type Verification, verifyJwt } from '../../core/jwt/verify.ts';
import type { CredentialTarget, ServerTarget, VerificationKeySource, VerifyTokenAnswers } from '../../ids.ts';
import { verificationText } from '../../platform/checkTexts.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { askForKeySource } from './askForKeySource.ts';
import { keysFrom } from './keySource.ts';
import { tokenReport } from './report.ts';
import { chooseToken, type FoundToken, textFromPerson, tokenOf } from './tokenSource.ts';

/**
 * Verifies a token and says for every check what came out. The result stays with the token until it or the key changes.
 * @param target a credential, or a server's header; without it, what is selected, on the clipboard or pasted
 * @throws KeyringError `argument-invalid`, `signing-key-problem`, `keys-not-found`, `workspace-not-trusted`
 */
export async function verifyToken(
  services: Services,
  target?: Partial<CredentialTarget & ServerTarget>,
  answers: VerifyTokenAnswers = {},
): Promise<Verification> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  await services.vault.load();
  const found = await findToken(services, target, answers);
  const content = readToken(found.token);
  if (content.shape === 'opaque') {
    throw new KeyringError('argument-invalid', { field: 'token', reason: 'not-a-jwt' });
  }
  const { kid, iss } =
    content.shape === 'jwt'
      ? { kid: content.jwt.header.kid, iss: content.jwt.payload.iss }
      : { kid: undefined, iss: undefined };
  const from: VerificationKeySource =
    answers.with ?? (await askForKeySource(services, { iss, credentialId: found.credentialId }));
  const keys = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for keys...') },
    () => keysFrom(services, from, { kid, iss }),
  );
  const audience = {
    ...(found.serverUrl !== undefined && { serverUrl: found.serverUrl }),
    ...(answers.audience && { expected: answers.audience }),
  };
  const result = await verifyJwt(found.token, {
    keys: keys.keys,
    algorithms: answers.algorithms ?? keys.algorithms,
    matchKid: keys.matchKid,
    allowWeakSecret: true,
    now: services.clock.now(),
    toleranceSeconds: services.settings.clockToleranceSeconds,
    ...(answers.issuer !== undefined && { issuer: answers.issuer }),
    ...(Object.keys(audience).length > 0 && { audience }),
    ...(answers.requiredScopes && { requiredScopes: answers.requiredScopes }),
  });
  const record: VerificationRecord = {
    result,
    at: services.clock.now(),
    source: keys.source,
    ...(keys.keyId !== undefined && { keyId: keys.keyId }),
  };
  services.verifications.set(found.token, record);
  await remember(services, found);
  if (answers.with === undefined) {
    await tell(services, found, record);
  }
  return result;
}

async function findToken(
  services: Services,
  target: Partial<CredentialTarget & ServerTarget> | undefined,
  answers: VerifyTokenAnswers,
): Promise<FoundToken> {
  if (target?.credentialId !== undefined || target?.server !== undefined) {
    return tokenOf(services, target);
  }
  const title = vscode.l10n.t('Verify Token');
  if (answers.token !== undefined) {
    return { token: await chooseToken(answers.token), name: title };
  }
  const { credentials } = services.vault;
  const jwts = credentials.filter(credential => {
    const token = issuedToken(credential);
    return token && readToken(token.reveal()).shape !== 'opaque';
  });
  const chosen =
    jwts.length === 0
      ? undefined
      : await new Prompts(title).pick<string | undefined>({
          prompt: vscode.l10n.t('Which token?'),
          items: [
            { label: `$(clippy) ${vscode.l10n.t('One that is selected, copied or pasted')}`, value: undefined },
            ...jwts.map(({ id, name }) => ({ label: `$(key) ${name}`, value: id })),
          ],
        });
  return chosen === undefined
    ? { token: await chooseToken(await textFromPerson(title)), name: title }
    : tokenOf(services, { credentialId: chosen });
}

/** A check is part of a credential's history, whatever came out. */
async function remember({ vault, clock }: Services, { credentialId, serverUrl }: FoundToken): Promise<void> {
  if (credentialId !== undefined) {
    await vault.updateCredential(credentialId, credential =>
      withEvent(credential, {
        at: clock.now(),
        event: 'verified',
        ...(serverUrl !== undefined && { server: serverUrl }),
      }),
    );
  }
}

async function tell(services: Services, found: FoundToken, record: VerificationRecord): Promise<void> {
  const message = inertText(verificationText(record.result, record.source));
  if (record.result.valid) {
    void vscode.window.showInformationMessage(message);
  } else {
    void vscode.window.showWarningMessage(message);
  }
  if (found.credentialId === undefined) {
    await services.documents.show(`${found.name}.jsonc`, tokenReport(services, found.token, record));
  } else {
    await vscode.commands.executeCommand('mcpKeyring.credentials.showDetails', { credentialId: found.credentialId });
  }
}
