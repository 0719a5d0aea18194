import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { attach, detach } from '../../../../src/core/credentials/attachments.ts';
import {
  decodeCredential,
  decodeSigningKey,
  encodeCredential,
  encodeSigningKey,
} from '../../../../src/core/credentials/codec.ts';
import { historyLimit, withEvent } from '../../../../src/core/credentials/history.ts';
import { currentToken } from '../../../../src/core/credentials/token.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { KeyringError } from '../../../../src/core/errors.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { apiKey, bearer, codeGrant, hmacKey, oauth, recipeGrant, signedJwt } from './samples.ts';

const url = 'https://example.com/mcp';

function code(expected: string) {
  return (error: unknown) => error instanceof KeyringError && error.code === expected;
}

async function openVault(store = new FakeSecretStore()) {
  const log = new FakeLog();
  const vault = new Vault(store, log);
  await vault.load();
  return { store, log, vault };
}

describe('codec', () => {
  it('brings every kind back as it was', async () => {
    const samples = [
      attach(apiKey(), { url, header: 'x-api-key', at: 5, insecureAllowed: true }),
      bearer('b', 'opaque-token'),
      { ...signedJwt('s'), description: 'for tests', lastUsedAt: 7, revokedAt: 8, automaticRenewal: false },
      { ...oauth('code'), automaticRenewal: true, clientKeyId: 'hmac-1' },
      oauth('refused', codeGrant({ renewingSince: 5, ended: 'refused' })),
      oauth('recipe', recipeGrant()),
      oauth('account', { flow: 'vscodeAccount', providerId: 'github', scopes: ['repo'], accountId: '42' }),
      oauth('other account', { flow: 'vscodeAccount', providerId: 'microsoft', scopes: [] }),
    ];
    for (const sample of samples) {
      const decoded = await decodeCredential(await encodeCredential(sample));
      assert.ok(decoded.ok);
      assert.deepEqual(JSON.parse(await encodeCredential(decoded.value)), JSON.parse(await encodeCredential(sample)));
      assert.deepEqual(decoded.value, sample);
      assert.equal(currentToken(decoded.value)?.reveal(), currentToken(sample)?.reveal());
    }
    const key = decodeSigningKey(encodeSigningKey(hmacKey()));
    assert.ok(key.ok);
    assert.equal(key.value.text.reveal(), 'demo-shared-secret-that-protects-nothing');
  });

  it('tells what is wrong with an entry', async () => {
    const good = JSON.parse(await encodeCredential(apiKey()));
    const granted = JSON.parse(await encodeCredential(oauth('o')));
    const cases: [string, string][] = [
      ['{', 'not-json'],
      ['null', 'wrong-shape'],
      ['[]', 'wrong-shape'],
      [JSON.stringify({ ...good, version: 2 }), 'newer-version'],
      [JSON.stringify({ ...good, version: undefined }), 'wrong-shape'],
      [JSON.stringify({ ...good, kind: 'spell' }), 'wrong-shape'],
      [JSON.stringify({ ...good, key: 5 }), 'wrong-shape'],
      [JSON.stringify({ ...good, attachments: {} }), 'wrong-shape'],
      [JSON.stringify({ ...good, attachments: [{ url, header: 'x', at: 'now' }] }), 'wrong-shape'],
      [JSON.stringify({ ...good, header: 'X-API-Key' }), 'wrong-shape'],
      [JSON.stringify({ ...good, kind: 'oauth' }), 'wrong-shape'],
      [JSON.stringify({ ...good, kind: 'oauth', grant: { flow: 'implicit' } }), 'wrong-shape'],
      [JSON.stringify({ ...good, kind: 'oauth', grant: { flow: 'authorizationCode' } }), 'wrong-shape'],
      [JSON.stringify({ ...good, kind: 'oauth', grant: { flow: 'vscodeAccount', scopes: 'repo' } }), 'wrong-shape'],
      [JSON.stringify({ ...granted, automaticRenewal: 'yes' }), 'wrong-shape'],
    ];
    for (const [text, reason] of cases) {
      assert.deepEqual(await decodeCredential(text), { ok: false, error: reason }, text.slice(0, 60));
    }
  });

  it('shows no secret of a credential in a print of it', () => {
    const all = [apiKey('a', 'hidden-1'), bearer('b', 'hidden-2'), hmacKey()];
    assert.doesNotMatch(inspect(all, { depth: 9 }) + JSON.stringify(all) + String(all), /hidden|protects/);
  });
});

describe('vault', () => {
  it('stores one entry each, and another window has it', async () => {
    const { store, vault } = await openVault();
    const other = (await openVault(store)).vault;
    await vault.putCredential(apiKey());
    await vault.putSigningKey(hmacKey());
    assert.deepEqual([...store.entries.keys()], ['credential/key-1', 'signing-key/hmac-1']);
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(other.credential('key-1')?.name, 'key-1');
    assert.equal(other.signingKey('hmac-1')?.encoding, 'utf8');
    await other.deleteCredential('key-1');
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(vault.credential('key-1'), undefined);
  });

  it('keeps what it cannot read, shows it and lets it be deleted', async () => {
    const store = new FakeSecretStore();
    await store.store('credential/broken', '{');
    await store.store('credential/locked', await encodeCredential(apiKey('locked')));
    await store.store('credential/good', await encodeCredential(apiKey('good')));
    await store.store('something/else', 'x');
    store.unreadable.add('credential/locked');
    const { vault } = await openVault(store);
    assert.deepEqual(
      vault.credentials.map(credential => credential.id),
      ['good'],
    );
    assert.deepEqual(vault.damaged.map(entry => [entry.id, entry.reason]).sort(), [
      ['broken', 'not-json'],
      ['locked', 'unreadable'],
    ]);
    const broken = vault.damaged.find(entry => entry.id === 'broken');
    assert.ok(broken);
    await vault.deleteDamaged(broken);
    assert.equal(store.entries.has('credential/broken'), false);
    assert.equal(store.entries.has('credential/locked'), true);
  });

  it('keeps the old value when the keyring rejects or drops the new one', async () => {
    const { store, vault } = await openVault();
    await vault.putCredential(apiKey());
    store.failWrites = true;
    await assert.rejects(vault.putCredential(apiKey('key-1', 'other')), code('vault-unavailable'));
    await assert.rejects(vault.deleteCredential('key-1'), code('vault-unavailable'));
    await assert.rejects(
      vault.updateCredential('key-1', c => ({ ...c, name: 'x' })),
      code('vault-unavailable'),
    );
    store.failWrites = false;
    store.dropWrites = true;
    await assert.rejects(vault.putCredential(apiKey('key-1', 'other')), code('vault-not-persisted'));
    const kept = await vault.readCredential('key-1');
    assert.ok(kept.kind === 'apiKey' && kept.key.reveal() === 'demo-key-not-a-secret');
    assert.equal(vault.credential('key-1')?.name, 'key-1');
  });

  it('loses no update of two made at once', async () => {
    const { vault } = await openVault();
    await vault.putCredential(apiKey());
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => vault.updateCredential('key-1', c => withEvent(c, { at, event: 'used' }))),
    );
    assert.deepEqual(
      vault.credential('key-1')?.history.map(entry => entry.at),
      Array.from({ length: 20 }, (_, at) => at),
    );
  });

  it('changes the signing key that is there, not the one that it remembers', async () => {
    const { store, vault } = await openVault();
    await vault.putSigningKey(hmacKey());
    const rotated = { ...hmacKey(), text: new Secret('another-secret-that-protects-nothing') };
    store.entries.set('signing-key/hmac-1', encodeSigningKey(rotated));
    await vault.updateSigningKey('hmac-1', key => ({ ...key, name: 'renamed here' }));
    const stored = decodeSigningKey(store.entries.get('signing-key/hmac-1') ?? '');
    assert.ok(stored.ok);
    assert.equal(stored.value.name, 'renamed here');
    assert.equal(stored.value.text.reveal(), 'another-secret-that-protects-nothing');
    assert.equal(vault.signingKey('hmac-1')?.text.reveal(), 'another-secret-that-protects-nothing');
    store.entries.delete('signing-key/hmac-1');
    await assert.rejects(
      vault.updateSigningKey('hmac-1', key => key),
      code('signing-key-not-found'),
    );
  });

  it('reads past the memory', async () => {
    const { store, vault } = await openVault();
    await vault.putCredential(apiKey());
    store.entries.set('credential/key-1', await encodeCredential({ ...apiKey(), name: 'changed elsewhere' }));
    assert.equal((await vault.readCredential('key-1')).name, 'changed elsewhere');
    store.entries.delete('credential/key-1');
    await assert.rejects(vault.readCredential('key-1'), code('credential-not-found'));
  });

  it('tries again after the list of entries could not be read', async () => {
    const store = new FakeSecretStore();
    const keys = store.keys;
    store.keys = () => Promise.reject(new Error('no keyring'));
    const vault = new Vault(store, new FakeLog());
    await assert.rejects(vault.load(), code('vault-unavailable'));
    store.keys = keys;
    await vault.load();
    assert.equal(vault.loaded, true);
  });

  it('has the newest attachment for a URL and header in use', async () => {
    const { vault } = await openVault();
    const at = (time: number) => ({ url, header: 'authorization', at: time });
    await vault.putCredential(attach(bearer('old', 'a'), at(1)));
    await vault.putCredential(attach(bearer('new', 'b'), at(2)));
    assert.deepEqual(
      vault.attachedTo(url, 'Authorization').map(entry => entry.credentialId),
      ['new', 'old'],
    );
    await vault.updateCredential('old', credential => attach(credential, at(3)));
    assert.equal(vault.attachedTo(url, 'AUTHORIZATION')[0]?.credentialId, 'old');
    await vault.updateCredential('old', credential => detach(credential, at(0), 4));
    assert.equal(vault.attachedTo(url, 'authorization')[0]?.credentialId, 'new');
    assert.deepEqual(vault.attachedTo(`${url}/`, 'authorization'), []);
    assert.deepEqual(vault.attachedTo(url, 'x-api-key'), []);
  });

  it('bounds the history', () => {
    let credential = apiKey();
    for (let at = 0; at < historyLimit + 5; at++) {
      credential = withEvent(credential, { at, event: 'used' });
    }
    assert.equal(credential.history.length, historyLimit);
    assert.equal(credential.history.at(-1)?.at, historyLimit + 4);
  });

  it('writes no secret into the log', async () => {
    const store = new FakeSecretStore();
    await store.store('credential/x', '{"version":1,"key":"hidden-value"}');
    const { log } = await openVault(store);
    assert.ok(log.lines.length > 0);
    assert.doesNotMatch(log.lines.join('\n'), /hidden/);
  });
});
