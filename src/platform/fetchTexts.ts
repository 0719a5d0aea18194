import { l10n } from 'vscode';
import type { FindingData } from '../core/findings.ts';
import type { DiscoveryProblem } from '../core/jwt/discovery.ts';
import type { JwksProblem } from '../core/jwt/jwks.ts';
import { plainText } from '../core/text.ts';

/** Why keys could not be fetched, as a sentence. */
export function fetchProblemText(
  reason: DiscoveryProblem['reason'] | JwksProblem['reason'],
  data: FindingData,
): string {
  const text = (name: string) => plainText(String(data[name] ?? ''));
  const url = text('url');
  switch (reason) {
    case 'url-invalid':
      return l10n.t('“{0}” is not a URL that starts with https:// or http://.', url);
    case 'insecure-url':
      return l10n.t(
        '{0} is plain http to another computer: whoever sits in between could answer with keys of their own.',
        url,
      );
    case 'redirected':
      return l10n.t(
        '{0} redirects to {1}. Redirects are not followed; use that address if you trust it.',
        url,
        text('location'),
      );
    case 'timed-out':
      return l10n.t('{0} did not answer within {1} seconds.', url, Number(data.timeoutMs) / 1000);
    case 'too-large':
      return l10n.t('The answer of {0} is larger than {1} kB.', url, Math.round(Number(data.limit) / 1024));
    case 'http-status':
      return l10n.t('{0} answered with status {1}.', url, text('status'));
    case 'not-json':
      return l10n.t('The answer of {0} is not JSON.', url);
    case 'unreachable':
      return l10n.t('{0} cannot be reached.', url);
    case 'jwks-malformed':
      return l10n.t('The answer of {0} is not a JWKS: it has no “keys”.', url);
    case 'jwks-too-many-keys':
      return l10n.t('The JWKS at {0} has {1} keys, which is more than anybody needs.', url, text('count'));
    case 'jwks-no-usable-key':
      return l10n.t('The JWKS at {0} has no key that could be used.', url);
    case 'issuer-not-url':
      return l10n.t('The issuer “{0}” is not an address where keys could be looked for.', text('issuer'));
    case 'metadata-malformed':
      return l10n.t('{0} does not hold the metadata of an issuer.', url);
    case 'issuer-mismatch':
      return l10n.t('{0} speaks for {1}, not for {2}.', url, text('issuer'), text('expected'));
    case 'no-jwks-uri':
      return l10n.t('{0} does not say where the issuer’s keys are.', url);
    case 'jwks-private':
      return l10n.t(
        '{0} says that the keys are at {1}, in a private network, to which no server may send us. Give that address as a JWKS URL if you trust it.',
        url,
        text('jwksUri'),
      );
  }
}
