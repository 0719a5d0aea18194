import type { FindingCode } from '../../findings.ts';
import { canonicalName, type Topic } from '../serverWords.ts';
import type { Facts } from './facts.ts';
import type { Certainty, Rule } from './types.ts';

/** The credential was sent, and not in the form in which the server reads it. */
export const headerRules: readonly Rule[] = [
  {
    cause: 'scheme-wrong',
    when: 'refused, and the scheme stands twice',
    find: facts => malformed(facts, ['header-scheme-doubled'], { doubled: true }),
  },
  {
    cause: 'header-malformed',
    when: 'refused, and the header’s own name stands in its value, or characters that cannot be sent',
    find: facts => malformed(facts, ['header-name-pasted', 'header-invalid-characters']),
  },
  {
    cause: 'scheme-missing',
    when: 'refused, and a JWT is sent in Authorization without a scheme',
    find: facts => malformed(facts, ['header-scheme-missing']),
  },
  {
    cause: 'header-blanks',
    when: 'refused, and stray blanks stand in the value',
    find: facts => malformed(facts, ['header-whitespace'], {}, facts.words.topics.has('scheme') ? 'certain' : 'likely'),
  },
  {
    cause: 'header-name',
    when: 'answered as if nothing had been sent, and the server names another header than the one that was',
    find: ({ refused, credential, words, challenge, unmoved, seen }) => {
      const sent = credential.headerName?.toLowerCase();
      if (!refused || sent === undefined) {
        return undefined;
      }
      const other = words.headers.find(name => name !== sent);
      const wanted =
        other ?? (sent !== 'authorization' && (challenge || /bearer/i.test(words.text)) ? 'authorization' : undefined);
      if (wanted === undefined || words.headers.includes(sent)) {
        return undefined;
      }
      // Servers challenge with `Bearer` while they want an API key: only a name in words is proof, and only alone.
      const isProof = other !== undefined && !words.text.toLowerCase().includes(sent);
      const certainty: Certainty = unmoved && isProof ? 'certain' : 'likely';
      return unmoved || words.topics.has('missing') || seen.bare?.status === 401
        ? {
            certainty,
            data: { sent: credential.headerName ?? '', wanted: canonicalName(wanted) },
            offers: [{ kind: 'renameHeader', value: canonicalName(wanted) }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'scheme-missing',
    when: 'answered as if nothing had been sent, an opaque token stands in Authorization alone, and the server speaks of Bearer',
    find: ({ refused, credential, unmoved, words, challenge, answer }) => {
      const alone = credential.headerName?.toLowerCase() === 'authorization' && credential.scheme === '';
      const bearer =
        challenge !== undefined || /bearer/i.test(words.text) || answer?.headers['www-authenticate'] !== undefined;
      return refused && alone && (unmoved || words.topics.has('scheme')) && bearer
        ? {
            certainty: words.topics.has('scheme') ? 'certain' : 'likely',
            offers: [{ kind: 'repairHeader', value: 'Bearer' }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'scheme-wrong',
    when: 'answered as if nothing had been sent, and the scheme is not written “Bearer”',
    find: ({ refused, credential, unmoved, words }) => {
      const { scheme } = credential;
      const odd =
        credential.headerName?.toLowerCase() === 'authorization' &&
        scheme !== undefined &&
        scheme !== '' &&
        scheme !== 'Bearer';
      return refused && odd && (unmoved || words.topics.has('scheme') || words.topics.has('missing'))
        ? {
            certainty: words.topics.has('scheme') ? 'certain' : 'likely',
            data: { scheme },
            offers: [{ kind: 'repairHeader', value: 'Bearer' }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
];

function malformed(
  { refused, credential, status, words }: Facts,
  codes: readonly FindingCode[],
  data: Readonly<Record<string, boolean>> = {},
  certainty: Certainty = 'certain',
) {
  const found = credential.headerFindings.some(({ code }) => codes.includes(code));
  return found && (refused || status === 400)
    ? {
        // A server that finds fault with the token has read it in spite of that.
        certainty: readTopics.some(topic => words.topics.has(topic)) ? 'likely' : certainty,
        data: { header: credential.headerName ?? '', ...data },
        offers: [{ kind: 'repairHeader' } as const, { kind: 'showInFile' } as const],
      }
    : undefined;
}

const readTopics: readonly Topic[] = ['expired', 'notYetValid', 'audience', 'issuer', 'signature', 'key', 'revoked'];
