import type { VerificationRecord } from '../core/credentials/verifications.ts';
import { checkName, checkText, verificationText } from './checkTexts.ts';
import { escapeMarkdown } from './markdown.ts';

/** What came out of a verification, with what failed. */
export function verificationMarkdown({ result, source }: VerificationRecord): string {
  const icon = result.valid ? 'verified' : 'error';
  const failed = result.checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(check => `$(error) ${checkName(check.check)}: ${escapeMarkdown(checkText(check), 300)}`);
  return [`$(${icon}) ${escapeMarkdown(verificationText(result, source), 300)}`, ...failed].join('  \n');
}
