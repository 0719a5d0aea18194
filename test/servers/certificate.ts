import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface CertificateOptions {
  readonly name: string;
  /** Host names and IPv4 addresses that it is for. */
  readonly hosts: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** Whether it may sign others (RFC 5280 section 4.2.1.9). */
  readonly isAuthority?: boolean;
  /** Who signs it; itself where left out. */
  readonly authority?: Pick<Certificate, 'key' | 'name'>;
}

export interface Certificate {
  readonly name: string;
  readonly key: KeyObject;
  /** PEM */
  readonly privateKey: string;
  /** PEM */
  readonly certificate: string;
}

const day = 86_400_000;
/** BOOLEAN (X.690 section 11.1). */
const isTrue = tagged(0x01, Buffer.from([0xff]));

/** Makes an X.509 certificate (RFC 5280) with a P-256 key of its own, as good as a test needs it. Nothing of it is kept anywhere. */
export function makeCertificate(options: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = options.authority?.key ?? privateKey;
  const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(options.authority?.name ?? options.name),
    sequence(
      time(options.validFrom ?? new Date(Date.now() - day)),
      time(options.validTo ?? new Date(Date.now() + day)),
    ),
    nameOf(options.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        ...(options.hosts.length > 0 ? [extension('551d11', sequence(...options.hosts.map(hostOf)))] : []),
        ...(options.isAuthority ? [extension('551d13', sequence(isTrue))] : []),
      ),
    ),
  );
  const der = sequence(
    body,
    ecdsaWithSha256,
    tagged(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])),
  );
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    name: options.name,
    key: privateKey,
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** Definite length (X.690 section 8.1.3). */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

/** A name that is a common name and nothing else. */
function nameOf(text: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(text, 'utf8')))));
}

/** UTCTime, good until 2049. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2), 'ascii'));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), tagged(0x04, value));
}

/** A general name: dNSName is [2], iPAddress is [7]. */
function hostOf(host: string): Buffer {
  return /^[\d.]+$/.test(host)
    ? tagged(0x87, Buffer.from(host.split('.').map(Number)))
    : tagged(0x82, Buffer.from(host, 'ascii'));
}
