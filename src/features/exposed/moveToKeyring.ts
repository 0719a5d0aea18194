import type { AddServerResult, ServerTarget } from '../../ids.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import type { Services } from '../../services.ts';
import { lookForMovedInHistory } from './history.ts';
import { moveHeaders } from './moveHeaders.ts';
import { offerProof, runningAmong } from './offerProof.ts';

/**
 * A literal that stands in the file becomes a credential of the keyring, and the file a reference to it.
 * @param quiet for a step of something larger: nothing is said, and no start offered
 */
export async function moveToKeyring(
  services: Services,
  target?: ServerTarget,
  quiet?: boolean,
): Promise<AddServerResult | undefined> {
  const { inventory, vault } = services;
  await vault.load();
  const chosen = await askForServer(inventory, target, server =>
    server.headers.some(header => header.kind === 'literal' && header.authenticates),
  );
  const running = quiet ? [] : await runningAmong(services, [chosen]);
  const { moved, problems } = await moveHeaders(services, [chosen]);
  const [done] = moved;
  if (!done) {
    throw problems[0];
  }
  if (!quiet) {
    offerProof(services, moved, running);
    await lookForMovedInHistory(moved);
  }
  return { file: done.target.file, server: done.target.server, credentialId: done.credentialId };
}
