import assert from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import { attach } from '../../../../src/core/credentials/attachments.ts';
import { withEvent } from '../../../../src/core/credentials/history.ts';
import type { Credential } from '../../../../src/core/credentials/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { Inventory } from '../../../../src/core/inventory/inventory.ts';
import { type TokenDetails, tokenDetails } from '../../../../src/core/tokenDetails/details.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { apiKey, bearer, codeGrant, oauth, signedJwt } from '../credentials/samples.ts';
import { fakeJwe, fakeJwt } from '../jwt/tokens.ts';

const now = Date.UTC(2026, 0, 2);
const url = 'https://todos.example.com/mcp';
const seconds = (at: number) => at / 1000;
const token = fakeJwt({ iss: 'issuer', sub: 'alice', iat: seconds(now) - 60, exp: seconds(now) + 7200 });

function attachedTo<T extends Credential>(credential: T, where = url, at = now): T {
  return attach(credential, { url: where, header: credential.header.name.toLowerCase(), at });
}

/** The details of the first credential, in a window whose files have these servers. */
async function detailsOf(
  credentials: readonly Credential[],
  servers: Readonly<Record<string, { readonly url: string; readonly headers: Readonly<Record<string, string>> }>> = {},
): Promise<TokenDetails> {
  const [first] = credentials;
  assert.ok(first);
  const log = new FakeLog();
  const vault = new Vault(new FakeSecretStore(), log);
  await vault.load();
  for (const credential of credentials) {
    await vault.putCredential(credential);
  }
  const inventory = new Inventory(vault, new FakeClock(now), log, () => ({
    clockToleranceSeconds: 0,
    expiresSoonSeconds: 600,
    longLivedDays: 90,
    automaticRenewal: true,
  }));
  await inventory.setFiles([
    { uri: 'file:///mcp.json', format: formats.vscode, content: { state: 'text', text: JSON.stringify({ servers }) } },
  ]);
  const details = tokenDetails(inventory.snapshot, first.id, vault, { now, toleranceSeconds: 0 });
  assert.ok(details);
  return details;
}

describe('token details', () => {
  it('hold nothing of the secret but the lengths of its parts', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const details = await detailsOf([attachedTo(bearer('b', token))]);
    const text = JSON.stringify(details);
    for (const part of [payload, signature]) {
      assert.ok(!text.includes(part.slice(0, 20)));
    }
    assert.ok(details.token.shape === 'jwt');
    assert.deepEqual(details.token.segmentLengths, [header.length, payload.length, signature.length]);
    assert.deepEqual(
      details.token.claims.rows.map(({ name }) => name),
      ['iss', 'sub', 'iat', 'exp'],
    );
  });

  it('tell not even the length of an API key or an opaque token', async () => {
    for (const credential of [apiKey('a', 'demo-key-not-a-secret'), bearer('b', 'demo-opaque-not-a-secret')]) {
      const details = await detailsOf([credential]);
      assert.deepEqual(details.token, { shape: 'opaque' });
      assert.ok(!JSON.stringify(details).includes('not-a-secret'));
    }
  });

  it('tell encrypted from malformed from missing tokens', async () => {
    assert.deepEqual((await detailsOf([bearer('b', fakeJwe)])).token, { shape: 'encrypted' });
    assert.deepEqual((await detailsOf([bearer('b', `${token}=`)])).token, { shape: 'malformed' });
    assert.deepEqual((await detailsOf([signedJwt('s')])).token, { shape: 'none' });
  });

  it('name the servers, whether they get it, and how', async () => {
    const mine = attachedTo(attachedTo(bearer('mine', token)), 'https://other.example.com/', now + 1);
    const newer = attachedTo(bearer('newer', token), 'https://other.example.com/', now + 2);
    const details = await detailsOf([mine, newer], {
      todos: { url, headers: { authorization: `Bearer ${token}` } },
      again: { url, headers: { Authorization: '${input:mcp-keyring.again.00000000}' } },
      unrelated: { url: 'https://third.example.com/', headers: { Authorization: 'x' } },
    });
    assert.deepEqual(
      details.attachments.map(attachment => [attachment.url, attachment.header, attachment.inUse]),
      [
        ['https://other.example.com/', 'Authorization', false],
        [url, 'Authorization', true],
      ],
    );
    assert.deepEqual(
      details.attachments[1]?.places.map(({ server, header, delivery }) => [server, header, delivery]),
      [
        ['todos', 'authorization', 'literal'],
        ['again', 'Authorization', 'reference'],
      ],
    );
    assert.deepEqual(details.attachments[0]?.places, []);
    assert.ok(details.examples.every(({ text }) => text.includes(url)));
  });

  it('name the server that is offered with it, which no file names', async () => {
    const insecure = 'http://todos.example.com/mcp';
    const mine = attach(bearer('mine', token), {
      url: insecure,
      header: 'authorization',
      at: now,
      insecureAllowed: true,
      provided: { name: 'offered', url: insecure, header: 'Authorization' },
    });
    const [attachment] = (await detailsOf([mine])).attachments;
    assert.deepEqual(attachment?.places, [{ server: 'offered', header: 'Authorization', delivery: 'provided' }]);
    assert.equal(attachment.inUse, true);
  });

  it('list what is wrong, worst first, each thing once', async () => {
    const expired = fakeJwt({ iat: seconds(now) - 600, exp: seconds(now) - 60, aud: 'https://elsewhere.example.com' });
    const details = await detailsOf([attachedTo(bearer('b', expired))], {
      one: { url, headers: { Authorization: `Bearer ${expired}` } },
      two: { url, headers: { Authorization: `Bearer ${expired}` } },
    });
    assert.deepEqual(
      details.findings.map(({ finding, servers }) => [finding.code, servers]),
      [
        ['token-expired', []],
        ['token-audience-mismatch', ['one', 'two']],
        ['secret-in-file', ['one', 'two']],
      ],
    );
    assert.equal(details.status, 'expired');
  });

  it('offer what can be done', async () => {
    const signed = { ...signedJwt('s'), token: bearer('b', token).token };
    assert.deepEqual((await detailsOf([signed])).actions, [
      'renew',
      'verify',
      'editClaims',
      'showClaims',
      'rename',
      'revoke',
      'delete',
    ]);
    assert.deepEqual((await detailsOf([apiKey()])).actions, ['replace', 'rename', 'revoke', 'delete']);
    const revoked = await detailsOf([{ ...signed, revokedAt: now }]);
    assert.deepEqual(revoked.actions, ['replaceRevoked', 'verify', 'showClaims', 'rename', 'delete']);
    assert.equal(revoked.status, 'revoked');
    assert.equal(revoked.revokedAt, now);
  });

  it('tell where the tokens of a sign-in come from, and that only another one gets more', async () => {
    const grant = codeGrant();
    assert.ok(grant.flow === 'authorizationCode');
    const { tokens: _, ...signedOut } = grant;
    const details = await detailsOf([oauth('o', signedOut)]);
    assert.deepEqual(details.grant, {
      giver: { kind: 'issuer', name: grant.server.issuer },
      clientId: grant.client.clientId,
      scopes: grant.scopes,
      ...(grant.resource !== undefined && { resource: grant.resource }),
    });
    assert.deepEqual(details.token, { shape: 'none' });
    assert.equal(details.actions[0], 'signIn');
    const signedIn = await detailsOf([oauth('o', grant)]);
    assert.equal(signedIn.grant?.expiresAt, grant.tokens?.expiresAt);
    assert.equal(signedIn.actions[0], 'renew');
    const account = await detailsOf([oauth('o', { flow: 'vscodeAccount', providerId: 'github', scopes: ['repo'] })]);
    assert.deepEqual(account.grant, { giver: { kind: 'account', name: 'github' }, scopes: ['repo'] });
    assert.equal(account.actions[0], 'signIn');
  });

  it('tell the history, the newest first, and the facts', async () => {
    const used = withEvent(attachedTo({ ...bearer('b', token), description: 'for tests', lastUsedAt: now }), {
      at: now + 1,
      event: 'used',
      server: url,
    });
    const details = await detailsOf([used]);
    assert.deepEqual(
      details.history.map(({ event }) => event),
      ['used', 'attached'],
    );
    assert.equal(details.description, 'for tests');
    assert.equal(details.lastUsedAt, now);
    assert.equal(details.checks, undefined);
  });

  it('tell which kinds of servers would refuse the token, measured at the server that it is for', async () => {
    const server = { aud: 'https://todos.example.com', scope: 'read' };
    const rs256 = fakeJwt({ ...JSON.parse(atob(token.split('.')[1] ?? '')), ...server }, { alg: 'RS256', kid: 'k' });
    const [resource, byTheBook, ...others] = (await detailsOf([attachedTo(bearer('b', rs256))])).refusedBy ?? [];
    assert.deepEqual(others, []);
    assert.equal(resource?.profile, 'resource-server');
    assert.deepEqual(
      resource.findings.map(({ reason, data }) => [reason, data.expected]),
      [['audience-not-exact', url]],
    );
    assert.deepEqual(
      byTheBook?.findings.filter(({ reason }) => reason === 'claim-missing').map(({ data }) => data.claim),
      ['client_id', 'jti'],
    );
    assert.equal((await detailsOf([bearer('b', 'demo-opaque-not-a-secret')])).refusedBy, undefined);
  });

  it('are none for a credential that is gone', async () => {
    const log = new FakeLog();
    const vault = new Vault(new FakeSecretStore(), log);
    await vault.load();
    const inventory = new Inventory(vault, new FakeClock(now), log, () => ({
      clockToleranceSeconds: 0,
      expiresSoonSeconds: 600,
      longLivedDays: 90,
      automaticRenewal: true,
    }));
    assert.equal(tokenDetails(inventory.snapshot, 'gone', vault, { now, toleranceSeconds: 0 }), undefined);
  });
});
