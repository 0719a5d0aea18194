import assert from 'node:assert/strict';
import { attach, detach, stopOffering } from '../../../../src/core/credentials/attachments.ts';
import { decodeCredential, encodeCredential } from '../../../../src/core/credentials/codec.ts';
import type { Attachment, ProvidedServer } from '../../../../src/core/credentials/types.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { apiKey } from './samples.ts';

const url = 'https://weather.example.com/mcp';
const provided: ProvidedServer = {
  name: 'weather',
  url: `${url}?units=metric`,
  header: 'X-API-Key',
  plainHeaders: { 'X-Team': 'blue' },
  from: {
    file: 'file:///work/.vscode/mcp.json',
    hash: '00',
    undo: new Secret('[{"text":"literal-not-a-secret"}]'),
    source: new Secret('{"headers":{"X-API-Key":"literal-not-a-secret"}}'),
  },
};
const attachment: Attachment = { url, header: 'x-api-key', at: 1, provided };

describe('an attachment that offers a server', () => {
  it('is written and read with all that it takes to give the server back', async () => {
    const credential = attach(apiKey(), attachment);
    const decoded = await decodeCredential(await encodeCredential(credential));
    assert.ok(decoded.ok);
    const [read] = decoded.value.attachments;
    assert.equal(read?.provided?.from?.undo.reveal(), '[{"text":"literal-not-a-secret"}]');
    assert.equal(read?.provided?.from?.source.reveal(), provided.from?.source.reveal());
    assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(attachment)));
  });

  it('prints nothing of what stood in the file', () => {
    assert.doesNotMatch(JSON.stringify(attach(apiKey(), attachment)), /literal-not-a-secret/);
  });

  it('is read from entries that were written before there were such servers', async () => {
    const decoded = await decodeCredential(
      await encodeCredential(attach(apiKey(), { url, header: 'x-api-key', at: 1 })),
    );
    assert.deepEqual(decoded.ok && decoded.value.attachments, [{ url, header: 'x-api-key', at: 1 }]);
  });

  for (const [what, wrong] of [
    ['another URL', { ...provided, url: 'https://evil.example.com/mcp' }],
    ['no URL', { ...provided, url: 'weather' }],
    ['another header', { ...provided, header: 'Authorization' }],
    ['a name that is no text', { ...provided, name: 5 }],
    ['headers that are no texts', { ...provided, plainHeaders: { 'X-Team': 5 } }],
    ['a file that is no text', { ...provided, from: { file: 5, hash: '', undo: '', source: '' } }],
    ['nothing', null],
  ] as const) {
    it(`is damaged with ${what}`, async () => {
      const entry = JSON.parse(await encodeCredential(apiKey()));
      entry.attachments = [{ url, header: 'x-api-key', at: 1, provided: wrong }];
      assert.deepEqual(await decodeCredential(JSON.stringify(entry)), { ok: false, error: 'wrong-shape' });
    });
  }

  it('goes on offering when it is made again for a file', () => {
    const again = attach(attach(apiKey(), attachment), { url, header: 'x-api-key', at: 2 });
    assert.equal(again.attachments[0]?.provided, provided);
    assert.equal(again.attachments[0]?.at, 2);
  });

  it('stays when the server is no longer offered, and goes when it is detached', () => {
    const credential = attach(apiKey(), attachment);
    assert.deepEqual(stopOffering(credential, provided).attachments, [{ url, header: 'x-api-key', at: 1 }]);
    assert.equal(stopOffering(credential, { ...provided, name: 'another' }), credential);
    assert.equal(stopOffering(credential, { ...provided, header: 'Authorization' }), credential);
    assert.deepEqual(detach(credential, attachment, 3).attachments, []);
  });
});
