import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { forgetAll, services } from '../harness/inside.ts';
import { inWorkspace, run } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';

const { clipboard } = vscode.env;

/** Its private key was never kept. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUC9spZ233hOemoXi7wuurlpjrhgMwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
`;

describe('The questions of Add Signing Key', () => {
  const questions = new Questions();
  const messages = new Messages();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

  beforeEach(async () => {
    await forgetAll();
    questions.catch();
    messages.catch();
  });

  afterEach(() => {
    questions.release();
    messages.release();
  });

  async function keyOf(running: Promise<string>) {
    const id = await running;
    return (await services()).vault.signingKey(id);
  }

  function start(): Promise<string> {
    return Promise.resolve(run('mcpKeyring.keys.add')) as Promise<string>;
  }

  it('say what is wrong with the clipboard where it was chosen, until something better is on it', async () => {
    const running = start();
    let kind = await questions.next();
    for (const [text, message] of [
      ['', /There is nothing in it/],
      ['hello', /neither a key in PEM nor a JWK nor a JWKS/],
      [certificate, /This is a certificate/],
      [String(publicKey.export({ type: 'spki', format: 'pem' })), /This is a public key/],
      [
        String(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'demo' })),
        /locked with a passphrase/,
      ],
      ['{"keys":[]}', /JWKS has no key/],
    ] as const) {
      await clipboard.writeText(text);
      kind.pick('Import from the clipboard');
      kind = await questions.next();
      assert.match(kind.problem ?? '', message);
      assert.equal(kind.value, 'Import from the clipboard');
    }
    await clipboard.writeText(pem);
    kind.accept();
    const name = await questions.next();
    assert.equal(name.prompt, 'A name for the key');
    name.type('notes');
    assert.equal((await keyOf(running))?.name, 'notes');
    assert.deepEqual(messages.shown, []);
  });

  it('take the key of a text that begins with a certificate, and say that this is not kept', async () => {
    await clipboard.writeText(certificate + pem);
    const running = start();
    (await questions.next()).pick('Import from the clipboard');
    const name = await questions.next();
    assert.equal(name.prompt, 'A name for the key. The certificate that stood beside it is not kept.');
    name.accept();
    const key = await keyOf(running);
    assert.equal(key?.algorithm, 'ES256');
    assert.ok(!JSON.stringify(key).includes('CERTIFICATE'));
  });

  it('come back from a file that is none, is too large, or was not chosen', async () => {
    const path = inWorkspace('key.pem');
    const running = start();
    (await questions.next()).pick('Import from a file');
    let kind = await questions.next();
    assert.equal(kind.problem, undefined);
    assert.equal(kind.value, 'Import from a file...');
    questions.file = vscode.Uri.file(path);
    for (const [content, message] of [
      ['hello', /neither a key in PEM/],
      [Buffer.from([0xff, 0xfe, 0xfd]), /cannot be read/],
      ['x'.repeat(600_000), /cannot be read/],
    ] as const) {
      writeFileSync(path, content);
      kind.accept();
      kind = await questions.next();
      assert.match(kind.problem ?? '', message);
    }
    writeFileSync(path, pem);
    kind.accept();
    (await questions.next()).accept();
    assert.equal((await keyOf(running))?.algorithm, 'ES256');
  });

  it('ask which key of a JWKS, and keep what was answered on the way back', async () => {
    const jwk = (kid: string) => ({
      ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
      kid,
    });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });
    await clipboard.writeText(JSON.stringify({ keys: [jwk('one'), jwk('two'), { ...weak, kid: 'weak' }] }));
    const running = start();
    (await questions.next()).pick('Import from the clipboard');
    let which = await questions.next();
    assert.deepEqual(which.items, ['one', 'two', 'weak']);
    which.pick('weak');
    which = await questions.next();
    assert.match(which.problem ?? '', /1024 bits are too few/);
    which.pick('two');
    (await questions.next()).back();
    which = await questions.next();
    assert.equal(which.value, 'two');
    which.back();
    const kind = await questions.next();
    assert.equal(kind.value, 'Import from the clipboard');
    kind.accept();
    (await questions.next()).pick('two');
    (await questions.next()).accept();
    assert.equal((await keyOf(running))?.kid, 'two');
  });

  it('keep a typed secret while its encoding is changed, and ask twice about a weak one', async () => {
    const running = start();
    (await questions.next()).pick('as hex');
    (await questions.next()).pick('HS256');
    (await questions.next()).type('a secret of 24 letters..');
    let box = await questions.next();
    assert.match(box.problem ?? '', /not hex text/);
    box.back();
    (await questions.next()).back();
    (await questions.next()).pick('as text');
    (await questions.next()).pick('HS256');
    box = await questions.next();
    assert.equal(box.value, 'a secret of 24 letters..');
    box.accept();
    box = await questions.next();
    assert.match(box.problem ?? '', /192 bits are too few.*Press Enter again/);
    box.accept();
    (await questions.next()).accept();
    const key = await keyOf(running);
    assert.ok(key?.type === 'oct');
    assert.equal(key.encoding, 'utf8');
  });

  it('leave nothing behind after Escape', async () => {
    const running = start();
    (await questions.next()).pick('Generate');
    (await questions.next()).pick('ES256');
    (await questions.next()).escape();
    assert.equal(await running, undefined);
    assert.deepEqual((await services()).vault.signingKeys, []);
  });
});

describe('The questions about a token to sign', () => {
  const questions = new Questions();

  beforeEach(async () => {
    await forgetAll();
    questions.catch();
  });

  afterEach(() => questions.release());

  it('say what the * in a role’s permissions is for, as long as one stands there', async () => {
    const running = run('mcpKeyring.addCredential');
    (await questions.next()).pick('Signed JWT');
    (await questions.next()).pick('as text');
    (await questions.next()).type('suite-secret-not-a-secret-0123456789');
    (await questions.next()).pick('viewer');
    let claims = await questions.next();
    assert.match(claims.value, /"permissions":\["read:\*"\]/);
    assert.match(claims.prompt, /^The claims as JSON\. Replace each \* by what it applies to, as in read:todos\./);
    claims.back();
    (await questions.next()).pick('No role');
    claims = await questions.next();
    assert.equal(claims.prompt, 'The claims as JSON. iat and exp are added at every signing.');
    claims.escape();
    assert.equal(await running, undefined);
  });
});
