import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CredentialAnswers } from '../../../src/ids.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, readText, run } from '../harness/keyring.ts';
import { assertRefused, bytes, configPath, good, storedKeys } from './nothingLost.ts';

// What a program passes is checked field by field, and the message begins with the field.
describe('Bad answers', () => {
  const cases: readonly (readonly [what: string, answers: object, message: RegExp])[] = [
    ['no name', { name: '' }, /^name: this may not be empty/],
    ['a name of blanks', { name: ' \t' }, /^name: this may not be empty/],
    ['a name that is taken', { name: 'taken' }, /^name: there is a server “taken” in this file already/],
    ['a name that is taken, for another URL', { name: 'taken', replaceHeader: true }, /^name: .*“taken”/],
    ['no URL', { url: '' }, /^url: this may not be empty/],
    ['a URL without a scheme', { url: 'example.com/mcp' }, /^url: .*https:\/\/ or http:\/\//],
    ['a file URL', { url: 'file:///etc/passwd' }, /^url: .*https:\/\/ or http:\/\//],
    ['a websocket', { url: 'wss://example.com/mcp' }, /^url: .*https:\/\/ or http:\/\//],
    ['a script', { url: 'javascript:alert(1)' }, /^url: .*https:\/\/ or http:\/\//],
    [
      'plain http to another computer',
      { url: 'http://example.com/mcp' },
      /^url: http:\/\/example\.com\/mcp is plain http/,
    ],
    ['a URL with a variable', { url: 'https://${env:HOST}/mcp' }, /^url: .*\$\{\.\.\.\}/],
    ['a password in the URL', { url: 'https://me:pass@example.com/mcp' }, /^url: .*before “@”/],
    ['a URL that is a number', { url: 5 }, /^url: this has the wrong type/],
    ['a file that is none', { file: 'package.json' }, /^file: “package\.json” is not a config file/],
    ['a file outside', { file: '../../etc/mcp.json' }, /^file: /],
    ['a delivery that is none', { delivery: 'pigeon' }, /^delivery: this has to be reference/],
    ['a reference where nothing resolves it', { file: '.mcp.json', delivery: 'reference' }, /^delivery: .*\.mcp\.json/],
    ['a header’s name with a blank', { header: 'X API Key' }, /^header: this is not the name of an HTTP header/],
    ['a header’s name with a line end', { header: 'X\r\nEvil' }, /^header: /],
    ['a kind that is none', { credential: { kind: 'magic' } }, /^credential\.kind: this has to be apiKey/],
    ['an empty key', { credential: { kind: 'apiKey', key: '' } }, /^credential\.key: this may not be empty/],
    [
      'a key with a blank inside',
      { credential: { kind: 'apiKey', key: 'abc def' } },
      /^credential\.key: there are blanks or line ends/,
    ],
    [
      'a key with a line end inside',
      { credential: { kind: 'apiKey', key: 'abc\r\ndef' } },
      /^credential\.key: there are blanks or line ends/,
    ],
    [
      'a key that is not ASCII',
      { credential: { kind: 'apiKey', key: 'schlüssel' } },
      /^credential\.key: .*cannot be sent/,
    ],
    ['a key that is a number', { credential: { kind: 'apiKey', key: 5 } }, /^credential\.key: this has the wrong type/],
    [
      'a scheme without a token',
      { credential: { kind: 'bearer', token: 'Bearer ' } },
      /^credential\.token: this may not be empty/,
    ],
    ['a short secret', { credential: { kind: 'signedJwt', secret: 'short' } }, /secret: 40 bits are too few for HS256/],
    ['an empty secret', { credential: { kind: 'signedJwt', secret: '' } }, /secret: this may not be empty/],
    [
      'a secret that is not base64',
      { credential: { kind: 'signedJwt', secret: '%%%', encoding: 'base64' } },
      /secret: this is not base64/,
    ],
    [
      'claims that are a list',
      { credential: { kind: 'signedJwt', claims: [] } },
      /^credential\.claims: this has to be a JSON object/,
    ],
    [
      'a lifetime below zero',
      { credential: { kind: 'signedJwt', lifetimeSeconds: -1 } },
      /^credential\.lifetimeSeconds: /,
    ],
    [
      'a lifetime that is a text',
      { credential: { kind: 'signedJwt', lifetimeSeconds: '1h' } },
      /^credential\.lifetimeSeconds: /,
    ],
    [
      'a signing key that is gone',
      { credential: { kind: 'signedJwt', keyId: 'gone' } },
      /^credential\.keyId: this is missing/,
    ],
    [
      'a credential that is gone',
      { credential: { kind: 'existing', credentialId: 'gone' } },
      /no longer in the keyring/,
    ],
  ];
  for (const [what, answers, message] of cases) {
    it(`${what}: a message, and nothing changes`, () => assertRefused(answers, message));
  }

  it('has a code beside the sentence', async () => {
    await assert.rejects(addServer({ ...good, name: '' }), (error: Error & { code?: string }) => {
      return error.code === 'argument-invalid';
    });
  });

  describe('that can be understood', () => {
    const pasted: readonly (readonly [what: string, credential: CredentialAnswers, header: string, sent: string])[] = [
      ['a whole header', { kind: 'bearer', token: 'Authorization: Bearer abc.def' }, 'Authorization', 'abc.def'],
      [
        'a header in quotes',
        { kind: 'bearer', token: ' "Authorization: Bearer abc.def" ' },
        'Authorization',
        'abc.def',
      ],
      [
        'the part of a curl call',
        { kind: 'bearer', token: "-H 'Authorization: Bearer abc.def'" },
        'Authorization',
        'abc.def',
      ],
      ['a scheme twice', { kind: 'bearer', token: 'Bearer bearer abc.def' }, 'Authorization', 'abc.def'],
      ['blanks and line ends around it', { kind: 'bearer', token: '\n  abc.def \r\n' }, 'Authorization', 'abc.def'],
      ['a key with its header', { kind: 'apiKey', key: 'X-API-Key: abc123' }, 'X-API-Key', 'abc123'],
    ];
    for (const [what, credential, header, sent] of pasted) {
      it(`${what}: only the credential is kept`, async () => {
        const name = what.replaceAll(' ', '-');
        await addServer({ ...good, name, url: `https://${name}.example.com/mcp`, credential });
        const value = (
          await (await services()).broker.headerFor(`https://${name}.example.com/mcp`, header)
        ).value.reveal();
        assert.equal(value, header === 'Authorization' ? `Bearer ${sent}` : sent);
        assert.ok(!readText(configPath).includes(sent));
      });
    }

    it('a name with blanks around it, or with anything else in it', async () => {
      const name = 'a "b" \\ {c} ünï ${d}';
      await addServer({ ...good, name: ` ${name} `, url: 'https://odd.example.com/mcp' });
      const header = await headerSnapshot(uriOf(configPath), name, 'X-API-Key');
      assert.deepEqual(header.findings, []);
      assert.equal(header.status, 'ready');
    });

    after(forgetAll);
  });

  it('run nothing that has not been asked for: a command of a server that is gone says so', async () => {
    const before = { file: bytes(), keys: await storedKeys() };
    const target = { file: uriOf(configPath), server: 'gone' };
    // These show their refusal to the person; for a program they do nothing.
    await run('mcpKeyring.servers.detachCredential', target);
    await run('mcpKeyring.servers.renewToken', target);
    await run('mcpKeyring.servers.copyToken', target);
    await run('mcpKeyring.servers.repairHeader', target);
    await run('mcpKeyring.servers.moveToKeyring', target);
    await run('mcpKeyring.servers.attachCredential', target, { credentialId: 'gone' });
    await run('mcpKeyring.credentials.renew', { credentialId: 'gone' });
    await run('mcpKeyring.credentials.showClaims', { credentialId: 'gone' });
    assert.deepEqual(bytes(), before.file);
    assert.deepEqual(await storedKeys(), before.keys);
    assert.equal(vscode.window.activeTextEditor, undefined);
  });
});
