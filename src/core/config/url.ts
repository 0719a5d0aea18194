import { fail, ok, type Result } from '../result.ts';

/**
 * Why a text is no URL that a credential could be attached to: nothing in it; a blank or control character in it (which
 * clients drop or refuse, each in its own way); a `${...}` that only the client resolves; not a URL, or one that clients take
 * for those of different hosts; not http or https.
 */
export type UrlProblem = 'empty' | 'blank' | 'unresolved' | 'invalid' | 'not-http';

/** A server's URL, taken apart. */
export interface UrlParts {
  /** See {@link canonicalUrl}. */
  readonly canonical: string;
  /** Lower case, IPv6 in brackets, without the port. */
  readonly host: string;
  /** Whether a credential sent there can be read on the way. */
  readonly security: 'https' | 'loopback' | 'insecure';
  /** A user name or password stands before the host. */
  readonly hasUserInfo: boolean;
  readonly hasQuery: boolean;
  readonly hasFragment: boolean;
}

/**
 * URLs that are canonical as they stand: lower-case host whose last label begins with a letter (so it's no IPv4 address in
 * disguise), no port, no escapes, no dot segments, nothing behind the path. Nearly all are, and `new URL` is slow.
 */
const simple = /^https:\/\/((?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9]*)(?:\/[\w~-][\w.~-]*)*\/?$/;

/**
 * An escape in a user name or password that ends the host there for those who undo it first: to VS Code
 * `https://evil.example%2F@good.example/mcp` is a path at `evil.example` (1.139.1, measured). A backslash is a slash to some.
 */
const hiddenEnd = /%(?:2[35f]|3f|5c)/i;

/** Takes a server's URL apart as it stands in a config file. */
export function readUrl(text: string): Result<UrlParts, UrlProblem> {
  const host = simple.exec(text)?.[1];
  // Punycode labels are checked and may be refused.
  if (host !== undefined && !host.includes('xn--')) {
    const bare = text.length === 'https://'.length + host.length;
    return ok({
      canonical: bare ? `${text}/` : text,
      host,
      security: 'https',
      hasUserInfo: false,
      hasQuery: false,
      hasFragment: false,
    });
  }
  if (text === '') {
    return fail('empty');
  }
  if (/[\s\u0000-\u001f\u007f]/.test(text)) {
    return fail('blank');
  }
  if (text.includes('${')) {
    return fail('unresolved');
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return fail('invalid');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return fail('not-http');
  }
  if (text.includes('\\') || hiddenEnd.test(url.username + url.password)) {
    return fail('invalid');
  }
  return ok({
    canonical: `${url.protocol}//${url.host}${url.pathname}`,
    host: url.hostname,
    security: url.protocol === 'https:' ? 'https' : isLoopbackHost(url.hostname) ? 'loopback' : 'insecure',
    hasUserInfo: url.username !== '' || url.password !== '',
    hasQuery: url.search !== '',
    hasFragment: url.hash !== '',
  });
}

/**
 * The form of a server's URL under which attachments are kept and compared: scheme, host in lower case, port unless it is
 * the scheme's default, path. User info, query and fragment are no part of it. The path is compared as the URL standard
 * writes it, so `/mcp` and `/mcp/` are two.
 */
export function canonicalUrl(text: string): Result<string, UrlProblem> {
  const parts = readUrl(text);
  return parts.ok ? ok(parts.value.canonical) : parts;
}

/** A URL as it stands in a file, without what may be a secret in it: user info, query and fragment. */
export function shownUrl(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//…@');
}

/**
 * A URL as a person is to judge it: what it means, and not how it's written. A user name may look like a host, and a letter of
 * another script like a Latin one.
 */
export function meantUrl(text: string): string {
  const parts = readUrl(text);
  return parts.ok ? parts.value.canonical : shownUrl(text);
}

/** Whether a URL names this machine: `localhost`, a name under it (RFC 6761 section 6.3), 127.0.0.0/8 or ::1. */
export function isLoopback(text: string): boolean {
  const parts = readUrl(text);
  return parts.ok && isLoopbackHost(parts.value.host);
}

/** Whether a credential sent to this URL can be read on the way; what is no URL is insecure. */
export function transportSecurity(text: string): UrlParts['security'] {
  const parts = readUrl(text);
  return parts.ok ? parts.value.security : 'insecure';
}

// The URL parser has already turned 127.1, 0x7f000001 and their like into four decimal numbers.
function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
