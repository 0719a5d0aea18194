import { encodeCredential } from '../../../src/core/credentials/codec.ts';
import type { Attachment, OAuthCredential } from '../../../src/core/credentials/types.ts';
import type { OAuthGrant } from '../../../src/core/oauth/grant.ts';
import { services } from './inside.ts';
import { until } from './keyring.ts';

/**
 * Stores a credential of a grant, as a sign-in would. As text, past the extension's vault: the secrets of this bundle are of
 * another class than those of the extension, which can't compare them with its own.
 */
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
  const { context, vault } = await services();
  await context.secrets.store(`credential/${credential.id}`, await encodeCredential(credential, crypto.randomUUID()));
  await until('the credential in the keyring', () => vault.credential(credential.id));
  return credential;
}
