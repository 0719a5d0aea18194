import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import type { FlowTools, StandardPlan } from './flow.ts';
import { oauthContext } from './oauthContext.ts';

/** What the requests of a plan are made with. */
export function contextFor({ vault, clock }: FlowTools, plan: StandardPlan, signal: AbortSignal): OAuthContext {
  const { clientKeyId, policy } = plan;
  return oauthContext(vault, clock, { signal, clientKeyId, insecureAllowed: policy.insecureAllowed });
}
