import * as vscode from 'vscode';
import type { SignedJwtCredential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { readAudience } from '../../core/jwt/claims.ts';
import { switchRole } from '../../core/jwt/presets.ts';
import type { RolePreset } from '../../core/jwt/rolePresets.ts';
import { plainText } from '../../core/text.ts';
import type { ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { askForServer, findServer } from '../../platform/serverTargets.ts';
import { listText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

/**
 * Lets a server see its user in another role. There is one credential per role: switching back attaches the one from before.
 * @returns the id of the credential that is in use now
 * @throws KeyringError `no-signed-credential`, `argument-invalid` for a role that no preset has
 */
export async function switchServerRole(services: Services, target?: ServerTarget, role?: string): Promise<string> {
  const { inventory, vault, settings } = services;
  await vault.load();
  const chosen = await askForServer(inventory, target, server =>
    server.headers.some(header => signedCredential(services, header.credentialId)),
  );
  const found = findServer(inventory.snapshot, chosen);
  const current = signedCredential(services, found?.header?.credentialId);
  const url = found?.server.url;
  if (!current || url === undefined || !found?.header) {
    throw new KeyringError('no-signed-credential', { server: chosen.server });
  }
  const header = found.header.parsed.name;
  const presets = settings.rolePresets;
  const from = roleOf(current);
  const wanted = role ?? (await pickRole(presets, from, chosen.server));
  const to = presets.find(preset => preset.role === wanted);
  if (!to) {
    throw new KeyringError('argument-invalid', { field: 'role', reason: 'unknown-role', value: wanted });
  }
  const credential =
    siblings(services, current).find(sibling => roleOf(sibling) === to.role) ??
    (await makeSibling(services, current, to));
  await runCommand('mcpKeyring.servers.attachCredential', { ...chosen, header }, { credentialId: credential.id });
  return credential.id;
}

function signedCredential({ vault }: Services, id: string | undefined): SignedJwtCredential | undefined {
  const credential = id === undefined ? undefined : vault.credential(id);
  return credential?.kind === 'signedJwt' ? credential : undefined;
}

function roleOf({ template }: SignedJwtCredential): string | undefined {
  return typeof template.claims.role === 'string' ? template.claims.role : undefined;
}

/** Credentials that speak for the same subject and issuer, to the same audience, with the same key. */
function siblings({ vault }: Services, credential: SignedJwtCredential): SignedJwtCredential[] {
  const speaksFor = ({ template: { claims } }: SignedJwtCredential) =>
    JSON.stringify([claims.sub, claims.iss, readAudience(claims)]);
  return vault.credentials.filter(
    other =>
      other.kind === 'signedJwt' &&
      other.revokedAt === undefined &&
      other.keyId === credential.keyId &&
      speaksFor(other) === speaksFor(credential),
  ) as SignedJwtCredential[];
}

async function pickRole(presets: readonly RolePreset[], current: string | undefined, server: string): Promise<string> {
  return new Prompts(vscode.l10n.t('Switch Role at {0}', plainText(server))).pick({
    prompt: vscode.l10n.t('Which role?'),
    // The one that isn't in use comes first: two keystrokes between two roles.
    items: presets
      .toSorted((a, b) => Number(a.role === current) - Number(b.role === current))
      .map(({ role, permissions }) => ({
        label: listText(role),
        description: [role === current && vscode.l10n.t('in use'), plainText(permissions.join(' '), 120)]
          .filter(Boolean)
          .join(' · '),
        value: role,
      })),
  });
}

async function makeSibling(
  { vault, broker, clock, settings }: Services,
  credential: SignedJwtCredential,
  to: RolePreset,
): Promise<SignedJwtCredential> {
  const now = clock.now();
  const from = settings.rolePresets.find(preset => preset.role === roleOf(credential));
  const { keyId, header, description, automaticRenewal } = credential;
  // Nothing else goes over: neither its tokens nor its place in the terminals is the new one's.
  const sibling: SignedJwtCredential = {
    kind: 'signedJwt',
    keyId,
    header,
    ...(description !== undefined && { description }),
    ...(automaticRenewal !== undefined && { automaticRenewal }),
    id: crypto.randomUUID(),
    name: siblingName(credential, from?.role, to.role),
    template: { ...credential.template, claims: switchRole(credential.template.claims, from, to) },
    attachments: [],
    history: [{ at: now, event: 'created' }],
    createdAt: now,
    timesRenewed: 0,
  };
  await vault.putCredential(sibling);
  try {
    await broker.renew(sibling.id);
  } catch (error) {
    await vault.deleteCredential(sibling.id);
    throw error;
  }
  return sibling;
}

/** `todos` becomes `todos (admin)`, and `todos (admin)` becomes `todos (viewer)`. */
function siblingName({ name }: SignedJwtCredential, from: string | undefined, to: string): string {
  const base = from !== undefined && name.endsWith(` (${from})`) ? name.slice(0, -from.length - 3) : name;
  return `${base} (${to})`;
}
