/** A header as a command line gives it. */
export interface CurlHeader {
  readonly name: string;
  readonly value: string;
}

/** Whether a text is a cURL command line, perhaps with a shell's prompt before it. */
export function looksLikeCurl(text: string): boolean {
  return /^\s*(?:[$%>#]\s+)?curl(?:\.exe)?\s/i.test(text);
}

/**
 * The headers of a cURL command line as browsers and documentation write it: quotes of POSIX shells (also `$'...'`) and of
 * cmd, lines continued by `\`, `^` or a backquote. Nothing is expanded.
 */
export function curlHeaders(text: string): CurlHeader[] {
  const headers: CurlHeader[] = [];
  const words = shellWords(text);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const option = /^(?:-H|--header=?|--oauth2-bearer=?)/.exec(word)?.[0];
    if (option === undefined) {
      continue;
    }
    const value = word.length > option.length ? word.slice(option.length) : (words[++index] ?? '');
    if (option.startsWith('--oauth2-bearer')) {
      headers.push({ name: 'Authorization', value: `Bearer ${value}` });
    } else {
      const colon = value.indexOf(':');
      if (colon > 0) {
        headers.push({ name: value.slice(0, colon).trim(), value: value.slice(colon + 1).trim() });
      }
    }
  }
  return headers;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Splits a command line into words the way a shell does, without expanding anything. An unclosed quote ends with the text. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quote !== '') {
      if (char === quote.at(-1)) {
        quote = '';
      } else if (char === '\\' && quote !== "'" && next !== '' && (quote === "$'" || /["\\$`]/.test(next))) {
        word += quote === "$'" ? (escapes[next] ?? next) : next;
        at++;
      } else {
        word += char;
      }
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '$' && next === "'") {
      quote = "$'";
      word ??= '';
      at++;
    } else if (/[\\^`]/.test(char) && /[\r\n]/.test(next)) {
      at += next === '\r' && text.charAt(at + 2) === '\n' ? 2 : 1;
    } else if (char === '\\' && next !== '') {
      word = (word ?? '') + next;
      at++;
    } else if (/\s/.test(char)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  return word === undefined ? words : [...words, word];
}
