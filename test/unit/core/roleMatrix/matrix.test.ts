import assert from 'node:assert/strict';
import type { ListOutcome } from '../../../../src/core/connection/connectAndList.ts';
import type { ConnectFailure, Listing } from '../../../../src/core/connection/connection.ts';
import { type RoleOutcome, roleMatrix } from '../../../../src/core/roleMatrix/matrix.ts';

const connected = {
  transport: 'streamableHttp',
  protocolVersion: '2025-11-25',
  server: { name: 'todos', version: '1' },
} as const;

function listing(...names: string[]): Listing {
  return { state: 'listed', items: names.map(name => ({ name })), truncated: false };
}

function role(name: string, lists: ListOutcome['lists']): RoleOutcome {
  return { source: { name, kind: 'credential' }, outcome: { connected, lists, exchanges: [] } };
}

function failed(name: string, failure: ConnectFailure): RoleOutcome {
  return { source: { name, kind: 'preset' }, outcome: { failure, lists: {}, exchanges: [] } };
}

/** `name: access access ...` for each row; `*` where it differs. */
function rowsOf(...outcomes: RoleOutcome[]): string[] {
  return roleMatrix(outcomes).rows.map(
    ({ kind, name, access, differs }) => `${kind} ${name}: ${access.join(' ')}${differs ? ' *' : ''}`,
  );
}

describe('role matrix', () => {
  it('puts side by side what each role is listed, and marks where they differ', () => {
    assert.deepEqual(
      rowsOf(
        role('viewer', { tools: listing('read', 'list'), prompts: listing('hello') }),
        role('admin', { tools: listing('read', 'delete', 'list'), prompts: listing('hello') }),
      ),
      [
        'tools read: allowed allowed',
        'tools list: allowed allowed',
        'tools delete: refused allowed *',
        'prompts hello: allowed allowed',
      ],
    );
  });

  it('counts a role that the server lets in nowhere as refused everything', () => {
    const outcomes = [role('admin', { tools: listing('read') }), failed('viewer', { code: 'http', status: 401 })];
    assert.deepEqual(rowsOf(...outcomes), ['tools read: allowed refused *']);
    const [, viewer] = roleMatrix(outcomes).columns;
    assert.deepEqual([viewer?.state, viewer?.problem], ['refused', { code: 'refused', status: 401 }]);
  });

  it('says nothing about a role with which the server could not be asked', () => {
    for (const failure of [
      { code: 'network', reason: 'ECONNREFUSED' },
      { code: 'timeout' },
      { code: 'http', status: 500 },
      { code: 'redirected', reason: 'https://elsewhere.example' },
      { code: 'bounds', reason: 'size' },
      { code: 'protocol' },
    ] as const) {
      const outcomes = [role('admin', { tools: listing('read') }), failed('viewer', failure)];
      assert.deepEqual(rowsOf(...outcomes), ['tools read: allowed unknown']);
      assert.equal(roleMatrix(outcomes).columns[1]?.state, 'failed');
    }
    const notSent: RoleOutcome = { source: { name: 'x', kind: 'credential' }, outcome: { notSent: 'It has expired.' } };
    assert.deepEqual(rowsOf(role('admin', { tools: listing('read') }), notSent), ['tools read: allowed unknown']);
    assert.deepEqual(roleMatrix([notSent]).columns[0]?.problem, { code: 'not-sent', reason: 'It has expired.' });
  });

  it('tells a list that is refused from one that is not to be had', () => {
    const failing = (failure: ConnectFailure): Listing => ({ state: 'failed', items: [], truncated: false, failure });
    const admin = role('admin', { resources: listing('a:b') });
    const accessWith = (failure: ConnectFailure) => rowsOf(admin, role('viewer', { resources: failing(failure) }))[0];
    assert.equal(accessWith({ code: 'http', status: 403 }), 'resources a:b: allowed refused *');
    assert.equal(
      accessWith({ code: 'rpc', rpc: { code: -32003, message: 'Forbidden: admins only' } }),
      'resources a:b: allowed refused *',
    );
    assert.equal(
      accessWith({ code: 'rpc', rpc: { code: -32601, message: 'Method not found' } }),
      'resources a:b: allowed unknown',
    );
    assert.equal(
      accessWith({ code: 'rpc', rpc: { code: -32603, message: 'database is down' } }),
      'resources a:b: allowed unknown',
    );
    assert.equal(accessWith({ code: 'timeout' }), 'resources a:b: allowed unknown');
  });

  it('knows that what is behind the end of a list is not known', () => {
    const cut: Listing = { ...listing('a'), truncated: true };
    const matrix = roleMatrix([role('x', { tools: cut }), role('y', { tools: listing('a', 'b') })]);
    assert.deepEqual(
      matrix.rows.map(({ name, access }) => `${name} ${access.join(' ')}`),
      ['a allowed allowed', 'b unknown allowed'],
    );
    assert.equal(matrix.truncated, true);
    assert.equal(matrix.columns[0]?.state, 'partly');
  });

  it('makes names fit for the screen without taking two for one', () => {
    const { rows, columns } = roleMatrix([
      role('a\u202e\nb', { tools: listing('x\u0000', 'x\u0001', '__proto__', 'y'.repeat(10_000)) }),
    ]);
    assert.equal(columns[0]?.name, 'a\ufffd b');
    assert.deepEqual(
      rows.map(({ name }) => name.slice(0, 12)),
      ['x\ufffd', 'x\ufffd', '__proto__', 'y'.repeat(12)],
    );
    assert.ok(rows.every(({ name }) => name.length <= 200));
  });

  it('puts ten roles with 2,000 tools together at once', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `tool_${index}`);
    const start = performance.now();
    const outcomes = Array.from({ length: 10 }, (_, index) => role(`role ${index}`, { tools: listing(...names) }));
    assert.equal(roleMatrix(outcomes).rows.length, 2000);
    assert.ok(performance.now() - start < 2000);
  });
});
