import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, readText, run, writeText } from '../harness/keyring.ts';
import { assertRefused, configPath, good, storedKeys } from './nothingLost.ts';

type Store = vscode.SecretStorage['store'];

/** Lets the real keyring fail at a call of `store`, counted from 1, and puts it right again. */
async function withStore(faulty: (original: Store, call: number) => Store, work: () => Promise<void>): Promise<void> {
  const { secrets } = (await services()).context;
  const original: Store = secrets.store.bind(secrets);
  let calls = 0;
  secrets.store = (key, value) => faulty(original, ++calls)(key, value);
  try {
    await work();
  } finally {
    secrets.store = original;
  }
}

const reject: Store = () => Promise.reject(new Error('org.freedesktop.secrets is locked'));
const drop: Store = () => Promise.resolve();

const signed = { credential: { kind: 'signedJwt', secret: 'demo-shared-secret-that-protects-nothing' } } as const;

describe('A keyring', () => {
  before(() => writeText(configPath, '{\n  // Mine.\n  "servers": {}\n}\n'));
  beforeEach(forgetAll);

  it('that rejects: nothing is stored and nothing is written', () =>
    withStore(
      () => reject,
      async () => {
        await assertRefused({}, /keyring of this computer cannot be reached\. Nothing was changed/);
        await assertRefused(signed, /keyring of this computer cannot be reached\. Nothing was changed/);
      },
    ));

  it('that drops what it was given: nothing is written', () =>
    withStore(
      () => drop,
      async () => {
        await assertRefused({}, /accepted the entry but did not keep it\. Nothing was changed/);
      },
    ));

  // A signed JWT writes its key, the credential, the first token and the attachment.
  for (const failing of [1, 2, 3, 4]) {
    for (const [what, fault] of [
      ['rejects', reject],
      ['drops', drop],
    ] as const) {
      it(`that ${what} the ${failing}. entry: what was stored before is taken back`, () =>
        withStore(
          (original, call) => (call === failing ? fault : original),
          () => assertRefused(signed, /^The keyring of this computer/),
        ));
    }
  }

  for (const failing of [1, 2, 3]) {
    it(`that rejects the ${failing}. entry of a credential without a server: what was stored before is taken back`, () =>
      withStore(
        (original, call) => (call === failing ? reject : original),
        async () => {
          const before = await storedKeys();
          await assert.rejects(async () => run('mcpKeyring.addCredential', undefined, signed.credential), /keyring/);
          assert.deepEqual(await storedKeys(), before);
        },
      ));
  }

  it('that rejects a renewal: the old token stays, in the keyring and in the file', async () => {
    const { credentialId } = await addServer({ ...good, ...signed, name: 'literal', delivery: 'literal' });
    await headerSnapshot(uriOf(configPath), 'literal');
    const before = { text: readText(configPath), keys: await storedKeys() };
    const { vault, broker } = await services();
    const token = vault.credential(credentialId);
    await withStore(
      () => reject,
      async () => {
        await run('mcpKeyring.credentials.renew', { credentialId });
        assert.equal(readText(configPath), before.text);
        assert.deepEqual(await storedKeys(), before.keys);
        assert.equal(vault.credential(credentialId), token);
      },
    );
    const { value } = await broker.headerFor(good.url ?? '', 'Authorization');
    assert.ok(before.text.includes(value.reveal()));
  });

  it('that rejects an attachment: the file keeps the header that it had', async () => {
    const { credentialId } = await addServer({ ...good, name: 'first', url: 'https://first.example.com/mcp' });
    await addServer({ ...good, name: 'second', url: 'https://second.example.com/mcp' });
    const before = readText(configPath);
    await withStore(
      () => reject,
      async () => {
        await run(
          'mcpKeyring.servers.attachCredential',
          { file: uriOf(configPath), server: 'second', header: 'X-Other-Key' },
          { credentialId },
        );
      },
    );
    assert.equal(readText(configPath), before);
  });

  it('works again as soon as it can be reached', async () => {
    await addServer({ ...good, name: 'later', url: 'https://later.example.com/mcp' });
    assert.equal((await headerSnapshot(uriOf(configPath), 'later', 'X-API-Key')).status, 'ready');
  });
});
