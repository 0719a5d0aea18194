import type { Attachment, OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { OAuthGrant } from '../../../src/core/oauth/grant.ts';
import { services } from './inside.ts';

/** Stores a credential of a grant, as a sign-in would. */
export async function putGrant(
  name: string,
  grant: OAuthGrant,
  attachments: readonly Attachment[] = [],
): Promise<OAuthCredential> {
  const credential: OAuthCredential = {
    kind: 'oauth',
    id: crypto.randomUUID(),
    name,
    header: { name: 'Authorization', scheme: 'Bearer' },
    grant,
    attachments,
    history: [],
    createdAt: Date.now(),
    timesRenewed: 0,
  };
  await (await services()).vault.putCredential(credential);
  return credential;
}
