import type { HeaderValueParts } from '../jwt/headerValue.ts';

/** Header names that carry credentials, wherever in the name the word stands. */
const secretName = /auth|token|secret|passw|credential|cookie|api[-_]?key|access[-_]?key|[-_]key$|^key$/i;

/** Values that stand for a secret which the reader is to fill in. */
const placeholder =
  /^(?:<[^>]*>|\[[^\]]*\]|\{\{[^}]*\}\}|x{3,}|\*{3,}|\.{3,}|…|(?:your|my|insert|enter|replace|change|put|add|paste)[-_ ].*|.*[-_ ](?:here|goes[-_ ]here)|changeme|change[-_]me|placeholder|dummy|example|sample|test|todo|none|null|undefined|secret|token|password|api[-_]?key)$/i;

/** A file has thousands of headers and few names. Bounded: names come from outside. */
const known = new Map<string, boolean>();
const knownLimit = 500;

/** Whether a header of this name carries a credential. */
export function isAuthenticationHeader(name: string): boolean {
  let authenticates = known.get(name);
  if (authenticates === undefined) {
    authenticates = secretName.test(name);
    if (known.size >= knownLimit) {
      known.clear();
    }
    known.set(name, authenticates);
  }
  return authenticates;
}

/** Whether a literal header value is a secret rather than a placeholder or a reference. */
export function isLiteralSecret(name: string, { shape, token }: Pick<HeaderValueParts, 'shape' | 'token'>): boolean {
  return (
    shape === 'jwt' ||
    (shape === 'opaque' && isAuthenticationHeader(name) && token.length > 0 && !placeholder.test(token.trim()))
  );
}
