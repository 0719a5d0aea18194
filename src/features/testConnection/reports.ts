import * as vscode from 'vscode';
import type { Listing } from '../../core/connection/connection.ts';
import { listKinds } from '../../core/connection/connection.ts';
import type { Diagnosis } from '../../core/connection/diagnosis/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { orAborted, placeOf } from '../../core/oauth/http.ts';
import type { Disposable } from '../../core/ports.ts';
import { plainText } from '../../core/text.ts';
import { providedFile, type ServerTarget, type TestConnectionAnswers, type TestConnectionResult } from '../../ids.ts';
import { causeText, stepText, verdictText } from '../../platform/causeTexts.ts';
import { Cancelled } from '../../platform/commands.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertLine } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { gather } from './gather.ts';
import { ReportPanel } from './reportPanel.ts';

/** What can be over in a moment without anybody changing anything is believed for this long, in ms. */
const passing = 10 * 60_000;

/** Tests connections and keeps the open reports, one for each server. */
export class Reports implements Disposable {
  readonly #services: Services;
  readonly #open = new Map<string, ReportPanel>();

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Tests a server and shows or returns what was found.
   * @throws KeyringError `workspace-not-trusted`, `server-not-found`, `file-unreadable`, `url-invalid`, `insecure-url`,
   *   `argument-invalid` for a tool that isn't there or may change something; Cancelled before there was anything to send
   */
  async test(target?: ServerTarget, answers?: TestConnectionAnswers): Promise<TestConnectionResult> {
    const { inventory } = this.#services;
    if (!vscode.workspace.isTrusted) {
      throw new KeyringError('workspace-not-trusted');
    }
    const chosen = await askForServer(inventory, target, server => server.url !== undefined, true);
    const diagnosis = await this.#diagnose(chosen, answers?.tool);
    if (!answers || answers.show) {
      this.#show(chosen, diagnosis);
    }
    return resultOf(chosen, diagnosis);
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) {
      panel.dispose();
    }
  }

  async #diagnose(target: ServerTarget, tool: string | undefined): Promise<Diagnosis> {
    const { settings, verdicts, log } = this.#services;
    // The MCP client comes with these, and is large.
    const [{ examine }, { diagnose, withoutFile }, { lookAtWire }] = await Promise.all([
      import('../../core/connection/examine.ts'),
      import('../../core/connection/diagnosis/diagnose.ts'),
      import('../../platform/node/wireLook.ts'),
    ]);
    const title = inertLine(vscode.l10n.t('Testing the connection to {0}', plainText(target.server)));
    const { examination, about } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, cancelled) => {
        const controller = new AbortController();
        const subscription = cancelled.onCancellationRequested(() => controller.abort());
        const { signal } = controller;
        try {
          // The token may have to be renewed first, by a server that takes its time. What comes of that is kept all the same.
          const { subject, insecureAllowed, about } = await orAborted(gather(this.#services, target), signal).catch(
            error => {
              throw signal.aborted ? new Cancelled() : error;
            },
          );
          const examination = await examine({
            subject,
            http: fetch,
            now: Date.now,
            toleranceSeconds: settings.findingPolicy.clockToleranceSeconds,
            insecureAllowed,
            signal,
            lookAtWire,
            onStep: step => progress.report({ message: stepText(step) }),
            ...(tool !== undefined && { chooseTool: async (tools: Listing) => checkedTool(tools, tool) }),
          });
          return { examination, about };
        } finally {
          subscription.dispose();
        }
      },
    );
    const found = diagnose(examination);
    const diagnosis = target.file === providedFile ? withoutFile(found) : found;
    const { healthy, causes } = diagnosis;
    const [first] = causes;
    log.info('connection-tested', { healthy, cause: first?.id ?? '', certainty: first?.certainty ?? '' });
    if (!examination.cancelled) {
      verdicts.set(about(), {
        healthy,
        sentence: verdictText(diagnosis),
        fixes: first?.offers ?? [],
        at: examination.at,
        ...(first && { cause: first.id, certainty: first.certainty }),
        ...(passes(diagnosis) && { until: Date.now() + passing }),
      });
    }
    return diagnosis;
  }

  #show(target: ServerTarget, diagnosis: Diagnosis): void {
    const key = `${target.file}\n${target.server}`;
    const open = this.#open.get(key);
    if (open) {
      open.show(diagnosis);
      return;
    }
    const panel = new ReportPanel(this.#services, target, diagnosis, tool => this.#diagnose(target, tool));
    this.#open.set(key, panel);
    panel.onDidDispose(() => this.#open.delete(key));
  }
}

/** Only what says of itself that it changes nothing, and needs nothing to be told, is called on somebody's behalf. */
function checkedTool({ items }: Listing, name: string): string {
  const tool = items.find(item => item.name === name);
  if (!tool?.readOnly || !tool.callableWithoutArguments) {
    throw new KeyringError('argument-invalid', { field: 'tool', reason: 'not-read-only', value: name });
  }
  return tool.name;
}

/** Whether time alone may mend it. */
function passes({ causes, examination }: Diagnosis): boolean {
  return (
    examination.bare?.failure !== undefined ||
    causes[0]?.id === 'rate-limited' ||
    causes[0]?.id === 'server-error' ||
    causes[0]?.id === 'proxy'
  );
}

function resultOf(target: ServerTarget, diagnosis: Diagnosis): TestConnectionResult {
  const { healthy, causes, examination } = diagnosis;
  const { connected, lists, call, steps, serverUrl } = examination;
  const named = listKinds.flatMap(kind => {
    const listing = lists[kind];
    return listing?.state === 'listed' ? [[kind, listing.items.map(({ name }) => name)] as const] : [];
  });
  return {
    server: target.server,
    url: placeOf(serverUrl),
    healthy,
    verdict: verdictText(diagnosis),
    causes: causes.map(cause => ({
      id: cause.id,
      certainty: cause.certainty,
      sentence: causeText(cause, serverUrl),
      fixes: cause.offers,
    })),
    ...(connected && { transport: connected.transport, protocolVersion: connected.protocolVersion }),
    ...Object.fromEntries(named),
    ...(call && { call: { tool: call.tool, outcome: call.outcome, text: call.text } }),
    steps: steps.map(({ name, outcome, duration }) => ({ name, outcome, milliseconds: Math.round(duration) })),
  };
}
