import { withEvent } from './history.ts';
import type { Attachment, Credential } from './types.ts';

/**
 * The credential, attached to one more server. Attaching again makes it the newest, and so the one in use.
 * @param attachment canonical URL, header name in lower case
 */
export function attach<T extends Credential>(credential: T, attachment: Attachment): T {
  const others = credential.attachments.filter(other => !sameTarget(other, attachment));
  return withEvent(
    { ...credential, attachments: [...others, attachment] },
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

function sameTarget(a: Pick<Attachment, 'url' | 'header'>, b: Pick<Attachment, 'url' | 'header'>): boolean {
  return a.url === b.url && a.header === b.header;
}
