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
import { Secret } from '../../../../src/core/secret.ts';
import { bytes, signToken, textSecret } from '../../../doctor/tokens.ts';

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
    assert.equal(of('data: {"error":{"code":-32001,"message":"Invalid audience"}}\n\n').text, 'Invalid audience');
    assert.deepEqual(of('{"error":"Missing X-API-Key header"}').headers, ['x-api-key']);
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
