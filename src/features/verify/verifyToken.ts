import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { readToken } from '../../core/credentials/token.ts';
import type { VerificationRecord } from '../../core/credentials/verifications.ts';
import { KeyringError } from '../../core/errors.ts';
import { type Verification, verifyJwt } from '../../core/jwt/verify.ts';
import type { CredentialTarget, ServerTarget, VerifyTokenAnswers } from '../../ids.ts';
import { verificationText } from '../../platform/checkTexts.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts, runWizard } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { askServer } from './askServer.ts';
import { keysFrom } from './keySource.ts';
import { tokenReport } from './report.ts';
import { chooseToken, type FoundToken, tokenOf } from './tokenSource.ts';
import { tokenNames, type VerificationDraft, verificationSteps } from './verificationSteps.ts';

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
  const draft: VerificationDraft = {
    expected: {
      issuer: answers.issuer ?? '',
      audience: answers.audience ?? [],
      requiredScopes: answers.requiredScopes ?? [],
    },
  };
  const given = await givenToken(services, target, answers);
  if (given) {
    if (readToken(given.token).shape === 'opaque') {
      return finish(services, given, await askServer(services, given, answers), answers);
    }
    draft.found = given;
  }
  if (answers.with === undefined) {
    await runWizard(vscode.l10n.t('Verify Token'), verificationSteps(services, draft));
  } else if (draft.found) {
    draft.keys = await keysFrom(services, answers.with, tokenNames(draft.found.token));
  }
  const { found, keys, expected } = draft;
  if (!found || !keys) {
    throw new KeyringError('argument-invalid', { field: 'token', reason: 'missing' });
  }
  const audience = {
    ...(found.serverUrl !== undefined && { serverUrl: found.serverUrl }),
    ...(expected.audience.length > 0 && { expected: expected.audience }),
  };
  const result = await verifyJwt(found.token, {
    keys: keys.keys,
    algorithms: answers.algorithms ?? keys.algorithms,
    matchKid: keys.matchKid,
    allowWeakSecret: true,
    now: services.clock.now(),
    toleranceSeconds: services.settings.clockToleranceSeconds,
    ...(expected.issuer !== '' && { issuer: expected.issuer }),
    ...(Object.keys(audience).length > 0 && { audience }),
    ...(expected.requiredScopes.length > 0 && { requiredScopes: expected.requiredScopes }),
  });
  const record: VerificationRecord = {
    result,
    at: services.clock.now(),
    source: keys.source,
    ...(keys.keyId !== undefined && { keyId: keys.keyId }),
  };
  return finish(services, found, record, answers);
}

async function finish(
  services: Services,
  found: FoundToken,
  record: VerificationRecord,
  answers: VerifyTokenAnswers,
): Promise<Verification> {
  services.verifications.set(found.token, record);
  await remember(services, found);
  if (answers.with === undefined) {
    await tell(services, found, record);
  }
  return record.result;
}

async function givenToken(
  services: Services,
  target: Partial<CredentialTarget & ServerTarget> | undefined,
  { token }: VerifyTokenAnswers,
): Promise<FoundToken | undefined> {
  if (target?.credentialId !== undefined || target?.server !== undefined) {
    return tokenOf(services, target);
  }
  const title = vscode.l10n.t('Verify Token');
  return token === undefined ? undefined : { token: await chooseToken(new Prompts(title), token), name: title };
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
