import { l10n, workspace } from 'vscode';
import { canonicalUrl } from '../../core/config/url.ts';
import type { ServerSnapshot, Snapshot } from '../../core/inventory/types.ts';
import { plainText } from '../../core/text.ts';
import type { Delivery } from '../../ids.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { deliveryDetail } from '../../platform/configPlaces.ts';
import { fieldText } from '../../platform/errorTexts.ts';
import { locationText, ownerText } from '../../platform/locationTexts.ts';
import { type ProbeResult, probeServer } from '../../platform/probe.ts';
import type { Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { nameProblem, suggestedName, urlProblem } from './answers.ts';

/** What the questions about a server fill in. */
export interface ServerDraft {
  url?: string;
  name?: string;
  place?: ConfigLocation;
  delivery?: Delivery;
  replaceHeader?: boolean;
  allowInsecure?: boolean;
  probe?: ProbeResult;
}

/** URL, name and file; then, where the name is taken in that file, what is to become of the server that has it. */
export function serverSteps(services: Services, draft: ServerDraft): Step[] {
  const given = { ...draft };
  return [
    urlStep(services, draft, given),
    nameStep(draft, given),
    placeStep(services, draft, given),
    replaceStep(services, draft, given),
  ];
}

function urlStep({ settings }: Services, draft: ServerDraft, given: ServerDraft): Step {
  return {
    skip: () => given.url !== undefined,
    ask: async prompts => {
      let warned: string | undefined;
      const url = await prompts.input({
        prompt: l10n.t('The URL of the MCP server'),
        placeholder: 'https://example.com/mcp',
        value: draft.url ?? '',
        validate: value => {
          const problem = urlProblem(value, warned === value.trim());
          if (problem?.data.reason === 'insecure') {
            warned = value.trim();
            return `${fieldText(problem, 'url')} ${l10n.t('Press Enter again to use it all the same.')}`;
          }
          return problem && fieldText(problem, 'url');
        },
      });
      draft.url = url.trim();
      draft.allowInsecure = warned === draft.url;
      delete draft.probe;
      if (settings.probeServers && workspace.isTrusted && !draft.allowInsecure) {
        const { url: target } = draft;
        draft.probe = await prompts.wait(l10n.t('Asking the server how it authenticates...'), signal =>
          probeServer(target, signal),
        );
      }
    },
  };
}

function nameStep(draft: ServerDraft, given: ServerDraft): Step {
  return {
    skip: () => given.name !== undefined,
    ask: async prompts => {
      const name = await prompts.input({
        prompt: l10n.t('A name for the server, as it will stand in the config file'),
        value: draft.name ?? suggestedName(draft.url ?? ''),
        validate: value => {
          const problem = nameProblem(value);
          return problem && fieldText(problem, 'name');
        },
      });
      draft.name = name.trim();
      delete draft.replaceHeader;
    },
  };
}

function placeStep({ files, deliverer }: Services, draft: ServerDraft, given: ServerDraft): Step {
  return {
    skip: () => given.place !== undefined || given.delivery === 'provided',
    ask: async prompts => {
      const inFiles = await Promise.all(
        (await files.offered()).map(async place => {
          const delivery =
            given.delivery === undefined || given.delivery === 'provided'
              ? await deliverer.preferredDelivery(place)
              : given.delivery;
          return {
            label: `$(file-code) ${locationText(place)}`,
            description: ownerText(place),
            detail: deliveryDetail(place, delivery),
            value: place as ConfigLocation | undefined,
          };
        }),
      );
      // A program that said how a file gets the header has said that there is a file.
      const noFile = {
        label: `$(plug) ${l10n.t('No file: offered by MCP Keyring')}`,
        description: l10n.t('for you, in every window'),
        detail: l10n.t('VS Code asks MCP Keyring for the server; the credential stays in the keyring.'),
        value: undefined,
      };
      const items = given.delivery === undefined ? [...inFiles, noFile] : inFiles;
      // Places are made anew at each look, so the one that was chosen before is told by its URI.
      const before =
        draft.delivery === 'provided' ? noFile : inFiles.find(({ value }) => value?.key === draft.place?.key);
      const place = await prompts.pick<ConfigLocation | undefined>({
        prompt: l10n.t('Which file?'),
        ...(before && { active: before.value }),
        items,
      });
      delete draft.place;
      delete draft.replaceHeader;
      if (place) {
        draft.place = place;
      }
      if (given.delivery === undefined) {
        delete draft.delivery;
        if (!place) {
          draft.delivery = 'provided';
        }
      }
    },
  };
}

/** Only where the name is taken: a step that asks nothing would swallow a Back. */
function replaceStep({ inventory }: Services, draft: ServerDraft, given: ServerDraft): Step {
  const named = (name: string | undefined) => serverNamed(inventory.snapshot, draft, name);
  const standing = () => named(draft.name);
  return {
    skip: () => given.replaceHeader !== undefined || standing() === undefined,
    ask: async prompts => {
      const other = standing();
      const question = l10n.t(
        '{0} has a server “{1}” already.',
        draft.place ? locationText(draft.place) : 'MCP Keyring',
        draft.name ?? '',
      );
      // Another server's header must not get a credential that was meant for this URL.
      const same = other?.url !== undefined && other.url === canonicalOf(draft.url);
      const replace =
        same &&
        (await prompts.pick({
          prompt: plainText(question),
          items: [
            {
              label: l10n.t('Replace only its header'),
              description: l10n.t('everything else of it stays as it is'),
              value: true,
            },
            { label: l10n.t('Add a server of another name'), value: false },
          ],
        }));
      if (!replace) {
        const name = await prompts.input({
          prompt: `${plainText(question)} ${l10n.t('Another name for this one:')}`,
          value: draft.name ?? '',
          validate: value => {
            const problem = nameProblem(value);
            if (problem) {
              return fieldText(problem, 'name');
            }
            return named(value.trim()) ? l10n.t('This name is taken in this file.') : undefined;
          },
        });
        draft.name = name.trim();
      }
      draft.replaceHeader = replace;
    },
  };
}

function serverNamed(
  { files, provided }: Snapshot,
  { place, delivery }: ServerDraft,
  name: string | undefined,
): ServerSnapshot | undefined {
  const servers = delivery === 'provided' ? provided : files.find(file => file.source.uri === place?.key)?.servers;
  return servers?.findLast(server => server.parsed.name === name);
}

function canonicalOf(url: string | undefined): string | undefined {
  const canonical = canonicalUrl(url ?? '');
  return canonical.ok ? canonical.value : undefined;
}
