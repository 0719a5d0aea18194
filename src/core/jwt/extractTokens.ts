import type { Span } from '../text.ts';
import { looksLikeCurl, parseCurl } from './curl.ts';
import { findJwts, looksLikeJwt } from './decode.ts';
import { cleanPastedCredential } from './mendHeader.ts';

/** A token that stands in a text. */
export interface ExtractedToken {
  readonly token: string;
  /** `jwt`: also one that is encrypted or malformed. */
  readonly shape: 'jwt' | 'opaque';
  /** Where it was found: a header's line, a cURL command, a URL, a JSON member, or just there. */
  readonly source: 'header' | 'curl' | 'url' | 'json' | 'text';
  /** Of the header, parameter or member. */
  readonly name?: string;
  /** In the text that was searched; absent where quotes, escapes or line ends stood in between. */
  readonly span?: Span;
}

/** Longer texts aren't searched: nobody pastes them on purpose. In characters. */
const longest = 4 * 1024 * 1024;
/** Nobody chooses from more. */
const mostTokens = 50;

/** Parameters of a URL and members of JSON that hold tokens (RFC 6749, RFC 8693, OpenID Connect, and what servers made up). */
const tokenName =
  /^(?:access_?token|id_?token|refresh_?token|subject_?token|actor_?token|client_?assertion|assertion|auth_?token|bearer_?token|token|jwt|api_?key|apikey|authorization|x-api-key)$/i;

/**
 * The tokens in what a person pasted or selected, the likeliest first: a bare token, an `Authorization` line, a cURL
 * command, a URL with a token in its query or fragment, JSON such as a token response, or a text with JWTs in it. Each
 * token once. Never throws.
 */
export function extractTokens(text: string): readonly ExtractedToken[] {
  if (text.length > longest) {
    return [];
  }
  const found = new Map<string, ExtractedToken>();
  const add = (token: ExtractedToken) => {
    // What a line end broke off is a part of a token that was put together already.
    const isKnown = [...found.keys()].some(known => known.startsWith(token.token));
    if (token.token !== '' && found.size < mostTokens && !isKnown) {
      const at = token.span ? token.span.start : text.indexOf(token.token);
      found.set(token.token, at < 0 ? token : { ...token, span: { start: at, end: at + token.token.length } });
    }
  };
  const trimmed = text.trim();
  for (const token of fromWhole(trimmed)) {
    add(token);
  }
  for (const span of findJwts(text)) {
    add({ token: text.slice(span.start, span.end), shape: 'jwt', source: 'text', span });
  }
  // JWTs are likelier to be meant than keys, and a stable sort keeps the order otherwise.
  return [...found.values()].sort((a, b) => Number(a.shape === 'opaque') - Number(b.shape === 'opaque'));
}

function fromWhole(text: string): ExtractedToken[] {
  if (text === '') {
    return [];
  }
  if (looksLikeCurl(text)) {
    return fromCurl(text);
  }
  if (/^[{[]/.test(text)) {
    return fromJson(text);
  }
  if (/^["']?https?:\/\/\S+$/i.test(text)) {
    return fromUrl(text.replace(/^["']|["']$/g, ''));
  }
  if (/^[#?]\S+=/.test(text)) {
    return fromParameters(text.slice(1), 'url');
  }
  return fromLines(text);
}

/** Header lines, or one bare token. In prose nothing is taken for an opaque token. */
function fromLines(text: string): ExtractedToken[] {
  const cleaned = cleanPastedCredential(text);
  if (isToken(cleaned.token)) {
    const named = cleaned.headerName !== undefined || cleaned.scheme !== undefined;
    return [made(cleaned.token, named ? 'header' : 'text', cleaned.headerName)];
  }
  return text
    .split(/\r?\n/)
    .slice(0, 1000)
    .flatMap(line => {
      const { token, scheme, headerName } = cleanPastedCredential(line);
      const authenticates = headerName !== undefined && /auth|token|key|secret/i.test(headerName);
      return isToken(token) && (authenticates || scheme !== undefined) ? [made(token, 'header', headerName)] : [];
    });
}

function fromCurl(text: string): ExtractedToken[] {
  const { headers, urls } = parseCurl(text);
  return [
    ...headers
      .filter(({ name }) => /auth|token|key|secret/i.test(name))
      .map(({ name, value }) => made(cleanPastedCredential(value).token, 'curl', name))
      .filter(({ token }) => isToken(token)),
    ...urls.flatMap(fromUrl),
  ];
}

/** Query and fragment (RFC 6749 section 4.2.2, RFC 6750 section 2.3). */
function fromUrl(text: string): ExtractedToken[] {
  try {
    const { search, hash } = new URL(text);
    return [...fromParameters(search.slice(1), 'url'), ...fromParameters(hash.replace(/^#[^=&]*\?|^#/, ''), 'url')];
  } catch {
    return [];
  }
}

function fromParameters(text: string, source: 'url'): ExtractedToken[] {
  return [...new URLSearchParams(text)]
    .filter(([name, value]) => isToken(value) && (tokenName.test(name) || looksLikeJwt(value)))
    .map(([name, value]) => made(value, source, name));
}

/** Members whose name says that they hold a token, and every text that is a JWT, at any depth. */
function fromJson(text: string): ExtractedToken[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const found: ExtractedToken[] = [];
  // Grows while it's walked through: breadth first, for the answer's own members come before those inside.
  const waiting: [string, unknown][] = [['', value]];
  for (const [name, item] of waiting) {
    if (found.length === mostTokens) {
      break;
    }
    if (typeof item === 'string') {
      const { token } = cleanPastedCredential(item);
      if (isToken(token) && (tokenName.test(name) || looksLikeJwt(token))) {
        found.push(made(token, 'json', name));
      }
    } else if (Array.isArray(item)) {
      // A list's items go by the list's name.
      for (const entry of item) {
        waiting.push([name, entry]);
      }
    } else if (typeof item === 'object' && item !== null) {
      for (const entry of Object.entries(item)) {
        waiting.push(entry);
      }
    }
  }
  return found;
}

function made(token: string, source: ExtractedToken['source'], name?: string): ExtractedToken {
  return {
    token,
    shape: looksLikeJwt(token) ? 'jwt' : 'opaque',
    source,
    ...(name !== undefined && name !== '' && { name }),
  };
}

/** Characters of a token (RFC 6750 section 2.1), and enough of them. A reference is none. */
function isToken(text: string): boolean {
  return /^[A-Za-z0-9\-._~+/:]{6,}=*$/.test(text);
}
