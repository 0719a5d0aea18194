/**
 * The identifier of an MCP server as the `resource` parameter names it (RFC 8707 section 2; MCP 2026-07-28, "Canonical
 * Server URI"), where no metadata do: without query and fragment, which are not for the authorization server to see, and
 * without the slash of an empty path. A slash behind a path stays: there it may matter.
 * @param serverUrl a URL that `readUrl` takes
 */
export function resourceOf(serverUrl: string): string {
  const { origin, pathname } = new URL(serverUrl);
  return pathname === '/' ? origin : `${origin}${pathname}`;
}

/**
 * Whether metadata about `resource` are about the server that was asked (RFC 9728 section 3.3): the same URL, give or take a
 * slash at the end, or one above it on the same origin, as servers with one set of metadata for all their paths have it.
 */
export function coversServer(resource: string, serverUrl: string): boolean {
  let above: URL;
  let server: URL;
  try {
    above = new URL(resource);
    server = new URL(serverUrl);
  } catch {
    return false;
  }
  if (above.origin !== server.origin || above.origin === 'null' || resource.includes('#')) {
    return false;
  }
  if (above.search !== '' && above.search !== server.search) {
    return false;
  }
  return withSlash(server.pathname).startsWith(withSlash(above.pathname));
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
