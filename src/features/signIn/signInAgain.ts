import * as vscode from 'vscode';
import type { OAuthCredential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import type { Discovery } from '../../core/oauth/discovery.ts';
import type { CredentialGrant, StandardGrant } from '../../core/oauth/grant.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import { resourceOf } from '../../core/oauth/resource.ts';
import { cleanScopes, unionOfScopes } from '../../core/oauth/scopes.ts';
import { findServerMetadata } from '../../core/oauth/serverMetadata.ts';
import { scopesBefore } from '../../core/oauth/stepUp.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import type { SignInAgainAnswers, SignInAgainTarget } from '../../ids.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import type { FlowTools, SignInPlan, SignInUi, StandardPlan } from '../../platform/oauth/flow.ts';
import { logFailure, runFlow } from '../../platform/oauth/flows.ts';
import { hostOf } from '../../platform/oauth/hostOf.ts';
import { oauthContext } from '../../platform/oauth/oauthContext.ts';
import { reviewSignIn } from '../../platform/oauth/review.ts';
import { isStandard, planOf, type SignInDraft } from '../../platform/oauth/signInDraft.ts';
import { progressUi, wizardUi } from '../../platform/oauth/signInUi.ts';
import { askForMore } from '../../platform/oauth/stepUp.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

/**
 * Signs in once more for a credential, by the same way and with the same client. It keeps its id, its name and the servers it
 * is attached to; until new tokens are there, it keeps the old ones.
 */
export async function signInAgain(
  services: Services,
  target?: SignInAgainTarget,
  answers?: SignInAgainAnswers,
): Promise<void> {
  const { vault, broker, commands } = services;
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  checkAnswers(answers);
  const credential = await askForCredential(vault, target, ({ kind }) => kind === 'oauth');
  if (credential.kind !== 'oauth') {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  const tools = await services.signIns.tools();
  const draft = draftFor(credential, answers ?? moreScopes(credential, target));
  const prompts = new Prompts(vscode.l10n.t('Sign In Again: {0}', plainText(credential.name)));
  const ui = answers ? progressUi : wizardUi(prompts);
  // Looked up once: what a server says of itself is not for the person to change, so a failure here is the end.
  const discovery = isStandardGrant(credential.grant)
    ? await discoveryOf(tools, ui, credential.grant, draft)
    : undefined;
  if (answers) {
    await broker.replaceGrant(credential, await runFlow(tools, planFor(tools, credential, draft, discovery), ui));
    return;
  }
  for (;;) {
    try {
      const plan = planFor(tools, credential, draft, discovery);
      if ((await reviewSignIn(prompts, draft, { plan })) === 'changed') {
        continue;
      }
      const grant = await runFlow(tools, plan, ui);
      // Before anything else is asked: whoever leaves then has signed in all the same.
      await broker.replaceGrant(credential, grant);
      const more = await askForMore(tools, prompts, draft, grant, error => commands.show(error));
      if (more) {
        draft.scopes = more;
        continue;
      }
      break;
    } catch (error) {
      if (!(error instanceof KeyringError && error.code === 'oauth-failed')) {
        throw error;
      }
      commands.show(error);
    }
  }
  void vscode.window.showInformationMessage(
    inertText(vscode.l10n.t('Signed in again for “{0}”.', plainText(credential.name))),
  );
}

/** @throws KeyringError `argument-invalid` with the field's name */
function checkAnswers({ scopes, resource, redirectUri }: SignInAgainAnswers = {}): void {
  const isRight = {
    scopes: scopes === undefined || (Array.isArray(scopes) && scopes.every(scope => typeof scope === 'string')),
    resource: resource === undefined || resource === null || typeof resource === 'string',
    redirectUri: redirectUri === undefined || typeof redirectUri === 'string',
  };
  for (const [field, right] of Object.entries(isRight)) {
    if (!right) {
      throw new KeyringError('argument-invalid', { field, reason: 'wrong-type' });
    }
  }
}

/** Those of a challenge with those of the sign-in before (MCP 2026-07-28, "Step-Up Authorization Flow"). */
function moreScopes({ grant }: OAuthCredential, target: SignInAgainTarget | undefined): SignInAgainAnswers {
  return target?.moreScopes?.length ? { scopes: unionOfScopes(scopesBefore(grant), target.moreScopes) } : {};
}

function draftFor({ grant, attachments }: OAuthCredential, answers: SignInAgainAnswers = {}): SignInDraft {
  const [attachment] = attachments;
  const { scopes, resource, redirectUri } = answers;
  const isWithout = isStandardGrant(grant) && grant.resource === undefined;
  return {
    flow: grant.flow,
    ...(attachment && { serverUrl: attachment.url }),
    ...(attachment?.insecureAllowed && { insecureAllowed: true }),
    ...(scopes && { scopes }),
    ...(resource !== undefined ? { resource } : isWithout && { resource: null }),
    ...(redirectUri !== undefined && { redirectUri }),
  };
}

/** The grant's own plan, with what the person wants otherwise. */
function planFor(
  tools: FlowTools,
  { grant, clientKeyId }: OAuthCredential,
  draft: SignInDraft,
  discovery: Discovery | undefined,
): SignInPlan {
  const scopes = draft.scopes && cleanScopes(draft.scopes);
  if (grant.flow === 'tokenEndpoint') {
    const { clientId, clientSecret } = draft;
    const client = clientId && clientSecret ? { clientId, clientSecret: new Secret(clientSecret) } : {};
    return { flow: grant.flow, recipe: { ...grant.recipe, ...client, ...(scopes && { scopes }) } };
  }
  if (grant.flow === 'vscodeAccount') {
    return { flow: grant.flow, providerId: grant.providerId, scopes: scopes ?? grant.scopes, anew: true };
  }
  const { client } = grant;
  const [registeredRedirect] = client.redirectUris ?? [];
  const isTyped = client.source === 'preregistered';
  const usualRedirect =
    isTyped && registeredRedirect !== undefined ? registeredRedirect : tools.settings.oauthRedirectUri;
  const plan = planOf(draft, discovery, usualRedirect);
  // A client that was registered is looked for anew: its redirect may not fit any more.
  const keepsClient = draft.clientId === undefined && client.source !== 'registered';
  return isStandard(plan.flow)
    ? {
        ...(plan as StandardPlan),
        ...(keepsClient && { client }),
        ...(clientKeyId !== undefined && { clientKeyId }),
      }
    : plan;
}

/**
 * What discovery would find, for the issuer of the sign-in before and no other.
 * @throws Cancelled, KeyringError `oauth-failed` where the server says of itself what it may not
 */
async function discoveryOf(
  tools: FlowTools,
  ui: SignInUi,
  grant: StandardGrant,
  draft: SignInDraft,
): Promise<Discovery> {
  const { server } = grant;
  const { serverUrl = server.issuer, insecureAllowed = false } = draft;
  // The person has signed in there before, so its host may be private.
  const trustedHosts = [new URL(server.issuer).hostname];
  const policy = { serverUrl, trustedHosts, ...(insecureAllowed && { insecureAllowed }) };
  const found = await ui.wait(vscode.l10n.t('Asking {0}...', hostOf(server.issuer)), signal =>
    findServerMetadata(oauthContext(tools.vault, tools.clock, { signal, insecureAllowed }), policy, server.issuer),
  );
  if (!found.ok && found.error.remedy !== 'retry' && found.error.code !== 'metadata-missing') {
    logFailure(tools.log, found.error);
    throw oauthError(found.error);
  }
  return {
    serverUrl,
    // Without metadata now, what it said before holds.
    server: found.ok ? found.value : server,
    otherIssuers: [],
    resource: grant.resource ?? resourceOf(serverUrl),
    scopes: { scopes: grant.scopes, from: 'nowhere' },
    via: 'person',
    policy,
  };
}

function isStandardGrant(grant: CredentialGrant): grant is StandardGrant {
  return isStandard(grant.flow);
}
