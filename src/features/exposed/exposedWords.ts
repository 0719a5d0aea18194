import { l10n } from 'vscode';
import { vendorOf } from '../../core/detect/ruleNames.ts';
import type { ExposedSecret } from '../../core/inventory/exposedList.ts';
import { plainText } from '../../core/text.ts';

/** Where in its server a secret stands. */
export function placeText({ header, finding: { data } }: ExposedSecret): string {
  const name = plainText(header?.parsed.name ?? String(data.name ?? ''), 80);
  switch (header ? 'header' : data.place) {
    case 'header':
      return l10n.t('header {0}', name);
    case 'env':
      return l10n.t('variable {0}', name);
    case 'argument':
      return name === '' ? l10n.t('an argument') : l10n.t('argument {0}', name);
    case 'url-query':
      return l10n.t('parameter {0} of a URL', name);
    case 'url-userinfo':
      return l10n.t('user and password of a URL');
    case 'url-path':
      return l10n.t('path of a URL');
    case 'input-default':
      return l10n.t('default value of the input {0}', name);
    case 'oauth-client-secret':
      return l10n.t('OAuth client secret');
    default:
      return name;
  }
}

/** What a secret is, as far as it shows. */
export function ruleText(rule: string | undefined): string {
  const vendor = rule === undefined ? undefined : vendorOf(rule);
  if (vendor !== undefined) {
    return l10n.t('key or token of {0}', vendor);
  }
  switch (rule) {
    case 'jwt':
      return l10n.t('JWT');
    case 'private-key':
      return l10n.t('private key');
    case 'password':
    case 'url-password':
    case 'password-input':
      return l10n.t('password');
    case 'connection-string':
      return l10n.t('password in a connection string');
    case 'random-value':
      return l10n.t('looks random');
    case 'api-key':
    case 'app-id':
    case 'key':
      return l10n.t('key');
    case 'token':
      return l10n.t('token');
    case 'secret':
      return l10n.t('secret');
    default:
      return l10n.t('credential');
  }
}
