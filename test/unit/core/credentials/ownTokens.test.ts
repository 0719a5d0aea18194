import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { decodeCredential, encodeCredential } from '../../../../src/core/credentials/codec.ts';
import { isOwnToken, tokenDigest, withPastToken } from '../../../../src/core/credentials/ownTokens.ts';
import type { BearerCredential, Credential } from '../../../../src/core/credentials/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { bearer, oauth } from './samples.ts';

describe('tokens that a credential had before', () => {
  const change = (credential: Credential, token: string) =>
    ({ ...credential, token: new Secret(token) }) as BearerCredential;

  it('are known again after every change of the token, and nothing else is', async () => {
    const store = new FakeSecretStore();
    const vault = new Vault(store, new FakeLog());
    await vault.load();
    await vault.putCredential(bearer('b', 'token-0'));
    for (let number = 1; number <= 25; number++) {
      await vault.updateCredential('b', current => change(current, `token-${number}`));
      // What isn't about the token leaves no trace.
      await vault.updateCredential('b', current => ({ ...current, name: `name ${number}` }));
    }
    const stored = await vault.readCredential('b');
    strictEqual(stored.pastTokens?.length, 20);
    const own = await Promise.all(
      ['token-25', 'token-24', 'token-5', 'token-4', 'typed-by-hand', ''].map(token => isOwnToken(stored, token)),
    );
    deepStrictEqual(own, [true, true, true, false, false, false]);
    const written = JSON.stringify([...store.entries]);
    ok(!written.includes('token-24') && written.includes('token-25'));
  });

  it('may be of an account whose token is kept elsewhere', async () => {
    const account = oauth('a', { flow: 'vscodeAccount', providerId: 'github', scopes: [] });
    strictEqual(await isOwnToken(account, 'gho'), false);
    strictEqual(await isOwnToken(withPastToken(account, await tokenDigest('gho')), 'gho'), true);
  });

  it('are kept, as the variable of terminals is, and a variable that no shell takes is damage', async () => {
    const credential = { ...bearer('b', 't'), pastTokens: ['00'], terminal: { variable: 'A_1' } };
    deepStrictEqual(await decodeCredential(await encodeCredential(credential)), { ok: true, value: credential });
    const broken = (await encodeCredential(credential)).replace('A_1', 'A=1;rm');
    deepStrictEqual(await decodeCredential(broken), { ok: false, error: 'wrong-shape' });
  });
});
