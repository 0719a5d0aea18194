import { l10n } from 'vscode';
import type { CredentialGrant } from '../../core/oauth/grant.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import { probeForChallenge } from '../../core/oauth/probe.ts';
import { insufficientScopes, StepUps, scopesBefore } from '../../core/oauth/stepUp.ts';
import { plainText } from '../../core/text.ts';
import type { Prompts } from '../wizard.ts';
import type { FlowTools } from './flow.ts';
import { logFailure } from './flows.ts';
import { hostOf } from './hostOf.ts';
import { oauthContext } from './oauthContext.ts';
import { isStandard, type SignInDraft } from './signInDraft.ts';

/** By draft, so that each sign-in has its own limit. */
const attempts = new WeakMap<SignInDraft, StepUps>();

/**
 * Tries a new token at the server that it is for. Where that answers 403 `insufficient_scope`, the person is asked whether to
 * sign in once more for what it names too (MCP 2026-07-28, "Step-Up Authorization Flow"), a limited number of times.
 * @returns the scopes to sign in with; undefined where the token at hand will do, or the person says that it has to
 * @param show tells the person that the server is never content; the token at hand is kept then
 * @throws Cancelled
 */
export async function askForMore(
  { vault, clock, log }: FlowTools,
  prompts: Prompts,
  draft: SignInDraft,
  grant: CredentialGrant,
  show: (error: unknown) => void,
): Promise<readonly string[] | undefined> {
  const { serverUrl, insecureAllowed } = draft;
  if (serverUrl === undefined || grant.flow === 'vscodeAccount' || grant.flow === 'tokenEndpoint' || !grant.tokens) {
    return undefined;
  }
  const scopes = scopesBefore(grant);
  const authorization = `Bearer ${grant.tokens.accessToken.reveal()}`;
  const refusal = await prompts.wait(l10n.t('Trying the token at {0}...', hostOf(serverUrl)), signal => {
    const context = oauthContext(vault, clock, { signal, insecureAllowed });
    return probeForChallenge(
      {
        ...context,
        http: (url, init) => context.http(url, { ...init, headers: { ...init.headers, Authorization: authorization } }),
      },
      serverUrl,
    );
  });
  const missing = refusal.ok ? insufficientScopes(refusal.value.status, refusal.value.challenge ?? null) : undefined;
  if (!missing || !isStandard(draft.flow)) {
    return undefined;
  }
  const stepUps = attempts.get(draft) ?? new StepUps();
  attempts.set(draft, stepUps);
  const next = stepUps.next(serverUrl, scopes, missing);
  if (!next.ok) {
    logFailure(log, next.error);
    show(oauthError(next.error));
    return undefined;
  }
  const added = next.value.filter(scope => !scopes.includes(scope));
  const goOn = await prompts.pick({
    prompt: l10n.t('{0} wants more than the token may.', hostOf(serverUrl)),
    items: [
      {
        label: `$(sign-in) ${l10n.t('Sign in again for more')}`,
        description: plainText(added.join(' ')),
        value: true,
      },
      { label: `$(check) ${l10n.t('Keep the token as it is')}`, value: false },
    ],
  });
  return goOn ? next.value : undefined;
}
