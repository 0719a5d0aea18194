import { pageTitle } from '../serverWords.ts';
import type { Facts } from './facts.ts';
import type { Offer, Rule } from './types.ts';

/** Somebody answered, and it wasn't the MCP server, or not at this place. */
export const answerRules: readonly Rule[] = [
  {
    cause: 'redirected-elsewhere',
    when: 'the server sends clients to another origin, where they no longer send the credential',
    find: facts => {
      const to = redirectOf(facts);
      return to !== undefined && !sameOrigin(to, facts.seen.serverUrl)
        ? {
            certainty: 'certain',
            data: { to, signIn: isSignIn(to) },
            offers: isSignIn(to) ? [{ kind: 'showInFile' }] : [{ kind: 'useUrl', value: to }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'moved',
    when: 'the server sends clients to another path of its own',
    find: facts => {
      const to = redirectOf(facts);
      const signIn = to !== undefined && isSignIn(to);
      // 302 and 303 make a GET of a POST (RFC 9110 section 15.4): whoever sends them does not speak to programs.
      const forPrograms = [301, 307, 308].includes(facts.status);
      return to !== undefined && sameOrigin(to, facts.seen.serverUrl)
        ? {
            certainty: signIn || forPrograms ? 'certain' : 'likely',
            data: { to, signIn },
            offers: signIn ? [{ kind: 'showInFile' }] : [{ kind: 'useUrl', value: to }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'rate-limited',
    when: 'the answer is 429',
    find: ({ status, answer }) =>
      status === 429
        ? {
            certainty: 'certain',
            data: { after: answer?.headers['retry-after'] ?? '' },
            offers: [{ kind: 'testAgain' }],
          }
        : undefined,
  },
  {
    cause: 'proxy',
    when: 'a proxy answers for the server: a page with 502, 503, 504, or one with a Via header',
    find: facts =>
      isOfProxy(facts)
        ? {
            certainty: 'likely',
            data: { status: facts.status, title: pageTitle(facts.answer?.body ?? '') ?? '' },
            offers: [{ kind: 'testAgain' }],
          }
        : undefined,
  },
  {
    cause: 'sse-only',
    when: 'no Streamable HTTP at this URL, and HTTP+SSE answers at another one of the same origin',
    find: ({ seen, status }) => {
      const sse = seen.others.find(({ transport }) => transport === 'sse');
      const http = seen.others.find(({ transport }) => transport === 'streamableHttp');
      return isMissing(status) && sse && !http && !seen.connected
        ? {
            certainty: 'certain',
            data: { to: sse.url },
            offers: [{ kind: 'useUrl', value: sse.url }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'path-wrong',
    when: 'nothing at this path, and an MCP server answers at another one of the same origin',
    find: ({ seen, status, isPage }) => {
      const [other] = seen.others;
      const missing = isMissing(status) || (isPage && status < 400);
      return missing && other && !seen.connected
        ? {
            certainty: 'certain',
            data: { to: other.url, status },
            offers: [{ kind: 'useUrl', value: other.url }, { kind: 'showInFile' }],
          }
        : undefined;
    },
  },
  {
    cause: 'web-page',
    when: 'a page for people came instead of an answer for programs: a sign-in page, a portal',
    find: facts => {
      const { isPage, answer, status, seen } = facts;
      const body = answer?.body ?? '';
      const signIn = /type=["']?password|\bsign[ -]?in\b|\blog[ -]?in\b|\bsso\b|\bsaml/i.test(body);
      // Web servers send a page with every 401, 403 or 400: it may be the MCP server's own answer.
      return isPage && !seen.connected && !isMissing(status) && !isOfProxy(facts) && status < 500 && !isChallenge(facts)
        ? {
            certainty: status < 400 || signIn ? 'certain' : 'likely',
            data: { title: pageTitle(body) ?? '', signIn },
            offers: [{ kind: 'showInFile' }, { kind: 'testAgain' }],
          }
        : undefined;
    },
  },
  {
    cause: 'path-wrong',
    when: 'nothing at this path, and nowhere near',
    find: ({ seen, status }) =>
      isMissing(status) && seen.others.length === 0 && !seen.connected
        ? {
            certainty: 'likely',
            data: { to: '', status, untold: isGuarded(seen.bare?.status) },
            offers: [{ kind: 'showInFile' }],
          }
        : undefined,
  },
  {
    cause: 'server-error',
    when: 'the server failed while answering, without a word about the credential',
    find: facts => {
      const { status, refused, seen } = facts;
      return status >= 500 && status !== 501 && status !== 505 && !refused && !isOfProxy(facts)
        ? {
            // Where it serves others, it may well be this credential that it stumbles over.
            certainty: seen.bare?.status === status ? 'certain' : 'likely',
            data: { status },
            offers: [{ kind: 'testAgain' }, { kind: 'copyAsCurl' }],
          }
        : undefined;
    },
  },
  {
    cause: 'not-mcp',
    when: 'something answers that does not speak MCP',
    find: ({ seen, refused, status }) =>
      !refused && (seen.failure?.code === 'protocol' || seen.failure?.code === 'rpc') && status < 400
        ? {
            certainty: 'likely',
            data: { reason: seen.failure.rpc?.message ?? seen.failure.reason ?? '' },
            offers: curl,
          }
        : undefined,
  },
];

const curl: readonly Offer[] = [{ kind: 'showInFile' }, { kind: 'copyAsCurl' }];

const signInPath = /\b(?:log-?in|sign-?in|sso|saml|oauth2?|authorize|auth)\b/i;

function isSignIn(url: string): boolean {
  const { hostname, pathname } = new URL(url);
  return signInPath.test(pathname) || /^(?:log-?in|sign-?in|sso|accounts?)\./i.test(hostname);
}

function isMissing(status: number): boolean {
  return status === 404 || status === 405 || status === 410 || status === 501;
}

function isOfProxy({ isPage, status, answer }: Facts): boolean {
  return isPage && ([502, 503, 504].includes(status) || answer?.headers.via !== undefined);
}

/** A 401 that says how to authenticate (RFC 9110 section 11.6.1) is for programs, whatever page comes with it. */
function isChallenge({ status, challenge }: Facts): boolean {
  return status === 401 && challenge !== undefined;
}

/** Where a guard stands in front of everything, a refusal does not tell what is behind it. */
function isGuarded(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

/** Where whoever has the credential is sent; those without may be sent to sign in. */
function redirectOf({ answer }: Facts): string | undefined {
  return answer?.failure?.code === 'redirected' ? answer.redirectedTo : undefined;
}

function sameOrigin(a: string, b: string): boolean {
  try {
    return new URL(a).origin === new URL(b).origin;
  } catch {
    return false;
  }
}
