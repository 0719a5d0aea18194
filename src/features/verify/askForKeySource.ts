import { l10n } from 'vscode';
import { checkFetchUrl } from '../../core/jwt/fetchJson.ts';
import { plainText } from '../../core/text.ts';
import type { VerificationKeySource } from '../../ids.ts';
import { fetchProblemText } from '../../platform/fetchTexts.ts';
import { signingKeyText } from '../../platform/tokenSummary.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

type Choice = { readonly kind: VerificationKeySource['kind']; readonly keyId?: string };

/** Asks what a token is to be verified with. The key that signed it here comes first. */
export async function askForKeySource(
  { vault }: Services,
  token: { readonly iss?: unknown; readonly credentialId?: string | undefined },
): Promise<VerificationKeySource> {
  const prompts = new Prompts(l10n.t('Verify Token'));
  const credential = token.credentialId === undefined ? undefined : vault.credential(token.credentialId);
  const own = credential?.kind === 'signedJwt' ? credential.keyId : undefined;
  const keys = vault.signingKeys.toSorted((a, b) => Number(b.id === own) - Number(a.id === own));
  const issuer = typeof token.iss === 'string' && /^https?:\/\//i.test(token.iss) ? token.iss : undefined;
  const choice = await prompts.pick<Choice>({
    prompt: l10n.t('With which key?'),
    items: [
      ...keys.map(key => ({
        label: `$(lock) ${plainText(key.name)}`,
        description: signingKeyText(key),
        value: { kind: 'signingKey' as const, keyId: key.id },
      })),
      ...(issuer === undefined
        ? []
        : [
            {
              label: `$(search) ${l10n.t('Keys that its issuer publishes')}`,
              description: plainText(issuer, 80),
              detail: l10n.t('Asks this address. It learns that you have such a token.'),
              value: { kind: 'discovery' as const },
            },
          ]),
      { label: `$(globe) ${l10n.t('A JWKS URL...')}`, value: { kind: 'jwksUrl' as const } },
      {
        label: `$(gist) ${l10n.t('A public key...')}`,
        description: l10n.t('PEM, JWK or JWKS, pasted'),
        value: { kind: 'publicKey' as const },
      },
      { label: `$(edit) ${l10n.t('A shared secret...')}`, value: { kind: 'secret' as const } },
    ],
  });
  switch (choice.kind) {
    case 'signingKey':
      return { kind: 'signingKey', keyId: choice.keyId ?? '' };
    case 'discovery':
      return { kind: 'discovery' };
    case 'jwksUrl':
      return {
        kind: 'jwksUrl',
        url: await prompts.input({
          prompt: l10n.t('The URL of the JWKS'),
          placeholder: 'https://example.com/.well-known/jwks.json',
          validate: value => {
            const problem = checkFetchUrl(value.trim());
            return problem && fetchProblemText(problem.reason, problem.data);
          },
        }),
      };
    case 'publicKey':
      return {
        kind: 'publicKey',
        text: await prompts.input({ prompt: l10n.t('A public key in PEM, a JWK or a JWKS') }),
      };
    case 'secret':
      return {
        kind: 'secret',
        secret: await prompts.input({ prompt: l10n.t('The shared secret. It is not kept.'), secret: true }),
        encoding: await prompts.pick({
          prompt: l10n.t('How does it become bytes?'),
          items: [
            { label: l10n.t('As text'), value: 'utf8' as const },
            { label: 'base64', value: 'base64' as const },
            { label: 'base64url', value: 'base64url' as const },
            { label: 'hex', value: 'hex' as const },
          ],
        }),
      };
  }
}
