import { KeyringError } from '../../core/errors.ts';
import { failureFields, type OAuthFailure } from '../../core/oauth/failures.ts';
import type { CredentialGrant } from '../../core/oauth/grant.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import type { Log } from '../../core/ports.ts';
import { Cancelled } from '../commands.ts';
import type { HostKind } from '../hostKind.ts';
import { accountFlow } from './accountFlow.ts';
import { authorizationCodeFlow } from './authorizationCodeFlow.ts';
import { clientCredentialsFlow } from './clientCredentialsFlow.ts';
import { deviceCodeFlow } from './deviceCodeFlow.ts';
import type { Flow, FlowTools, SignInPlan, SignInUi } from './flow.ts';
import { tokenEndpointFlow } from './tokenEndpointFlow.ts';

/** Every way to a token, the most usual first. */
export const flows: readonly Flow[] = [
  authorizationCodeFlow,
  deviceCodeFlow,
  clientCredentialsFlow,
  tokenEndpointFlow,
  accountFlow,
];

export function flowsIn(host: HostKind): readonly Flow[] {
  return flows.filter(flow => flow.worksIn.includes(host));
}

/**
 * Carries a plan out.
 * @throws Cancelled, KeyringError `oauth-failed`, `argument-invalid` where this way doesn't work in this host
 */
export async function runFlow(tools: FlowTools, plan: SignInPlan, ui: SignInUi): Promise<CredentialGrant> {
  const flow = flowsIn(tools.host).find(({ id }) => id === plan.flow);
  if (!flow) {
    throw new KeyringError('argument-invalid', { field: 'credential.flow', reason: 'not-here', value: plan.flow });
  }
  tools.log.info('sign-in-begun', { flow: plan.flow });
  const grant = await flow.run(tools, plan, ui);
  if (grant.ok) {
    tools.log.info('sign-in-ended', { flow: plan.flow });
    return grant.value;
  }
  logFailure(tools.log, grant.error);
  if (grant.error.code === 'cancelled') {
    throw new Cancelled();
  }
  throw oauthError(grant.error);
}

export function logFailure(log: Log, failure: OAuthFailure): void {
  log.warn('oauth-failed', failureFields(failure));
}
