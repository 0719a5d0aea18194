import { createServer } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that was free a moment ago.
 *
 * @param preferred Taken if it is free: a browser keeps its storage by origin, so a person who comes back wants the same port.
 */
export async function freePort(preferred = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', error => (preferred === 0 ? reject(error) : resolve(freePort())));
    probe.listen({ host: '127.0.0.1', port: preferred }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('The probe for a free port has no address.'));
        } else {
          resolve(address.port);
        }
      });
    });
  });
}
