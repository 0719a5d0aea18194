import { l10n, workspace } from 'vscode';
import { parseConfig } from '../../core/config/parse.ts';
import { plainText } from '../../core/text.ts';
import type { Delivery } from '../../ids.ts';
import type { ConfigLocation } from '../../platform/configFiles.ts';
import { type ProbeResult, probeServer } from '../../platform/probe.ts';
import { errorText } from '../../platform/texts.ts';
import type { Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { nameProblem, placeText, suggestedName, urlProblem } from './answers.ts';

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

/** URL, name, file; and before the last step, whether a token may stand in clear. */
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
            return `${errorText(problem)} ${l10n.t('Press Enter again to use it all the same.')}`;
          }
          return problem && errorText(problem);
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
          return problem && errorText(problem);
        },
      });
      draft.name = name.trim();
    },
  };
}

function placeStep({ files, deliverer }: Services, draft: ServerDraft, given: ServerDraft): Step {
  return {
    skip: () => given.place !== undefined,
    ask: async prompts => {
      const items = await Promise.all(
        files.locations.map(async place => {
          const literal = (given.delivery ?? (await deliverer.preferredDelivery(place))) === 'literal';
          return {
            label: `$(file-code) ${placeText(place)}`,
            description: place.inputScope === 'user' ? l10n.t('for you, in every window') : l10n.t('for this folder'),
            detail: literal
              ? l10n.t('The credential stands in clear in this file: what reads it resolves no references.')
              : l10n.t('The file gets a reference; the credential stays in the keyring.'),
            value: place,
          };
        }),
      );
      draft.place = await prompts.pick({
        prompt: l10n.t('Which file?'),
        ...(draft.place && { active: draft.place }),
        items,
      });
    },
  };
}

function replaceStep({ files }: Services, draft: ServerDraft, given: ServerDraft): Step {
  return {
    skip: () => given.replaceHeader !== undefined || draft.place === undefined,
    ask: async prompts => {
      const source = draft.place && (await files.read(draft.place));
      const config = source?.content.state === 'text' ? parseConfig(source.content.text, source.format) : undefined;
      if (!config?.servers.some(server => server.name === draft.name)) {
        draft.replaceHeader = false;
        return;
      }
      draft.replaceHeader = await prompts.pick({
        prompt: l10n.t('There is a server “{0}” in this file already.', plainText(draft.name ?? '')),
        items: [
          {
            label: l10n.t('Replace only its header'),
            description: l10n.t('everything else of it stays as it is'),
            value: true,
          },
        ],
      });
    },
  };
}
