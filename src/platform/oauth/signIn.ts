import { l10n } from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import type { Discovery } from '../../core/oauth/discovery.ts';
import type { CredentialGrant } from '../../core/oauth/grant.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import type { Prompts } from '../wizard.ts';
import type { FlowTools } from './flow.ts';
import { logFailure, runFlow } from './flows.ts';
import { hostOf } from './hostOf.ts';
import { askForClient, askForIssuerUrl, reviewSignIn } from './review.ts';
import { discoverFor, isStandard, planOf, type SignInDraft } from './signInDraft.ts';
import { progressUi, wizardUi } from './signInUi.ts';
import { askForMore } from './stepUp.ts';

/** What a sign-in gave. Nothing of it is stored yet. */
export interface NewGrant {
  readonly grant: CredentialGrant;
  readonly clientKeyId?: string;
}

/**
 * Signs in with what a program has decided: nothing is asked, and more scopes than were decided are never taken.
 * @throws Cancelled, KeyringError `oauth-failed`, `argument-invalid`
 */
export async function signInByAnswers(tools: FlowTools, draft: SignInDraft): Promise<NewGrant> {
  if (isStandard(draft.flow) && !draft.serverUrl) {
    throw new KeyringError('argument-invalid', { field: 'credential.serverUrl', reason: 'missing' });
  }
  const discovery = isStandard(draft.flow)
    ? await progressUi.wait(askingText(draft), signal => discovered(tools, draft, signal))
    : undefined;
  const plan = planOf(draft, discovery, tools.settings.oauthRedirectUri);
  return newGrant(await runFlow(tools, plan, progressUi), draft);
}

/**
 * Finds out where to sign in, shows it, and signs in when the person says so. After a failure everything can be changed and
 * tried again.
 * @param show tells the person of a failure
 * @throws Cancelled
 */
export async function signInByWizard(
  tools: FlowTools,
  prompts: Prompts,
  draft: SignInDraft,
  show: (error: unknown) => void,
): Promise<NewGrant> {
  let discovery: Discovery | undefined;
  let looked: string | undefined;
  for (;;) {
    try {
      const wanted = JSON.stringify([draft.serverUrl, draft.issuer, draft.flow]);
      if (isStandard(draft.flow) && looked !== wanted) {
        looked = undefined;
        discovery = await prompts.wait(askingText(draft), signal => discovered(tools, draft, signal));
        looked = wanted;
      }
      const plan = planOf(draft, discovery, tools.settings.oauthRedirectUri);
      if ((await reviewSignIn(prompts, draft, { plan, ...(discovery && { discovery }) })) === 'changed') {
        continue;
      }
      const grant = await runFlow(tools, plan, wizardUi(prompts));
      const more = await askForMore(tools, prompts, draft, grant, show);
      if (!more) {
        return newGrant(grant, draft);
      }
      draft.scopes = more;
    } catch (error) {
      if (!(error instanceof KeyringError)) {
        throw error;
      }
      show(error);
      await askWhatNow(prompts, draft, error, !isStandard(draft.flow) || looked !== undefined);
    }
  }
}

async function discovered(tools: FlowTools, draft: SignInDraft, signal: AbortSignal): Promise<Discovery> {
  const found = await discoverFor(tools, draft, signal);
  if (!found.ok) {
    logFailure(tools.log, found.error);
    throw oauthError(found.error);
  }
  return found.value;
}

/** After a failure that looking at the plan again doesn't mend. */
async function askWhatNow(
  prompts: Prompts,
  draft: SignInDraft,
  { data }: KeyringError,
  hasPlan: boolean,
): Promise<void> {
  if (data.failure === 'client-needed') {
    await askForClient(prompts, draft);
  } else if (!hasPlan) {
    const next = await prompts.pick<'again' | 'issuer'>({
      prompt: l10n.t('It could not be found out where to sign in.'),
      items: [
        { label: `$(refresh) ${l10n.t('Try again')}`, value: 'again' },
        {
          label: `$(globe) ${l10n.t('Enter the authorization server...')}`,
          description: l10n.t('if its documentation names one'),
          value: 'issuer',
        },
      ],
    });
    if (next === 'issuer') {
      draft.issuer = await askForIssuerUrl(prompts, draft.issuer);
    }
  }
}

function askingText({ serverUrl = '' }: SignInDraft): string {
  return l10n.t('Asking {0} where to sign in...', hostOf(serverUrl));
}

function newGrant(grant: CredentialGrant, { clientKeyId }: SignInDraft): NewGrant {
  return { grant, ...(clientKeyId !== undefined && { clientKeyId }) };
}
