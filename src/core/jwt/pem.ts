import { fail, ok, type Result } from '../result.ts';
import { type KeyProblem, keyProblem } from './keyMaterial.ts';

/** One block of PEM (RFC 7468 section 2). */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array<ArrayBuffer>;
  /** Of the other blocks of the text, wherever they stand. */
  readonly otherLabels: readonly string[];
}

/** Whether a text is PEM, perhaps with line ends written as `\n` or in base64, as keys stand in environment variables. */
export function looksLikePem(text: string): boolean {
  return text.includes('-----BEGIN ') || isEncodedPem(text);
}

/** `-----BEGIN ` in base64. */
function isEncodedPem(text: string): boolean {
  return /^\s*LS0tLS1CRUdJTi/.test(text);
}

/**
 * Reads one key or certificate of a PEM text: the first of the preferred ones, or else the first of all. Parameters that
 * `openssl ecparam` writes in front are skipped. Fails with `passphrase` for an encrypted key, `pem-malformed` for what has
 * no end or isn't base64.
 */
export function readPem(text: string, isPreferred = (_label: string) => true): Result<PemBlock, KeyProblem> {
  const lines = plainPem(text);
  const blocks = [...lines.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)]
    .map(match => ({ label: match[1] ?? '', from: match.index + match[0].length }))
    .filter(({ label }) => label !== 'EC PARAMETERS');
  const block = blocks.find(({ label }) => isPreferred(label)) ?? blocks[0];
  if (!block) {
    return fail(keyProblem('pem-malformed', { label: '' }));
  }
  const { label, from } = block;
  const end = lines.indexOf(`-----END ${label}-----`, from);
  const body = end === -1 ? undefined : lines.slice(from, end);
  // RFC 1421 header fields of the traditional format: `Proc-Type: 4,ENCRYPTED`.
  if (label === 'ENCRYPTED PRIVATE KEY' || (body !== undefined && /^(?:Proc-Type:.*ENCRYPTED|DEK-Info:)/m.test(body))) {
    return fail(keyProblem('passphrase', { label }));
  }
  const der = body === undefined ? undefined : fromBase64(body.replace(/\s+/g, ''));
  return der
    ? ok({ label, der, otherLabels: blocks.filter(other => other !== block).map(other => other.label) })
    : fail(keyProblem('pem-malformed', { label }));
}

/** Writes one block with lines of 64 characters. */
export function writePem(label: string, der: Uint8Array): string {
  const base64 = btoa(Array.from(der, byte => String.fromCharCode(byte)).join(''));
  return `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;
}

function plainPem(text: string): string {
  if (!isEncodedPem(text)) {
    return text.replaceAll('\\r', '').replaceAll('\\n', '\n');
  }
  const bytes = fromBase64(text.replace(/\s+/g, ''));
  return bytes ? new TextDecoder().decode(bytes) : text;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return undefined;
  }
  try {
    return Uint8Array.from(atob(text), char => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
