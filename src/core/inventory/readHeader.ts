import type { Finding } from '../findings.ts';
import { type HeaderValueParts, headerFindings, parseHeaderValue } from '../jwt/headerValue.ts';
import { isAuthenticationHeader } from './literals.ts';

/** A header's value, taken apart and looked at. */
export interface ReadHeader extends Pick<HeaderValueParts, 'shape' | 'token'> {
  readonly findings: readonly Finding[];
}

const none: readonly Finding[] = [];

/** `Bearer ` and a JWT, as nearly every header with a token is. Nothing can be wrong with the value around the token. */
const wellFormed = /^Bearer ey[I-L][\w-]*\.[\w-]+\.[\w-]*$/;

/** Words of visible ASCII with single blanks between them, and no colon that could end a pasted name. */
const plain = /^[!-9;-~]+(?: [!-9;-~]+)*$/;

/** What a value has to have to be a JWT, a reference, or a scheme and its token. */
const mayHoldToken = /e[yw]|\$\{| /;

/**
 * What `parseHeaderValue` and `headerFindings` say about a value. The two shapes in which nearly all headers come are told
 * by one expression each: a file may have ten thousand of them, and it's looked at with every key that is typed.
 */
export function readHeader(name: string, value: string): ReadHeader {
  if (name === 'Authorization' && wellFormed.test(value)) {
    return { shape: 'jwt', token: value.slice('Bearer '.length), findings: none };
  }
  if (!isAuthenticationHeader(name) && plain.test(value) && !mayHoldToken.test(value)) {
    return { shape: 'opaque', token: value, findings: none };
  }
  const { shape, token } = parseHeaderValue(name, value);
  return { shape, token, findings: headerFindings(name, value) };
}
