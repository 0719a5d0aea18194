import { l10n } from 'vscode';
import type { FindingData } from '../core/findings.ts';
import type { OAuthFailureCode } from '../core/oauth/failures.ts';
import type { KnownTrap } from '../core/oauth/tokenErrors.ts';
import type { UrlRefusal } from '../core/oauth/urlPolicy.ts';
import { text } from './texts.ts';
import { absoluteTime, durationText } from './times.ts';

/**
 * Why something of OAuth did not come about: what happened, what the other side said of it, what to do.
 * @param data of an `oauth-failed` error: `failure` is the code
 */
export function oauthText(data: FindingData): string {
  const said = text(data.errorDescription);
  return [
    failureText(data.failure as OAuthFailureCode, data),
    said !== '' && l10n.t('It says: “{0}”', said),
    data.trap !== undefined && trapText(data.trap as KnownTrap, data),
    data.trap !== 'clock-off' && typeof data.clockOffset === 'number' && clockText(data.clockOffset),
  ]
    .filter(Boolean)
    .join(' ');
}

function failureText(code: OAuthFailureCode, data: FindingData): string {
  const url = text(data.url);
  const issuer = text(data.issuer) || url;
  const error = text(data.error);
  switch (code) {
    case 'network':
      return networkText(url, text(data.reason));
    case 'timeout':
      return l10n.t('{0} did not answer within {1} seconds.', url, Math.ceil(Number(data.limit) / 1000));
    case 'rate-limited':
      return typeof data.retryAfter === 'number'
        ? l10n.t('{0} has had too many requests. Try again in {1}.', url, waitText(data.retryAfter))
        : l10n.t('{0} has had too many requests. Try again later.', url);
    case 'server-error':
      return l10n.t('{0} has trouble of its own (status {1}). Try again later.', url, text(data.status));
    case 'cancelled':
      return l10n.t('This was cancelled. Nothing was changed.');
    case 'redirected':
      return l10n.t(
        '{0} redirects to {1}. Redirects are not followed: whoever is there would get to see what is meant for the first.',
        url,
        text(data.to),
      );
    case 'too-large':
      return l10n.t(
        'The answer of {0} is larger than {1} kB, so it was not read.',
        url,
        Math.round(Number(data.limit) / 1024),
      );
    case 'url-forbidden':
      return l10n.t('{0} is not an address to talk to: {1}', url, refusalText(data));
    case 'http-status':
      return l10n.t('{0} answered with status {1} and no reason that could be read.', url, text(data.status));
    case 'not-json':
      return data.html
        ? l10n.t('{0} answered with a page for people instead of JSON. Is this the right address?', url)
        : l10n.t('The answer of {0} is not JSON.', url);
    case 'not-protected':
      return l10n.t('{0} answers without a token, so there is nothing to sign in for.', url);
    case 'resource-mismatch':
      return l10n.t(
        '{0} describes another server: it is about {1}, not about {2}.',
        url,
        text(data.actual),
        text(data.expected),
      );
    case 'metadata-missing':
      return l10n.t(
        '{0} does not publish how to get tokens from it. If its documentation names a token endpoint, choose “From a token endpoint”.',
        issuer,
      );
    case 'metadata-invalid':
      return l10n.t('The metadata at {0} cannot be used: “{1}” is missing or wrong.', url, text(data.member));
    case 'issuer-mismatch':
      return l10n.t(
        '{0} speaks for {1}, not for {2}. Nothing was sent to it.',
        url,
        text(data.actual),
        text(data.expected),
      );
    case 'endpoint-forbidden':
      return l10n.t(
        '{0} sends us to {1} ({2}), which is not an address to talk to: {3}',
        url,
        text(data.actual),
        text(data.endpoint),
        refusalText(data),
      );
    case 'endpoint-missing':
      return l10n.t('{0} has no {1}, so this way to a token does not work there.', issuer, text(data.endpoint));
    case 'pkce-unsupported':
      return l10n.t(
        '{0} does not announce PKCE with S256. Without it, others could use the code of a sign-in, so none was begun.',
        issuer,
      );
    case 'client-needed':
      return l10n.t(
        '{0} does not let clients register themselves. Register MCP Keyring there by hand, and enter the client id that you get.',
        issuer,
      );
    case 'client-of-another-issuer':
      return l10n.t(
        'This client belongs to {0} and is not shown to {1}. Nothing was sent.',
        text(data.expected),
        text(data.actual),
      );
    case 'client-auth-unsupported':
      return l10n.t(
        'The client cannot prove to {0} who it is by “{1}”: what that takes is missing.',
        issuer,
        text(data.method),
      );
    case 'registration-refused':
      return l10n.t(
        '{0} refused to register MCP Keyring as a client ({1}). Register it there by hand, and enter the client id that you get.',
        issuer,
        error || text(data.status),
      );
    case 'signature-unavailable':
      return l10n.t(
        'The key that signs for the client “{0}” is no longer in the keyring, or cannot sign.',
        text(data.clientId),
      );
    case 'callback-unknown':
      return l10n.t('This window waits for no such sign-in, so the answer was thrown away.');
    case 'callback-replayed':
      return l10n.t('This sign-in is over: its answer came before, or it was given up. Sign in again if you need to.');
    case 'callback-late':
      return l10n.t(
        'The answer of {0} came too late: the sign-in ended at {1}. Sign in again.',
        issuer,
        absoluteTime(Number(data.at)),
      );
    case 'callback-invalid':
      return data.reason === 'repeated'
        ? l10n.t('The answer of {0} has “{1}” twice, so it was thrown away.', issuer, text(data.parameter))
        : l10n.t('The answer of {0} has no usable “{1}”, so it was thrown away.', issuer, text(data.parameter));
    case 'iss-missing':
      return l10n.t(
        'The answer does not say that it is from {0}, though that server promises to say so. It was thrown away.',
        issuer,
      );
    case 'iss-mismatch':
      return l10n.t(
        'The answer comes from another server than {0}. Somebody may have tried to mix them up, so it was thrown away.',
        issuer,
      );
    case 'authorization-refused':
      return error
        ? l10n.t('{0} refused the sign-in ({1}).', issuer, error)
        : l10n.t('{0} refused the sign-in.', issuer);
    case 'access-denied':
      return l10n.t('The sign-in at {0} was declined there.', issuer);
    case 'device-code-expired':
      return l10n.t('The code for {0} has expired before anybody entered it. Start again for a new one.', issuer);
    case 'sign-in-needed':
      return data.provider === undefined
        ? signInNeededText(issuer, text(data.after))
        : l10n.t('VS Code is no longer signed in to “{0}” with these scopes. Sign in again.', text(data.provider));
    case 'sign-in-timeout':
      return l10n.t(
        'Nobody has signed in at {0} within {1}, so the sign-in has ended. Was the page closed? Sign in again.',
        issuer,
        durationText(Number(data.limit)),
      );
    case 'port-taken':
      return l10n.t(
        'The port {0} is taken by another program, or by a sign-in in another window, so the browser could not come back. Free it, or choose another redirect address.',
        text(data.port),
      );
    case 'redirect-unusable':
      return l10n.t(
        'The browser cannot come back to “{0}”. Use http://127.0.0.1/..., with or without a port, or leave it empty.',
        text(data.redirectUri),
      );
    case 'account-unavailable':
      return l10n.t(
        'VS Code gave no session of “{0}”: the sign-in was declined, or nothing here offers such accounts.',
        text(data.provider),
      );
    case 'invalid-grant':
      return data.after === 'interrupted'
        ? l10n.t(
            '{0} does not take the refresh token any more: a renewal that was cut off has spent it. Sign in again.',
            url,
          )
        : l10n.t('{0} does not take this code or refresh token any more (invalid_grant). Sign in again.', url);
    case 'invalid-client':
      return l10n.t('{0} does not accept this client or its secret ({1}).', url, error || text(data.status));
    case 'unauthorized-client':
      return l10n.t('{0} knows this client but does not let it get tokens this way (unauthorized_client).', url);
    case 'unsupported-grant-type':
      return l10n.t('{0} gives no tokens this way (unsupported_grant_type).', url);
    case 'invalid-scope':
      return l10n.t('{0} does not know these scopes, or does not give them to this client (invalid_scope).', url);
    case 'invalid-target':
      return l10n.t('{0} gives no tokens for this resource (invalid_target). Leave it out or set another.', url);
    case 'invalid-request':
      return l10n.t('{0} misses something in the request (invalid_request).', url);
    case 'body-format':
      return l10n.t(
        '{0} wants the request in another format (status {1}). Choose form or JSON.',
        url,
        text(data.status),
      );
    case 'oauth-error':
      return l10n.t('{0} refused ({1}).', url, error);
    case 'token-invalid':
      return data.reason === 'not-sendable'
        ? l10n.t('What {0} gave cannot be sent in a header.', url || text(data.provider))
        : l10n.t('The answer of {0} holds no “{1}”.', url, text(data.member));
    case 'token-type-unsupported':
      return l10n.t(
        '{0} gave a token of the type “{1}”. Only bearer tokens can be sent in a header.',
        url,
        text(data.type),
      );
    case 'revocation-unsupported':
      return l10n.t('{0} revokes no such tokens. This one ends when its time is over.', issuer);
    case 'scope-insufficient':
      return Number(data.attempts) > 0
        ? l10n.t(
            'The server still wants more scopes ({0}) after {1} sign-ins. Ask whoever runs it.',
            text(data.scopes),
            text(data.attempts),
          )
        : l10n.t('The server says that the scopes are not enough, and names none that were not asked for.');
    case 'not-stored':
      return l10n.t(
        'New tokens came, but the keyring did not keep them. They are good in this window until it closes.',
      );
  }
}

/** The known trap behind a refusal, and the way out of it. */
function trapText(trap: KnownTrap, data: FindingData): string {
  switch (trap) {
    case 'entra-resource':
      return l10n.t(
        'Microsoft Entra takes no resource beside scopes that name one. Sign in again with the resource left out.',
      );
    case 'redirect-mismatch':
      return l10n.t(
        'The address that the browser comes back to is not registered for this client. Register it there, or set the one that is.',
      );
    case 'consent-missing':
      return l10n.t('Nobody has agreed yet that this client may have these scopes. An administrator may have to.');
    case 'client-secret-wrong':
      return l10n.t('The client secret is wrong or has expired. In Entra it is the secret’s value, not its id.');
    case 'clock-off':
      return typeof data.clockOffset === 'number'
        ? clockText(data.clockOffset)
        : l10n.t('The clock of this computer may be wrong.');
  }
}

/** Rounded up: whoever comes too early is sent away for longer. */
function waitText(wait: number): string {
  return durationText(wait > 60_000 ? Math.ceil(wait / 60_000) * 60_000 : wait);
}

function clockText(offset: number): string {
  return offset > 0
    ? l10n.t('The clock of this computer is {0} behind the server’s. Set it right.', durationText(offset))
    : l10n.t('The clock of this computer is {0} ahead of the server’s. Set it right.', durationText(-offset));
}

function networkText(url: string, reason: string): string {
  switch (reason) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return l10n.t('{0} cannot be found. Is this computer online?', url);
    case 'ECONNREFUSED':
      return l10n.t('Nothing answers at {0}. Is the server running?', url);
    case '':
      return l10n.t('{0} cannot be reached.', url);
    default:
      return l10n.t('{0} cannot be reached ({1}).', url, reason);
  }
}

function refusalText(data: FindingData): string {
  switch (text(data.reason) as UrlRefusal | 'not-http') {
    case 'scheme':
      return l10n.t('it starts with neither https:// nor http://.');
    case 'insecure':
      return l10n.t('it is plain http to another computer, where everyone on the way could read along.');
    case 'private-host':
      return l10n.t('it is a machine in a private network, to which no server may send us.');
    case 'user-info':
      return l10n.t('there is a user name in it.');
    case 'fragment':
      return l10n.t('there is a “#” in it.');
    default:
      return l10n.t('it is not a URL.');
  }
}

function signInNeededText(issuer: string, after: string): string {
  switch (after) {
    case 'refused':
      return l10n.t('{0} has ended this sign-in. Sign in again.', issuer);
    case 'interrupted':
      return l10n.t('A renewal at {0} was cut off and cannot be repeated. Sign in again.', issuer);
    default:
      return l10n.t('Only a person can get a new token from {0}. Sign in again.', issuer);
  }
}
