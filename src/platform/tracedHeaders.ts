import { env, LogLevel, l10n, window } from 'vscode';
import { KeyringError } from '../core/errors.ts';
import { inertText } from './texts.ts';

/** Headers for which the person said yes, as long as this window is open. */
const accepted = new Set<string>();

/**
 * At the log level Trace, VS Code writes the headers of every MCP request to its log and masks `Authorization` alone, spelled
 * like this (measured on 1.139.1). So before another header gets a value, the person is asked.
 * @throws KeyringError `header-logged` unless the person wants it all the same
 */
export async function refuseTraced(headerName: string, url: string): Promise<void> {
  const key = `${headerName}\n${url}`;
  if (env.logLevel !== LogLevel.Trace || headerName === 'Authorization' || accepted.has(key)) {
    return;
  }
  const yes = l10n.t('Send It Anyway');
  const chosen = await window
    .showWarningMessage(
      inertText(l10n.t('VS Code would write the credential for {0} to its log.', url)),
      {
        modal: true,
        detail: l10n.t(
          'Its log level is Trace, at which it logs the header {0} in plain text. Choose another level with “Developer: Set Log Level...” first.',
          headerName,
        ),
      },
      yes,
    )
    .then(undefined, () => undefined);
  if (chosen !== yes) {
    throw new KeyringError('header-logged', { header: headerName, url });
  }
  accepted.add(key);
}
