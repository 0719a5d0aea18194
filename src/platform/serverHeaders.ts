import { parseReferences } from '../core/config/references.ts';
import type { ParsedServer } from '../core/config/types.ts';
import { canonicalUrl } from '../core/config/url.ts';
import { schemeFor } from '../core/credentials/broker.ts';
import type { Vault } from '../core/credentials/vault.ts';
import { detectInHeader, detectInUrl } from '../core/detect/detectInHeader.ts';
import { KeyringError } from '../core/errors.ts';
import type { Inventory } from '../core/inventory/inventory.ts';
import { isAuthenticationHeader } from '../core/inventory/literals.ts';
import { parseHeaderValue } from '../core/jwt/headerValue.ts';
import { Secret } from '../core/secret.ts';
import type { ServerTarget } from '../ids.ts';
import type { Deliverer } from './deliverer.ts';
import type { AsyncMethods } from './lazyObject.ts';
import { providedServer } from './providedServers.ts';

/** What is read here of the services. */
interface Needs {
  readonly vault: Vault;
  readonly inventory: Inventory;
  readonly deliverer: AsyncMethods<Deliverer>;
}

/** A server over HTTP as its file, or the keyring, has it now. */
export interface HttpServer {
  readonly target: ServerTarget;
  /** As it is written. */
  readonly url: string;
  readonly canonicalUrl: string;
  /** Whether a secret stands in the URL itself. */
  readonly urlIsSecret: boolean;
  readonly transport: 'http' | 'sse';
  /** The one that is meant comes first, then in the order of the file. */
  readonly headers: readonly ServerHeader[];
}

export type ServerHeader =
  /** A credential is attached; the broker has its value. */
  | { readonly kind: 'credential'; readonly name: string; readonly scheme: string; readonly credentialId: string }
  /** The value stands in the file and is, or may be, a secret. */
  | { readonly kind: 'literal'; readonly name: string; readonly scheme: string; readonly token: Secret }
  /** Only the client can resolve it. */
  | { readonly kind: 'reference'; readonly name: string; readonly scheme: string }
  | { readonly kind: 'plain'; readonly name: string; readonly value: string };

/**
 * Reads a server and what it is sent.
 * @throws KeyringError `server-not-found`, `file-unreadable`; `url-invalid` for one without a URL that can be used
 */
export async function readHttpServer(services: Needs, target: ServerTarget): Promise<HttpServer> {
  const { deliverer, vault } = services;
  await vault.load();
  const offered = providedServer(services, target);
  const { parsed } = offered ?? (await deliverer.find(target));
  const url = parsed.url?.value ?? '';
  const canonical = canonicalUrl(url);
  if (!canonical.ok) {
    throw new KeyringError('url-invalid', { url });
  }
  const plain = Object.entries(offered?.plainHeaders ?? {}).map(
    ([name, value]) => ({ kind: 'plain', name, value }) as const,
  );
  const headers = [...headersOf(parsed, canonical.value, vault), ...plain];
  const meant = target.header?.toLowerCase() ?? headers.find(({ kind }) => kind === 'credential')?.name.toLowerCase();
  return {
    target,
    url,
    canonicalUrl: canonical.value,
    urlIsSecret: detectInUrl(url) !== undefined,
    transport: parsed.transport === 'sse' ? 'sse' : 'http',
    headers: headers.toSorted(
      (a, b) => Number(b.name.toLowerCase() === meant) - Number(a.name.toLowerCase() === meant),
    ),
  };
}

function headersOf({ headers }: ParsedServer, url: string, vault: Vault): ServerHeader[] {
  return headers.flatMap(({ name, value = '' }): ServerHeader[] => {
    const attached = vault.attachedTo(url, name)[0];
    const credential = attached && vault.credential(attached.credentialId);
    if (credential) {
      return [{ kind: 'credential', name, scheme: schemeFor(credential, name), credentialId: credential.id }];
    }
    if (value === '') {
      return [];
    }
    const { scheme = '', token } = parseHeaderValue(name, value);
    if (parseReferences(value).length > 0) {
      return [{ kind: 'reference', name, scheme }];
    }
    // Also what only might be one: a name that says so is enough.
    return isAuthenticationHeader(name) || detectInHeader(name, value) !== undefined
      ? [{ kind: 'literal', name, scheme, token: new Secret(token) }]
      : [{ kind: 'plain', name, value }];
  });
}
