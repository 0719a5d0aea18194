import { l10n } from 'vscode';
import type { ListKind } from '../core/connection/connection.ts';
import type { Cause, Diagnosis, Offer } from '../core/connection/diagnosis/types.ts';
import type { StepName } from '../core/connection/examination.ts';
import { type ErrorCode, KeyringError } from '../core/errors.ts';
import { placeOf } from '../core/oauth/http.ts';
import { plainText } from '../core/text.ts';
import { errorText } from './errorTexts.ts';
import { absoluteTime, durationText } from './times.ts';

/** What a test found, in one sentence. */
export function verdictText({ healthy, causes, examination }: Diagnosis): string {
  const [first] = causes;
  if (!healthy) {
    return first
      ? first.certainty === 'certain'
        ? causeText(first, examination.serverUrl)
        : l10n.t('Most likely: {0}', causeText(first, examination.serverUrl))
      : l10n.t('The test found nothing that could be said.');
  }
  const { tools, resources, prompts } = examination.lists;
  const counts = [
    tools?.state === 'listed' && l10n.t('tools ({0})', countText(tools.items.length, tools.truncated)),
    resources?.state === 'listed' && l10n.t('resources ({0})', countText(resources.items.length, resources.truncated)),
    prompts?.state === 'listed' && l10n.t('prompts ({0})', countText(prompts.items.length, prompts.truncated)),
  ].filter(Boolean);
  const works =
    examination.facts.kind === 'none' || examination.facts.kind === 'foreign'
      ? l10n.t('The server answers, and wants no credential.')
      : l10n.t('The server takes the credential.');
  return counts.length === 0 ? works : `${works} ${l10n.t('It offers: {0}.', counts.join(', '))}`;
}

function countText(count: number, truncated: boolean): string {
  return truncated ? l10n.t('more than {0}', count) : String(count);
}

/** A cause as a sentence: what happened, and what it means. Texts of the server in it are plain text. */
export function causeText({ id, data }: Cause, serverUrl: string): string {
  const text = (name: string) => textOf(data[name]);
  const host = hostOf(serverUrl);
  switch (id) {
    case 'cancelled':
      return l10n.t('The test was cancelled.');
    case 'credential-missing':
      return data.header === undefined || data.header === ''
        ? l10n.t('{0} wants a credential, and nothing is sent to it.', host)
        : l10n.t('There is no credential for {0} in your keyring, and it wants one in {1}.', host, text('header'));
    case 'credential-unresolved':
      return l10n.t(
        '{0} refuses callers without a credential. The file takes it from an input or a variable that only VS Code can resolve ({1}), so it could not be tested.',
        host,
        text('header'),
      );
    case 'credential-withheld':
      return errorText(new KeyringError(data.code as ErrorCode, data));
    case 'name-unknown':
      return l10n.t('The name {0} has no address: it is mistyped, or this computer is offline.', host);
    case 'not-listening':
      return l10n.t('Nothing listens at {0}: the server is not running, or the port is another one.', host);
    case 'no-answer':
      return l10n.t('{0} does not answer in time.', host);
    case 'connection-lost':
      return data.reason
        ? l10n.t('The connection to {0} broke ({1}).', host, text('reason'))
        : l10n.t('The connection to {0} broke.', host);
    case 'certificate-self-signed':
      return l10n.t('{0} shows a certificate that it signed by itself, and this computer does not trust it.', host);
    case 'certificate-unknown':
      return data.issuer
        ? l10n.t('The certificate of {0} comes from “{1}”, which this computer does not trust.', host, text('issuer'))
        : l10n.t('The certificate of {0} comes from an authority that this computer does not trust.', host);
    case 'certificate-expired':
      return data.validTo
        ? l10n.t('The certificate of {0} expired on {1}.', host, absoluteTime(Number(data.validTo)))
        : l10n.t('The certificate of {0} has expired, or is not valid yet.', host);
    case 'certificate-other-name':
      return data.subject
        ? l10n.t('The certificate of {0} is for another host (“{1}”).', host, text('subject'))
        : l10n.t('The certificate of {0} is for another host.', host);
    case 'http2-only':
      return l10n.t(
        '{0} speaks HTTP/2 alone, and MCP clients speak HTTP/1.1. A proxy in front of it can do both.',
        host,
      );
    case 'plain-http':
      return l10n.t('The URL says https, and {0} speaks plain http at this port.', host);
    case 'tls-expected':
      return l10n.t('The URL says http, and {0} wants https at this port.', host);
    case 'redirected-elsewhere':
      return data.signIn
        ? l10n.t(
            '{0} sends clients to the sign-in page {1}: the MCP server is not at this URL, or whatever is in front of it does not let this caller in.',
            host,
            text('to'),
          )
        : l10n.t(
            '{0} redirects to {1}. Clients do not take the credential along to another server, so it is lost on the way.',
            host,
            text('to'),
          );
    case 'moved':
      return data.signIn
        ? l10n.t(
            '{0} sends clients to the sign-in page {1}: the MCP server is not at this URL, or whatever is in front of it does not let this caller in.',
            host,
            text('to'),
          )
        : l10n.t('The MCP server has moved to {0}. The file still has the old URL.', text('to'));
    case 'web-page':
      return data.signIn
        ? l10n.t('A sign-in page answers instead of the MCP server{0}.', titled(text('title')))
        : l10n.t('A web page answers instead of the MCP server{0}.', titled(text('title')));
    case 'proxy':
      return l10n.t('A proxy answers instead of the MCP server ({0}){1}.', text('status'), titled(text('title')));
    case 'path-wrong':
      return data.to
        ? l10n.t('There is no MCP server at this URL, but there is one at {0}.', text('to'))
        : data.untold
          ? l10n.t('There is no MCP server at this URL ({0}).', text('status'))
          : l10n.t(
              'There is no MCP server at this URL ({0}), and none at the usual paths of {1}.',
              text('status'),
              host,
            );
    case 'sse-only':
      return data.to
        ? l10n.t('The server speaks the older HTTP+SSE alone, at {0}.', text('to'))
        : l10n.t('The server speaks the older HTTP+SSE: it works, and clients try Streamable HTTP first.');
    case 'not-mcp':
      return data.reason
        ? l10n.t('What answers at this URL does not speak MCP ({0}).', text('reason'))
        : l10n.t('What answers at this URL does not speak MCP.');
    case 'rate-limited':
      return data.after
        ? l10n.t('{0} has had too many requests. It asks to wait ({1}).', host, waitText(text('after')))
        : l10n.t('{0} has had too many requests, and asks to wait.', host);
    case 'server-error':
      return l10n.t('{0} failed while answering ({1}). The reason is in its own log.', host, text('status'));
    case 'too-much':
      return l10n.t('{0} sends more than a client can take. The test stopped reading.', host);
    case 'header-name':
      return l10n.t('The credential is sent in {0}, and the server looks for it in {1}.', text('sent'), text('wanted'));
    case 'scheme-missing':
      return l10n.t('The header lacks “Bearer ” before the token.');
    case 'scheme-wrong':
      return data.doubled
        ? l10n.t('“Bearer” stands twice in the header.')
        : l10n.t('The header says “{0}” where the server wants “Bearer”.', text('scheme'));
    case 'header-blanks':
      return l10n.t(
        'There are stray blanks in the header {0}, and the server compares every character.',
        text('header'),
      );
    case 'header-malformed':
      return l10n.t(
        'The header {0} is not well-formed: its own name stands in its value, or characters that cannot be sent.',
        text('header'),
      );
    case 'not-seen':
      return l10n.t(
        'The server answers as if no credential had come: something on the way drops {0}, or it looks elsewhere.',
        text('header'),
      );
    case 'token-malformed':
      return l10n.t('The token cannot be read as a JWT: a part of it was lost, or it was cut.');
    case 'token-expired':
      return data.at === undefined
        ? l10n.t('The server says that the token has expired.')
        : data.unsent
          ? l10n.t('The token expired on {0}, so it was not sent.', absoluteTime(Number(data.at)))
          : l10n.t('The token expired on {0}.', absoluteTime(Number(data.at)));
    case 'token-not-yet-valid':
      return l10n.t('The token is not valid before {0}.', absoluteTime(Number(data.at)));
    case 'clocks-apart':
      return Number(data.skew) > 0
        ? l10n.t(
            'The clocks differ: the server’s is {0} ahead of this computer’s, so the token has expired there.',
            durationText(Number(data.skew)),
          )
        : l10n.t(
            'The clocks differ: the server’s is {0} behind this computer’s, so the token is not valid there yet.',
            durationText(-Number(data.skew)),
          );
    case 'audience-wrong':
      return data.expected
        ? l10n.t(
            'The token is meant for {0}, and this server is {1}.',
            text('audience') || l10n.t('nobody'),
            text('expected'),
          )
        : l10n.t('The server does not take a token that is meant for {0}.', text('audience') || l10n.t('nobody'));
    case 'issuer-wrong':
      return data.expected
        ? l10n.t(
            'The token comes from {0}, and the server takes those of {1}.',
            text('issuer') || l10n.t('nobody'),
            text('expected'),
          )
        : l10n.t('The server does not take tokens that come from {0}.', text('issuer') || l10n.t('nobody'));
    case 'key-rotated':
      return data.kid
        ? l10n.t(
            'The token is signed with the key {0}, which the server no longer knows: its keys were changed.',
            text('kid'),
          )
        : l10n.t('The token is signed with a key that the server does not know: its keys were changed.');
    case 'signature-refused':
      return data.silent
        ? l10n.t(
            'The server refuses the token and does not say why. Its times are right, so it may be signed with another key.',
          )
        : l10n.t('The signature does not fit: the token is signed with another key than the server’s.');
    case 'secret-encoding':
      return data.now === 'utf8'
        ? l10n.t(
            'The signature does not fit: the server decodes the secret ({0}), and here its text is used as it is.',
            text('other'),
          )
        : l10n.t(
            'The signature does not fit: the server uses the secret’s text as it is, and here it is decoded ({0}).',
            text('now'),
          );
    case 'algorithm-refused':
      return data.accepted && textOf(data.accepted) !== ''
        ? l10n.t('The server does not take tokens signed with {0}, but with {1}.', text('algorithm'), text('accepted'))
        : l10n.t('The server does not take tokens signed with {0}.', text('algorithm'));
    case 'permission-missing':
      return permissionText(data);
    case 'oauth-wanted':
      return data.issuer
        ? l10n.t(
            'The server wants a sign-in with OAuth at {0}, and does not know what the file sends in {1}.',
            text('issuer'),
            text('header') || '—',
          )
        : l10n.t('The server wants a sign-in with OAuth, and does not know what the file sends.');
    case 'credential-refused':
      return data.revoked
        ? l10n.t('The credential has been revoked.')
        : l10n.t('The server does not know this credential{0}.', quoted(text('words')));
    case 'refused':
      return data.request
        ? l10n.t('The server refuses the request ({0}){1}.', text('status'), quoted(text('words')))
        : l10n.t('The server refuses the credential ({0}){1}.', text('status'), quoted(text('words')));
    case 'call-refused':
      return l10n.t('The server lists its tools, and the call of {0} failed{1}.', text('tool'), quoted(text('words')));
    case 'token-not-needed':
      return l10n.t('It shakes hands without the credential too.');
  }
}

function permissionText(data: Cause['data']): string {
  const missing = textOf(data.missing);
  const has = textOf(data.has) || l10n.t('none');
  const tool = textOf(data.tool);
  if (tool) {
    return l10n.t(
      'The server lists its tools for this token, but refuses the call of {0}. The token has: {1}.',
      tool,
      has,
    );
  }
  return missing
    ? l10n.t('The token lacks {0}. It has: {1}.', missing, has)
    : l10n.t('The token lacks a role, scope or permission that the server wants. It has: {0}.', has);
}

/** What an offer's button says. */
export function offerText({ kind, value }: Offer): string {
  const what = plainText(value ?? '', 60);
  switch (kind) {
    case 'renew':
      return l10n.t('Renew Token');
    case 'replaceToken':
      return l10n.t('Replace Token...');
    case 'addCredential':
      return l10n.t('Add Credential...');
    case 'attachCredential':
      return l10n.t('Attach Credential...');
    case 'setAudience':
      return l10n.t('Sign for {0}', what);
    case 'setIssuer':
      return l10n.t('Sign as {0}', what);
    case 'setAlgorithm':
      return l10n.t('Sign with {0}', what);
    case 'setEncoding':
      return value === 'utf8' ? l10n.t('Use the Secret’s Text') : l10n.t('Decode the Secret ({0})', what);
    case 'switchRole':
      return value === undefined ? l10n.t('Switch Role...') : l10n.t('Switch to Role {0}', what);
    case 'editClaims':
      return l10n.t('Edit Claims...');
    case 'signIn':
      return l10n.t('Sign In Again...');
    case 'repairHeader':
      return l10n.t('Repair Header');
    case 'renameHeader':
      return l10n.t('Send in {0}', what);
    case 'useUrl':
      return l10n.t('Use {0}', plainText(placeOf(value ?? ''), 60));
    case 'showInFile':
      return l10n.t('Show in File');
    case 'testAgain':
      return l10n.t('Test Again');
    case 'copyAsCurl':
      return l10n.t('Copy as cURL');
    case 'showLog':
      return l10n.t('Show Log');
  }
}

/** What a step does, for the list of steps and the progress. */
export function stepText(step: StepName): string {
  switch (step) {
    case 'reach':
      return l10n.t('Ask without a credential');
    case 'metadata':
      return l10n.t('Read what the server publishes about itself');
    case 'connect':
      return l10n.t('Connect with the credential');
    case 'list':
      return l10n.t('List tools, resources and prompts');
    case 'call':
      return l10n.t('Call a tool');
    case 'look':
      return l10n.t('Look for the reason');
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110 section 10.2.3). */
function waitText(after: string): string {
  return /^\d{1,6}$/.test(after) ? durationText(Number(after) * 1000) : after;
}

function titled(title: string): string {
  return title === '' ? '' : l10n.t(' (its title: “{0}”)', title);
}

function quoted(words: string): string {
  return words === '' ? '' : l10n.t('; it says: “{0}”', words);
}

function textOf(value: Cause['data'][string] | undefined): string {
  return plainText(Array.isArray(value) ? value.join(', ') : String(value ?? ''));
}

function hostOf(url: string): string {
  try {
    return plainText(new URL(url).host);
  } catch {
    return plainText(url);
  }
}

/** What a server lists. */
export function listHeading(kind: ListKind): string {
  switch (kind) {
    case 'tools':
      return l10n.t('Tools');
    case 'resources':
      return l10n.t('Resources');
    case 'prompts':
      return l10n.t('Prompts');
  }
}
