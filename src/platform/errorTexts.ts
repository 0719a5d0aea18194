import { l10n } from 'vscode';
import { shownUrl } from '../core/config/url.ts';
import type { KeyringError } from '../core/errors.ts';
import type { FindingData } from '../core/findings.ts';
import type { DiscoveryProblem } from '../core/jwt/discovery.ts';
import type { KeyProblemReason } from '../core/jwt/keyMaterial.ts';
import { oauthFlows } from '../core/oauth/grant.ts';
import { type CommandId, type Commands, providedFile } from '../ids.ts';
import { fetchProblemText } from './fetchTexts.ts';
import { keyProblemText } from './keyTexts.ts';
import { oauthText } from './oauthTexts.ts';
import { ago, malformedText, text } from './texts.ts';
import { absoluteTime } from './times.ts';

/** A button below a message. */
export interface MessageAction<K extends CommandId = CommandId> {
  readonly title: string;
  readonly command: K;
  readonly arguments: Commands[K];
}

/** An expected error as a sentence: what happened, to which server, what to do. */
export function errorText(error: KeyringError): string {
  const { data } = error;
  const name = text(data.name);
  const url = shownUrl(text(data.url));
  switch (error.code) {
    case 'no-credential':
      return l10n.t('There is no credential for {0} in your keyring. Attach one, then start the server again.', url);
    case 'credential-damaged':
      return l10n.t(
        'This credential cannot be read from the keyring. Delete it in the Credentials view and add it again.',
      );
    case 'credential-revoked':
      return l10n.t('The credential “{0}” has been revoked. Attach another one.', name);
    case 'signing-key-missing':
      return l10n.t('The signing key of “{0}” is no longer in the keyring. Add the credential again.', name);
    case 'token-expired':
      return data.renewable
        ? l10n.t(
            'The token of “{0}” for {1} expired {2} ago. Renew it, then start the server again.',
            name,
            url,
            ago(data),
          )
        : l10n.t(
            'The token of “{0}” for {1} expired {2} ago and cannot be renewed here. Replace it, then start the server again.',
            name,
            url,
            ago(data),
          );
    case 'sign-in-needed':
      return l10n.t('Nobody is signed in with “{0}” any more. Sign in again, then start the server again.', name);
    case 'renewal-locked':
      return l10n.t('Another window is renewing “{0}” and does not come to an end. Try again in a moment.', name);
    case 'token-not-yet-valid':
      return l10n.t('The token of “{0}” for {1} is not valid before {2}.', name, url, absoluteTime(Number(data.at)));
    case 'token-malformed':
      return l10n.t('The token of “{0}” cannot be read: {1}', name, malformedText(data));
    case 'header-not-sendable':
      return l10n.t(
        'The value of “{0}” has characters that cannot be sent in the header {1}.',
        name,
        text(data.header),
      );
    case 'header-logged':
      return l10n.t(
        'At the log level Trace VS Code writes the header {0} to its log, so nothing was sent to {1}. Choose another level with “Developer: Set Log Level...”.',
        text(data.header),
        url,
      );
    case 'insecure-url':
      return l10n.t('{0} is plain http: everyone on the way could read the credential. Nothing was sent.', url);
    case 'url-invalid':
      return l10n.t(
        '“{0}” is not the URL of a server. It has to start with https:// or http:// and name one host.',
        url,
      );
    case 'reference-unknown':
      return l10n.t(
        'No server in the config files of this window uses the input “{0}”, so no credential was handed out.',
        text(data.inputId),
      );
    case 'reference-points-elsewhere':
      if (url && text(data.elsewhere) && data.elsewhere !== data.url) {
        return l10n.t(
          '{0} sends the credential of {1} to {2}, so no credential was handed out.',
          text(data.file),
          url,
          shownUrl(text(data.elsewhere)),
        );
      }
      return l10n.t(
        'The input “{0}” is used in {1} for something else than the header of {2}, so no credential was handed out.',
        text(data.inputId),
        text(data.file),
        url,
      );
    case 'reference-unchecked':
      return l10n.t(
        '{0} is not UTF-8 text, or too large, so it cannot be checked where VS Code would send the credential, and no credential was handed out. Save the file with UTF-8, or move it away.',
        text(data.file),
      );
    case 'command-in-file':
      return l10n.t(
        '{0} names the command {1}, and VS Code runs what a file names when a server starts, so nothing was done. Take it out of the file if you want to use the command yourself.',
        text(data.file),
        text(data.command),
      );
    case 'workspace-not-trusted':
      return l10n.t('This workspace is not trusted, so MCP Keyring reads no secret and changes no file in it.');
    case 'vault-unavailable':
      return l10n.t('The keyring of this computer cannot be reached. Nothing was changed.');
    case 'vault-not-persisted':
      return l10n.t('The keyring of this computer accepted the entry but did not keep it. Nothing was changed.');
    case 'vault-behind':
      return l10n.t(
        'Another window has changed this credential, and this window cannot see it. Reload this window (“Developer: Reload Window”). Nothing was changed.',
      );
    case 'tokens-not-stored':
      return l10n.t(
        'The keyring of this computer did not keep the new token of “{0}”. It is used until this window closes, and storing it is tried again; if that fails, you have to sign in again.',
        name,
      );
    case 'credential-not-found':
      return l10n.t('This credential is no longer in the keyring.');
    case 'signing-key-weak':
      return l10n.t(
        'secret: {0} bits are too few for {1}, which needs at least {2} (RFC 7518, section 3.2).',
        text(data.bits),
        text(data.algorithm),
        text(data.needed),
      );
    case 'signing-key-invalid':
      return l10n.t('secret: this is not {0} text.', text(data.encoding ?? data.reason));
    case 'signing-key-problem':
      return keyProblemText(data.reason as KeyProblemReason, data);
    case 'no-signed-credential':
      return l10n.t('“{0}” has no credential that is signed here, so its role cannot be switched.', text(data.server));
    case 'keys-not-found':
      return fetchProblemText(data.reason as DiscoveryProblem['reason'], data);
    case 'signing-key-not-found':
      return l10n.t('This signing key is no longer in the keyring.');
    case 'cannot-sign-out':
      return l10n.t(
        '“{0}” is a session of one of VS Code’s own accounts. Sign out of it in VS Code’s Accounts menu; to keep it from servers, detach or delete it here.',
        name,
      );
    case 'cannot-renew':
      return l10n.t('“{0}” was issued elsewhere and cannot be renewed here. Replace it by a new one.', name);
    case 'oauth-failed':
      return oauthText(data);
    case 'file-broken':
      return l10n.t(
        '{0} cannot be edited: {1} Mend it by hand, then try again. Nothing was changed.',
        text(data.file),
        brokenText(data),
      );
    case 'file-read-only':
      return l10n.t('{0} is read-only. Nothing was changed.', text(data.file));
    case 'file-no-room':
      return l10n.t(
        'There is no room on the disk for {0}. Nothing was changed; make room and try again.',
        text(data.file),
      );
    case 'file-changed':
      return l10n.t('{0} keeps being changed by another program. Nothing was changed; try again.', text(data.file));
    case 'file-unreadable':
      return l10n.t('{0} cannot be read. Nothing was changed.', text(data.file));
    case 'server-not-startable':
      return l10n.t(
        'VS Code does not read {0}, so it cannot start “{1}”. {2} starts it.',
        text(data.file),
        text(data.server),
        text(data.client),
      );
    case 'server-not-found':
      return l10n.t('There is no server “{0}” in {1}.', text(data.server), text(data.file));
    case 'server-not-providable':
      return data.reason === 'no-credential'
        ? l10n.t('“{0}” has no credential, so there is nothing that MCP Keyring could add to it.', text(data.server))
        : data.reason === 'no-url'
          ? l10n.t('“{0}” is not a server with a URL, so MCP Keyring cannot offer it.', text(data.server))
          : l10n.t(
              'The header {0} of “{1}” holds a ${...} that only its file’s client resolves, so MCP Keyring cannot offer the server. Replace it by its value or attach a credential to it.',
              text(data.header),
              text(data.server),
            );
    case 'move-not-possible':
      return l10n.t(
        'What reads {0} takes secrets from the file alone, so this one has to stand there. Move the server to a file of VS Code, or let MCP Keyring take it over.',
        text(data.file),
      );
    case 'move-would-switch':
      return l10n.t(
        'Another server has the address {0} too, with another credential. Only one can be in use for an address and a header, so the secret of {1} stays in its file.',
        text(data.url),
        text(data.server),
      );
    case 'reference-not-supported':
      return l10n.t(
        'delivery: what reads {0} does not resolve ${input:...}, so a reference would be sent as it stands. Choose the delivery “literal”.',
        text(data.file),
      );
    case 'variable-not-supported':
      return l10n.t(
        'delivery: what reads {0} takes no such header from an environment variable, or the credential has none. Choose another delivery.',
        text(data.file),
      );
    case 'server-not-copyable':
      return data.reason === 'reference'
        ? l10n.t(
            'The URL of “{0}” is put together by the client of its file, so no other file can have it.',
            text(data.server),
          )
        : l10n.t('“{0}” is not a server with a URL, so it has no header to take along.', text(data.server));
    case 'purge-missing':
      return l10n.t(
        'delivery: this version of VS Code cannot forget a resolved input, so the token would end up in its database. Choose the delivery “literal”.',
      );
    case 'argument-invalid':
      return `${text(data.field)}: ${argumentText(data)}`;
  }
}

/**
 * At most two useful buttons for an error. Test Connection is none of them: a refusal knows its reason, and a test would find
 * the same one. It is offered where VS Code has given up without saying why (`startWatch.ts`).
 */
export function errorActions(error: KeyringError): MessageAction[] {
  const { data } = error;
  const actions: MessageAction[] = [];
  const credentialId = typeof data.id === 'string' ? data.id : undefined;
  switch (error.code) {
    case 'token-expired':
      if (credentialId) {
        actions.push(
          data.renewable
            ? { title: l10n.t('Renew Token'), command: 'mcpKeyring.credentials.renew', arguments: [{ credentialId }] }
            : {
                title: l10n.t('Replace Token...'),
                command: 'mcpKeyring.credentials.replaceToken',
                arguments: [{ credentialId }],
              },
        );
      }
      break;
    case 'cannot-renew':
    case 'header-not-sendable':
      if (credentialId) {
        actions.push({
          title: l10n.t('Replace Token...'),
          command: 'mcpKeyring.credentials.replaceToken',
          arguments: [{ credentialId }],
        });
      }
      break;
    case 'no-credential':
    case 'credential-revoked': {
      const target = serverTarget(data);
      if (error.code === 'no-credential' && target && target.file !== providedFile) {
        actions.push({ title: l10n.t('Add Credential...'), command: 'mcpKeyring.addCredential', arguments: [target] });
      }
      actions.push({
        title: l10n.t('Attach Credential...'),
        command: 'mcpKeyring.servers.attachCredential',
        arguments: target ? [target] : [],
      });
      break;
    }
    case 'reference-points-elsewhere':
    case 'reference-unchecked':
    case 'command-in-file':
    case 'file-broken': {
      const file = data.uri;
      if (typeof file !== 'string') {
        break;
      }
      const target = serverTarget({ ...data, file });
      actions.push(
        target
          ? { title: l10n.t('Show File'), command: 'mcpKeyring.servers.revealInFile', arguments: [target] }
          : { title: l10n.t('Show File'), command: 'mcpKeyring.servers.openFile', arguments: [{ file, server: '' }] },
      );
      if (error.code === 'reference-points-elsewhere' && target && credentialId) {
        actions.push({
          title: l10n.t('Attach Here Too...'),
          command: 'mcpKeyring.servers.attachHereToo',
          arguments: [target, { credentialId }],
        });
      }
      break;
    }
    case 'sign-in-needed':
      if (credentialId) {
        actions.push(signInAgain(credentialId));
      }
      break;
    case 'oauth-failed':
      if (credentialId && data.remedy === 'sign-in') {
        actions.push(signInAgain(credentialId));
      }
      actions.push({ title: l10n.t('Show Log'), command: 'mcpKeyring.showLog', arguments: [] });
      break;
    case 'vault-unavailable':
    case 'vault-not-persisted':
    case 'file-unreadable':
      actions.push({ title: l10n.t('Show Log'), command: 'mcpKeyring.showLog', arguments: [] });
      break;
  }
  return actions;
}

function signInAgain(credentialId: string): MessageAction<'mcpKeyring.credentials.signIn'> {
  return {
    title: l10n.t('Sign In Again...'),
    command: 'mcpKeyring.credentials.signIn',
    arguments: [{ credentialId }],
  };
}

/** What a field of a wizard is called in its messages. */
export type FieldName = 'url' | 'name' | 'key' | 'token' | 'secret' | 'claims';

/** An error about what was typed into a field, as a sentence for the person who sees that field alone. */
export function fieldText(error: KeyringError, field: FieldName): string {
  const { data } = error;
  const name = fieldName(field);
  switch (error.code === 'argument-invalid' ? data.reason : error.code) {
    case 'empty':
      return l10n.t('{0} may not be empty.', name);
    case 'blanks':
      return l10n.t('{0} has blanks or line ends in it.', name);
    case 'not-sendable':
      return l10n.t('{0} has characters that cannot be sent in a header.', name);
    case 'signing-key-weak':
      return l10n.t(
        '{0} has {1} bits; {2} needs at least {3} (RFC 7518, section 3.2).',
        name,
        text(data.bits),
        text(data.algorithm),
        text(data.needed),
      );
    case 'signing-key-invalid':
      return l10n.t('{0} is not {1} text.', name, text(data.encoding ?? data.reason));
    default: {
      const sentence = error.code === 'argument-invalid' ? argumentText(data) : errorText(error);
      return sentence.charAt(0).toUpperCase() + sentence.slice(1);
    }
  }
}

function fieldName(field: FieldName): string {
  switch (field) {
    case 'url':
      return l10n.t('The URL');
    case 'name':
      return l10n.t('The name');
    case 'key':
      return l10n.t('The API key');
    case 'token':
      return l10n.t('The token');
    case 'secret':
      return l10n.t('The secret');
    case 'claims':
      return l10n.t('The claims');
  }
}

function brokenText(data: FindingData): string {
  switch (text(data.reason)) {
    case 'syntax':
      return l10n.t('it is not well-formed JSON (line {0}).', text(data.line));
    case 'servers-not-object':
      return l10n.t('“servers” is not an object.');
    case 'inputs-not-array':
      return l10n.t('“inputs” is not an array.');
    case 'headers-not-object':
      return l10n.t('“headers” is not an object.');
    case 'root-not-object':
      return l10n.t('it does not hold a JSON object.');
    default:
      return text(data.reason);
  }
}

/** What is wrong with an answer, as the end of a sentence. */
export function argumentText(data: FindingData): string {
  switch (text(data.reason)) {
    case 'empty':
      return l10n.t('this may not be empty.');
    case 'taken':
      return l10n.t('there is a server “{0}” in this file already.', text(data.value));
    case 'offered':
      return l10n.t('MCP Keyring offers a server “{0}” already.', text(data.value));
    case 'not-http':
      return l10n.t('a URL has to start with https:// or http:// and name a host.');
    case 'insecure':
      return l10n.t(
        '{0} is plain http to another computer: everyone on the way could read the credential.',
        text(data.value),
      );
    case 'unresolved':
      return l10n.t('a URL with ${...} in it cannot be checked, so no credential can be attached to it.');
    case 'query-secret':
      return l10n.t('leave out what stands after “?” or before “@”: a credential belongs in a header.');
    case 'blanks':
      return l10n.t('there are blanks or line ends in it.');
    case 'not-sendable':
      return l10n.t('there are characters in it that cannot be sent in a header.');
    case 'too-long':
      return l10n.t('this is longer than servers take in a header.');
    case 'header-name':
      return l10n.t('this is not the name of an HTTP header.');
    case 'not-a-file':
      return l10n.t('“{0}” is not a config file that MCP Keyring knows.', text(data.value));
    case 'unknown-kind':
      return l10n.t('this has to be apiKey, bearer, signedJwt, oauth or existing.');
    case 'unknown-flow':
      return l10n.t('this has to be {0}.', oauthFlows.join(', '));
    case 'not-here':
      return l10n.t('“{0}” does not work where this VS Code runs.', text(data.value));
    case 'unknown-delivery':
      return l10n.t('this has to be reference, environment, literal or provided.');
    case 'variable-not-a-variable':
      return l10n.t('a variable has letters, digits and underscores, and does not start with a digit.');
    case 'variable-reserved':
      return l10n.t('programs give this variable a meaning of its own. Choose another name.');
    case 'variable-taken':
      return l10n.t('another credential has this variable.');
    case 'plain-text':
      return l10n.t('the token would stand in plain text in {0}, a file of the workspace.', text(data.value));
    case 'not-json-object':
      return l10n.t('this has to be a JSON object.');
    case 'not-a-lifetime':
      return l10n.t('this is not a length of time. Write for instance “2 hours”, or “never”.');
    case 'unknown-field':
      return l10n.t('there is no such field.');
    case 'unknown-role':
      return l10n.t('there is no preset for the role “{0}”. Presets are in the settings.', text(data.value));
    case 'not-attached':
      return l10n.t('no credential “{0}” is attached to this server.', text(data.value));
    case 'too-many':
      return l10n.t('there are more than {0}.', text(data.most));
    case 'unknown-choice':
      return l10n.t('“{0}” is not one of the choices.', text(data.value));
    case 'not-read-only':
      return l10n.t(
        '“{0}” is not among the tools that say of themselves that they change nothing and need no arguments.',
        text(data.value),
      );
    case 'not-over-sse':
      return l10n.t('this server speaks the older transport HTTP+SSE, so only “inspector” can be copied.');
    case 'no-token':
      return l10n.t('there is no token in it.');
    case 'not-introspectable':
      return l10n.t('this is no JWT, and its server answers no questions about tokens (RFC 7662).');
    case 'not-a-jwt':
      return l10n.t('this is no JWT, so there is nothing to verify.');
    case 'claim-made-anew':
      return l10n.t('leave out “{0}”: it is made anew at every signing.', text(data.value));
    case 'lifetime':
      return l10n.t('this has to be a positive number of seconds, or null.');
    case 'missing':
      return l10n.t('this is missing.');
    case 'wrong-type':
      return l10n.t('this has the wrong type.');
    case 'malformed':
      return malformedText({ ...data, reason: text(data.detail) });
    default:
      return text(data.reason);
  }
}

function serverTarget(data: FindingData) {
  return typeof data.file === 'string' && typeof data.server === 'string'
    ? { file: data.file, server: data.server, ...(typeof data.header === 'string' && { header: data.header }) }
    : undefined;
}
