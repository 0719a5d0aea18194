import { parseKeyringInputId, parseReferences } from '../../core/config/references.ts';
import type { ParsedHeader } from '../../core/config/types.ts';
import { canonicalUrl, transportSecurity } from '../../core/config/url.ts';
import type { Subject } from '../../core/connection/examination.ts';
import type { RequestHeader } from '../../core/connection/recorder.ts';
import { type SubjectParts, subjectOf } from '../../core/connection/subject.ts';
import type { VerdictSubject } from '../../core/connection/verdicts.ts';
import { currentToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { isAuthenticationHeader, isLiteralSecret } from '../../core/inventory/literals.ts';
import { readHeader } from '../../core/inventory/readHeader.ts';
import { isSendable } from '../../core/jwt/headerValue.ts';
import { Secret } from '../../core/secret.ts';
import type { ServerTarget } from '../../ids.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { providedServer } from '../../platform/providedServers.ts';
import type { Services } from '../../services.ts';

/** A server and what VS Code would send to it, as the file and the keyring have it at this moment. */
export interface Gathered {
  readonly subject: Subject;
  readonly insecureAllowed: boolean;
  /** What the verdict will be about. */
  readonly about: () => VerdictSubject;
}

/**
 * Reads the server and puts its header together as VS Code would: what stands in the file, with the keyring's token in the
 * place of the reference. A refusal of the keyring's is part of what is found, not an error.
 * @throws KeyringError `server-not-found`, `file-unreadable`, `url-invalid`, `insecure-url`, `vault-unavailable`
 */
export async function gather(services: Services, target: ServerTarget): Promise<Gathered> {
  const { vault, deliverer } = services;
  await vault.load();
  const offered = providedServer(services, target);
  const { parsed } = offered ?? (await deliverer.find(target));
  const serverUrl = parsed.url?.value ?? '';
  const canonical = canonicalUrl(serverUrl);
  if (!canonical.ok) {
    throw new KeyringError('url-invalid', { url: serverUrl });
  }
  const url = canonical.value;
  const credentialFor = (name: string) => {
    const attached = vault.attachedTo(url, name)[0];
    return attached && vault.credential(attached.credentialId);
  };
  const meant = meantHeader(parsed.headers, target.header, name => credentialFor(name) !== undefined);
  const credential = meant && credentialFor(meant.name);
  const insecure = transportSecurity(url) === 'insecure';
  const insecureAllowed =
    insecure &&
    (vault.attachedTo(url, meant?.name ?? '')[0]?.attachment.insecureAllowed === true ||
      (await confirmInsecure(serverUrl)));
  if (insecure && !insecureAllowed) {
    throw new KeyringError('insecure-url', { url, name: credential?.name ?? '' });
  }
  const sent = meant
    ? await headerSent(services, parsed.name, serverUrl, meant, credential, offered !== undefined)
    : undefined;
  const subject = subjectOf({
    serverUrl,
    kind: sent?.kind ?? 'none',
    ...(meant && sent && { header: { name: meant.name, ...(sent.value && { value: sent.value }) } }),
    plainHeaders: { ...plainHeaders(parsed.headers, meant), ...offered?.plainHeaders },
    furtherHeaders: await furtherHeaders(services, serverUrl, parsed.headers, meant, credentialFor),
    ...signing(services, credential),
    ...(sent?.refusal && { refusal: sent.refusal }),
  });
  return {
    subject,
    insecureAllowed,
    // Asked for afterwards: the test may have renewed the token.
    about: () => {
      const current = meant && credentialFor(meant.name);
      const token = current && currentToken(current)?.reveal();
      return {
        url,
        ...(meant && { header: { name: meant.name, value: meant.value ?? '' } }),
        ...(token !== undefined && { token }),
      };
    },
  };
}

function meantHeader(
  headers: readonly ParsedHeader[],
  wanted: string | undefined,
  hasCredential: (name: string) => boolean,
): ParsedHeader | undefined {
  const lower = wanted?.toLowerCase();
  return lower === undefined
    ? (headers.find(({ name }) => hasCredential(name)) ?? headers.find(authenticates))
    : headers.find(({ name }) => name.toLowerCase() === lower);
}

/** By its name, by a reference to the keyring, or by a value that looks like a secret. */
function authenticates({ name, value = '' }: ParsedHeader): boolean {
  return isAuthenticationHeader(name) || isKeyringReference(value) || isLiteralSecret(name, readHeader(name, value));
}

function isKeyringReference(value: string): boolean {
  return parseReferences(value).some(({ kind, name }) => kind === 'input' && parseKeyringInputId(name) !== undefined);
}

interface Sent {
  readonly kind: SubjectParts['kind'];
  readonly value?: Secret;
  readonly refusal?: SubjectParts['refusal'];
}

async function headerSent(
  { broker }: Services,
  server: string,
  serverUrl: string,
  { name, value = '' }: ParsedHeader,
  credential: Credential | undefined,
  offered: boolean,
): Promise<Sent | undefined> {
  const references = parseReferences(value);
  if (offered || (references.length > 0 && isKeyringReference(value))) {
    try {
      const header = await broker.headerFor(serverUrl, name);
      const whole = offered ? header.value : new Secret(filled(value, header.token.reveal()));
      return checked(server, name, { kind: credential?.kind ?? 'bearer', value: whole });
    } catch (error) {
      if (error instanceof KeyringError && error.code !== 'vault-unavailable') {
        return { kind: credential?.kind ?? 'bearer', refusal: { code: error.code, data: error.data } };
      }
      throw error;
    }
  }
  if (references.length > 0) {
    return { kind: 'foreign' };
  }
  if (value === '') {
    return undefined;
  }
  // Renewing the credential does nothing for a value that somebody wrote over it.
  const token = credential && currentToken(credential)?.reveal();
  const own = credential !== undefined && token !== undefined && value.includes(token);
  return checked(server, name, { kind: own ? credential.kind : 'literal', value: new Secret(value) });
}

/** What cannot be sent isn't: the header's findings say what is wrong with it. */
function checked(server: string, header: string, sent: Sent & { readonly value: Secret }): Sent {
  return isSendable(sent.value.reveal())
    ? sent
    : { kind: sent.kind, refusal: { code: 'header-not-sendable', data: { name: server, header } } };
}

/** The file's text with the token where the reference stands. */
function filled(text: string, token: string): string {
  return parseReferences(text)
    .toReversed()
    .reduce((value, { span }) => value.slice(0, span.start) + token + value.slice(span.end), text);
}

function plainHeaders(headers: readonly ParsedHeader[], meant: ParsedHeader | undefined): Record<string, string> {
  return Object.fromEntries(
    headers
      .filter(header => header !== meant && !authenticates(header) && !header.value?.includes('${'))
      .map(({ name, value = '' }): [string, string] => [name, value])
      .filter(([, value]) => isSendable(value)),
  );
}

/** Some servers want two secrets at once. Those that can be had go along; without the others the server will say so. */
async function furtherHeaders(
  { broker }: Services,
  serverUrl: string,
  headers: readonly ParsedHeader[],
  meant: ParsedHeader | undefined,
  credentialFor: (name: string) => Credential | undefined,
): Promise<RequestHeader[]> {
  const further: RequestHeader[] = [];
  for (const header of headers.filter(other => other !== meant && authenticates(other))) {
    const { name, value = '' } = header;
    if (isKeyringReference(value) && credentialFor(name)) {
      const given = await broker.headerFor(serverUrl, name).catch(() => undefined);
      if (given) {
        further.push({ name, value: new Secret(filled(value, given.token.reveal())) });
      }
    } else if (value !== '' && !value.includes('${') && isSendable(value)) {
      further.push({ name, value: new Secret(value) });
    }
  }
  return further;
}

function signing(
  { vault, settings }: Services,
  credential: Credential | undefined,
): Pick<SubjectParts, 'signingKey' | 'otherRoles'> {
  if (credential?.kind !== 'signedJwt') {
    return {};
  }
  const key = vault.signingKey(credential.keyId);
  const { role } = credential.template.claims;
  const otherRoles =
    typeof role === 'string' ? settings.rolePresets.map(preset => preset.role).filter(other => other !== role) : [];
  return { ...(key && { signingKey: key }), otherRoles };
}
