/** A header's value as a server reads it: what stands before the last blank, and the token. */
export function schemeAndToken(value: string): { readonly scheme: string; readonly token: string } {
  const trimmed = value.trim();
  const at = trimmed.search(/\s+\S+$/);
  return at < 0 ? { scheme: '', token: trimmed } : { scheme: trimmed.slice(0, at), token: trimmed.slice(at).trim() };
}
