import { findAlgorithm } from '../../jwt/algorithms.ts';
import { matchAudience } from '../../jwt/audience.ts';
import { readAudience, readScopes } from '../../jwt/claims.ts';
import { plainText } from '../../text.ts';
import { canonicalName, refusalReasons, type Topic } from '../serverWords.ts';
import type { Facts } from './facts.ts';
import type { Certainty, Offer, Rule } from './types.ts';

/** The server read the credential and refuses it. What the server says counts most, then what can be proved, then what fits. */
export const tokenRules: readonly Rule[] = [
  {
    cause: 'clocks-apart',
    when: 'refused, and the token is good by this machine’s clock and not by the server’s (Date header)',
    find: facts => {
      const { refused, times, serverNow, ownNow, skew = 0 } = facts;
      if (!refused || !times || serverNow === undefined) {
        return undefined;
      }
      const { exp, nbf, iat } = times;
      const runsAhead = exp.at !== undefined && exp.at > ownNow && exp.at <= serverNow + clockGrain;
      const starts = Math.max(nbf.at ?? 0, facts.words.topics.has('notYetValid') || skew < -minute ? (iat.at ?? 0) : 0);
      const runsBehind = starts > serverNow + clockGrain && starts <= ownNow + clockGrain;
      return runsAhead || runsBehind
        ? {
            certainty: sayOrSilent(
              facts,
              runsAhead ? 'expired' : 'notYetValid',
              (nbf.at === starts || runsAhead) && Math.abs(skew) > usualLeeway,
            ),
            // Seconds are all that the header tells, and minutes all that anybody wants to know of hours.
            data: { skew: rounded(skew, Math.abs(skew) < 2 * minute ? 1000 : minute), ahead: runsAhead },
            offers: clockOffers(facts, runsAhead),
          }
        : undefined;
    },
  },
  {
    cause: 'token-expired',
    when: 'refused in whatever way, and the token’s exp has passed by both clocks',
    find: facts => {
      const { refused, times, serverNow, ownNow, freshToken } = facts;
      const exp = times?.exp.at;
      const passed = exp !== undefined && exp <= Math.min(serverNow ?? ownNow, ownNow) + clockGrain;
      return refused && passed
        ? { certainty: sayOrSilent(facts, 'expired', true), data: { at: exp }, offers: [freshToken] }
        : undefined;
    },
  },
  {
    cause: 'token-not-yet-valid',
    when: 'refused, and the token’s nbf is still to come by both clocks',
    find: facts => {
      const { refused, times, serverNow, ownNow, freshToken } = facts;
      const nbf = times?.nbf.at;
      const wait = nbf === undefined ? 0 : nbf - Math.max(serverNow ?? ownNow, ownNow);
      return refused && nbf !== undefined && wait > clockGrain
        ? {
            certainty: sayOrSilent(facts, 'notYetValid', wait > usualLeeway),
            data: { at: nbf },
            offers: [freshToken, ...claimsOffer(facts)],
          }
        : undefined;
    },
  },
  {
    cause: 'token-malformed',
    when: 'refused, and what looks like a JWT cannot be read as one',
    find: ({ refused, credential, freshToken }) =>
      refused && credential.malformed?.kind === 'malformed'
        ? { certainty: 'certain', data: { reason: credential.malformed.reason }, offers: [freshToken] }
        : undefined,
  },
  {
    cause: 'permission-missing',
    when: 'the challenge says insufficient_scope, or the refusal names a scope, role or permission',
    find: facts => {
      const { words, challenge, status, refused, token, seen, unmoved, credential } = facts;
      const atCall = seen.call !== undefined && seen.call.outcome !== 'answered';
      const missing = missingScopes(facts);
      const data = {
        missing,
        has: token ? held(token.payload) : [],
        tool: atCall ? (seen.call?.tool ?? '') : '',
        listed: seen.connected !== undefined && seen.call === undefined,
      };
      if (challenge?.error === 'insufficient_scope') {
        return { certainty: 'certain', data, offers: permissionOffers(facts) };
      }
      if (!atCall && (credential.kind === 'none' || credential.kind === 'foreign')) {
        return undefined;
      }
      const named = /\bscopes?\b|permissions?\b|\broles?\b|privileges?\b/i.test(words.text);
      const says = words.topics.has('permission') && !words.topics.has('missing');
      const plainly =
        named && (words.topics.has('permission') || atCall) && (status === 403 || atCall || says || refused);
      if (plainly && !words.topics.has('expired')) {
        // Some say it to a token that has expired, some to everybody, and some to who has not paid.
        const otherwise =
          status >= 500 || unpaid.test(words.text) || (!atCall && (unmoved || words.several || isOutOfTime(facts)));
        return { certainty: otherwise ? 'likely' : 'certain', data, offers: permissionOffers(facts) };
      }
      return (status === 403 || atCall) && words.topics.has('permission') && !atOdds(facts)
        ? { certainty: 'likely', data, offers: permissionOffers(facts) }
        : undefined;
    },
  },
  {
    cause: 'algorithm-refused',
    when: 'refused, and the server or its published keys are for other algorithms, or the token is unsigned',
    find: facts => {
      const { refused, words, seen, token } = facts;
      const unsigned = String(token?.header.alg ?? '').toLowerCase() === 'none';
      const proved = unsigned || (seen.keys?.outcome === 'algorithm' && !issuerDiffers(facts));
      const says = words.topics.has('algorithm') && token !== undefined;
      const accepted = [...(seen.keys?.algorithms ?? [])];
      return refused && (proved || says)
        ? {
            certainty: proved || !words.several ? 'certain' : 'likely',
            data: { algorithm: String(token?.header.alg ?? ''), accepted },
            offers: algorithmOffers(facts, accepted),
          }
        : undefined;
    },
  },
  {
    cause: 'key-rotated',
    when: 'refused, and none of the keys that the server’s issuer publishes has the token’s kid, or the server says so',
    find: facts => {
      const { refused, seen, words, token } = facts;
      // Of a token from another issuer no key is known here: that is then the cause, and this the consequence.
      const proved = seen.keys?.outcome === 'keyUnknown' && !issuerDiffers(facts);
      // Verifiers say so for another algorithm as well, and for a token that names no key.
      const says = words.topics.has('key') && token?.header.kid !== undefined;
      const named = says && /\bkid\b/i.test(words.text) && !words.several;
      return refused && (proved || says)
        ? {
            certainty: named || proved ? 'certain' : 'likely',
            data: { kid: plainText(String(token?.header.kid ?? '')), url: seen.keys?.jwksUri ?? '' },
            offers: otherKey(facts),
          }
        : undefined;
    },
  },
  {
    cause: 'audience-wrong',
    when: 'refused, and the server says so, or aud names neither the server nor what it says it is',
    find: facts => {
      const { refused, token, words, seen } = facts;
      if (!refused || !token) {
        return undefined;
      }
      const audience = [...readAudience(token.payload)];
      const resource = seen.resource?.resource;
      const match = matchAudience(audience, {
        serverUrl: seen.serverUrl,
        ...(resource !== undefined && { expected: [resource] }),
      });
      const says = words.topics.has('audience');
      const fits = audience.length === 0 || match !== 'other';
      if (!says && fits) {
        return undefined;
      }
      const expected = resource ?? (says ? '' : seen.serverUrl);
      // Signature, issuer and times are right, and what is meant for another server's URL is not taken by one that looks.
      // A name such as `api://notes` may mean this one, and 403 is for what a good token lacks (RFC 6750 section 3.1).
      const elsewhere = matchAudience(audience, { serverUrl: seen.serverUrl }) === 'other';
      const proved =
        seen.keys?.outcome === 'fits' &&
        resource !== undefined &&
        !issuerDiffers(facts) &&
        elsewhere &&
        facts.status === 401;
      return {
        certainty: (says && !words.several) || (proved && !atOdds(facts)) ? 'certain' : 'likely',
        data: { audience, expected },
        offers: claimOffers(facts, 'setAudience', expected),
      };
    },
  },
  {
    cause: 'issuer-wrong',
    when: 'refused, and the server says so, or iss is none of the authorization servers that it names',
    find: facts => {
      const { refused, token, words, seen } = facts;
      const says = words.topics.has('issuer');
      if (!refused || !token || !(says || issuerDiffers(facts))) {
        return undefined;
      }
      const expected = seen.resource?.authorizationServers[0] ?? '';
      return {
        certainty: says && !words.several ? 'certain' : 'likely',
        data: { issuer: plainText(String(token.payload.iss ?? '')), expected: plainText(expected) },
        offers: claimOffers(facts, 'setIssuer', expected),
      };
    },
  },
  {
    cause: 'secret-encoding',
    when: 'refused, signed with a shared secret whose text could become other bytes, and nothing else is known to be wrong',
    find: facts => {
      const { refused, isHmac, credential, words, unmoved } = facts;
      const { secret } = credential;
      const [other] = secret?.alternatives ?? [];
      const possible = words.topics.has('signature') || (!atOdds(facts) && !(unmoved && words.topics.has('missing')));
      return refused && isHmac && secret && other !== undefined && possible
        ? {
            certainty: 'likely',
            data: { now: secret.encoding, other },
            offers: [
              ...secret.alternatives.map(value => ({ kind: 'setEncoding', value }) as const),
              { kind: 'editClaims' },
            ],
          }
        : undefined;
    },
  },
  {
    cause: 'signature-refused',
    when: 'refused, and the server says so, or the signature does not fit the published keys',
    find: facts => {
      const { refused, seen, words, token, credential } = facts;
      if (!refused || !token) {
        return undefined;
      }
      const proved = seen.keys?.outcome === 'mismatch';
      const speaks = words.topics.has('signature') || words.topics.has('key');
      const says =
        words.topics.has('signature') && !words.several && (credential.secret?.alternatives.length ?? 0) === 0;
      // From another issuer it fits these keys least of all: that is then the cause, and this the consequence.
      const certain = (proved && !issuerDiffers(facts)) || says;
      return certain || proved || speaks
        ? { certainty: certain ? 'certain' : 'likely', data: {}, offers: otherKey(facts) }
        : undefined;
    },
  },
  {
    cause: 'oauth-wanted',
    when: 'refused, the server publishes OAuth metadata, and what the file sends comes from no sign-in',
    find: facts => {
      const { refused, seen, credential, challenge, words } = facts;
      const published = seen.resource !== undefined || challenge?.resourceMetadata !== undefined;
      const own = credential.kind === 'oauth' || seen.keys?.outcome === 'fits';
      return refused && published && !own
        ? {
            certainty: credential.kind === 'none' ? 'certain' : 'likely',
            data: {
              issuer: plainText(seen.resource?.authorizationServers[0] ?? ''),
              header: credential.headerName ?? '',
              words: words.text,
            },
            offers: [{ kind: 'signIn' }, { kind: 'attachCredential' }],
          }
        : undefined;
    },
  },
  {
    cause: 'credential-missing',
    when: 'refused, and the file sends no credential',
    find: ({ refused, credential, words, status, challenge }) => {
      const speaks = words.topics.has('credential') || words.topics.has('missing');
      // A 403 with another reason is about the caller's address, or the name by which it calls.
      const fits = status !== 403 || challenge || speaks || words.topics.has('permission') || words.text === '';
      return refused && credential.kind === 'none' && fits
        ? {
            certainty: status !== 403 || challenge || speaks ? 'certain' : 'likely',
            data: { header: canonicalName(words.headers[0] ?? '') },
            offers: [{ kind: 'addCredential' }, { kind: 'attachCredential' }],
          }
        : undefined;
    },
  },
  {
    cause: 'credential-refused',
    when: 'refused, and the server says that the credential was revoked, or that it does not know it',
    find: facts => {
      const { refused, words, unmoved, token, freshToken, seen, credential } = facts;
      if (!refused || unmoved || credential.kind === 'none' || credential.kind === 'foreign') {
        return undefined;
      }
      const revoked = words.topics.has('revoked');
      if (token && !revoked) {
        return undefined;
      }
      const unknown = /\b(?:invalid|unknown|wrong|incorrect|not (?:found|recogni[sz]ed|valid))\b/i.test(words.text);
      const other =
        atOdds(facts, 'revoked') ||
        words.topics.has('scheme') ||
        seen.resource !== undefined ||
        credential.headerFindings.length > 0;
      // To a server, an opaque token that has expired is an invalid one. Keys do not expire without a word.
      const isKey = credential.kind === 'apiKey' || /api[- _]?key/i.test(words.text);
      const says = unknown && isKey && words.topics.has('credential') && !/expired/i.test(words.text) && !other;
      return {
        certainty: (revoked && !words.several) || says ? 'certain' : 'likely',
        data: { revoked, words: words.text },
        offers: [freshToken],
      };
    },
  },
  {
    cause: 'token-expired',
    when: 'refused, the server says that it has expired, and the token itself does not tell',
    find: ({ refused, words, token, times, freshToken }) =>
      refused &&
      words.topics.has('expired') &&
      tokenHasExpired.test(words.text) &&
      !otherExpired.test(words.text) &&
      (!token || times?.exp.at === undefined)
        ? { certainty: words.several ? 'likely' : 'certain', data: { words: words.text }, offers: [freshToken] }
        : undefined,
  },
  {
    cause: 'not-seen',
    when: 'the server answers with the credential exactly as without, and the header is as it should be',
    find: ({ refused, unmoved, words, credential, token }) =>
      refused && unmoved && (words.topics.has('missing') || !token)
        ? {
            certainty: 'likely',
            data: { header: credential.headerName ?? '' },
            offers: [{ kind: 'copyAsCurl' }, { kind: 'showInFile' }],
          }
        : undefined,
  },
  {
    cause: 'signature-refused',
    when: 'refused without a reason, and nothing about the token that can be seen from here is wrong',
    find: facts => {
      const { refused, token } = facts;
      return refused && token && !atOdds(facts) && facts.seen.keys?.outcome !== 'fits'
        ? { certainty: 'likely', data: { silent: true }, offers: otherKey(facts) }
        : undefined;
    },
  },
  {
    cause: 'refused',
    when: 'refused, or answered with another 4xx, and no other rule knows why',
    find: ({ refused, words, status, credential, seen }) => {
      // Another 4xx is about the request as a whole.
      const request = !refused && seen.failure?.code === 'http' && status >= 400 && status < 500;
      return refused || request
        ? {
            certainty: 'likely',
            data: { status, words: words.text, request: request || credential.kind === 'none' },
            offers: [{ kind: 'copyAsCurl' }, { kind: 'showLog' }],
          }
        : undefined;
    },
  },
  {
    cause: 'call-refused',
    when: 'it connects and lists, and the tool that was called failed',
    find: ({ seen, words, credential }) =>
      seen.call && seen.call.outcome !== 'answered'
        ? {
            certainty: 'certain',
            data: { tool: seen.call.tool, words: words.text },
            offers: [
              ...(credential.kind === 'signedJwt' ? [{ kind: 'switchRole' } as const] : []),
              { kind: 'copyAsCurl' },
            ],
          }
        : undefined,
  },
];

const minute = 60_000;
/** The `Date` header counts seconds, and exchanges take time. In ms. */
const clockGrain = 1500;
/** By as much servers let clocks differ (five minutes in .NET, one in Spring). In ms. */
const usualLeeway = 5 * minute;

/** Trials and subscriptions end as well. */
const tokenHasExpired =
  /(?:token|jwt|credential|key|signature)[^.;:]{0,30}expired?|expired?[^.;:a-z]{0,3}(?:access.?)?(?:token|jwt|credential|(?:api.?)?key)/i;

const otherExpired = /licen[cs]e|refresh|certificate|subscription|trial/i;
const unpaid = /\bquota\b|\bcredits?\b|\bbilling\b|\bpayment\b|\b(?:your|current) plan\b|too many/i;

const specific: readonly Topic[] = [...refusalReasons, 'permission'];

/** Whether the server speaks of something in particular. */
function atOdds({ words }: Facts, but?: Topic): boolean {
  return specific.some(topic => topic !== but && words.topics.has(topic));
}

/** Certain where the server says it too, or is silent and the proof is enough by itself; not where it says something else. */
function sayOrSilent(facts: Facts, topic: Topic, proved: boolean): Certainty {
  return facts.words.topics.has(topic) || (proved && !atOdds(facts, topic)) ? 'certain' : 'likely';
}

function rounded(value: number, unit: number): number {
  return Math.round(value / unit) * unit;
}

function issuerDiffers({ token, seen }: Facts): boolean {
  // Metadata and tokens of one issuer often differ by a slash; what a server compares with is its own setting.
  const [from = '', ...issuers] = [
    String(token?.payload.iss ?? ''),
    ...(seen.resource?.authorizationServers ?? []),
  ].map(issuer => issuer.replace(/\/$/, ''));
  return issuers.length > 0 && from !== '' && !issuers.includes(from);
}

function claimOffers({ credential, freshToken }: Facts, kind: 'setAudience' | 'setIssuer', value: string): Offer[] {
  if (credential.kind !== 'signedJwt') {
    return credential.kind === 'oauth' ? [{ kind: 'signIn' }] : [freshToken];
  }
  return [...(value === '' ? [] : [{ kind, value }]), { kind: 'editClaims' }];
}

/** Past its end or before its beginning, by this machine's clock or by the server's. */
function isOutOfTime({ times, serverNow, ownNow }: Facts): boolean {
  const clocks = [ownNow, ...(serverNow === undefined ? [] : [serverNow])];
  return clocks.some(now => (times?.exp.at ?? Infinity) <= now || (times?.nbf.at ?? 0) > now);
}

/** A new token helps where it lives longer than the clocks differ; where the server's is behind, none does that says when it begins. */
function clockOffers(facts: Facts, runsAhead: boolean): Offer[] {
  const { times, skew = 0, renewable, freshToken } = facts;
  const lifetime = (times?.exp.at ?? 0) - (times?.iat.at ?? times?.nbf.at ?? 0);
  const helps = runsAhead ? lifetime > skew + minute || !renewable : !renewable;
  return [...(helps ? [freshToken] : []), ...claimsOffer(facts), { kind: 'testAgain' }];
}

/** Another key is in another credential; signing once more with the same one changes nothing. */
function otherKey(facts: Facts): Offer[] {
  return facts.credential.kind === 'signedJwt'
    ? [{ kind: 'attachCredential' }, { kind: 'editClaims' }]
    : [facts.freshToken];
}

/** What a token says can be changed only where it is signed here. */
function claimsOffer({ credential }: Facts): Offer[] {
  return credential.kind === 'signedJwt' ? [{ kind: 'editClaims' }] : [];
}

/** Another algorithm only if the key that signs can do it. */
function algorithmOffers(facts: Facts, accepted: readonly string[]): Offer[] {
  if (facts.credential.kind !== 'signedJwt') {
    return [facts.freshToken];
  }
  const now = findAlgorithm(facts.token?.header.alg);
  const other = accepted.find(name => {
    const algorithm = findAlgorithm(name);
    return now && algorithm?.keyType === now.keyType && algorithm.curve === now.curve;
  });
  return [...(other === undefined ? [] : [{ kind: 'setAlgorithm', value: other } as const]), { kind: 'editClaims' }];
}

/** What the challenge asks for and the token hasn't got. */
function missingScopes({ challenge, token }: Facts): string[] {
  const has = token ? readScopes(token.payload) : [];
  return (challenge?.scopes ?? []).filter(scope => !has.includes(scope));
}

function held(payload: Parameters<typeof readScopes>[0]): string[] {
  const roles = [payload.role, payload.roles].flatMap(role => (Array.isArray(role) ? role : [role]));
  return [...roles.filter(role => typeof role === 'string'), ...readScopes(payload)];
}

function permissionOffers(facts: Facts): Offer[] {
  const { credential } = facts;
  const missing = missingScopes(facts);
  switch (credential.kind) {
    case 'signedJwt':
      return [...credential.otherRoles.map(value => ({ kind: 'switchRole', value }) as const), { kind: 'editClaims' }];
    case 'oauth':
      return [{ kind: 'signIn', ...(missing.length > 0 && { value: missing.join(' ') }) }];
    default:
      return [{ kind: 'attachCredential' }];
  }
}
