import { plainText } from '../../core/text.ts';

/** The host that a person would look for in the address bar. */
export function hostOf(url: string): string {
  try {
    return plainText(new URL(url).host);
  } catch {
    return plainText(url);
  }
}
