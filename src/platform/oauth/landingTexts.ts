import { env, l10n } from 'vscode';
import type { SignInEnd } from '../../core/oauth/browserSignIns.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import type { LandingTexts } from '../../core/oauth/landingPage.ts';
import { oauthText } from '../oauthTexts.ts';

/** What the page in the browser says once the sign-in has ended, and what to do next. */
export function landingTexts(end: SignInEnd): LandingTexts {
  const goBack = l10n.t('You can close this page and go back to {0}.', env.appName);
  if (end.kind === 'signed-in') {
    const done = l10n.t('You have signed in at {0}. MCP Keyring has its token.', end.issuer);
    return { language: env.language, title: l10n.t('Signed in'), paragraphs: [done, goBack] };
  }
  return {
    language: env.language,
    title: l10n.t('Not signed in'),
    paragraphs: [oauthText(oauthError(end.failure).data), goBack],
  };
}
