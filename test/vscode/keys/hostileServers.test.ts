import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { defaultLimits } from '../../../src/core/connection/limits.ts';
import type { AddServerResult, CompareRolesResult, TestConnectionResult } from '../../../src/ids.ts';
import { type HostileServer, type Misbehaviour, startHostileServer } from '../../servers/hostileServer.ts';
import { forgetAll, headerSnapshot, uriOf } from '../harness/inside.ts';
import { addServer, run, until } from '../harness/keyring.ts';

const config = '.vscode/mcp.json';
const megabyte = 1024 ** 2;

// What is connected to is anybody's; the extension host stays responsive and small, and sends everything once.
describe('A hostile server', function () {
  this.timeout(120_000);
  /** One server for all tests, which misbehaves as each of them wants. */
  const manner: { behaviour: Misbehaviour; from: 'start' | 'list' } = { behaviour: 'none', from: 'start' };
  let server: HostileServer;
  let target: AddServerResult;
  const { withProgress } = vscode.window;

  before(async () => {
    await forgetAll();
    server = await startHostileServer(manner);
    target = await addServer({
      name: 'hostile',
      url: server.url,
      file: config,
      delivery: 'reference',
      credential: { kind: 'bearer', name: 'hostile', token: 'demo-bearer-token' },
    });
    await headerSnapshot(uriOf(config), 'hostile');
  });

  afterEach(() => {
    Object.assign(vscode.window, { withProgress });
    server.onRequest = () => {};
  });

  after(async () => {
    await server.close();
    await forgetAll();
  });

  async function compare(): Promise<CompareRolesResult> {
    const answers = { credentials: [target.credentialId], show: false };
    return (await run('mcpKeyring.servers.compareRoles', target, answers)) as CompareRolesResult;
  }

  async function test(): Promise<TestConnectionResult> {
    return (await run('mcpKeyring.servers.testConnection', target, { show: false })) as TestConnectionResult;
  }

  const expected: readonly (readonly [Misbehaviour, 'start' | 'list', state: string, codes: readonly string[]])[] = [
    ['endless', 'start', 'failed', ['bounds']],
    ['endless', 'list', 'partly', ['bounds']],
    ['endlessEvents', 'start', 'failed', ['bounds']],
    ['endlessEvents', 'list', 'partly', ['bounds']],
    ['gigabyte', 'list', 'partly', ['bounds']],
    ['manyTools', 'list', 'partly', ['bounds']],
    ['manyPages', 'list', 'partly', ['none']],
    ['redirectLoop', 'start', 'failed', ['redirected']],
    ['redirectLoop', 'list', 'partly', ['redirected']],
    ['invalidUtf8', 'start', 'failed', ['protocol']],
    ['notJson', 'start', 'failed', ['protocol']],
    ['notJson', 'list', 'partly', ['protocol']],
    ['notRpc', 'start', 'failed', ['protocol']],
    ['wrongShape', 'list', 'partly', ['protocol']],
    ['hungUp', 'list', 'partly', ['network', 'protocol']],
    ['refused', 'start', 'refused', ['refused']],
    ['hostileNames', 'list', 'connected', ['none']],
  ];
  for (const [behaviour, from, state, codes] of expected) {
    it(`${behaviour}, from the ${from} on: Compare Roles`, async () => {
      Object.assign(manner, { behaviour, from });
      const { columns, rows } = await watched(() => compare());
      const [column] = columns;
      assert.equal(column?.state, state, JSON.stringify(column));
      assert.ok(codes.includes(column.problem?.code ?? 'none'), JSON.stringify(column));
      assert.ok(rows.length <= 3 * defaultLimits.items);
    });

    it(`${behaviour}, from the ${from} on: Test Connection`, async () => {
      Object.assign(manner, { behaviour, from });
      const { healthy, verdict } = await watched(() => test());
      assert.ok(!(healthy && from === 'start'), verdict);
      assert.ok(verdict.length > 10 && verdict.length < 1000, verdict);
      assert.doesNotMatch(verdict, /[\u0000-\u001f\u202e]/);
    });
  }

  for (const behaviour of ['never', 'drip', 'endless', 'gigabyte'] as const) {
    for (const from of ['start', 'list'] as const) {
      for (const command of ['Compare Roles', 'Test Connection'] as const) {
        it(`cancelled while the server does this from the ${from} on: ${behaviour}: ${command}`, async () => {
          Object.assign(manner, { behaviour, from });
          const cancel = new vscode.CancellationTokenSource();
          Object.assign(vscode.window, {
            withProgress: (_: unknown, work: (progress: unknown, token: vscode.CancellationToken) => unknown) =>
              work({ report: () => undefined }, cancel.token),
          });
          server.onRequest = request => {
            if (from === 'start' || request.includes('/list')) {
              cancel.cancel();
            }
          };
          const known = server.requests.length;
          const began = performance.now();
          // The matrix is not there; a test says that it was cancelled.
          const result = await (command === 'Compare Roles' ? compare() : test());
          assert.ok(result === undefined || ('healthy' in result && !result.healthy), JSON.stringify(result));
          assert.ok(performance.now() - began < 10_000);
          const { length } = server.requests;
          await until('no open request', () => server.open === 0);
          // A client opens the stream of what a server says unasked beside its first list: that may have been on its way.
          const wasSent = server.requests.slice(known, length);
          const late = server.requests.slice(length);
          assert.deepEqual(late, late[0] === 'GET' && !wasSent.includes('GET') ? ['GET'] : []);
        });
      }
    }
  }

  /** Does something and sees to it that this process stays responsive and small, and sends nothing twice. */
  async function watched<T>(work: () => Promise<T>): Promise<T> {
    const known = server.authorized.length;
    const before = process.memoryUsage();
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const result = await work();
    delay.disable();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    assert.ok(grown < 150 * megabyte, `${Math.round(grown / megabyte)} MB`);
    assert.ok(delay.max / 1e6 < 2000, `${Math.round(delay.max / 1e6)} ms`);
    const posts = server.authorized.slice(known).filter(request => / POST ./.test(request));
    assert.deepEqual(posts, [...new Set(posts)]);
    await until('no open request', () => server.open === 0);
    return result;
  }
});
