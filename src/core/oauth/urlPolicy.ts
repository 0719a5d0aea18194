import { isLoopback, readUrl } from '../config/url.ts';
import { fail, ok, type Result } from '../result.ts';
import { isPrivateHost } from './privateHosts.ts';

/** From whose point of view a URL is judged. */
export interface UrlPolicy {
  /** The MCP server that sent us there. Its own host is allowed whatever it is. */
  readonly serverUrl: string;
  /** Hosts that the user named, as `URL.hostname` writes them: they may be private. */
  readonly trustedHosts?: readonly string[];
  /** The user said yes to plain http to this server's own host. */
  readonly insecureAllowed?: boolean;
}

/**
 * Why a URL out of metadata is not used: it is none, or one that clients take for those of different hosts; another scheme
 * than http and https (`javascript:`, `file:`); plain http to a host that isn't loopback; a private host that isn't the
 * server's own; user info; a fragment.
 */
export type UrlRefusal = 'invalid' | 'scheme' | 'insecure' | 'private-host' | 'user-info' | 'fragment';

/**
 * Judges a URL that somebody else wrote: of metadata, a challenge or an answer. What a server says must not make us talk to
 * machines that only we can reach (MCP security best practices, "Server-Side Request Forgery").
 */
export function checkUrl(text: string, policy: UrlPolicy): Result<URL, UrlRefusal> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return fail('invalid');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return fail('scheme');
  }
  if (url.username !== '' || url.password !== '') {
    return fail('user-info');
  }
  // A backslash is a slash to some and part of the host to others: to VS Code, which decides whether to open a page unasked.
  if (!readUrl(text).ok) {
    return fail('invalid');
  }
  // `URL.hash` is empty for a bare `#`, which RFC 8414 section 2 doesn't want either.
  if (text.includes('#')) {
    return fail('fragment');
  }
  const isOwn = isSameHost(url, policy.serverUrl);
  const isLocal = isLoopback(url.href);
  if (url.protocol === 'http:' && !isLocal && !(isOwn && policy.insecureAllowed)) {
    return fail('insecure');
  }
  const isKnown = isOwn || policy.trustedHosts?.includes(url.hostname) || (isLocal && isLoopback(policy.serverUrl));
  return isPrivateHost(url.hostname) && !isKnown ? fail('private-host') : ok(url);
}

function isSameHost(url: URL, other: string): boolean {
  try {
    return new URL(other).hostname === url.hostname;
  } catch {
    return false;
  }
}
