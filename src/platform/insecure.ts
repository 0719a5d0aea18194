import { l10n, window } from 'vscode';
import { canonicalUrl, transportSecurity } from '../core/config/url.ts';
import { inertText } from './texts.ts';

/**
 * Asks before a credential may travel over plain http to another computer.
 * @returns whether the person said yes; false without a question where the URL is safe
 */
export async function confirmInsecure(url: string): Promise<boolean> {
  const canonical = canonicalUrl(url);
  if (!canonical.ok || transportSecurity(canonical.value) !== 'insecure') {
    return false;
  }
  const yes = l10n.t('Send It Anyway');
  const chosen = await window.showWarningMessage(
    inertText(l10n.t('{0} is plain http.', canonical.value)),
    { modal: true, detail: l10n.t('Everyone on the way to this server could read the credential and use it.') },
    yes,
  );
  return chosen === yes;
}
