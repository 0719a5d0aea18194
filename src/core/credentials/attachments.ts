import { withEvent } from './history.ts';
import type { Attachment, Credential, ProvidedServer } from './types.ts';

/**
 * The credential, attached to one more server. Attaching again makes it the newest, and so the one in use; a server that
 * is offered with it stays offered.
 * @param attachment canonical URL, header name in lower case
 */
export function attach<T extends Credential>(credential: T, attachment: Attachment): T {
  const before = credential.attachments.find(other => sameTarget(other, attachment));
  const others = credential.attachments.filter(other => other !== before);
  return withEvent(
    {
      ...credential,
      attachments: [...others, { ...(before?.provided && { provided: before.provided }), ...attachment }],
    },
    { at: attachment.at, event: 'attached', server: attachment.url },
  );
}

/** The credential without this attachment, or the same object if it wasn't attached there. */
export function detach<T extends Credential>(credential: T, target: Pick<Attachment, 'url' | 'header'>, at: number): T {
  const others = credential.attachments.filter(other => !sameTarget(other, target));
  return others.length === credential.attachments.length
    ? credential
    : withEvent({ ...credential, attachments: others }, { at, event: 'detached', server: target.url });
}

/**
 * The credential with a server that it no longer offers, or no longer with this header; it stays attached. The same object
 * if it didn't offer it.
 */
export function stopOffering<T extends Credential>(
  credential: T,
  server: Pick<ProvidedServer, 'name' | 'url'> & Partial<Pick<ProvidedServer, 'header'>>,
): T {
  const offers = ({ provided, header }: Attachment) =>
    provided?.name === server.name &&
    provided.url === server.url &&
    (server.header === undefined || server.header.toLowerCase() === header);
  if (!credential.attachments.some(offers)) {
    return credential;
  }
  const attachments = credential.attachments.map(attachment => {
    const { provided: _, ...rest } = attachment;
    return offers(attachment) ? rest : attachment;
  });
  return { ...credential, attachments };
}

function sameTarget(a: Pick<Attachment, 'url' | 'header'>, b: Pick<Attachment, 'url' | 'header'>): boolean {
  return a.url === b.url && a.header === b.header;
}
