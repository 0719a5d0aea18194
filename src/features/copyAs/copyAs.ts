import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { KeyringError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import { exampleCall, type SourceHeader } from '../../core/usage/call.ts';
import { usageExample } from '../../core/usage/example.ts';
import {
  type ExampleCall,
  type ExampleForm,
  type ExampleRequest,
  exampleForms,
  exampleRequests,
  variablesOf,
} from '../../core/usage/types.ts';
import type { CopyAsAnswers, CopyAsResult, ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { type HttpServer, readHttpServer, type ServerHeader } from '../../platform/serverHeaders.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertText } from '../../platform/texts.ts';
import { exampleFormText } from '../../platform/usageTexts.ts';
import { runWizard, type Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

interface Draft {
  form?: ExampleForm;
  request?: ExampleRequest;
  secrets?: 'variables' | 'clear';
}

/**
 * Puts a request to a server into the clipboard, as a command line, a script or a file.
 * @throws KeyringError `url-invalid`, `header-not-sendable`, `argument-invalid`, and what the broker throws where the token is
 *   asked for in clear
 */
export async function copyAs(
  services: Services,
  target?: ServerTarget,
  answers: CopyAsAnswers = {},
): Promise<CopyAsResult> {
  const chosen = await askForServer(services.inventory, target, server => server.url !== undefined, true);
  const server = await readHttpServer(services, chosen);
  const draft = checked(answers);
  await runWizard(vscode.l10n.t('Copy Request to {0}', plainText(chosen.server)), stepsFor(server, draft));
  const { form = 'curl', request = 'initialize', secrets = 'variables' } = draft;
  if (!formsFor(server).includes(form)) {
    throw new KeyringError('argument-invalid', { field: 'form', reason: 'not-over-sse', value: form });
  }
  const clear = secrets === 'clear' ? await secretsOf(services, server) : new Map<string, Secret>();
  const call = callOf(server, request, clear, secrets === 'clear');
  const text = usageExample(form, call);
  if (!text.ok) {
    throw new KeyringError('header-not-sendable', { name: chosen.server, header: text.error });
  }
  const variables = variablesOf(call);
  const holdsSecret = clear.size > 0 || (server.urlIsSecret && secrets === 'clear');
  await (holdsSecret ? copyInClear(services, server, text.value) : vscode.env.clipboard.writeText(text.value));
  services.log.info('example-copied', { form, request, clear: holdsSecret });
  tellCopied(services, chosen, form, variables, holdsSecret);
  return { form, request, variables, ...(!holdsSecret && { text: text.value }) };
}

function checked({ form, request, secrets }: CopyAsAnswers): Draft {
  const fields = [
    ['form', form, exampleForms],
    ['request', request, exampleRequests],
    ['secrets', secrets, ['variables', 'clear']],
  ] as const;
  for (const [field, value, known] of fields) {
    if (value !== undefined && !(known as readonly unknown[]).includes(value)) {
      throw new KeyringError('argument-invalid', { field, reason: 'unknown-choice', value: String(value) });
    }
  }
  return { ...(form && { form }), ...(request && { request }), ...(secrets && { secrets }) };
}

/** A single request says nothing to a server that speaks HTTP+SSE alone; the inspector keeps the stream open that it takes. */
function formsFor({ transport }: HttpServer): readonly ExampleForm[] {
  return transport === 'sse' ? ['inspector'] : exampleForms;
}

function stepsFor(server: HttpServer, draft: Draft): Step[] {
  const given = { ...draft };
  const hasSecret =
    server.urlIsSecret || server.headers.some(({ kind }) => kind === 'credential' || kind === 'literal');
  return [
    {
      skip: () => given.form !== undefined,
      ask: async prompts => {
        draft.form = await prompts.pick({
          prompt: vscode.l10n.t('What do you want to paste?'),
          ...(draft.form && { active: draft.form }),
          items: formsFor(server).map(form => ({
            label: exampleFormText(form),
            description: formHint(form),
            value: form,
          })),
        });
      },
    },
    {
      // The inspector opens the session by itself, and what it does then is list the tools.
      skip: () => given.request !== undefined || draft.form === 'inspector',
      ask: async prompts => {
        draft.request = await prompts.pick({
          prompt: vscode.l10n.t('What is the server asked?'),
          ...(draft.request && { active: draft.request }),
          items: [
            {
              label: 'initialize',
              description: vscode.l10n.t('one request: is the header accepted, and who answers'),
              value: 'initialize' as const,
            },
            {
              label: 'tools/list',
              description: vscode.l10n.t('three requests: open a session, then list the tools'),
              value: 'tools/list' as const,
            },
          ],
        });
      },
    },
    {
      skip: () => given.secrets !== undefined || !hasSecret,
      ask: async prompts => {
        draft.secrets = await prompts.pick({
          prompt: vscode.l10n.t('How does it get the token?'),
          ...(draft.secrets && { active: draft.secrets }),
          items: [
            {
              label: vscode.l10n.t('From the environment'),
              description: vscode.l10n.t('you set the variable before you run it'),
              detail: variablesOf(callOf(server, 'initialize', new Map(), false)).join(', '),
              value: 'variables' as const,
            },
            {
              label: vscode.l10n.t('In clear'),
              description: vscode.l10n.t('whoever sees the text can use the token'),
              detail: vscode.l10n.t('A shell keeps what is pasted into it in its history.'),
              value: 'clear' as const,
            },
          ],
        });
      },
    },
  ];
}

function formHint(form: ExampleForm): string {
  switch (form) {
    case 'curl':
    case 'httpie':
      return vscode.l10n.t('for bash or zsh');
    case 'inspector':
      return vscode.l10n.t('command line, for bash or zsh');
    case 'javascript':
      return vscode.l10n.t('a module for Node.js 18 or newer');
    case 'python':
      return vscode.l10n.t('a script for Python 3');
    case 'powershell':
      return vscode.l10n.t('for PowerShell 7 and Windows PowerShell');
    case 'httpFile':
      return vscode.l10n.t('for REST Client and Visual Studio');
  }
}

function callOf(
  server: HttpServer,
  request: ExampleRequest,
  clear: ReadonlyMap<string, Secret>,
  showUrl: boolean,
): ExampleCall {
  const { url, urlIsSecret, transport } = server;
  const headers = server.headers.map(header => sourceOf(header, clear.get(header.name)));
  const call = exampleCall({ url, urlIsSecret, showUrl, transport, request, headers });
  if (!call.ok) {
    throw 'url' in call.error
      ? new KeyringError('url-invalid', { url })
      : new KeyringError('header-not-sendable', { name: server.target.server, header: call.error.header });
  }
  return call.value;
}

function sourceOf(header: ServerHeader, secret: Secret | undefined): SourceHeader {
  if (header.kind === 'plain') {
    return { name: header.name, plain: header.value };
  }
  const prefix = header.scheme === '' ? '' : `${header.scheme} `;
  return { name: header.name, prefix, ...(secret && { secret }) };
}

/** The tokens by header. Those of the keyring come from the broker as at any delivery: attached, fresh, or not at all. */
async function secretsOf({ broker }: Services, server: HttpServer): Promise<Map<string, Secret>> {
  const secrets = new Map<string, Secret>();
  for (const header of server.headers) {
    if (header.kind === 'credential') {
      secrets.set(header.name, (await broker.headerFor(server.url, header.name)).token);
    } else if (header.kind === 'literal') {
      secrets.set(header.name, header.token);
    }
  }
  return secrets;
}

async function copyInClear(
  { clipboard, settings, vault, clock }: Services,
  server: HttpServer,
  text: string,
): Promise<void> {
  await clipboard.copy(new Secret(text), settings.clearClipboardSeconds);
  for (const header of server.headers) {
    if (header.kind === 'credential') {
      await vault.updateCredential(header.credentialId, credential =>
        withEvent(credential, { at: clock.now(), event: 'copied', server: server.canonicalUrl }),
      );
    }
  }
}

function tellCopied(
  { settings }: Services,
  target: ServerTarget,
  form: ExampleForm,
  variables: readonly string[],
  holdsSecret: boolean,
): void {
  const what = exampleFormText(form);
  if (holdsSecret) {
    const seconds = settings.clearClipboardSeconds;
    vscode.window.setStatusBarMessage(
      seconds > 0
        ? vscode.l10n.t('{0} copied, with the token. It leaves the clipboard in {1} seconds.', what, seconds)
        : vscode.l10n.t('{0} copied, with the token.', what),
      5000,
    );
    return;
  }
  if (variables.length === 0) {
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} copied.', what), 5000);
    return;
  }
  const copyToken = vscode.l10n.t('Copy Token');
  // Not waited for: the text is in the clipboard already, and the token would take its place.
  void vscode.window
    .showInformationMessage(
      inertText(
        vscode.l10n.t(
          '{0} copied. It takes the token from the environment: set {1} before you run it.',
          what,
          variables.join(', '),
        ),
      ),
      copyToken,
    )
    .then(pressed => pressed === copyToken && runCommand('mcpKeyring.servers.copyToken', target));
}
