import { findAlgorithm } from '../../jwt/algorithms.ts';
import { readTimes, type TokenTimes } from '../../jwt/claims.ts';
import type { DecodedJwt } from '../../jwt/types.ts';
import { type BearerChallenge, bearerChallenge } from '../../oauth/challenge.ts';
import type { CredentialFacts, Examination } from '../examination.ts';
import type { Exchange } from '../exchange.ts';
import { looksLikePage, readServerWords, type ServerWords, type Topic } from '../serverWords.ts';
import type { Offer } from './types.ts';

/** What rules look at: an examination, and what follows from it without any judgement. */
export interface Facts {
  readonly seen: Examination;
  readonly credential: CredentialFacts;
  /** The answer that decides: to the credential if it was sent, otherwise to nobody in particular. */
  readonly answer?: Exchange;
  readonly status: number;
  readonly words: ServerWords;
  readonly challenge?: BearerChallenge;
  /** The server said no to the credential, in whatever way: 401, 403, or another status or 200 with an error about it. */
  readonly refused: boolean;
  /** It answers with the credential exactly as without: it may never have seen it. */
  readonly unmoved: boolean;
  readonly isPage: boolean;
  readonly token?: DecodedJwt;
  readonly times?: TokenTimes;
  /** The token's algorithm is an HMAC. */
  readonly isHmac: boolean;
  /** The server's clock when it answered, in ms; it counts whole seconds. */
  readonly serverNow?: number;
  /** Our clock at that moment, in ms. */
  readonly ownNow: number;
  /** How far the server's clock is ahead of ours, in ms. */
  readonly skew?: number;
  /** It gets new tokens by itself. */
  readonly renewable: boolean;
  /** What gets a token that is as good as this one was meant to be. */
  readonly freshToken: Offer;
}

const aboutCredential: readonly Topic[] = [
  'expired',
  'notYetValid',
  'signature',
  'key',
  'audience',
  'issuer',
  'permission',
  'revoked',
  'credential',
];

export function factsOf(seen: Examination): Facts {
  const { facts: credential, bare, failure, call } = seen;
  const answer = seen.refused ?? call?.exchange ?? bare;
  const said = [failure?.rpc?.message, call?.outcome === 'toolError' ? call.text : undefined];
  const words = readServerWords(answer ?? { body: '', headers: {} }, said.filter(Boolean).join(' '));
  const status = answer?.status ?? 0;
  const sent = seen.refused !== undefined && credential.kind !== 'none' && credential.kind !== 'foreign';
  const inOtherWords =
    failure !== undefined &&
    (failure.code === 'rpc' || failure.code === 'protocol' || [400, 422, 500].includes(status)) &&
    !looksLikePage(answer ?? { body: '', headers: {} }) &&
    // A server that failed may speak of roles and permissions of its own, in its database.
    aboutCredential.some(topic => words.topics.has(topic) && !(status >= 500 && topic === 'permission'));
  // What was not sent was not refused either.
  const refused = credential.refusal === undefined && (status === 401 || status === 403 || inOtherWords);
  const { token } = credential;
  const challenge = bearerChallenge(answer?.headers['www-authenticate']);
  const clock = serverClock(answer) ?? serverClock(bare);
  return {
    seen,
    credential,
    ...(answer && { answer }),
    status,
    words,
    ...(challenge && { challenge }),
    refused,
    unmoved: sent && bare !== undefined && answer !== undefined && bare !== answer && isSameAnswer(bare, answer),
    isPage: answer !== undefined && looksLikePage(answer),
    ...(token && { token, times: readTimes(token.payload) }),
    isHmac: findAlgorithm(token?.header.alg)?.family === 'HMAC',
    ...clock,
    ownNow: answer?.at ?? seen.at,
    renewable: credential.kind === 'signedJwt' || credential.kind === 'oauth',
    freshToken: {
      kind:
        credential.kind === 'signedJwt' || credential.kind === 'oauth'
          ? 'renew'
          : credential.kind === 'literal' || credential.kind === 'foreign' || credential.kind === 'none'
            ? 'attachCredential'
            : 'replaceToken',
    },
  };
}

function isSameAnswer(a: Exchange, b: Exchange): boolean {
  return (
    a.status === b.status &&
    a.body === b.body &&
    (a.headers['www-authenticate'] ?? '') === (b.headers['www-authenticate'] ?? '')
  );
}

function serverClock(exchange: Exchange | undefined): Pick<Facts, 'serverNow' | 'skew'> | undefined {
  const date = Date.parse(exchange?.headers.date ?? '');
  if (!exchange || Number.isNaN(date)) {
    return undefined;
  }
  // The header is cut to the second, and was written about when half of the exchange was over.
  const serverNow = date + 500;
  return { serverNow, skew: serverNow - (exchange.at + (exchange.duration ?? 0) / 2) };
}
