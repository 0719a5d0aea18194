import { l10n } from 'vscode';
import { requestClientCredentials } from '../../core/oauth/clientCredentials.ts';
import { oauthFailure } from '../../core/oauth/failures.ts';
import { fail, ok } from '../../core/result.ts';
import type { Flow, StandardPlan } from './flow.ts';
import { hostOf } from './hostOf.ts';
import { contextFor } from './planContext.ts';
import { knownClients } from './signInClient.ts';

/** A program gets a token for itself (RFC 6749 section 4.4): by a secret, or by an assertion signed with a key of the keyring. */
export const clientCredentialsFlow: Flow<StandardPlan> = {
  id: 'clientCredentials',
  worksIn: ['node', 'remote'],
  needs: ['authorizationServer', 'clientSecret'],
  async run(tools, plan, ui) {
    const { server, scopes, resource } = plan;
    const known = knownClients(tools.vault, plan.flow).find(({ client }) => client.issuer === server.issuer);
    const client = plan.client ?? known?.client;
    if (!client) {
      return fail(oauthFailure('client-needed', { issuer: server.issuer }));
    }
    const clientKeyId = plan.client ? plan.clientKeyId : known?.clientKeyId;
    const tokens = await ui.wait(l10n.t('Asking {0} for a token...', hostOf(server.issuer)), signal =>
      requestClientCredentials(
        contextFor(tools, { ...plan, ...(clientKeyId !== undefined && { clientKeyId }) }, signal),
        { server, client, scopes, resource },
      ),
    );
    return tokens.ok
      ? ok({
          flow: 'clientCredentials' as const,
          server,
          client,
          scopes,
          ...(resource !== undefined && { resource }),
          tokens: tokens.value,
        })
      : tokens;
  },
};
