import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { WireLook } from '../../core/connection/examination.ts';
import { orAborted } from '../../core/oauth/http.ts';

/** For all of it, in ms. */
const timeLimit = 5000;

/**
 * Looks below HTTP at a server whose answer `fetch` could not read: its addresses, its certificate, the protocols that it takes.
 * The certificate is looked at, not trusted: nothing is sent over the connection but the beginning of one.
 */
export async function lookAtWire(url: string, cancelled: AbortSignal): Promise<WireLook | undefined> {
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(timeLimit)]);
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  // The system's resolver can take its time, and cannot be told to stop.
  const addresses = await orAborted(lookup(host, { all: true }), signal).then(
    found => found.map(({ address }) => address),
    () => [],
  );
  if (addresses.length === 0) {
    return undefined;
  }
  const portNumber = Number(port) || (protocol === 'https:' ? 443 : 80);
  if (protocol !== 'https:') {
    return { addresses, speaksHttp2: await speaksHttp2(host, portNumber, signal) };
  }
  const [h2, http1] = await Promise.all([
    shakeHands(host, portNumber, 'h2', signal),
    shakeHands(host, portNumber, 'http/1.1', signal),
  ]);
  const alpn = [
    ...(h2?.protocol === 'h2' ? ['h2'] : []),
    // A server without ALPN speaks HTTP/1.1.
    ...(http1 && (http1.protocol === 'http/1.1' || http1.protocol === undefined) ? ['http/1.1'] : []),
  ];
  const certificate = h2?.certificate ?? http1?.certificate;
  return { addresses, alpn, ...(certificate && { certificate }) };
}

interface Handshake {
  readonly protocol: string | undefined;
  readonly certificate?: NonNullable<WireLook['certificate']>;
}

async function shakeHands(
  host: string,
  port: number,
  protocol: string,
  signal: AbortSignal,
): Promise<Handshake | undefined> {
  const socket = connectTls({
    host,
    port,
    ALPNProtocols: [protocol],
    // It is only looked at. What is wrong with it is what the person is told.
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
  });
  const open = await opened(socket, 'secureConnect', signal);
  const found = open ? handshakeOf(socket) : undefined;
  socket.destroy();
  return found;
}

function handshakeOf(socket: TLSSocket): Handshake {
  const { subject, issuer, valid_from: from, valid_to: to } = socket.getPeerCertificate();
  const validFrom = Date.parse(from);
  const validTo = Date.parse(to);
  return {
    protocol: socket.alpnProtocol || undefined,
    ...(subject && {
      certificate: {
        subject: one(subject.CN),
        issuer: one(issuer?.CN ?? issuer?.O),
        ...(Number.isFinite(validFrom) && { validFrom }),
        ...(Number.isFinite(validTo) && { validTo }),
      },
    }),
  };
}

function one(name: string | string[] | undefined): string {
  return (Array.isArray(name) ? name[0] : name) ?? '';
}

/** Says hello in HTTP/2 (RFC 9113 section 3.4) and looks whether a SETTINGS frame comes back. */
async function speaksHttp2(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const socket = connectTcp({ host, port });
  try {
    if (!(await opened(socket, 'connect', signal))) {
      return false;
    }
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const first = await new Promise<Buffer | undefined>(resolve => {
      socket.once('data', resolve);
      socket.once('close', () => resolve(undefined));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    // Length, then the type of the frame: 4 is SETTINGS.
    return first !== undefined && first.length >= 9 && first[0] === 0 && first[3] === 4;
  } finally {
    socket.destroy();
  }
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const settle = (open: boolean) => () => {
      signal.removeEventListener('abort', fail);
      resolve(open);
    };
    const fail = settle(false);
    signal.addEventListener('abort', fail, { once: true });
    socket.once(event, settle(true));
    // Stays: an error without a listener would end the process.
    socket.on('error', fail);
    if (signal.aborted) {
      fail();
    }
  });
}
