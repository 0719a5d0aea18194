import * as vscode from 'vscode';
import type { Credential, SignedJwtCredential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { switchRole } from '../../core/jwt/presets.ts';
import type { RolePreset } from '../../core/jwt/rolePresets.ts';
import type { RoleSource } from '../../core/roleMatrix/matrix.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import type { CompareRolesAnswers } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import type { HttpServer, ServerHeader } from '../../platform/serverHeaders.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import type { Services } from '../../services.ts';

/** One role to look at the server with. */
export interface Role {
  readonly source: RoleSource;
  /** The value of the server's authenticating header, made when it's needed; undefined to send none. */
  readonly header: () => Promise<{ readonly name: string; readonly value: Secret } | undefined>;
}

/** Each role is a connection of its own, and a server may count them. */
export const mostRoles = 20;

/** The roles that there are for a server: its credentials, the presets that can be signed for it, and nobody. */
interface Choices {
  readonly credentials: readonly Credential[];
  readonly presets: readonly RolePreset[];
  /** Signs for the presets. */
  readonly signer: SignedJwtCredential | undefined;
  readonly literal: Extract<ServerHeader, { readonly kind: 'literal' }> | undefined;
  /** The header that differs from role to role. */
  readonly headerName: string;
}

/**
 * Which roles to compare: those of the answers, or those that the person ticks.
 * @throws Cancelled, KeyringError `argument-invalid`, `no-signed-credential` for presets without a credential that signs
 */
export async function chooseRoles(
  services: Services,
  server: HttpServer,
  answers: CompareRolesAnswers,
): Promise<readonly Role[]> {
  const choices = choicesFor(services, server);
  const { credentials, presets, anonymous } = answers;
  const told = credentials !== undefined || presets !== undefined || anonymous !== undefined;
  const roles = told ? rolesOf(services, server, choices, answers) : await pickRoles(services, server, choices);
  if (roles.length === 0 || roles.length > mostRoles) {
    const reason = roles.length === 0 ? 'empty' : 'too-many';
    throw new KeyringError('argument-invalid', { field: 'credentials', reason, most: mostRoles });
  }
  return roles;
}

function choicesFor({ vault, settings }: Services, { canonicalUrl, headers, target }: HttpServer): Choices {
  const authenticating =
    headers.find(({ kind }) => kind === 'credential') ?? headers.find(({ kind }) => kind === 'literal');
  const headerName = target.header ?? authenticating?.name ?? 'Authorization';
  const credentials = vault
    .attachedTo(canonicalUrl, headerName)
    .flatMap(({ credentialId }) => vault.credential(credentialId) ?? [])
    .filter(({ revokedAt }) => revokedAt === undefined);
  const signer = credentials.find((credential): credential is SignedJwtCredential => credential.kind === 'signedJwt');
  const literal = headers.find(
    (header): header is Extract<ServerHeader, { readonly kind: 'literal' }> =>
      header.kind === 'literal' && header.name.toLowerCase() === headerName.toLowerCase(),
  );
  return { credentials, presets: signer ? settings.rolePresets : [], signer, literal, headerName };
}

function rolesOf(
  services: Services,
  server: HttpServer,
  choices: Choices,
  { credentials = [], presets = [], anonymous = false }: CompareRolesAnswers,
): Role[] {
  const ofCredentials = credentials.map(id => {
    const credential = choices.credentials.find(candidate => candidate.id === id);
    if (!credential) {
      throw new KeyringError('argument-invalid', { field: 'credentials', reason: 'not-attached', value: id });
    }
    return credentialRole(services, server, choices, credential);
  });
  if (presets.length > 0 && !choices.signer) {
    throw new KeyringError('no-signed-credential', { server: server.target.server });
  }
  const ofPresets = presets.map(role => {
    const preset = choices.presets.find(candidate => candidate.role === role);
    if (!preset) {
      throw new KeyringError('argument-invalid', { field: 'presets', reason: 'unknown-role', value: role });
    }
    return presetRole(services, server, choices, preset);
  });
  return [...ofCredentials, ...ofPresets, ...(anonymous ? [anonymousRole()] : [])];
}

async function pickRoles(services: Services, server: HttpServer, choices: Choices): Promise<Role[]> {
  const { credentials, presets, literal } = choices;
  const covered = new Set(credentials.map(roleNameOf));
  const items: (vscode.QuickPickItem & { readonly role: Role })[] = [
    ...credentials.map(credential => ({
      label: plainText(credential.name),
      description: kindText(credential.kind),
      picked: true,
      role: credentialRole(services, server, choices, credential),
    })),
    ...(literal
      ? [
          {
            label: vscode.l10n.t('What stands in the file'),
            description: plainText(literal.name, 60),
            picked: true,
            role: literalRole(literal),
          },
        ]
      : []),
    ...presets.map(preset => ({
      label: plainText(preset.role),
      description: vscode.l10n.t('a token signed for this comparison alone'),
      // A server whose tokens name no role knows none.
      picked: covered.size > 0 && !covered.has(undefined) && !covered.has(preset.role),
      role: presetRole(services, server, choices, preset),
    })),
    {
      label: vscode.l10n.t('Nobody'),
      description: vscode.l10n.t('without any credential'),
      picked: false,
      role: anonymousRole(),
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Compare Roles at {0}', plainText(server.target.server)),
    placeHolder: vscode.l10n.t('Which roles? Each lists what the server offers it. No tool is called.'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (!picked || picked.length === 0) {
    throw new Cancelled();
  }
  return picked.map(({ role }) => role);
}

/** What a credential's tokens say about the role, where they are signed here. */
function roleNameOf(credential: Credential): string | undefined {
  return credential.kind === 'signedJwt' && typeof credential.template.claims.role === 'string'
    ? credential.template.claims.role
    : undefined;
}

function credentialRole(
  { broker }: Services,
  { url }: HttpServer,
  { headerName }: Choices,
  { id, name }: Credential,
): Role {
  return { source: { name, kind: 'credential' }, header: () => broker.headerFor(url, headerName, id) };
}

function literalRole({ name, scheme, token }: NonNullable<Choices['literal']>): Role {
  const value = new Secret(scheme === '' ? token.reveal() : `${scheme} ${token.reveal()}`);
  return {
    source: { name: vscode.l10n.t('What stands in the file'), kind: 'credential' },
    header: async () => ({ name, value }),
  };
}

function presetRole(
  { broker, settings }: Services,
  { url }: HttpServer,
  { headerName, signer }: Choices,
  preset: RolePreset,
): Role {
  return {
    source: { name: preset.role, kind: 'preset' },
    header: async () => {
      if (!signer) {
        return undefined;
      }
      const { claims } = signer.template;
      const from = settings.rolePresets.find(({ role }) => role === claims.role);
      return broker.headerWithClaims(url, headerName, signer.id, switchRole(claims, from, preset));
    },
  };
}

function anonymousRole(): Role {
  return { source: { name: vscode.l10n.t('Nobody'), kind: 'anonymous' }, header: async () => undefined };
}
