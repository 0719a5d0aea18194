import { l10n } from 'vscode';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { tokenReport } from './report.ts';
import { chooseToken, tokenFromPerson } from './tokenSource.ts';

/**
 * Shows what a token says, wherever it comes from. Decoding needs no trust, no secret and no network.
 * @returns the report
 */
export async function decodeToken(services: Services, text?: string): Promise<string> {
  const prompts = new Prompts(l10n.t('Decode Token'));
  const token = text === undefined ? await tokenFromPerson(prompts) : await chooseToken(prompts, text);
  const report = tokenReport(services, token, services.verifications.of(token));
  await services.documents.show(`${l10n.t('Token')}.jsonc`, report);
  return report;
}
