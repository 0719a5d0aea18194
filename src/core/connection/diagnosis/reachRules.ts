import type { Facts } from './facts.ts';
import type { Offer, Rule } from './types.ts';

/** Why nothing was sent, and why nobody answered. */
export const reachRules: readonly Rule[] = [
  {
    cause: 'cancelled',
    when: 'the test was cancelled',
    find: ({ seen }) => (seen.cancelled ? { certainty: 'certain', offers: [{ kind: 'testAgain' }] } : undefined),
  },
  {
    cause: 'token-expired',
    when: 'the keyring holds a token that has expired and cannot renew it, so nothing was sent',
    find: ({ credential: { refusal }, freshToken }) =>
      refusal?.code === 'token-expired'
        ? { certainty: 'certain', data: { at: Number(refusal.data.at), unsent: true }, offers: [freshToken] }
        : undefined,
  },
  {
    cause: 'token-not-yet-valid',
    when: 'the keyring holds a token that is not valid yet, so nothing was sent',
    find: ({ credential: { refusal }, freshToken }) =>
      refusal?.code === 'token-not-yet-valid'
        ? { certainty: 'certain', data: { at: Number(refusal.data.at), unsent: true }, offers: [freshToken] }
        : undefined,
  },
  {
    cause: 'credential-missing',
    when: 'the file refers to the keyring and no credential is attached to this server',
    find: ({ credential: { refusal, headerName } }) =>
      refusal?.code === 'no-credential'
        ? {
            certainty: 'certain',
            data: { header: headerName ?? '' },
            offers: [{ kind: 'addCredential' }, { kind: 'attachCredential' }],
          }
        : undefined,
  },
  {
    cause: 'credential-withheld',
    when: 'the keyring refuses to hand the credential out, for another reason',
    find: facts => {
      const { refusal } = facts.credential;
      return refusal
        ? {
            certainty: 'certain',
            data: { ...refusal.data, code: refusal.code },
            offers: offersFor(refusal.code, facts),
          }
        : undefined;
    },
  },
  {
    cause: 'credential-unresolved',
    when: 'the header takes its value from an input or a variable that only VS Code can resolve, and the server wants one',
    find: ({ credential, refused }) =>
      credential.kind === 'foreign' && refused
        ? {
            certainty: 'certain',
            data: { header: credential.headerName ?? '' },
            offers: [{ kind: 'attachCredential' }, { kind: 'showInFile' }],
          }
        : undefined,
  },
  {
    cause: 'name-unknown',
    when: 'the name of the host has no address',
    find: facts =>
      reasonIs(facts, /^(?:ENOTFOUND|EAI_NODATA|EAI_NONAME)$/)
        ? { certainty: 'certain', offers: [{ kind: 'showInFile' }, { kind: 'testAgain' }] }
        : reasonIs(facts, /^EAI_AGAIN$/)
          ? { certainty: 'likely', offers: [{ kind: 'testAgain' }, { kind: 'showInFile' }] }
          : undefined,
  },
  {
    cause: 'not-listening',
    when: 'nothing listens at the port',
    find: facts =>
      reasonIs(facts, /^ECONNREFUSED$/)
        ? { certainty: 'certain', offers: [{ kind: 'testAgain' }, { kind: 'showInFile' }] }
        : undefined,
  },
  {
    cause: 'certificate-self-signed',
    when: 'the server shows a certificate that it has signed by itself',
    find: facts =>
      reasonIs(facts, /^DEPTH_ZERO_SELF_SIGNED_CERT$/)
        ? { certainty: 'certain', data: certificateOf(facts), offers: [{ kind: 'testAgain' }, { kind: 'showInFile' }] }
        : undefined,
  },
  {
    cause: 'certificate-unknown',
    when: 'the certificate is signed by an authority that this machine does not trust',
    find: facts =>
      reasonIs(facts, /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)$/)
        ? { certainty: 'certain', data: certificateOf(facts), offers: [{ kind: 'testAgain' }, { kind: 'showInFile' }] }
        : undefined,
  },
  {
    cause: 'certificate-expired',
    when: 'the certificate has expired or is not valid yet',
    find: facts =>
      reasonIs(facts, /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/)
        ? { certainty: 'certain', data: certificateOf(facts), offers: [{ kind: 'testAgain' }] }
        : undefined,
  },
  {
    cause: 'certificate-other-name',
    when: 'the certificate is for another host',
    find: facts =>
      reasonIs(facts, /^ERR_TLS_CERT_ALTNAME_INVALID$/)
        ? { certainty: 'certain', data: certificateOf(facts), offers: [{ kind: 'showInFile' }] }
        : undefined,
  },
  {
    cause: 'http2-only',
    when: 'the server takes HTTP/2 and not HTTP/1.1: by ALPN, by its first bytes, by 426 or 505',
    find: ({ seen, status, answer }) => {
      const { alpn, speaksHttp2 } = seen.wire ?? {};
      const byWire = speaksHttp2 || (alpn?.includes('h2') && !alpn.includes('http/1.1'));
      const byStatus = (status === 426 && /\bh2c?\b/i.test(answer?.headers.upgrade ?? '')) || status === 505;
      return byWire || byStatus
        ? { certainty: 'certain', offers: [{ kind: 'showInFile' }, { kind: 'testAgain' }] }
        : undefined;
    },
  },
  {
    cause: 'plain-http',
    when: 'the URL says https and the server speaks http',
    find: facts =>
      reasonIs(facts, /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/)
        ? { certainty: 'certain', offers: [{ kind: 'showInFile' }] }
        : // Some hosts have this one code for all that can go wrong with TLS.
          reasonIs(facts, /^EPROTO$/)
          ? { certainty: 'likely', offers: [{ kind: 'showInFile' }] }
          : undefined,
  },
  {
    cause: 'tls-expected',
    when: 'the URL says http and the server wants https',
    find: ({ status, answer, seen }) =>
      // In the words of Go, of nginx, and of Apache; the latter two say it on a page.
      status === 400 &&
      seen.serverUrl.startsWith('http:') &&
      /http request .{0,20}https (?:server|port)|plain http to an ssl-enabled/i.test(answer?.body ?? '')
        ? {
            certainty: 'certain',
            offers: [{ kind: 'useUrl', value: seen.serverUrl.replace(/^http:/, 'https:') }],
          }
        : undefined,
  },
  {
    cause: 'no-answer',
    when: 'the server does not answer in time, or no way leads to it',
    find: facts =>
      facts.seen.bare?.failure?.code === 'timeout' ||
      facts.seen.failure?.code === 'timeout' ||
      reasonIs(facts, /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/)
        ? { certainty: 'certain', offers: [{ kind: 'testAgain' }] }
        : undefined,
  },
  {
    cause: 'too-much',
    when: 'an answer was longer than anybody reads, or there were too many',
    find: ({ seen }) =>
      seen.failure?.code === 'bounds' || seen.bare?.failure?.code === 'bounds'
        ? { certainty: 'certain', offers: [{ kind: 'showLog' }] }
        : undefined,
  },
  {
    cause: 'connection-lost',
    when: 'the connection broke for a reason that nothing else explains',
    find: ({ seen }) => {
      const failure = [seen.bare?.failure, seen.failure].find(ended => ended?.code === 'network');
      return failure
        ? {
            certainty: 'likely',
            data: { reason: failure.reason ?? '' },
            offers: [{ kind: 'testAgain' }, { kind: 'showLog' }],
          }
        : undefined;
    },
  },
];

function offersFor(refusal: string, { credential: { kind } }: Facts): readonly Offer[] {
  const attach: Offer = { kind: 'attachCredential' };
  switch (refusal) {
    case 'sign-in-needed':
      return [{ kind: 'signIn' }, attach];
    case 'header-not-sendable':
      return kind === 'literal' ? [{ kind: 'repairHeader' }, { kind: 'showInFile' }] : [attach, { kind: 'showLog' }];
    case 'credential-revoked':
      // A new value brings a credential back that was revoked.
      return kind === 'apiKey' || kind === 'bearer' ? [attach, { kind: 'replaceToken' }] : [attach];
    default:
      return [attach, { kind: 'showLog' }];
  }
}

function reasonIs({ seen }: Facts, pattern: RegExp): boolean {
  return [seen.bare?.failure, seen.failure].some(
    failure => failure?.code === 'network' && pattern.test(failure.reason ?? ''),
  );
}

function certificateOf({ seen }: Facts) {
  const { certificate } = seen.wire ?? {};
  return certificate
    ? {
        subject: certificate.subject,
        issuer: certificate.issuer,
        ...(certificate.validTo !== undefined && { validTo: certificate.validTo }),
      }
    : {};
}
