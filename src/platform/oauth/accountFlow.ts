import * as vscode from 'vscode';
import { oauthFailure } from '../../core/oauth/failures.ts';
import type { AccountGrant } from '../../core/oauth/grant.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AccountPlan, Flow } from './flow.ts';

/** A session that VS Code has or gets with one of its authentication providers, for servers that accept its tokens. */
export const accountFlow: Flow<AccountPlan> = {
  id: 'vscodeAccount',
  worksIn: ['node', 'web', 'remote'],
  needs: ['person', 'accountProvider'],
  // VS Code shows its own questions, so nothing is shown beside them.
  async run(_tools, { providerId, scopes, anew }): Promise<Result<AccountGrant, ReturnType<typeof oauthFailure>>> {
    try {
      const session = await vscode.authentication.getSession(providerId, scopes, {
        createIfNone: true,
        ...(anew && { clearSessionPreference: true }),
      });
      return ok({ flow: 'vscodeAccount', providerId, scopes, accountId: session.account.id });
    } catch {
      // Its errors have words for people and no codes: declined, timed out, no such provider.
      return fail(oauthFailure('account-unavailable', { provider: providerId }));
    }
  },
};
