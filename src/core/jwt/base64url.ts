import { fail, ok, type Result } from '../result.ts';

/** `alphabet`: a character that base64url doesn't have; `canonical`: padding, an impossible length, or bits that belong to no byte. */
export type Base64urlProblem = 'alphabet' | 'canonical';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const allowed = /^[A-Za-z0-9_-]*$/;
const padded = /^[A-Za-z0-9_-]*={1,2}$/;

/**
 * What keeps a text from being canonical unpadded base64url (RFC 7515 section 2, RFC 4648 section 3.5); undefined if nothing
 * does. Common decoders, jose's too, take padding and stray bits, so that one token has several spellings; here it has one.
 */
export function checkBase64url(text: string): Base64urlProblem | undefined {
  if (!allowed.test(text)) {
    return padded.test(text) ? 'canonical' : 'alphabet';
  }
  const rest = text.length % 4;
  if (rest === 0) {
    return undefined;
  }
  // Two characters carry one byte and four bits too many, three carry two bytes and two bits.
  const last = alphabet.indexOf(text.charAt(text.length - 1));
  return rest === 1 || (last & (rest === 2 ? 0b1111 : 0b11)) !== 0 ? 'canonical' : undefined;
}

/** Decodes canonical unpadded base64url into bytes. */
export function decodeBase64url(text: string): Result<Uint8Array<ArrayBuffer>, Base64urlProblem> {
  const problem = checkBase64url(text);
  return problem ? fail(problem) : ok(bytesOf(binaryOf(text)));
}

// Fatal: a byte that isn't UTF-8 is an error, not a question mark. The byte order mark isn't JSON either.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ascii = /^[\u0000-\u007f]*$/;

/** Decodes canonical unpadded base64url of UTF-8 text. */
export function decodeBase64urlText(text: string): Result<string, Base64urlProblem | 'utf8'> {
  const problem = checkBase64url(text);
  if (problem) {
    return fail(problem);
  }
  // Most tokens are ASCII, and then what `atob` gives is the text already: three times as fast as by way of bytes.
  const binary = binaryOf(text);
  if (ascii.test(binary)) {
    return ok(binary);
  }
  try {
    return ok(utf8.decode(bytesOf(binary)));
  } catch {
    return fail('utf8');
  }
}

/** Encodes bytes as unpadded base64url. */
export function encodeBase64url(bytes: Uint8Array): string {
  // A call takes only so many arguments.
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function binaryOf(text: string): string {
  return atob(text.includes('-') || text.includes('_') ? text.replaceAll('-', '+').replaceAll('_', '/') : text);
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) {
    bytes[index] = binary.charCodeAt(index);
  }
  return bytes;
}
