import { l10n } from 'vscode';
import { requestByRecipe } from '../../core/oauth/tokenEndpoint.ts';
import { ok } from '../../core/result.ts';
import type { Flow, RecipePlan } from './flow.ts';
import { hostOf } from './hostOf.ts';
import { oauthContext } from './oauthContext.ts';

/** A token endpoint with rules of its own is asked by its own rules. */
export const tokenEndpointFlow: Flow<RecipePlan> = {
  id: 'tokenEndpoint',
  worksIn: ['node', 'remote'],
  needs: ['tokenEndpoint', 'clientSecret'],
  async run({ vault, clock }, { recipe }, ui) {
    const tokens = await ui.wait(l10n.t('Asking {0} for a token...', hostOf(recipe.url)), signal =>
      requestByRecipe(oauthContext(vault, clock, { signal }), recipe),
    );
    return tokens.ok ? ok({ flow: 'tokenEndpoint' as const, recipe, tokens: tokens.value }) : tokens;
  },
};
