import assert from 'node:assert/strict';
import type { DecodedJwt, JsonObject } from '../../../../src/core/jwt/types.ts';
import {
  profilesFor,
  type ServerView,
  type VerifierProfileId,
  verifierFindings,
  verifierProfiles,
} from '../../../../src/core/jwt/verifierProfiles.ts';

const now = Date.UTC(2026, 0, 1);
const at = now / 1000;
const serverUrl = 'https://host.example/mcp';
const view: ServerView = { now, toleranceSeconds: 60, serverUrl };

function token(payload: JsonObject, header: JsonObject): DecodedJwt {
  return { header, payload, segmentLengths: [1, 1, 1] };
}

function reasons(id: VerifierProfileId, payload: JsonObject, header: JsonObject) {
  const profile = verifierProfiles.find(entry => entry.id === id);
  assert.ok(profile);
  return verifierFindings(token(payload, header), profile, view).map(
    ({ certainty, reason, data }) => `${certainty} ${reason}${data.claim === undefined ? '' : ` ${data.claim}`}`,
  );
}

describe('verifierFindings', () => {
  const resource = { iss: 'i', aud: serverUrl, scope: 'read', iat: at, exp: at + 60 };
  const rs256 = { alg: 'RS256', kid: 'k' };

  it('are none for a token that each server takes', () => {
    assert.deepEqual(reasons('resource-server', resource, rs256), []);
    assert.deepEqual(
      reasons('shared-secret', { iss: 'i', sub: 's', role: 'viewer', permissions: [] }, { alg: 'HS256' }),
      [],
    );
    const container = { id: 1, email: 'e', role: 'user', permissions: [], iss: 'i', aud: serverUrl, exp: at + 60 };
    assert.deepEqual(reasons('container', container, { alg: 'HS256' }), []);
    assert.deepEqual(reasons('authorization-server', { ...resource, sub: 's', client_id: 'c', jti: 'j' }, rs256), []);
  });

  it('name the algorithm that it does not take, or not unless it is told', () => {
    assert.deepEqual(reasons('resource-server', resource, { alg: 'EdDSA', kid: 'k' }), [
      'certain algorithm-unsupported',
    ]);
    assert.deepEqual(reasons('resource-server', resource, { alg: 'ES256', kid: 'k' }), [
      'likely algorithm-not-default',
    ]);
    assert.deepEqual(reasons('resource-server', resource, { alg: 'HS256' }), ['likely algorithm-not-default']);
    assert.deepEqual(reasons('shared-secret', { iss: 'i', sub: 's', role: 'r' }, { alg: 'RS256' }), [
      'certain algorithm-unsupported',
    ]);
  });

  it('name the kid that a JWKS of several keys needs', () => {
    assert.deepEqual(reasons('resource-server', resource, { alg: 'RS256' }), ['possible kid-missing']);
  });

  it('name a role that the server does not know', () => {
    const container = { id: 1, email: 'e', permissions: [], iss: 'i', aud: serverUrl, exp: at + 60 };
    const of = (role: unknown) => reasons('container', { ...container, role }, { alg: 'HS256' });
    for (const role of ['admin', 'user', 'readonly']) {
      assert.deepEqual(of(role), []);
    }
    for (const role of ['viewer', 'Admin', '', 7, ['admin']]) {
      assert.deepEqual(of(role), ['certain role-unknown']);
    }
    // Other servers show such a role no tools, but let it in.
    assert.deepEqual(reasons('shared-secret', { iss: 'i', sub: 's', role: 'nobody' }, { alg: 'HS256' }), []);
  });

  it('name each claim that is missing', () => {
    assert.deepEqual(reasons('resource-server', {}, rs256), ['certain claim-missing iss', 'certain claim-missing aud']);
    assert.deepEqual(reasons('shared-secret', { iss: 'i', sub: 's', roles: ['viewer'] }, { alg: 'HS256' }), [
      'certain claim-missing role',
      'certain role-list-ignored',
    ]);
  });

  it('name scopes that stand where it does not look', () => {
    const { scope: _, ...rest } = resource;
    assert.deepEqual(reasons('resource-server', { ...rest, permissions: ['read'] }, rs256), [
      'possible scope-claim-ignored',
    ]);
    assert.deepEqual(reasons('resource-server', { ...rest, scp: ['read'] }, rs256), []);
    assert.deepEqual(reasons('resource-server', rest, rs256), []);
  });

  it('name times that only a tolerant verifier takes', () => {
    assert.deepEqual(reasons('resource-server', { ...resource, exp: at - 30 }, rs256), ['certain no-leeway exp']);
    assert.deepEqual(reasons('resource-server', { ...resource, nbf: at + 30 }, rs256), ['certain no-leeway nbf']);
    assert.deepEqual(reasons('resource-server', { ...resource, iat: at + 30 }, rs256), ['possible issued-in-future']);
    // Beyond our own tolerance the token has expired anyway.
    assert.deepEqual(reasons('resource-server', { ...resource, exp: at - 60 }, rs256), []);
  });

  it('name an audience that covers the server without being its URL', () => {
    assert.deepEqual(reasons('resource-server', { ...resource, aud: 'https://host.example' }, rs256), [
      'possible audience-not-exact',
    ]);
    assert.deepEqual(reasons('resource-server', { ...resource, aud: [`${serverUrl}/`] }, rs256), [
      'possible audience-not-exact',
    ]);
    assert.deepEqual(reasons('resource-server', { ...resource, aud: 'urn:demo:audience' }, rs256), []);
  });
});

describe('profilesFor', () => {
  it('are those of servers that share a secret, or know a public key', () => {
    const ids = (alg: unknown) => profilesFor(token({}, { alg })).map(({ id }) => id);
    assert.deepEqual(ids('HS256'), ['shared-secret', 'container', 'resource-server']);
    assert.deepEqual(ids('EdDSA'), ['resource-server', 'authorization-server']);
    assert.deepEqual(ids('none'), []);
    assert.deepEqual(ids(undefined), []);
  });
});
