import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { lookAtWire } from '../../../src/platform/node/wireLook.ts';

describe('a look at the wire', () => {
  it('ends when it is cancelled, whatever the server does not do', async () => {
    const sockets: Socket[] = [];
    const abort = new AbortController();
    const server = createServer(socket => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      // Connected, and waited for.
      setImmediate(() => abort.abort());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const began = performance.now();
      await lookAtWire(`http://127.0.0.1:${port}/mcp`, abort.signal);
      await lookAtWire(`https://127.0.0.1:${port}/mcp`, abort.signal);
      assert.ok(performance.now() - began < 2000);
    } finally {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    }
  });
});
