import { l10n } from 'vscode';
import type { Finding, FindingData } from '../core/findings.ts';
import type { Status } from '../core/inventory/types.ts';
import { plainText } from '../core/text.ts';
import { exposedText } from './exposedTexts.ts';
import { absoluteTime, durationText } from './times.ts';

/**
 * Takes the markup out of a notification: VS Code renders `[text](target)` in messages as a link, also to a command. Our own
 * sentences have none, so what looks like one came from outside.
 */
export function inertText(message: string): string {
  return message.replaceAll('](', '] (').replace(/command:/gi, 'command ');
}

/** As {@link inertText}, for a place that takes one line: a box, a notification that is under way. */
export function inertLine(message: string): string {
  return inertText(plainText(message, 1000));
}

/**
 * A name from outside as it goes into a list to pick from: what looks like an icon there would be drawn as one, so it is
 * split.
 */
export function listText(text: string, limit = 200): string {
  return withoutIcons(plainText(text, limit));
}

/** The same for a text of ours that has names from outside in it. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}

/**
 * A finding as a sentence.
 * @param now for what is read at once, as in a hover. Problems stay on screen, so without it nothing is said that time
 *   makes untrue.
 */
export function findingText(finding: Finding, now?: number): string {
  const { data } = finding;
  const at = Number(data.at);
  switch (finding.code) {
    case 'token-expired':
    case 'token-expires-soon':
      if (now !== undefined) {
        // Within the clock tolerance a token that has run out still counts as one that expires soon.
        return now >= at
          ? l10n.t('The token expired {0} ago ({1}).', durationText(now - at), absoluteTime(at))
          : l10n.t('The token expires in {0} ({1}).', durationText(at - now), absoluteTime(at));
      }
      return finding.code === 'token-expired'
        ? l10n.t('The token expired on {0}.', absoluteTime(at))
        : l10n.t('The token expires on {0}.', absoluteTime(at));
    case 'sign-in-needed':
      return data.valid
        ? l10n.t('The token is good until {0}. It cannot be renewed: sign in again to get a new one.', absoluteTime(at))
        : l10n.t('There is no token that is still good. Sign in again to get a new one.');
    case 'token-not-yet-valid':
      return l10n.t('The token is not valid before {0}.', absoluteTime(at));
    case 'token-no-expiry':
      return l10n.t('The token never expires. Whoever gets hold of it can use it until its key is changed.');
    case 'token-long-lived':
      return l10n.t(
        'The token is good for {0}. A shorter life limits what a stolen one can do.',
        durationText(Number(data.lifetimeSeconds) * 1000),
      );
    case 'token-malformed':
      return l10n.t('This looks like a JWT, but no server will accept it: {0}', malformedText(data));
    case 'token-encrypted':
      return l10n.t('This token is encrypted (JWE): only its recipient can read the claims.');
    case 'token-alg-none':
      return l10n.t('The token is not signed (alg “none”). No careful server accepts it.');
    case 'token-signature-invalid':
      return data.reason === 'signature-empty'
        ? l10n.t('The token has no signature.')
        : l10n.t('The signature does not fit the key.');
    case 'token-audience-mismatch':
      return l10n.t('The token is meant for {0}, not for this server ({1}).', text(data.audience), text(data.expected));
    case 'token-issuer-mismatch':
      return l10n.t('The token comes from {0}, not from {1}.', text(data.issuer), text(data.expected));
    case 'header-scheme-missing':
      return l10n.t('The scheme is missing: the header has to be “Bearer ” and the token.');
    case 'header-scheme-doubled':
      return l10n.t('The scheme stands there twice.');
    case 'header-name-pasted':
      return l10n.t('The header’s name has been pasted into its value.');
    case 'header-whitespace':
      return l10n.t(
        'There are blanks or line ends in the value that do not belong there. Many servers refuse such a value.',
      );
    case 'header-invalid-characters':
      return data.reason === 'empty'
        ? l10n.t('There is a scheme, but no token behind it.')
        : l10n.t('The value has characters that cannot be sent in a header.');
    case 'secret-in-file':
    case 'secret-in-url':
    case 'secret-in-args':
      return exposedText(finding);
    case 'insecure-url':
      return l10n.t('The credential would travel over plain http: everyone on the way could read it.');
    case 'connection-failed':
      // Made a sentence when the connection was tested: what it says is true of that moment.
      return String(data.sentence);
    case 'credential-missing':
      return data.reason === 'no-input'
        ? l10n.t('The file has no input of this name, so VS Code cannot resolve it.')
        : l10n.t('There is no credential for {0} in your keyring.', text(data.url));
    case 'credential-refused':
      return data.reason === 'format-without-inputs'
        ? l10n.t('What reads this file does not resolve ${input:...}: the server would get the reference as it stands.')
        : l10n.t('This reference was made for another URL or header, so MCP Keyring hands out nothing.');
  }
}

/** A state in one or two words. */
export function statusText(status: Status): string {
  switch (status) {
    case 'ready':
      return l10n.t('ready');
    case 'expiresSoon':
      return l10n.t('expires soon');
    case 'expired':
      return l10n.t('expired');
    case 'notYetValid':
      return l10n.t('not valid yet');
    case 'malformed':
      return l10n.t('not a usable token');
    case 'invalidHeader':
      return l10n.t('header needs repair');
    case 'signIn':
      return l10n.t('sign in again');
    case 'missing':
      return l10n.t('no credential');
    case 'refused':
      return l10n.t('refused');
    case 'exposed':
      return l10n.t('in plain text');
    case 'revoked':
      return l10n.t('revoked');
    case 'unknown':
      return '';
  }
}

/** Why a text isn't a usable JWT, as a sentence. `reason` is one of core's codes. */
export function malformedText(data: FindingData): string {
  const part = text(data.reason).startsWith('header')
    ? l10n.t('header')
    : text(data.reason).startsWith('payload')
      ? l10n.t('payload')
      : l10n.t('signature');
  const claim = text(data.claim);
  switch (text(data.reason)) {
    case 'empty':
      return l10n.t('it is empty.');
    case 'too-long':
      return l10n.t('it is too long.');
    case 'segments':
      return l10n.t('it has {0} segments instead of three.', text(data.segments));
    case 'header-empty':
    case 'payload-empty':
      return l10n.t('its {0} is empty.', part);
    case 'header-not-base64url':
    case 'payload-not-base64url':
    case 'signature-not-base64url':
      return l10n.t('its {0} is not base64url.', part);
    case 'header-not-canonical':
    case 'payload-not-canonical':
    case 'signature-not-canonical':
      return l10n.t('its {0} is not canonical base64url: it is padded, or bits are set that belong to no byte.', part);
    case 'header-not-utf8':
    case 'payload-not-utf8':
      return l10n.t('its {0} is not UTF-8.', part);
    case 'header-not-json':
    case 'payload-not-json':
      return l10n.t('its {0} is not JSON.', part);
    case 'header-not-object':
    case 'payload-not-object':
      return l10n.t('its {0} is not a JSON object.', part);
    case 'claim-not-a-number':
      return l10n.t('{0} has to be a number of seconds.', claim);
    case 'claim-negative':
      return l10n.t('{0} is negative.', claim);
    case 'claim-milliseconds':
      return l10n.t('{0} seems to be in milliseconds; it has to be in seconds.', claim);
    case 'claim-exp-before-nbf':
      return l10n.t('it expires before it becomes valid.');
    case 'claim-out-of-range':
      return l10n.t('{0} is out of range.', claim);
    default:
      return text(data.reason);
  }
}

/** How long ago the time in some data was. */
export function ago(data: FindingData): string {
  return durationText(Date.now() - Number(data.at));
}

/** A member of some data, fit for the screen. */
export function text(value: FindingData[string] | undefined): string {
  return value === undefined ? '' : plainText(Array.isArray(value) ? value.join(', ') : String(value));
}

/** Names for a sentence, each once. */
export function namesOf(all: readonly string[]): string {
  return [...new Set(all)].map(name => plainText(name, 80)).join(', ');
}
