import assert from 'node:assert/strict';
import type { CauseId, OfferKind } from '../../../src/core/connection/diagnosis/types.ts';
import type { Misconfiguration } from '../../doctor/misconfiguration.ts';
import { misconfigurations } from '../../doctor/misconfigurations.ts';
import { test, writeServer } from './connections.ts';

/** One misconfigured server for each rule: what is said about it, and what is offered first. */
const expected: readonly {
  readonly cause: CauseId;
  /** Picks the misconfiguration among those of this cause; the first of them if left out. */
  readonly which?: RegExp;
  readonly certainty: 'certain' | 'likely';
  readonly says: RegExp;
  readonly offers: OfferKind | undefined;
  readonly tool?: string;
}[] = [
  { cause: 'token-expired', certainty: 'certain', says: /^The token expired on /, offers: 'attachCredential' },
  {
    cause: 'token-expired',
    which: /403, the same words/,
    certainty: 'certain',
    says: /^The token expired on /,
    offers: 'attachCredential',
  },
  {
    cause: 'token-expired',
    which: /200, an error that is no/,
    certainty: 'certain',
    says: /^The token expired on /,
    offers: 'attachCredential',
  },
  {
    cause: 'token-not-yet-valid',
    certainty: 'certain',
    says: /^The token is not valid before /,
    offers: 'attachCredential',
  },
  {
    cause: 'clocks-apart',
    which: /two hours ahead/,
    certainty: 'certain',
    says: /^The clocks differ: the server’s is 2 h ahead of this computer’s/,
    offers: 'attachCredential',
  },
  {
    cause: 'clocks-apart',
    which: /an hour behind/,
    certainty: 'certain',
    says: /^The clocks differ: the server’s is .* behind this computer’s/,
    offers: 'attachCredential',
  },
  {
    cause: 'audience-wrong',
    which: /401, the reason in words/,
    certainty: 'certain',
    says: /^The server does not take a token that is meant for https:\/\/calendar\.example\.com\/mcp\.$/,
    offers: 'attachCredential',
  },
  {
    cause: 'issuer-wrong',
    certainty: 'certain',
    says: /^The server does not take tokens that come from https:\/\/login\.example\.org\.$/,
    offers: 'attachCredential',
  },
  {
    cause: 'signature-refused',
    which: /another key that has the same name/,
    certainty: 'certain',
    says: /^The signature does not fit/,
    offers: 'attachCredential',
  },
  {
    cause: 'key-rotated',
    certainty: 'certain',
    says: /^The token is signed with the key last-year, which the server no longer knows/,
    offers: 'attachCredential',
  },
  {
    cause: 'algorithm-refused',
    which: /HS512/,
    certainty: 'certain',
    says: /^The server does not take tokens signed with HS512\.$/,
    offers: 'attachCredential',
  },
  {
    cause: 'permission-missing',
    which: /scope.*|WWW-Auth/,
    certainty: 'certain',
    says: /^The token lacks /,
    offers: 'attachCredential',
  },
  {
    cause: 'permission-missing',
    which: /refused only when a tool is called/,
    certainty: 'certain',
    says: /^The server lists its tools for this token, but refuses the call of read_note\. The token has: viewer/,
    offers: 'attachCredential',
    tool: 'read_note',
  },
  {
    cause: 'call-refused',
    certainty: 'certain',
    says: /^The server lists its tools, and the call of read_note failed; it says: “The notebook is on fire\.”\.$/,
    offers: 'copyAsCurl',
    tool: 'read_note',
  },
  {
    cause: 'not-seen',
    certainty: 'likely',
    says: /^Most likely: The server answers as if no credential had come: something on the way drops X-API-Key/,
    offers: 'copyAsCurl',
  },
  {
    cause: 'header-name',
    certainty: 'certain',
    says: /^The credential is sent in Authorization, and the server looks for it in X-API-Key\.$/,
    offers: 'renameHeader',
  },
  { cause: 'scheme-missing', certainty: 'certain', says: /^The header lacks “Bearer ”/, offers: 'repairHeader' },
  { cause: 'scheme-wrong', certainty: 'certain', says: /^“Bearer” stands twice/, offers: 'repairHeader' },
  {
    cause: 'header-blanks',
    certainty: 'certain',
    says: /^There are stray blanks in the header/,
    offers: 'repairHeader',
  },
  { cause: 'header-malformed', certainty: 'certain', says: /is not well-formed/, offers: 'repairHeader' },
  {
    cause: 'token-malformed',
    certainty: 'certain',
    says: /^The token cannot be read as a JWT/,
    offers: 'attachCredential',
  },
  {
    cause: 'credential-refused',
    which: /does not know/,
    certainty: 'certain',
    says: /^The server does not know this credential; it says: “Invalid API key”\.$/,
    offers: 'attachCredential',
  },
  {
    cause: 'credential-refused',
    which: /revoked/,
    certainty: 'certain',
    says: /^The credential has been revoked\.$/,
    offers: 'attachCredential',
  },
  {
    cause: 'credential-missing',
    certainty: 'certain',
    says: /wants a credential, and nothing is sent to it\.$/,
    offers: 'addCredential',
  },
  {
    cause: 'oauth-wanted',
    certainty: 'likely',
    says: /^Most likely: The server wants a sign-in with OAuth at https:\/\/login\.example\.com/,
    offers: 'signIn',
  },
  {
    cause: 'redirected-elsewhere',
    which: /another host/,
    certainty: 'certain',
    says: /sends clients to the sign-in page https:\/\/login\.example\.com\/signin:|redirects to https:\/\/mcp\.example\.com/,
    offers: 'showInFile',
  },
  { cause: 'moved', certainty: 'certain', says: /^The MCP server has moved to http:.*\/v2\/mcp\./, offers: 'useUrl' },
  {
    cause: 'web-page',
    certainty: 'certain',
    says: /^A sign-in page answers instead of the MCP server \(its title: “Sign in”\)\.$/,
    offers: 'showInFile',
  },
  { cause: 'proxy', certainty: 'likely', says: /^Most likely: A proxy answers/, offers: 'testAgain' },
  {
    cause: 'rate-limited',
    certainty: 'certain',
    says: /has had too many requests\. It asks to wait \(30 s\)\.$/,
    offers: 'testAgain',
  },
  { cause: 'server-error', certainty: 'certain', says: /failed while answering \(500\)/, offers: 'testAgain' },
  {
    cause: 'connection-lost',
    certainty: 'likely',
    says: /^Most likely: The connection to .* broke/,
    offers: 'testAgain',
  },
  { cause: 'http2-only', certainty: 'certain', says: /speaks HTTP\/2 alone/, offers: 'showInFile' },
  {
    cause: 'certificate-self-signed',
    certainty: 'certain',
    says: /shows a certificate that it signed by itself/,
    offers: 'testAgain',
  },
  {
    cause: 'certificate-unknown',
    certainty: 'certain',
    says: /comes from “Demo Authority”, which this computer does not trust\.$/,
    offers: 'testAgain',
  },
  {
    cause: 'certificate-expired',
    certainty: 'certain',
    says: /^The certificate of 127\.0\.0\.1:\d+ expired on /,
    offers: 'testAgain',
  },
  {
    cause: 'certificate-other-name',
    certainty: 'certain',
    says: /^The certificate of 127\.0\.0\.1:\d+ is for another host \(“calendar\.example\.com”\)\.$/,
    offers: 'showInFile',
  },
  {
    cause: 'no-answer',
    certainty: 'certain',
    says: /^127\.0\.0\.1:\d+ does not answer in time\.$/,
    offers: 'testAgain',
  },
  {
    cause: 'too-much',
    certainty: 'certain',
    says: /^127\.0\.0\.1:\d+ sends more than a client can take\. The test stopped reading\.$/,
    offers: 'showLog',
  },
  {
    cause: 'plain-http',
    certainty: 'certain',
    says: /^The URL says https, and .* speaks plain http/,
    offers: 'showInFile',
  },
  { cause: 'tls-expected', certainty: 'certain', says: /^The URL says http, and .* wants https/, offers: 'useUrl' },
  {
    cause: 'not-mcp',
    certainty: 'likely',
    says: /^Most likely: What answers at this URL does not speak MCP/,
    offers: 'showInFile',
  },
  {
    cause: 'path-wrong',
    certainty: 'certain',
    says: /^There is no MCP server at this URL, but there is one at http:.*\/mcp\.$/,
    offers: 'useUrl',
  },
  {
    cause: 'path-wrong',
    which: /refuses strangers at every path/,
    certainty: 'likely',
    says: /^Most likely: There is no MCP server at this URL \(404\)\.$/,
    offers: 'showInFile',
  },
  {
    cause: 'token-expired',
    which: /sends strangers to sign in/,
    certainty: 'certain',
    says: /^The token expired on /,
    offers: 'attachCredential',
  },
  {
    cause: 'refused',
    which: /400, about something else/,
    certainty: 'likely',
    says: /^Most likely: The server refuses the request \(400\); it says: “Bad Request: the header Mcp-Session-Id is required”\.$/,
    offers: 'copyAsCurl',
  },
  {
    cause: 'sse-only',
    certainty: 'certain',
    says: /^The server speaks the older HTTP\+SSE alone, at http:.*\/sse\.$/,
    offers: 'useUrl',
  },
  { cause: 'not-listening', certainty: 'certain', says: /^Nothing listens at 127\.0\.0\.1:/, offers: 'testAgain' },
  { cause: 'name-unknown', certainty: 'certain', says: /^The name mcp\.invalid has no address/, offers: 'showInFile' },
];

describe('Test Connection', () => {
  const { timeout } = AbortSignal;

  // Nobody learns anything from waiting as long as a person would.
  before(() =>
    Object.assign(AbortSignal, { timeout: (time: number) => timeout.call(AbortSignal, Math.min(time, 3000)) }),
  );
  after(() => Object.assign(AbortSignal, { timeout }));

  for (const { cause, which, certainty, says, offers, tool } of expected) {
    const chosen = misconfigurations.find(
      row => row.cause === cause && (which?.test(`${row.server}, ${row.defect}`) ?? true),
    ) as Misconfiguration;
    it(`${cause}: ${chosen.server}, credential ${chosen.defect}`, async () => {
      const { subject, close } = await chosen.start();
      try {
        const { header, serverUrl } = subject;
        await writeServer('troubled', serverUrl, header ? { [header.name]: header.value.reveal() } : {});
        const result = await test('troubled', { ...(tool !== undefined && { tool }) });
        const [first] = result.causes;
        assert.deepEqual(
          { healthy: result.healthy, cause: first?.id, certainty: first?.certainty },
          { healthy: false, cause, certainty },
        );
        assert.match(result.verdict, says);
        assert.equal(first?.fixes[0]?.kind, offers);
      } finally {
        await close();
      }
    });
  }
});
