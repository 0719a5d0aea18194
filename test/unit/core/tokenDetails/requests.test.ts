import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPanelRequest, readPanelState } from '../../../../src/core/tokenDetails/requests.ts';

describe('requests of the panel', () => {
  it('are read', () => {
    for (const request of [
      { type: 'ready' },
      { type: 'reveal', request: 'a-b' },
      { type: 'copy' },
      { type: 'run', action: 'renew' },
      { type: 'describe', text: '' },
      { type: 'showInFile', place: 'file:///x\ny\nz' },
      { type: 'copyExample', example: 'curl' },
      { type: 'manageTrust' },
      { type: 'close' },
    ]) {
      assert.deepEqual(readPanelRequest(request), request);
      assert.deepEqual(readPanelRequest({ ...request, more: 1 }), request);
    }
  });

  it('are ignored when they are anything else', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      [],
      {},
      { type: 'Ready' },
      { type: 'reveal' },
      { type: 'reveal', request: 'x'.repeat(65) },
      { type: 'run' },
      { type: 'run', action: 'mcpKeyring.credentials.delete' },
      { type: 'run', action: 'constructor' },
      { type: 'describe', text: 1 },
      { type: 'describe', text: 'x'.repeat(1001) },
      { type: 'showInFile', place: ['x'] },
      { type: 'copyExample' },
      { type: 'token', segments: ['x'] },
    ]) {
      assert.equal(readPanelRequest(message), undefined);
    }
    fc.assert(fc.property(fc.anything(), message => readPanelRequest(message) === undefined));
  });

  it('say of which credential a panel was', () => {
    assert.equal(readPanelState({ credentialId: 'a', token: 'never' }), 'a');
    for (const state of [undefined, null, 'a', {}, { credentialId: 1 }, { credentialId: '' }]) {
      assert.equal(readPanelState(state), undefined);
    }
  });
});
