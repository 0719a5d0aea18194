import type { ListOutcome } from '../../core/connection/connectAndList.ts';
import type { RequestHeader } from '../../core/connection/recorder.ts';
import { KeyringError } from '../../core/errors.ts';
import type { RoleOutcome } from '../../core/roleMatrix/matrix.ts';
import { Secret } from '../../core/secret.ts';
import { errorText } from '../../platform/errorTexts.ts';
import type { HttpServer } from '../../platform/serverHeaders.ts';
import type { Services } from '../../services.ts';
import type { Role } from './roles.ts';

/** Connects with one role and lists what the server offers it. Nothing is called, and a refusal isn't tried again. */
export async function lookAtServer(
  services: Services,
  server: HttpServer,
  role: Role,
  signal: AbortSignal,
): Promise<RoleOutcome> {
  let outcome: RoleOutcome['outcome'];
  try {
    const own = await role.header();
    const headers = await otherHeaders(services, server, own?.name);
    outcome = await connect(server, own ? [own, ...headers] : headers, signal);
  } catch (error) {
    if (!(error instanceof KeyringError)) {
      throw error;
    }
    outcome = { notSent: errorText(error) };
  }
  return { source: role.source, outcome };
}

async function connect(
  { url }: HttpServer,
  headers: readonly RequestHeader[],
  signal: AbortSignal,
): Promise<ListOutcome> {
  // Brings the MCP client, which nothing else needs before.
  const { connectAndList } = await import('../../core/connection/connectAndList.ts');
  return connectAndList({ serverUrl: url, headers, http: fetch, signal });
}

/** What the server wants beside the header that differs, the same for every role. Of nobody nothing that is secret is sent. */
async function otherHeaders(
  { broker }: Services,
  { url, headers }: HttpServer,
  own: string | undefined,
): Promise<RequestHeader[]> {
  const others: RequestHeader[] = [];
  for (const header of headers) {
    if (header.kind === 'plain') {
      others.push({ name: header.name, value: header.value });
    } else if (own !== undefined && header.name.toLowerCase() !== own.toLowerCase()) {
      if (header.kind === 'credential') {
        others.push(await broker.headerFor(url, header.name));
      } else if (header.kind === 'literal') {
        const { name, scheme, token } = header;
        others.push({ name, value: new Secret(scheme === '' ? token.reveal() : `${scheme} ${token.reveal()}`) });
      }
    }
  }
  return others;
}
