import * as vscode from 'vscode';
import { transportSecurity } from '../../core/config/url.ts';
import { KeyringError } from '../../core/errors.ts';
import { type RoleMatrix, type RoleOutcome, roleMatrix } from '../../core/roleMatrix/matrix.ts';
import { plainText } from '../../core/text.ts';
import type { CompareRolesAnswers, CompareRolesResult, ServerTarget } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { type HttpServer, readHttpServer } from '../../platform/serverHeaders.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertLine } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { lookAtServer } from './lookAtServer.ts';
import { showMatrix } from './panel.ts';
import { chooseRoles, type Role } from './roles.ts';

/**
 * Looks at a server with each of several roles, one after another, and shows the roles side by side.
 * @throws Cancelled also when the person cancels the progress; KeyringError as {@link chooseRoles} and {@link readHttpServer}
 */
export async function compareRoles(
  services: Services,
  target?: ServerTarget,
  answers: CompareRolesAnswers = {},
): Promise<CompareRolesResult> {
  const chosen = await askForServer(services.inventory, target, server => server.url !== undefined, true);
  const server = await readHttpServer(services, chosen);
  await refuseInsecure(server);
  const roles = await chooseRoles(services, server, answers);
  const matrix = await look(services, server, roles);
  if (answers.show !== false) {
    showMatrix(services, { server, matrix, again: () => lookAgain(services, chosen, roles) });
  }
  return { server: chosen.server, url: server.canonicalUrl, ...matrix };
}

/** What stands in a file has no attachment that would say that plain http is all right, so the person is asked. */
async function refuseInsecure({ url, canonicalUrl, headers, target }: HttpServer): Promise<void> {
  const holdsSecret = headers.some(({ kind }) => kind === 'literal');
  if (holdsSecret && transportSecurity(canonicalUrl) === 'insecure' && !(await confirmInsecure(url))) {
    throw new KeyringError('insecure-url', { url: canonicalUrl, name: target.server });
  }
}

/** The server is read anew: its URL or its headers may be others by now. */
async function lookAgain(services: Services, target: ServerTarget, roles: readonly Role[]): Promise<RoleMatrix> {
  return look(services, await readHttpServer(services, target), roles);
}

async function look(services: Services, server: HttpServer, roles: readonly Role[]): Promise<RoleMatrix> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: inertLine(vscode.l10n.t('Comparing roles at {0}', plainText(server.target.server))),
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      try {
        const outcomes: RoleOutcome[] = [];
        // One after another: a server that counts failures, or limits rates, sees no more than one person.
        for (const [index, role] of roles.entries()) {
          progress.report({
            message: inertLine(
              vscode.l10n.t('{0} ({1} of {2})', plainText(role.source.name, 60), index + 1, roles.length),
            ),
            increment: 100 / roles.length,
          });
          outcomes.push(await lookAtServer(services, server, role, abort.signal));
          if (abort.signal.aborted) {
            throw new Cancelled();
          }
        }
        services.log.info('roles-compared', { roles: roles.length });
        return roleMatrix(outcomes);
      } finally {
        subscription.dispose();
      }
    },
  );
}
