import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { logText, services } from '../harness/inside.ts';
import { inWorkspace, run, until } from '../harness/keyring.ts';
import { answering, Messages } from '../harness/messages.ts';

describe('Signing keys', () => {
  for (const algorithm of ['HS256', 'HS512', 'RS256', 'PS384', 'ES256', 'ES512', 'EdDSA']) {
    it(`makes one for ${algorithm}`, async () => {
      const id = (await run('mcpKeyring.keys.add', {
        kind: 'generate',
        algorithm,
        name: `made ${algorithm}`,
      })) as string;
      const key = (await services()).vault.signingKey(id);
      assert.equal(key?.algorithm, algorithm);
      assert.equal(key?.name, `made ${algorithm}`);
      assert.equal(key?.type, algorithm.startsWith('HS') ? 'oct' : 'jwk');
    });
  }

  it('takes a private key in PKCS#8, PKCS#1 and SEC 1', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const [text, algorithm] of [
      [rsa.export({ type: 'pkcs8', format: 'pem' }), 'RS256'],
      [rsa.export({ type: 'pkcs1', format: 'pem' }), 'RS256'],
      [ec.export({ type: 'sec1', format: 'pem' }), 'ES256'],
    ] as const) {
      const id = (await run('mcpKeyring.keys.add', { kind: 'import', text: String(text) })) as string;
      const key = (await services()).vault.signingKey(id);
      assert.ok(key?.type === 'jwk');
      assert.equal(key.algorithm, algorithm);
    }
  });

  it('says what is wrong with what is no private key, and keeps nothing', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const locked = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'demo',
    });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const before = (await services()).vault.signingKeys.length;
    for (const [text, reason] of [
      ['', /nothing in it/],
      ['hello', /neither a key in PEM nor a JWK/],
      [publicKey.export({ type: 'spki', format: 'pem' }), /public key\. A private key is needed/],
      [locked, /passphrase/],
      [weak, /1024 bits are too few/],
      ['{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","d":"AA"}', /curve secp256k1 is not supported/],
      ['{"keys":[]}', /JWKS has no key/],
    ] as const) {
      await assert.rejects(async () => run('mcpKeyring.keys.add', { kind: 'import', text: String(text) }), reason);
    }
    await assert.rejects(
      async () => run('mcpKeyring.keys.add', { kind: 'secret', secret: 'short', algorithm: 'HS256' }),
      /40 bits are too few for HS256/,
    );
    await assert.rejects(
      async () => run('mcpKeyring.keys.add', { kind: 'secret', secret: 'not hex', encoding: 'hex' }),
      /not hex text/,
    );
    assert.equal((await services()).vault.signingKeys.length, before);
  });

  it('gives out the public half in every form, and nothing private with it', async () => {
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'ES256' })) as string;
    const key = (await services()).vault.signingKey(keyId);
    assert.ok(key);
    const { d } = JSON.parse(key.text.reveal()) as { d: string };
    for (const format of ['pem', 'jwk', 'jwks'] as const) {
      const path = inWorkspace(`public.${format}`);
      const text = (await run('mcpKeyring.keys.exportPublic', { keyId }, { format, to: path })) as string;
      assert.equal(readFileSync(path, 'utf8'), text);
      assert.ok(!text.includes(d) && !text.includes('PRIVATE') && !text.includes('"d"'));
    }
    assert.match(readFileSync(inWorkspace('public.pem'), 'utf8'), /^-----BEGIN PUBLIC KEY-----\n/);
    await run('mcpKeyring.keys.exportPublic', { keyId }, { format: 'jwk', to: 'clipboard' });
    const jwk = JSON.parse(await vscode.env.clipboard.readText()) as { kid: string; alg: string; use: string };
    assert.equal(jwk.alg, 'ES256');
    assert.equal(jwk.use, 'sig');
    assert.match(jwk.kid, /^[\w-]{43}$/);
  });

  it('gives out the private half after a modal question alone', async () => {
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'ES256', name: 'own' })) as string;
    const messages = new Messages();
    messages.catch();
    try {
      await vscode.env.clipboard.writeText('before');
      await run('mcpKeyring.keys.exportPrivate', { keyId });
      assert.equal(await vscode.env.clipboard.readText(), 'before');
      messages.answer = () => 'Copy Private Key';
      await run('mcpKeyring.keys.exportPrivate', { keyId });
      assert.match(await vscode.env.clipboard.readText(), /^-----BEGIN PRIVATE KEY-----/);
      assert.equal(messages.shown.length, 2);
      for (const { text, detail } of messages.shown) {
        assert.equal(text, 'Copy the private key “own”?');
        assert.match(detail ?? '', /^Whoever has it can sign tokens as you/);
      }
    } finally {
      messages.release();
      await vscode.env.clipboard.writeText('');
    }
  });

  it('gives out a secret by the same question, which calls it one', async () => {
    const text = 'suite-secret-not-a-secret-0123456789';
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'secret', secret: text, name: 'shared secret' })) as string;
    const messages = new Messages();
    messages.answer = () => 'Copy Secret';
    messages.catch();
    try {
      await run('mcpKeyring.keys.exportPrivate', { keyId });
      assert.equal(await vscode.env.clipboard.readText(), text);
      assert.deepEqual(
        messages.shown.map(message => message.text),
        ['Copy the secret “shared secret”?'],
      );
    } finally {
      messages.release();
      await vscode.env.clipboard.writeText('');
    }
  });

  it('is deleted after a question that names the credentials that sign with it', async () => {
    const keyId = (await run('mcpKeyring.keys.add', {
      kind: 'generate',
      algorithm: 'ES256',
      name: 'shared',
    })) as string;
    for (const name of ['first', 'second']) {
      await run('mcpKeyring.addCredential', undefined, { kind: 'signedJwt', name, keyId, claims: { sub: name } });
    }
    const { vault } = await services();
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.keys.delete', { keyId });
      assert.equal(messages.shown[0]?.text, 'Delete the signing key “shared” from the keyring?');
      assert.equal(
        messages.shown[0]?.detail,
        'These credentials need it, and get no new tokens without it: first, second. This cannot be undone.',
      );
      assert.ok(vault.signingKey(keyId));
      messages.answer = () => 'Delete';
      await run('mcpKeyring.keys.delete', { keyId });
      assert.equal(vault.signingKey(keyId), undefined);
      const [first] = vault.credentials.filter(({ name }) => name === 'first');
      await run('mcpKeyring.credentials.renew', { credentialId: first?.id ?? '' });
      await until('the refusal', () =>
        messages.shown.some(({ text }) => text.startsWith('The signing key of “first”')),
      );
    } finally {
      messages.release();
    }
  });

  it('is rotated after a question, and a revoked credential keeps none of the others from its new token', async () => {
    const keyId = (await run('mcpKeyring.keys.add', {
      kind: 'generate',
      algorithm: 'HS256',
      name: 'rotated',
    })) as string;
    const ids: string[] = [];
    for (const name of ['1 revoked', '2 signing']) {
      const answers = { kind: 'signedJwt', name, keyId, claims: { sub: name } } as const;
      ids.push((await run('mcpKeyring.addCredential', undefined, answers)) as string);
    }
    const [revoked = '', signing = ''] = ids;
    await answering('Revoke', async () => run('mcpKeyring.credentials.revoke', { credentialId: revoked }));
    const { vault } = await services();
    const before = vault.signingKey(keyId);
    const tokenOf = async (id: string) => {
      const credential = await vault.readCredential(id);
      return credential.kind === 'signedJwt' ? credential.token?.reveal() : undefined;
    };
    const token = await tokenOf(signing);
    const messages = new Messages();
    messages.catch();
    try {
      await run('mcpKeyring.keys.rotate', { keyId });
      assert.equal(vault.signingKey(keyId), before);
      assert.equal(messages.shown[0]?.text, 'Rotate the signing key “rotated”?');
      assert.match(messages.shown[0]?.detail ?? '', /signed with the new one: 2 signing\./);
      messages.answer = ({ buttons }) => buttons.find(button => button === 'Rotate');
      await run('mcpKeyring.keys.rotate', { keyId });
      assert.notEqual(vault.signingKey(keyId)?.text.reveal(), before?.text.reveal());
      assert.notEqual(await tokenOf(signing), token);
      assert.deepEqual(
        messages.shown.filter(({ kind }) => kind === 'error'),
        [],
      );
      // The servers need it next.
      assert.deepEqual(messages.shown.at(-1)?.buttons, ['Copy Secret...']);
    } finally {
      messages.release();
    }
  });

  it('outlives its last credential, unless the person deletes it too', async () => {
    const keyId = (await run('mcpKeyring.keys.add', {
      kind: 'generate',
      algorithm: 'HS256',
      name: 'of one',
    })) as string;
    const { vault } = await services();
    const answers = { kind: 'signedJwt', name: 'only one', keyId, claims: { sub: 'alice' } } as const;
    for (const button of ['Delete', 'Delete with Signing Key']) {
      const credentialId = (await run('mcpKeyring.addCredential', undefined, answers)) as string;
      await answering(button, async () => run('mcpKeyring.credentials.delete', { credentialId }));
      assert.equal(vault.credential(credentialId), undefined);
      assert.equal(vault.signingKey(keyId) !== undefined, button === 'Delete');
    }
  });

  it('has no public half of a shared secret to give out', async () => {
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'HS256' })) as string;
    const to = inWorkspace('never.pem');
    await assert.rejects(
      async () => run('mcpKeyring.keys.exportPublic', { keyId }, { format: 'pem', to }),
      /has no public half/,
    );
    assert.ok(!existsSync(to));
  });

  it('is renamed, and keeps everything else', async () => {
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'generate', algorithm: 'EdDSA' })) as string;
    const { vault } = await services();
    const before = vault.signingKey(keyId);
    await run('mcpKeyring.keys.rename', { keyId }, '  Notes  ');
    assert.deepEqual({ ...vault.signingKey(keyId), name: before?.name }, { ...before });
    assert.equal(vault.signingKey(keyId)?.name, 'Notes');
  });

  it('writes no key into the log', async () => {
    const { vault } = await services();
    const log = logText();
    for (const key of vault.signingKeys) {
      const secret = key.type === 'oct' ? key.text.reveal() : (JSON.parse(key.text.reveal()) as { d: string }).d;
      assert.ok(!log.includes(secret));
    }
  });

  it('is the key that was given', async () => {
    const own = generateKeyPairSync('ed25519').privateKey;
    const text = String(own.export({ type: 'pkcs8', format: 'pem' }));
    const keyId = (await run('mcpKeyring.keys.add', { kind: 'import', text })) as string;
    const key = (await services()).vault.signingKey(keyId);
    assert.ok(key);
    const same = createPrivateKey({ key: JSON.parse(key.text.reveal()), format: 'jwk' });
    assert.ok(same.equals(own));
  });
});
