/** A byte order mark is in the text of a file on disk and not in that of an editor. */
const mark = '\ufeff';

/** Where the text of a file begins behind its byte order mark. */
export function textStart(text: string): number {
  return text.startsWith(mark) ? mark.length : 0;
}

/** SHA-256 in hex of a text without its byte order mark. */
export async function textHash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text.slice(textStart(text)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}
