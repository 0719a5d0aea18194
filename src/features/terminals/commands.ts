import * as vscode from 'vscode';
import { canonicalUrl } from '../../core/config/url.ts';
import { credentialVariable, hasReference, readValue, variableProblem } from '../../core/config/variables.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget, TerminalAnswers } from '../../ids.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import type { Placement } from '../../platform/deliverer.ts';
import { argumentText } from '../../platform/errorTexts.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

/** A header of a file that gets its value from a credential. */
interface Place {
  readonly placement: Omit<Placement, 'delivery'>;
  readonly value: string;
}

/**
 * New terminals of VS Code get the credential's token in an environment variable, and files whose clients resolve one can
 * refer to it instead of holding the token.
 */
export async function useInTerminals(
  services: Services,
  target?: CredentialTarget,
  answers: TerminalAnswers = {},
): Promise<string> {
  const { vault } = services;
  const credential = await askForCredential(services.vault, target, ({ terminal }) => terminal === undefined);
  const before = credential.terminal?.variable;
  const taken = (variable: string) =>
    vault.credentials.some(({ id, terminal }) => id !== credential.id && terminal?.variable === variable);
  const variable = answers.variable ?? (await askForVariable(credential, taken));
  const problem = variableProblem(variable, taken);
  if (problem) {
    throw new KeyringError('argument-invalid', { field: 'variable', reason: `variable-${problem}`, value: variable });
  }
  const referring = before === undefined ? [] : await placesOf(services, credential, value => value.includes(before));
  await vault.updateCredential(credential.id, current => ({ ...current, terminal: { variable } }));
  for (const { placement } of before === variable ? [] : referring) {
    await services.deliverer.deliver({ ...placement, delivery: 'environment' });
  }
  await offerReferences(services, credential, variable, answers.refer);
  return variable;
}

async function askForVariable(credential: Credential, taken: (variable: string) => boolean): Promise<string> {
  const name = await new Prompts(
    vscode.l10n.t('Make “{0}” Available in Terminals', plainText(credential.name, 60)),
  ).input({
    prompt: vscode.l10n.t(
      'New terminals of VS Code have the token in this environment variable. Every program that is started in them can read it.',
    ),
    value: credential.terminal?.variable ?? credentialVariable(credential.name, taken),
    validate: value => {
      const problem = variableProblem(value.trim(), taken);
      return problem && argumentText({ reason: `variable-${problem}` });
    },
  });
  return name.trim();
}

/** Files that hold the token in plain text, though what reads them would resolve the variable. */
async function offerReferences(
  services: Services,
  credential: Credential,
  variable: string,
  answer: boolean | undefined,
): Promise<void> {
  const places = await placesOf(services, credential, (value, { format }) => !hasReference(value, format));
  const fitting: Place[] = [];
  for (const place of places) {
    const { header, place: location } = place.placement;
    const best = await services.deliverer.preferredDelivery(location, { credentialId: credential.id, header });
    if (best === 'environment') {
      fitting.push(place);
    }
  }
  if (answer === true) {
    await refer(services, fitting);
    return;
  }
  const files = [...new Set(fitting.map(({ placement }) => fileLabel(placement.place.uri)))];
  const attached = credential.attachments.length > 0;
  const message = [
    attached
      ? vscode.l10n.t('New terminals have “{0}” in the variable {1}.', plainText(credential.name), variable)
      : vscode.l10n.t(
          'New terminals will have “{0}” in the variable {1} as soon as it is attached to a server.',
          plainText(credential.name),
          variable,
        ),
    files.length > 0 &&
      vscode.l10n.t('The token stands in plain text in {0}, where a reference to it would do.', files.join(', ')),
  ];
  const button = vscode.l10n.t('Refer to Variable');
  void vscode.window
    .showInformationMessage(
      inertText(message.filter(Boolean).join(' ')),
      ...(files.length > 0 && answer === undefined ? [button] : []),
    )
    .then(chosen => (chosen === button ? refer(services, fitting) : undefined))
    .then(undefined, error => services.commands.show(error));
}

async function refer({ deliverer }: Services, places: readonly Place[]): Promise<void> {
  for (const { placement } of places) {
    await deliverer.deliver({ ...placement, delivery: 'environment' });
  }
}

/** Every header of a file for which the credential is the one in use. */
async function placesOf(
  { files, vault, deliverer, inventory }: Services,
  credential: Credential,
  wanted: (value: string, place: Placement['place']) => boolean,
): Promise<Place[]> {
  const places: Place[] = [];
  for (const { source, servers } of inventory.snapshot.files) {
    const place = files.locationOf(source.uri);
    for (const server of place ? servers : []) {
      const found = await deliverer.find({ file: source.uri, server: server.parsed.name }).catch(() => undefined);
      const url = found?.parsed.url && canonicalUrl(found.parsed.url.value);
      for (const { name: header, value } of found && url?.ok ? found.parsed.headers : []) {
        const inUse = url?.ok && vault.attachedTo(url.value, header)[0]?.credentialId === credential.id;
        if (place && found && inUse && value !== undefined && wanted(value, place)) {
          places.push({
            placement: { place, server: found.parsed.name, url: found.parsed.url?.value ?? '', header },
            value,
          });
        }
      }
    }
  }
  return places;
}

export async function dropFromTerminals(services: Services, target?: CredentialTarget): Promise<void> {
  const credential = await askForCredential(services.vault, target, ({ terminal }) => terminal !== undefined);
  const variable = credential.terminal?.variable;
  if (variable === undefined) {
    return;
  }
  const referring = await placesOf(services, credential, (value, { format }) =>
    readValue(value, format).some(part => part.kind === 'variable' && part.name === variable),
  );
  if (referring.length > 0) {
    const drop = vscode.l10n.t('Take out of Terminals');
    const names = referring.map(
      ({ placement }) => `${plainText(placement.server)} (${fileLabel(placement.place.uri)})`,
    );
    const answer = await vscode.window.showWarningMessage(
      inertText(vscode.l10n.t('Take “{0}” out of the terminals?', plainText(credential.name))),
      {
        modal: true,
        detail: inertText(
          vscode.l10n.t(
            'These servers refer to {0} and will have no token in new terminals: {1}. Attach the credential to them again to give them one in another way.',
            variable,
            names.join(', '),
          ),
        ),
      },
      drop,
    );
    if (answer !== drop) {
      return;
    }
  }
  await services.vault.updateCredential(credential.id, ({ terminal: _, ...rest }) => rest);
}
