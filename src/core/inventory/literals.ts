import { parseHeaderValue } from '../jwt/headerValue.ts';

/** Header names that carry credentials, wherever in the name the word stands. */
const secretName = /auth|token|secret|passw|credential|cookie|api[-_]?key|access[-_]?key|[-_]key$|^key$/i;

/** Values that stand for a secret which the reader is to fill in. */
const placeholder =
  /^(?:<[^>]*>|\[[^\]]*\]|\{\{[^}]*\}\}|x{3,}|\*{3,}|\.{3,}|…|(?:your|my|insert|enter|replace|change|put|add|paste)[-_ ].*|.*[-_ ](?:here|goes[-_ ]here)|changeme|change[-_]me|placeholder|dummy|example|sample|test|todo|none|null|undefined|secret|token|password|api[-_]?key)$/i;

/** Whether a header of this name carries a credential. */
export function isAuthenticationHeader(name: string): boolean {
  return secretName.test(name);
}

/** Whether a literal header value is a secret rather than a placeholder or a reference. */
export function isLiteralSecret(name: string, value: string): boolean {
  const { shape, token } = parseHeaderValue(name, value);
  if (shape === 'jwt') {
    return true;
  }
  return shape === 'opaque' && isAuthenticationHeader(name) && token.length > 0 && !placeholder.test(token.trim());
}
