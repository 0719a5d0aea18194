import { l10n } from 'vscode';
import { isLoopback } from '../../core/config/url.ts';
import { beginAuthorization } from '../../core/oauth/authorizationCode.ts';
import type { OAuthClient } from '../../core/oauth/clients.ts';
import { type OAuthFailure, oauthFailure } from '../../core/oauth/failures.ts';
import type { StandardGrant } from '../../core/oauth/grant.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Flow, FlowTools, StandardPlan, WaitingFor } from './flow.ts';
import { hostOf } from './hostOf.ts';
import { openPage } from './openPage.ts';
import { contextFor } from './planContext.ts';
import type { OpenRedirect } from './signInBrowser.ts';
import { clientFor, knownClients } from './signInClient.ts';

/** A person signs in with their browser (RFC 6749 section 4.1 with PKCE). */
export const authorizationCodeFlow: Flow<StandardPlan> = {
  id: 'authorizationCode',
  worksIn: ['node', 'web', 'remote'],
  needs: ['person', 'browser', 'authorizationServer'],
  async run(tools, plan, ui) {
    const { server } = plan;
    if (!server.pkce) {
      return fail(oauthFailure('pkce-unsupported', { issuer: server.issuer }));
    }
    const known = plan.client ? [plan.client] : knownClients(tools.vault, plan.flow).map(({ client }) => client);
    const registered = known.find(({ issuer, source }) => issuer === server.issuer && source === 'registered');
    const redirect = await tools.browser.open(plan.redirectUri, portOf(registered));
    if (!redirect.ok) {
      return redirect;
    }
    try {
      return await ui.wait(l10n.t('Asking {0}...', hostOf(server.issuer)), (signal, show) =>
        signIn(tools, plan, known, redirect.value, contextFor(tools, plan, signal), show),
      );
    } finally {
      redirect.value.close();
    }
  },
};

async function signIn(
  { browser, settings }: FlowTools,
  plan: StandardPlan,
  known: readonly OAuthClient[],
  redirect: OpenRedirect,
  context: OAuthContext,
  show: (waiting: WaitingFor) => void,
): Promise<Result<StandardGrant, OAuthFailure>> {
  const { server, scopes, resource } = plan;
  const { uri: redirectUri } = redirect;
  const client = plan.client
    ? ok(plan.client)
    : await clientFor(context, server, {
        known,
        // The document can't name an address that is made for this window alone.
        metadataDocument: isLoopback(redirectUri) && !redirectUri.includes('?') ? settings.oauthClientMetadataUrl : '',
        redirectUri,
      });
  if (!client.ok) {
    return client;
  }
  const request = { server, client: client.value, scopes, resource, redirectUri };
  const begun = await beginAuthorization(request, context.now());
  if (!begun.ok) {
    return begun;
  }
  const { url, pending } = begun.value;
  const waiting = browser.wait(context, pending);
  const host = hostOf(server.issuer);
  show({ prompt: l10n.t('Sign in at {0} in your browser, then come back.', host), url });
  if (!(await openPage(url))) {
    show({
      prompt: l10n.t('The browser was not opened. Open or copy the page of {0} with the buttons above.', host),
      url,
    });
  }
  const tokens = await waiting;
  return tokens.ok
    ? ok({
        flow: 'authorizationCode',
        server,
        client: client.value,
        scopes,
        ...(resource !== undefined && { resource }),
        tokens: tokens.value,
      })
    : tokens;
}

function portOf(client: OAuthClient | undefined): number {
  const [uri = ''] = client?.redirectUris ?? [];
  return isLoopback(uri) ? Number(new URL(uri).port) : 0;
}
