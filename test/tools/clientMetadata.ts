// Prints the client metadata document of MCP Keyring, for whoever hosts it. Its address is then the client id, and goes into the
// setting `mcpKeyring.oauthClientMetadataUrl`.
//
//   npm run --silent client-metadata -- https://example.com/mcp-keyring.json > mcp-keyring.json
import { clientMetadataDocument } from '../../src/core/oauth/clientMetadata.ts';
import { isDocumentUrl } from '../../src/core/oauth/clients.ts';

/**
 * The document as JSON text.
 * @throws RangeError for an address that no client id may have
 */
export function clientMetadataText(url: string): string {
  if (!isDocumentUrl(url)) {
    throw new RangeError('The address has to be https, with a path, and without "#", user name and dot segments.');
  }
  const document = clientMetadataDocument(url, {
    name: 'MCP Keyring',
    // Servers accept any port there (RFC 8252 section 7.3).
    redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    deviceCode: true,
  });
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

if (import.meta.main) {
  try {
    process.stdout.write(clientMetadataText(process.argv[2] ?? ''));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
