import { env, l10n } from 'vscode';
import { beginDeviceAuthorization, pollDeviceAuthorization } from '../../core/oauth/deviceCode.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import type { StandardGrant } from '../../core/oauth/grant.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Flow, FlowTools, StandardPlan, WaitingFor } from './flow.ts';
import { hostOf } from './hostOf.ts';
import { openPage } from './openPage.ts';
import { contextFor } from './planContext.ts';
import { clientFor, knownClients } from './signInClient.ts';

/** A person types a code on any device that has a browser (RFC 8628). */
export const deviceCodeFlow: Flow<StandardPlan> = {
  id: 'deviceCode',
  // In a browser the endpoints would have to allow requests from everywhere.
  worksIn: ['node', 'remote'],
  needs: ['person', 'authorizationServer'],
  run: (tools, plan, ui) =>
    ui.wait(l10n.t('Asking {0}...', hostOf(plan.server.issuer)), (signal, show) =>
      signIn(tools, plan, contextFor(tools, plan, signal), show),
    ),
};

async function signIn(
  { vault, clock, settings }: FlowTools,
  plan: StandardPlan,
  context: OAuthContext,
  show: (waiting: WaitingFor) => void,
): Promise<Result<StandardGrant, OAuthFailure>> {
  const { server, scopes, resource, policy } = plan;
  const client = plan.client
    ? ok(plan.client)
    : await clientFor(context, server, {
        known: knownClients(vault, plan.flow).map(known => known.client),
        metadataDocument: settings.oauthClientMetadataUrl,
        deviceCode: true,
      });
  if (!client.ok) {
    return client;
  }
  const request = { server, client: client.value, scopes, resource, policy };
  const authorization = await beginDeviceAuthorization(context, request);
  if (!authorization.ok) {
    return authorization;
  }
  const { userCode, verificationUri, verificationUriComplete } = authorization.value;
  // No secret: whoever has it can only sign in for us, and the page says for whom.
  await env.clipboard.writeText(userCode);
  show({
    prompt: l10n.t('Enter this code at {0}. It is on the clipboard.', verificationUri),
    code: userCode,
    url: verificationUri,
  });
  const polling = pollDeviceAuthorization(context, clock, authorization.value);
  // Whether it opens or not: the person may type the address on another device.
  await openPage(verificationUriComplete ?? verificationUri);
  const tokens = await polling;
  return tokens.ok
    ? ok({
        flow: 'deviceCode',
        server,
        client: client.value,
        scopes,
        ...(resource !== undefined && { resource }),
        tokens: tokens.value,
      })
    : tokens;
}
