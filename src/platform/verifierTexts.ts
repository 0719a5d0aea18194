import { l10n } from 'vscode';
import type { FindingData } from '../core/findings.ts';
import type { VerifierFinding, VerifierProfileId } from '../core/jwt/verifierProfiles.ts';
import { plainText } from '../core/text.ts';

/** What kind of server a profile stands for. */
export function profileName(profile: VerifierProfileId): string {
  switch (profile) {
    case 'shared-secret':
      return l10n.t('A server with a shared secret and roles');
    case 'container':
      return l10n.t('A server like the sample container');
    case 'resource-server':
      return l10n.t('A resource server');
    case 'authorization-server':
      return l10n.t('A resource server that goes by the book (RFC 9068)');
  }
}

/** Why a server that is set up so would refuse a token, as a sentence. */
export function verifierFindingText({ certainty, reason, data }: VerifierFinding): string {
  const sentence = reasonText(reason, data);
  switch (certainty) {
    case 'certain':
      return sentence;
    case 'likely':
      return l10n.t('{0} (unless it is set up otherwise)', sentence);
    case 'possible':
      return l10n.t('{0} (if it is set up so)', sentence);
  }
}

function reasonText(reason: VerifierFinding['reason'], data: FindingData): string {
  const text = (name: string) => {
    const value = data[name];
    return plainText(Array.isArray(value) ? value.join(', ') : String(value ?? ''));
  };
  switch (reason) {
    case 'algorithm-unsupported':
      return l10n.t('it does not take {0}', text('algorithm'));
    case 'algorithm-not-default':
      return l10n.t('it takes {0}, not {1}', text('accepted'), text('algorithm'));
    case 'kid-missing':
      return l10n.t('it finds its key by “kid”, which the token lacks');
    case 'claim-missing':
      return l10n.t('the claim “{0}” is missing', text('claim'));
    case 'scope-claim-ignored':
      return l10n.t('it looks for scopes in {0}, and they stand in {1}', text('wanted'), text('found'));
    case 'role-list-ignored':
      return l10n.t('it reads “role”, and the token has “roles”');
    case 'role-unknown':
      return l10n.t('it knows the roles {0}, and not “{1}”', text('roles'), text('role'));
    case 'no-leeway':
      return l10n.t('it allows for no difference between clocks, and “{0}” is seconds away', text('claim'));
    case 'issued-in-future':
      return l10n.t('the token was issued in the future, by its clock');
    case 'audience-not-exact':
      return l10n.t('it compares “aud” character for character with its own address, {0}', text('expected'));
  }
}
