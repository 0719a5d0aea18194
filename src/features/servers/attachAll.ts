import * as vscode from 'vscode';
import { canonicalUrl, meantUrl } from '../../core/config/url.ts';
import { hasReference } from '../../core/config/variables.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { plainText } from '../../core/text.ts';
import type { FileDelivery, ServerTarget } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { FoundServer, Placement } from '../../platform/deliverer.ts';
import { confirmLiteral, isShared, literalWarning } from '../../platform/literalWarning.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { isKeyringReference, sameHeader } from './headers.ts';

/** A header to be written, and whether a token comes to stand in plain text where anybody with the folder finds it. */
export interface PlannedPlacement {
  readonly placement: Placement;
  readonly exposes: boolean;
}

/** How the header of a server that is there gets a credential. */
export async function planPlacement(
  { deliverer }: Services,
  found: FoundServer,
  header: string,
  credential: Credential,
): Promise<PlannedPlacement> {
  const { place, parsed } = found;
  const standing = parsed.headers.filter(({ name }) => sameHeader(name, header));
  // What a team shares stays a reference, whatever this person prefers.
  const shared = standing.some(({ value }) => isKeyringReference(value));
  const delivery: FileDelivery = shared
    ? 'reference'
    : await deliverer.preferredDelivery(place, { credentialId: credential.id, header });
  const isLiteral = standing.some(({ value }) => value && !hasReference(value, place.format));
  return {
    placement: { place, server: parsed.name, url: parsed.url?.value ?? '', header, delivery },
    exposes: delivery === 'literal' && isShared(place) && !isLiteral,
  };
}

/**
 * The same server in other files, as far as what stands there has to be written: a reference of ours follows what is
 * attached to the URL by itself, and what this credential has delivered is there.
 */
export async function otherPlaces(
  services: Services,
  target: ServerTarget,
  url: string,
  header: string,
  credential: Credential,
): Promise<readonly PlannedPlacement[]> {
  const canonical = canonicalUrl(url);
  const others: PlannedPlacement[] = [];
  for (const { source, servers } of services.inventory.snapshot.files) {
    for (const server of servers) {
      const isThis = source.uri === target.file && server.parsed.name === target.server;
      if (isThis || !canonical.ok || server.url !== canonical.value) {
        continue;
      }
      const other = { file: source.uri, server: server.parsed.name };
      const found = await services.deliverer.find(other).catch(() => undefined);
      const value = found?.parsed.headers.find(({ name }) => sameHeader(name, header))?.value;
      const isDelivered =
        value && services.vault.attachedTo(canonical.value, header)[0]?.credentialId === credential.id;
      if (found && !isDelivered && !isKeyringReference(value)) {
        others.push(await planPlacement(services, found, header, credential));
      }
    }
  }
  return others;
}

/**
 * One question for all files that name the URL, and in it what happens to the token in each of them.
 * @param files what a program has said
 * @throws Cancelled
 */
export async function choosePlacements(
  first: PlannedPlacement,
  others: readonly PlannedPlacement[],
  credential: Credential,
  files: 'this' | 'all' | undefined,
): Promise<readonly Placement[]> {
  const all = [first, ...others];
  if (files === 'all' || (files === 'this' && !first.exposes)) {
    return (files === 'all' ? all : [first]).map(({ placement }) => placement);
  }
  if (others.length === 0 || files === 'this') {
    if (first.exposes && !(await confirmLiteral([first.placement.place]))) {
      throw new Cancelled();
    }
    return [first.placement];
  }
  const exposed = all.filter(({ exposes }) => exposes).map(({ placement }) => placement.place);
  const everywhere = vscode.l10n.t('All {0} Files', all.length);
  const here = vscode.l10n.t('Only This File');
  const detail = [
    all.map(({ placement }) => `${fileLabel(placement.place.uri)}: ${deliveryText(placement.delivery)}`).join('\n'),
    exposed.length > 0 && literalWarning(exposed),
  ];
  const answer = await vscode.window.showInformationMessage(
    inertText(
      vscode.l10n.t(
        '{0} files name {1}. Where does “{2}” go?',
        all.length,
        plainText(meantUrl(first.placement.url), 100),
        plainText(credential.name),
      ),
    ),
    { modal: true, detail: inertText(detail.filter(Boolean).join('\n\n')) },
    everywhere,
    here,
  );
  if (answer === undefined) {
    throw new Cancelled();
  }
  return answer === everywhere ? all.map(({ placement }) => placement) : [first.placement];
}

function deliveryText(delivery: FileDelivery): string {
  switch (delivery) {
    case 'reference':
      return vscode.l10n.t('a reference');
    case 'environment':
      return vscode.l10n.t('a reference to the variable of your terminals');
    case 'literal':
      return vscode.l10n.t('the token in plain text');
  }
}
