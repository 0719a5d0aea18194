import * as vscode from 'vscode';
import { issuedToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import type { VerificationRecord } from '../../core/credentials/verifications.ts';
import { KeyringError } from '../../core/errors.ts';
import { verifyByIntrospection } from '../../core/jwt/verify.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import type { VerifyTokenAnswers } from '../../ids.ts';
import type { Services } from '../../services.ts';
import type { FoundToken } from './tokenSource.ts';

/**
 * An opaque token says nothing itself, but the server that gave it may (RFC 7662). Only that one is asked, and only about a
 * token of its own.
 * @throws KeyringError `argument-invalid` where nobody can be asked, `oauth-failed`
 */
export async function askServer(
  { vault, broker, clock, settings }: Services,
  found: FoundToken,
  answers: VerifyTokenAnswers,
): Promise<VerificationRecord> {
  const credential = found.credentialId === undefined ? undefined : await vault.readCredential(found.credentialId);
  const ofGrant = credential?.kind === 'oauth' && issuedToken(credential)?.reveal() === found.token;
  const answer = ofGrant
    ? await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking the authorization server...') },
        () => broker.introspect(credential),
      )
    : undefined;
  if (!answer) {
    throw new KeyringError('argument-invalid', {
      field: 'token',
      reason: ofGrant ? 'not-introspectable' : 'not-a-jwt',
    });
  }
  if (!answer.ok) {
    throw oauthError(answer.error, { id: found.credentialId ?? '', name: found.name });
  }
  const audience = {
    ...(found.serverUrl !== undefined && { serverUrl: found.serverUrl }),
    ...(answers.audience && { expected: answers.audience }),
  };
  const result = verifyByIntrospection(answer.value.active ? answer.value.claims : undefined, {
    now: clock.now(),
    toleranceSeconds: settings.clockToleranceSeconds,
    ...(answers.issuer !== undefined && { issuer: answers.issuer }),
    ...(Object.keys(audience).length > 0 && { audience }),
    ...(answers.requiredScopes && { requiredScopes: answers.requiredScopes }),
  });
  return { result, at: clock.now(), source: issuerOf(credential) };
}

function issuerOf(credential: Credential | undefined): string {
  return credential?.kind === 'oauth' && 'server' in credential.grant ? credential.grant.server.issuer : '';
}
