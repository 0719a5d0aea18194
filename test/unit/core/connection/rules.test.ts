import assert from 'node:assert/strict';
import { diagnose, rules } from '../../../../src/core/connection/diagnosis/diagnose.ts';
import type { Examination } from '../../../../src/core/connection/examination.ts';
import { examine } from '../../../../src/core/connection/examine.ts';
import type { Exchange, ExchangeFailure } from '../../../../src/core/connection/exchange.ts';
import { maskedValue } from '../../../../src/core/connection/maskedValue.ts';
import { comparePublishedKeys } from '../../../../src/core/connection/publishedKeys.ts';
import { readServerWords } from '../../../../src/core/connection/serverWords.ts';
import { otherEncodings, subjectOf } from '../../../../src/core/connection/subject.ts';
import { decodeJwt } from '../../../../src/core/jwt/decode.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { bytes, makePair, signToken, textSecret } from '../../../doctor/tokens.ts';

const subject = subjectOf({
  serverUrl: 'https://mcp.example.com/mcp',
  kind: 'apiKey',
  header: { name: 'X-API-Key', value: new Secret('demo-key-not-a-secret') },
});

function exchange(changes: Partial<Exchange> = {}): Exchange {
  return { at: 0, method: 'POST', url: subject.serverUrl, sent: [], headers: {}, body: '', ...changes };
}

function seen(changes: Partial<Examination>): Examination {
  return {
    serverUrl: subject.serverUrl,
    facts: subject.facts,
    at: 0,
    toleranceSeconds: 60,
    steps: [],
    lists: {},
    others: [],
    cancelled: false,
    ...changes,
  };
}

function unreachable(reason: string, changes: Partial<Examination> = {}): Examination {
  const failure: ExchangeFailure = { code: 'network', reason };
  return seen({ bare: exchange({ failure }), ...changes });
}

function first(examination: Examination): string {
  const [cause] = diagnose(examination).causes;
  return `${cause?.id} (${cause?.certainty})`;
}

/** A stream that says something and stays open. */
function endless(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: controller => controller.enqueue(new TextEncoder().encode(text)) });
}

describe('diagnosis rules', () => {
  it('each say in words when they fire', () => {
    for (const { cause, when } of rules) {
      assert(when.length > 15, cause);
    }
  });

  it('read certificates that this machine trusts and still does not take', () => {
    assert.equal(first(unreachable('CERT_HAS_EXPIRED')), 'certificate-expired (certain)');
    assert.equal(first(unreachable('ERR_TLS_CERT_ALTNAME_INVALID')), 'certificate-other-name (certain)');
    assert.equal(first(unreachable('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')), 'certificate-unknown (certain)');
  });

  it('read HTTP/2 from the protocols that a server takes', () => {
    const alert = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
    assert.equal(first(unreachable(alert, { wire: { alpn: ['h2'] } })), 'http2-only (certain)');
    assert.equal(first(unreachable(alert, { wire: { alpn: ['h2', 'http/1.1'] } })), 'connection-lost (likely)');
  });

  it('read the network', () => {
    assert.equal(first(unreachable('EAI_AGAIN')), 'name-unknown (likely)');
    assert.equal(first(unreachable('ENETUNREACH')), 'no-answer (certain)');
    assert.equal(first(unreachable('ECONNRESET')), 'connection-lost (likely)');
    assert.equal(first(seen({ failure: { code: 'bounds', reason: 'size' } })), 'too-much (certain)');
  });

  it('read what the keyring refuses', () => {
    const refused = (code: string) => seen({ facts: { ...subject.facts, refusal: { code, data: { at: 1 } } } });
    assert.equal(first(refused('credential-revoked')), 'credential-withheld (certain)');
    assert.equal(first(refused('token-expired')), 'token-expired (certain)');
    assert.equal(first(refused('no-credential')), 'credential-missing (certain)');
  });

  it('name the header that a server wants as people write it', () => {
    const refused = exchange({ status: 401, body: '{"error":"Missing X-API-Key header"}' });
    const bare = subjectOf({ serverUrl: subject.serverUrl, kind: 'none' });
    const { causes } = diagnose(seen({ facts: bare.facts, bare: refused, refused }));
    assert.deepEqual([causes[0]?.id, causes[0]?.data?.header], ['credential-missing', 'X-API-Key']);
  });

  it('offer what helps: no new signature by the same key, no token that is dead when it is made', async () => {
    const offers = async (changes: object, skew: number, body = '{}') => {
      const now = Date.now();
      const signed = subjectOf({
        serverUrl: subject.serverUrl,
        kind: 'signedJwt',
        header: { name: 'Authorization', value: new Secret(`Bearer ${await signToken(bytes(textSecret), changes)}`) },
      });
      const date = new Date(now + skew).toUTCString();
      const refused = exchange({ at: now, status: 401, body, headers: { date } });
      const { causes } = diagnose(seen({ facts: signed.facts, at: now, bare: refused, refused }));
      return [causes[0]?.id, ...(causes[0]?.offers.map(({ kind }) => kind) ?? [])];
    };
    const hour = 3_600_000;
    const day = 86_400;
    assert.deepEqual(await offers({}, 2 * hour), ['clocks-apart', 'editClaims', 'testAgain']);
    assert.deepEqual(await offers({ issuedIn: -day, expiresIn: 60 }, hour), [
      'clocks-apart',
      'renew',
      'editClaims',
      'testAgain',
    ]);
    assert.deepEqual(await offers({ notBeforeIn: 0 }, -hour), ['clocks-apart', 'editClaims', 'testAgain']);
    assert.deepEqual(await offers({}, 0, '{"error":"Invalid signature"}'), [
      'signature-refused',
      'attachCredential',
      'editClaims',
    ]);
  });

  it('know a server that has moved from one that sends people about', () => {
    const redirect = (status: number, to: string) => {
      const bare = exchange({ status, failure: { code: 'redirected' }, redirectedTo: to });
      return first(seen({ bare, refused: bare, failure: { code: 'redirected' } }));
    };
    assert.equal(redirect(308, 'https://mcp.example.com/v2/mcp'), 'moved (certain)');
    assert.equal(redirect(302, 'https://mcp.example.com/maintenance'), 'moved (likely)');
    const elsewhere = exchange({
      status: 308,
      failure: { code: 'redirected' },
      redirectedTo: 'https://auth.example.com/mcp',
    });
    const { causes } = diagnose(seen({ bare: elsewhere, refused: elsewhere }));
    assert.deepEqual(causes[0]?.offers[0], { kind: 'useUrl', value: 'https://auth.example.com/mcp' });
  });

  it('do not take one code for all troubles of TLS for one of them', () => {
    assert.equal(first(unreachable('EPROTO')), 'plain-http (likely)');
    assert.equal(first(unreachable('ERR_SSL_WRONG_VERSION_NUMBER')), 'plain-http (certain)');
  });

  it('say of a server that works that it lets everybody in only where it does', () => {
    const notes = (body: string) => {
      const bare = exchange({ status: 200, body });
      const connected = {
        transport: 'streamableHttp',
        protocolVersion: '',
        server: { name: '', version: '' },
      } as const;
      const { healthy, causes } = diagnose(seen({ bare, connected }));
      assert(healthy);
      return causes.map(({ id }) => id);
    };
    assert.deepEqual(notes('{"jsonrpc":"2.0","id":1,"result":{}}'), ['token-not-needed']);
    assert.deepEqual(notes('{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Missing credentials"}}'), []);
    assert.deepEqual(notes('<html><title>Sign in</title></html>'), []);
  });

  it('name a cancelled test as such, whatever else was seen', () => {
    assert.equal(first(seen({ cancelled: true, bare: exchange({ status: 500 }) })), 'cancelled (certain)');
  });

  it('leave guesses out where the cause is certain', () => {
    const answer = exchange({ status: 429 });
    const { causes } = diagnose(seen({ bare: answer, refused: answer, failure: { code: 'http', status: 429 } }));
    assert.deepEqual(
      causes.map(({ id }) => id),
      ['rate-limited'],
    );
  });
});

describe('examination', () => {
  for (const step of ['reach', 'metadata', 'connect'] as const) {
    it(`ends when it is cancelled at the step ${step}, and sends nothing more`, async () => {
      const controller = new AbortController();
      let sentAfter = 0;
      const examination = await examine({
        subject,
        http: async () => {
          sentAfter += controller.signal.aborted ? 1 : 0;
          return new Response('{"error":"Missing X-API-Key header"}', {
            status: 401,
            headers: { 'Content-Type': 'application/json' },
          });
        },
        now: Date.now,
        toleranceSeconds: 60,
        signal: controller.signal,
        onStep: current => current === step && controller.abort(),
      });
      assert.equal(examination.cancelled, true);
      assert.equal(sentAfter, 0);
      assert.equal(diagnose(examination).causes[0]?.id, 'cancelled');
    });
  }
});

describe('an examination', () => {
  it('connects with nothing where the keyring withholds the credential', async () => {
    const withheld = subjectOf({
      serverUrl: subject.serverUrl,
      kind: 'apiKey',
      header: { name: 'X-API-Key' },
      refusal: { code: 'credential-revoked', data: {} },
    });
    const asked: string[] = [];
    const http = async (_: string, { body }: RequestInit) => {
      asked.push(String(body));
      return new Response('{}', { status: 401 });
    };
    const { steps } = await examine({ subject: withheld, http, now: Date.now, toleranceSeconds: 60 });
    assert.equal(steps.find(({ name }) => name === 'connect')?.outcome, 'notNeeded');
    assert.equal(asked.filter(body => body.includes('initialize')).length, 1);
  });

  it('tells what it sent where it looked around, and no credential is in it', async () => {
    const http = async (url: string) =>
      new URL(url).pathname === '/sse'
        ? new Response(endless('event: endpoint\ndata: /messages\n\n'), {
            headers: { 'Content-Type': 'text/event-stream' },
          })
        : // Something that answers everything, and is no MCP server for that.
          new Response('{"status":"ok"}', {
            status: new URL(url).pathname === '/' ? 200 : 404,
            headers: { 'Content-Type': 'application/json' },
          });
    const { steps, others } = await examine({
      subject: { ...subject, serverUrl: 'https://mcp.example.com/api' },
      http,
      now: Date.now,
      toleranceSeconds: 60,
    });
    assert.deepEqual(others, [{ url: 'https://mcp.example.com/sse', transport: 'sse' }]);
    const exchanges = steps.find(({ name }) => name === 'look')?.exchanges ?? [];
    assert.deepEqual(exchanges.map(({ url, status }) => `${new URL(url).pathname} ${status}`).toSorted(), [
      '/ 200',
      '/api/mcp 404',
      '/api/sse 404',
      '/mcp 404',
      '/mcp/ 404',
      '/sse 200',
    ]);
    assert.ok(exchanges.every(({ sent }) => sent.every(({ name }) => name !== 'X-API-Key')));
  });

  it('reads published keys only where metadata may lead', async () => {
    const issuer = 'https://login.example.com';
    const asked: string[] = [];
    const http = async (url: string) => {
      asked.push(new URL(url).host);
      return new Response(JSON.stringify({ issuer, jwks_uri: 'https://10.0.0.1/jwks', keys: [] }));
    };
    const token = await signToken(bytes(textSecret));
    const decoded = decodeJwt(token);
    assert(decoded.ok);
    const policy = { serverUrl: subject.serverUrl };
    assert.equal(await comparePublishedKeys({ http }, policy, issuer, token, decoded.value), undefined);
    assert.deepEqual([...new Set(asked)], ['login.example.com']);
  });

  it('says nothing by published keys where the one that may be meant cannot be used here', async () => {
    const issuer = 'https://login.example.com';
    const [right, other] = [await makePair('this-year'), await makePair('this-year')];
    const token = await signToken(right.privateKey, { kid: 'this-year', issuer });
    const decoded = decodeJwt(token);
    assert(decoded.ok);
    const outcome = async (...keys: JsonObject[]) => {
      const http = async () => new Response(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, keys }));
      const policy = { serverUrl: subject.serverUrl };
      return (await comparePublishedKeys({ http }, policy, issuer, token, decoded.value))?.outcome;
    };
    const next = { ...other.jwk, kid: 'next-year' };
    assert.equal(await outcome(right.jwk, next), 'fits');
    assert.equal(await outcome(other.jwk), 'mismatch');
    assert.equal(await outcome(next), 'keyUnknown');
    // Two of one name: a server takes the one, or tries both.
    assert.equal(await outcome(right.jwk, other.jwk), undefined);
    const foreign = { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' };
    assert.equal(await outcome(next, { ...foreign, kid: 'this-year' }), undefined);
    assert.equal(await outcome(next, foreign), undefined);
    assert.equal(await outcome(next, { ...foreign, kid: 'last-year' }), 'keyUnknown');
    assert.equal(await outcome(next, { ...right.jwk, use: 'enc' }), 'keyUnknown');
  });
});

describe('server words', () => {
  const of = (body: string, headers = {}) => readServerWords({ body, headers });

  it('take “invalid or expired” for neither', () => {
    assert(!of('{"error":"Invalid or expired token"}').topics.has('expired'));
    assert(of('{"error":"Token expired"}').topics.has('expired'));
    assert(of('{"error":{"message":"jwt expired"}}').topics.has('expired'));
  });

  it('read the challenge, the body and an event stream', () => {
    const challenge = 'Bearer error="invalid_token", error_description="The signature is invalid"';
    assert(of('', { 'www-authenticate': challenge }).topics.has('signature'));
    const quoted = String.raw`Basic realm="a", Bearer error=invalid_token, error_description="The token \"a\" expired"`;
    assert.equal(of('', { 'www-authenticate': quoted }).text, 'invalid_token: The token "a" expired');
    assert.equal(of('data: {"error":{"code":-32001,"message":"Invalid audience"}}\n\n').text, 'Invalid audience');
    assert.deepEqual(of('{"error":"Missing X-API-Key header"}').headers, ['x-api-key']);
  });

  it('take Authorization for a header only where it is one', () => {
    assert.deepEqual(of('{"error":"Authorization failed"}').headers, []);
    assert.deepEqual(of('{"error":"Missing Authorization header"}').headers, ['authorization']);
    assert.deepEqual(of('{"error":"Send the header `Authorization`"}').headers, ['authorization']);
    assert.deepEqual(of('{"error":"Use Authorization: Bearer <token>"}').headers, ['authorization']);
    assert.deepEqual(of('{"error":"Invalid API-Key"}').headers, []);
  });

  it('take PyJWT’s “Signature has expired” for the token’s end', () => {
    const { topics } = of('{"detail":"Signature has expired"}');
    assert(topics.has('expired') && !topics.has('signature'));
  });

  it('take no longer for a hostile answer than for another', () => {
    const began = performance.now();
    of(JSON.stringify({ error: 'x-'.repeat(8000) }));
    of(`<html>${'<title'.repeat(2700)}`);
    assert.ok(performance.now() - began < 500);
  });

  it('read nothing out of a page', () => {
    assert.equal(of('<!DOCTYPE html><title>expired</title>').text, '');
  });
});

describe('what is known of a credential', () => {
  it('shows a long secret’s ends, and nothing of a short one', async () => {
    const long = await maskedValue('abcd-not-a-secret-0123456789-wxyz');
    assert.deepEqual([long.shown, long.length, long.hash.length], ['abcd…wxyz', 33, 8]);
    assert.equal((await maskedValue('short-one')).shown, '…');
  });

  it('knows how else a secret’s text could be meant', () => {
    assert.deepEqual(otherEncodings('ZGVtby1zZWNyZXQtMDEyMzQ1Njc4OUFCQ0RFRmdoaWpr', 'utf8'), ['base64']);
    assert.deepEqual(otherEncodings('ZGVtby1zZWNyZXQtMDEyMzQ1Njc4OUFCQ0RFRmdoaWpr', 'base64'), ['utf8']);
    assert.deepEqual(otherEncodings('00112233445566778899aabbccddeeff', 'utf8'), ['hex']);
    assert.deepEqual(otherEncodings('correct-horse-battery-staple-and-more', 'utf8'), []);
  });
});
