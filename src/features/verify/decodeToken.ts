import { l10n } from 'vscode';
import type { Services } from '../../services.ts';
import { tokenReport } from './report.ts';
import { chooseToken, textFromPerson } from './tokenSource.ts';

/**
 * Shows what a token says, wherever it comes from. Decoding needs no trust, no secret and no network.
 * @returns the report
 */
export async function decodeToken(services: Services, text?: string): Promise<string> {
  const token = await chooseToken(text ?? (await textFromPerson(l10n.t('Decode Token'))));
  const report = tokenReport(services, token, services.verifications.of(token));
  await services.documents.show(`${l10n.t('Token')}.jsonc`, report);
  return report;
}
