import { fail, ok, type Result } from '../result.ts';
import type { Curve } from './algorithms.ts';
import { type DerElement, derTags, oidOf, readDer, readDerList, writeDer, writeOid } from './der.ts';
import { type KeyProblem, keyProblem } from './keyMaterial.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A key in a container that WebCrypto imports. */
export interface ContainedKey {
  readonly format: 'pkcs8' | 'spki';
  readonly der: Bytes;
  readonly keyType: 'RSA' | 'EC' | 'OKP';
  readonly curve?: Curve;
  /** The key says that it's for RSASSA-PSS alone (RFC 4055 section 1.2). */
  readonly pss?: true;
}

// Object identifiers: RFC 8017 appendix C, RFC 5480 section 2.1.1, RFC 8410 section 3.
const rsaEncryption = '2a864886f70d010101';
const rsassaPss = '2a864886f70d01010a';
const ecPublicKey = '2a8648ce3d0201';
const ed25519 = '2b6570';
const curves: Readonly<Record<string, Curve>> = {
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
};
const curveOids = Object.fromEntries(Object.entries(curves).map(([oid, curve]) => [curve, oid]));
/** Of the private number, in bytes. */
const curveSizes: Readonly<Record<number, Curve>> = { 32: 'P-256', 48: 'P-384', 66: 'P-521' };

const rsaIdentifier = writeDer(derTags.sequence, writeOid(rsaEncryption), writeDer(derTags.null));
const zero = writeDer(derTags.integer, Uint8Array.of(0));
const malformed = (label: string) => fail(keyProblem('pem-malformed', { label }));

/** Reads a PKCS#8 private key (RFC 5958 section 2). */
export function readPkcs8(der: Bytes): Result<ContainedKey, KeyProblem> {
  const [version, algorithm, key] = contentOf(der) ?? [];
  if (version?.tag !== derTags.integer || algorithm?.tag !== derTags.sequence || key?.tag !== derTags.octetString) {
    return malformed('PRIVATE KEY');
  }
  const kind = readAlgorithm(algorithm);
  if (!kind.ok) {
    return kind;
  }
  // WebCrypto knows no keys that are for PSS alone; the number inside is the same.
  const wrapped = kind.value.pss ? writeDer(derTags.sequence, zero, rsaIdentifier, key.whole) : der;
  return ok({ format: 'pkcs8', der: wrapped, ...kind.value });
}

/** Reads a public key (RFC 5280 section 4.1.2.7). */
export function readSpki(der: Bytes): Result<ContainedKey, KeyProblem> {
  const [algorithm, key] = contentOf(der) ?? [];
  if (algorithm?.tag !== derTags.sequence || key?.tag !== derTags.bitString) {
    return malformed('PUBLIC KEY');
  }
  const kind = readAlgorithm(algorithm);
  if (!kind.ok) {
    return kind;
  }
  const wrapped = kind.value.pss ? writeDer(derTags.sequence, rsaIdentifier, key.whole) : der;
  return ok({ format: 'spki', der: wrapped, ...kind.value });
}

/** Wraps an RSA private key of PKCS#1 (RFC 8017 appendix A.1.2) into PKCS#8. */
export function wrapPkcs1Private(der: Bytes): Result<ContainedKey, KeyProblem> {
  if ((contentOf(der)?.length ?? 0) < 9) {
    return malformed('RSA PRIVATE KEY');
  }
  return readPkcs8(writeDer(derTags.sequence, zero, rsaIdentifier, writeDer(derTags.octetString, der)));
}

/** Wraps an RSA public key of PKCS#1 (RFC 8017 appendix A.1.1) into a SubjectPublicKeyInfo. */
export function wrapPkcs1Public(der: Bytes): Result<ContainedKey, KeyProblem> {
  if (contentOf(der)?.length !== 2) {
    return malformed('RSA PUBLIC KEY');
  }
  const bits = writeDer(derTags.bitString, Uint8Array.of(0), der);
  return readSpki(writeDer(derTags.sequence, rsaIdentifier, bits));
}

/** Wraps an EC private key of SEC 1 (RFC 5915 section 3) into PKCS#8. One that doesn't name its curve has that of its size. */
export function wrapSec1(der: Bytes): Result<ContainedKey, KeyProblem> {
  const [version, key, ...optional] = contentOf(der) ?? [];
  if (version?.tag !== derTags.integer || key?.tag !== derTags.octetString) {
    return malformed('EC PRIVATE KEY');
  }
  const named = optional.find(({ tag }) => tag === derTags.context0);
  const oid = named ? oidOf(readDer(named.content)) : curveOids[curveSizes[key.content.length] ?? ''];
  if (oid === undefined) {
    return fail(keyProblem('unsupported-curve', { curve: named ? 'explicit' : 'unnamed' }));
  }
  const publicKey = optional.filter(({ tag }) => tag === derTags.context1).map(({ whole }) => whole);
  const inner = writeDer(derTags.sequence, version.whole, key.whole, ...publicKey);
  const identifier = writeDer(derTags.sequence, writeOid(ecPublicKey), writeOid(oid));
  return readPkcs8(writeDer(derTags.sequence, zero, identifier, writeDer(derTags.octetString, inner)));
}

/** The public key of an X.509 certificate (RFC 5280 section 4.1). Nothing of the certificate is checked. */
export function readCertificate(der: Bytes): Result<ContainedKey, KeyProblem> {
  const [toBeSigned] = contentOf(der) ?? [];
  const fields = toBeSigned && readDerList(toBeSigned.content)?.filter(({ tag }) => tag !== derTags.context0);
  // Serial number, signature, issuer, validity, subject, key.
  const key = fields?.[5];
  return key?.tag === derTags.sequence ? readSpki(key.whole) : malformed('CERTIFICATE');
}

/** What stands in the one sequence that a structure is. */
function contentOf(der: Bytes): readonly DerElement[] | undefined {
  const outer = readDer(der);
  return outer?.tag === derTags.sequence && outer.end === der.length ? readDerList(outer.content) : undefined;
}

function readAlgorithm(sequence: DerElement): Result<Pick<ContainedKey, 'keyType' | 'curve' | 'pss'>, KeyProblem> {
  const [identifier, parameter] = readDerList(sequence.content) ?? [];
  const oid = oidOf(identifier);
  switch (oid) {
    case rsaEncryption:
      return ok({ keyType: 'RSA' });
    case rsassaPss:
      return ok({ keyType: 'RSA', pss: true });
    case ed25519:
      return ok({ keyType: 'OKP', curve: 'Ed25519' });
    case ecPublicKey: {
      const curveOid = oidOf(parameter);
      const curve = curves[curveOid ?? ''];
      return curve
        ? ok({ keyType: 'EC', curve })
        : fail(keyProblem('unsupported-curve', { curve: curveOid ?? 'explicit' }));
    }
    default:
      return fail(keyProblem('unsupported-key-type', { oid: oid ?? '' }));
  }
}
