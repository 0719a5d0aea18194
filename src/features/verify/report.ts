import { l10n } from 'vscode';
import { readToken } from '../../core/credentials/token.ts';
import type { VerificationRecord } from '../../core/credentials/verifications.ts';
import type { Finding } from '../../core/findings.ts';
import { tokenFindings } from '../../core/jwt/tokenFindings.ts';
import type { DecodedJwt } from '../../core/jwt/types.ts';
import { refusingServers } from '../../core/jwt/verifierProfiles.ts';
import { plainText, visibleJson } from '../../core/text.ts';
import { checkName, checkText, verificationText } from '../../platform/checkTexts.ts';
import { findingText, malformedText } from '../../platform/texts.ts';
import { profileName, verifierFindingText } from '../../platform/verifierTexts.ts';
import type { Services } from '../../services.ts';

/**
 * A token's header and claims as JSON, with what there is to say about it in comments above. It holds neither the token nor
 * its signature.
 */
export function tokenReport({ settings, clock }: Services, token: string, record?: VerificationRecord): string {
  const content = readToken(token);
  const lines: string[] = [];
  if (content.shape === 'opaque') {
    lines.push(l10n.t('This is no JWT: only the server that issued it can tell what it allows.'));
    return comments(lines);
  }
  const { clockToleranceSeconds, expiresSoonSeconds, longLivedDays } = settings.findingPolicy;
  const findings: Finding[] = tokenFindings(content.shape === 'jwt' ? content.jwt : content.problem, {
    now: clock.now(),
    toleranceSeconds: clockToleranceSeconds,
    expiresSoonSeconds,
    longLivedDays,
  });
  lines.push(...findings.map(finding => `${severityMark[finding.severity]} ${findingText(finding)}`));
  if (record) {
    lines.push('', verificationText(record.result, record.source));
    const width = Math.max(...record.result.checks.map(({ check }) => checkName(check).length));
    for (const check of record.result.checks) {
      lines.push(`  ${outcomeMark[check.outcome]} ${checkName(check.check).padEnd(width)}  ${checkText(check)}`);
    }
  }
  if (content.shape === 'jwt') {
    lines.push(...serversView(content.jwt, clock.now(), clockToleranceSeconds));
  }
  if (content.shape === 'malformed') {
    const { header, reason, segments } = content.problem;
    if (findings.length === 0) {
      lines.push(malformedText({ reason, segments }));
    }
    return comments(lines) + (header ? json({ header }) : '');
  }
  return comments(lines) + json({ header: content.jwt.header, claims: content.jwt.payload });
}

/** Which kinds of servers would refuse the token, as they are commonly set up. */
function serversView(jwt: DecodedJwt, now: number, toleranceSeconds: number): string[] {
  const lines = refusingServers(jwt, { now, toleranceSeconds }).map(
    ({ profile, findings }) => `  ${profileName(profile)}: ${findings.map(verifierFindingText).join('; ')}`,
  );
  return lines.length === 0 ? [] : ['', l10n.t('Would be refused by:'), ...lines];
}

const severityMark = { error: '✗', warning: '!', information: 'i' } as const;
const outcomeMark = { passed: '✓', failed: '✗', notChecked: '–' } as const;

/** Texts from outside are in them: a line break would end the comment. A blank line parts two groups and never comes first. */
function comments([first = '', ...others]: readonly string[]): string {
  const lines = first === '' ? others : [first, ...others];
  return lines.map(line => (line === '' ? '//\n' : `// ${plainText(line, 400)}\n`)).join('');
}

function json(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, undefined, 2))}\n`;
}
