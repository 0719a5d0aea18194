import { l10n } from 'vscode';
import type { FindingData } from '../core/findings.ts';
import type { Check, CheckName, Verification } from '../core/jwt/verify.ts';
import { plainText } from '../core/text.ts';
import { malformedText } from './texts.ts';
import { absoluteTime } from './times.ts';

/** What was looked at, in a word or two. */
export function checkName(check: CheckName): string {
  switch (check) {
    case 'structure':
      return l10n.t('Form');
    case 'algorithm':
      return l10n.t('Algorithm');
    case 'signature':
      return l10n.t('Signature');
    case 'exp':
      return l10n.t('Not expired');
    case 'nbf':
      return l10n.t('Valid already');
    case 'iat':
      return l10n.t('Time of issue');
    case 'iss':
      return l10n.t('Issuer');
    case 'aud':
      return l10n.t('Audience');
    case 'scopes':
      return l10n.t('Scopes');
    case 'introspection':
      return l10n.t('Server’s word');
  }
}

/** What came out of a check, as a sentence. */
export function checkText({ check, outcome, reason, data }: Check): string {
  const text = (name: string) => textOf(data, name);
  switch (reason) {
    case 'ok':
      return passedText(check, data);
    case 'inactive':
      return l10n.t('The server that issued it says that it is not active: expired, revoked, or never issued.');
    case 'encrypted':
      return l10n.t('The token is encrypted: nobody but its recipient can look inside.');
    case 'earlier-failure':
      return l10n.t('Not looked at, because an earlier check failed.');
    case 'no-expectation':
      return l10n.t('Nobody said what it should be.');
    case 'claim-absent':
      return outcome === 'failed' ? l10n.t('The token does not say.') : l10n.t('The token does not say, and need not.');
    case 'claim-wrong-type':
      return l10n.t('The claim has the wrong type.');
    case 'expired':
      return l10n.t('It expired at {0}.', absoluteTime(Number(data.at)));
    case 'not-yet-valid':
      return l10n.t('It is not valid before {0}.', absoluteTime(Number(data.at)));
    case 'issued-in-future':
      return l10n.t('It was issued in the future ({0}): clocks differ.', absoluteTime(Number(data.at)));
    case 'issuer-mismatch':
      return l10n.t('It comes from {0}, not from {1}.', text('issuer'), text('expected'));
    case 'audience-mismatch':
      return l10n.t('It is meant for {0}, not for {1}.', text('audience'), text('expected'));
    case 'audience-name':
      return l10n.t('It is meant for “{0}”. Only the server knows whether that is itself.', text('audience'));
    case 'scopes-missing':
      return l10n.t('It lacks {0}.', text('missing'));
    case 'header-malformed':
      return l10n.t('The header cannot be read.');
    case 'not-canonical':
      return l10n.t('A segment is not canonical base64url.');
    case 'crit':
      return l10n.t('The header asks for extensions that nobody here understands ({0}).', text('names'));
    case 'alg-missing':
      return l10n.t('The header names no algorithm.');
    case 'alg-none':
      return l10n.t('The token is not signed (alg “none”).');
    case 'alg-unknown':
      return l10n.t('The algorithm {0} is not known.', text('algorithm'));
    case 'alg-not-accepted':
      return l10n.t(
        'The algorithm {0} is not among those that are accepted ({1}).',
        text('algorithm'),
        text('accepted'),
      );
    case 'no-key':
      return l10n.t('There is no key to check it with.');
    case 'kid-unknown':
      return l10n.t('It names the key {0}; the keys at hand are {1}.', text('kid'), text('kids'));
    case 'kid-ambiguous':
      return l10n.t('It names the key {0}, and several different keys at hand have that name.', text('kid'));
    case 'hmac-with-public-key':
      return l10n.t('It is signed with a shared secret, and only public keys are at hand.');
    case 'secret-for-asymmetric':
      return l10n.t('It is signed with a key pair, and only a shared secret is at hand.');
    case 'public-key-as-secret':
      return l10n.t('What was given as a secret is a public key. Everybody who has it could have signed.');
    case 'secret-encoding':
      return l10n.t('The secret is not {0} text.', text('encoding'));
    case 'key-mismatch':
      return l10n.t('No key at hand fits {0}.', text('algorithm'));
    case 'key-weak':
      return l10n.t(
        '{0} bits are too few for {1}, which needs at least {2}.',
        text('bits'),
        text('algorithm'),
        text('needed'),
      );
    case 'key-broken':
      return l10n.t('The key cannot be read.');
    case 'signature-empty':
      return l10n.t('There is no signature.');
    case 'signature-mismatch':
      return l10n.t('The signature does not fit the key.');
    default:
      return malformedText({ ...data, reason });
  }
}

/** A verification in a sentence. */
export function verificationText({ valid, checks }: Pick<Verification, 'valid' | 'checks'>, source: string): string {
  const with_ = plainText(source, 100);
  if (checks[0]?.check === 'introspection') {
    return valid
      ? l10n.t('{0} says that the token is active, and no check failed.', with_)
      : l10n.t('Asked {0}: failed ({1}).', with_, failedNames(checks));
  }
  if (valid) {
    return l10n.t('Verified with {0}: the signature fits, and no check failed.', with_);
  }
  const failed = failedNames(checks);
  return failed !== ''
    ? l10n.t('Verified with {0}: failed ({1}).', with_, failed)
    : l10n.t('Verified with {0}: the signature could not be checked.', with_);
}

function failedNames(checks: Verification['checks']): string {
  return checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ check }) => checkName(check))
    .join(', ');
}

function passedText(check: CheckName, data: FindingData): string {
  switch (check) {
    case 'structure':
      return l10n.t('Three canonical segments with JSON in the first two.');
    case 'algorithm':
      return l10n.t('{0} is accepted.', textOf(data, 'algorithm'));
    case 'signature':
      return l10n.t('The signature fits the key.');
    case 'exp':
      return l10n.t('It is good until {0}.', absoluteTime(Number(data.at)));
    case 'nbf':
      return l10n.t('It has been valid since {0}.', absoluteTime(Number(data.at)));
    case 'iat':
      return l10n.t('It was issued at {0}.', absoluteTime(Number(data.at)));
    case 'introspection':
      return l10n.t('The server that issued it says that it is active.');
    case 'iss':
    case 'aud':
    case 'scopes':
      return l10n.t('As expected.');
  }
}

function textOf(data: FindingData, name: string): string {
  const value = data[name];
  return plainText(Array.isArray(value) ? value.join(', ') : String(value ?? ''));
}
