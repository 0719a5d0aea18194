import { canonicalUrl, transportSecurity } from '../core/config/url.ts';
import { attach, stopOffering } from '../core/credentials/attachments.ts';
import type { Attachment, ProvidedServer } from '../core/credentials/types.ts';
import type { Vault } from '../core/credentials/vault.ts';
import { KeyringError } from '../core/errors.ts';
import type { Inventory } from '../core/inventory/inventory.ts';
import type { ProvidedSnapshot } from '../core/inventory/types.ts';
import type { Clock } from '../core/ports.ts';
import type { ServerTarget } from '../ids.ts';
import { providedFile } from '../ids.ts';
import type { Deliverer } from './deliverer.ts';
import type { AsyncMethods } from './lazyObject.ts';

/** What the functions here take of the services, each its part. */
interface Needs {
  readonly vault: Vault;
  readonly inventory: Inventory;
  readonly deliverer: AsyncMethods<Deliverer>;
  readonly clock: Clock;
}

/** The offered server that a target names, or undefined for a target that names a file. */
export function providedServer(
  { inventory }: Pick<Needs, 'inventory'>,
  target: ServerTarget,
): ProvidedSnapshot | undefined {
  if (target.file !== providedFile) {
    return undefined;
  }
  const server = inventory.snapshot.provided.find(({ parsed }) => parsed.name === target.server);
  if (!server) {
    throw new KeyringError('server-not-found', { server: target.server, file: 'MCP Keyring' });
  }
  return server;
}

/**
 * Attaches a credential to a server and offers the server with it. Attaching another credential to a server that is
 * offered already makes that one the one in use.
 * @throws KeyringError `url-invalid`, `insecure-url`, `argument-invalid` for a name under which another server is offered,
 *   and what the vault throws
 */
export async function offerServer(
  { vault, clock }: Pick<Needs, 'vault' | 'clock'>,
  server: ProvidedServer,
  credentialId: string,
  options: { readonly allowInsecure?: boolean } = {},
): Promise<void> {
  const canonical = canonicalUrl(server.url);
  if (!canonical.ok) {
    throw new KeyringError('url-invalid', { url: server.url });
  }
  const url = canonical.value;
  const insecure = transportSecurity(url) === 'insecure';
  if (insecure && !options.allowInsecure) {
    throw new KeyringError('insecure-url', { url });
  }
  await vault.load();
  refuseOfferedName({ vault }, server.name, server.url);
  const standing = vault.credentials
    .flatMap(({ attachments }) => attachments)
    .filter(({ provided }) => provided?.name === server.name && provided.url === server.url);
  // What the server has beside this header, and its way back into a file, doesn't hang on one credential.
  const kept: Pick<ProvidedServer, 'plainHeaders' | 'from'> = Object.assign(
    {},
    ...standing.map(({ provided }) => ({
      ...(provided?.plainHeaders && { plainHeaders: provided.plainHeaders }),
      ...(provided?.from && { from: provided.from }),
    })),
  );
  await vault.updateCredential(credentialId, credential =>
    attach(credential, {
      url,
      header: server.header.toLowerCase(),
      at: clock.now(),
      ...(insecure && { insecureAllowed: true }),
      provided: { ...kept, ...server },
    }),
  );
}

/** Two servers of one name couldn't be told apart, in VS Code as little as here. */
export function refuseOfferedName({ vault }: Pick<Needs, 'vault'>, name: string, url?: string): void {
  for (const { attachments } of vault.credentials) {
    if (attachments.some(({ provided }) => provided?.name === name && provided.url !== url)) {
      throw new KeyringError('argument-invalid', { field: 'name', reason: 'offered', value: name });
    }
  }
}

/** The attachments that make up an offered server, with the credentials that they belong to. */
export function offersOf(
  { vault }: Pick<Needs, 'vault'>,
  { parsed }: ProvidedSnapshot,
): { readonly credentialId: string; readonly attachment: Attachment; readonly server: ProvidedServer }[] {
  return vault.credentials.flatMap(({ id, attachments }) =>
    attachments.flatMap(attachment => {
      const server = attachment.provided;
      return server?.name === parsed.name && server.url === parsed.url?.value
        ? [{ credentialId: id, attachment, server }]
        : [];
    }),
  );
}

/**
 * Offers a server at another URL, or its credential in another header: attached there, and detached from where it was if
 * nothing else names that.
 * @param change `from` and `to` are names of headers; a URL is for all headers
 * @throws KeyringError `url-invalid`, `insecure-url` and what the vault throws
 */
export async function changeOffered(
  { vault, deliverer, clock }: Pick<Needs, 'vault' | 'deliverer' | 'clock'>,
  server: ProvidedSnapshot,
  change: { readonly url: string } | { readonly from: string; readonly to: string },
  options: { readonly allowInsecure?: boolean } = {},
): Promise<void> {
  const written = 'url' in change ? change.url : (server.parsed.url?.value ?? server.url);
  const canonical = canonicalUrl(written);
  if (!canonical.ok) {
    throw new KeyringError('url-invalid', { url: written });
  }
  const url = canonical.value;
  const insecure = transportSecurity(url) === 'insecure';
  if (insecure && !options.allowInsecure) {
    throw new KeyringError('insecure-url', { url });
  }
  await vault.load();
  const changed = offersOf({ vault }, server).filter(
    ({ server: { header } }) => 'url' in change || header.toLowerCase() === change.from.toLowerCase(),
  );
  for (const { credentialId, server: provided } of changed) {
    const header = 'url' in change ? provided.header : change.to;
    await vault.updateCredential(credentialId, credential =>
      attach(stopOffering(credential, provided), {
        url,
        header: header.toLowerCase(),
        at: clock.now(),
        ...(insecure && { insecureAllowed: true }),
        provided: { ...provided, url: written, header },
      }),
    );
  }
  const stays = (header: string) => url === server.url && ('url' in change || change.to.toLowerCase() === header);
  const before = changed.map(({ attachment }) => attachment.header);
  await deliverer.detachUnnamed(
    server.url,
    before.filter(header => !stays(header)),
  );
}

/** The server is offered no longer; its credentials stay attached. */
export async function withdrawServer({ vault }: Pick<Needs, 'vault'>, server: ProvidedSnapshot): Promise<void> {
  const { name } = server.parsed;
  const url = server.parsed.url?.value ?? server.url;
  for (const credentialId of new Set(offersOf({ vault }, server).map(offer => offer.credentialId))) {
    await vault.updateCredential(credentialId, credential => stopOffering(credential, { name, url }));
  }
}

/** The server is offered no longer, and its credentials are detached where no file names it. */
export async function removeProvided(
  services: Pick<Needs, 'vault' | 'deliverer'>,
  server: ProvidedSnapshot,
): Promise<void> {
  await withdrawServer(services, server);
  await services.deliverer.detachUnnamed(
    server.url,
    server.headers.map(header => header.parsed.name),
  );
}
