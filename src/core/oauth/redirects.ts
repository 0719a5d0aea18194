import { isLoopback } from '../config/url.ts';
import { fail, ok, type Result } from '../result.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';

/** Where the browser comes back to when it comes back to this machine. */
export interface LoopbackRedirect {
  readonly host: '127.0.0.1' | 'localhost';
  /** 0 for any that is free. */
  readonly port: number;
  readonly path: string;
}

/** What is used unless somebody wants another: RFC 8252 section 7.3 has servers accept any port. */
export const defaultRedirect: LoopbackRedirect = { host: '127.0.0.1', port: 0, path: '/callback' };

/**
 * Reads a redirect URI on loopback, as a person registered it: without a port any will do. Fails with `redirect-unusable`
 * for whatever this machine can't answer at: another host, https, a query, a fragment.
 */
export function readLoopbackRedirect(text: string): Result<LoopbackRedirect, OAuthFailure> {
  const unusable = fail(oauthFailure('redirect-unusable', { redirectUri: text }));
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return unusable;
  }
  const { protocol, hostname: host, port, pathname: path } = url;
  if (protocol !== 'http:' || !isLoopback(text) || (host !== '127.0.0.1' && host !== 'localhost')) {
    return unusable;
  }
  if (/[?#]/.test(text) || url.username !== '' || url.password !== '') {
    return unusable;
  }
  // The URL standard drops the default port, which says nothing about a port that was left out.
  return /^http:\/\/[^/]*:80(?:\/|$)/i.test(text)
    ? ok({ host, port: 80, path })
    : ok({ host, port: Number(port), path });
}

/** The redirect URI as authorization and token requests name it. */
export function loopbackUri({ host, path }: LoopbackRedirect, port: number): string {
  return `http://${host}:${port}${path}`;
}

/**
 * The parameters of a URI that VS Code hands over. On the desktop it has decoded the query as a whole: what is separated is
 * separated, and a plus sign is one, except in words for people. In a browser the query is still as it came.
 */
export function readUriQuery(query: string): URLSearchParams {
  if (/%[0-9a-f]{2}/i.test(query)) {
    return new URLSearchParams(query);
  }
  const parameters = new URLSearchParams();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? '' : part.slice(equals + 1);
    if (name !== '') {
      parameters.append(name, name === 'error_description' ? value.replaceAll('+', ' ') : value);
    }
  }
  return parameters;
}
