import { l10n } from 'vscode';
import type { FindingData } from '../core/findings.ts';
import type { KeyProblemReason } from '../core/jwt/keyMaterial.ts';
import { plainText } from '../core/text.ts';

/** Why a key can't be used, as a sentence. */
export function keyProblemText(reason: KeyProblemReason, data: FindingData): string {
  const text = (name: string) => plainText(String(data[name] ?? ''));
  switch (reason) {
    case 'empty':
      return l10n.t('There is nothing in it.');
    case 'too-long':
      return l10n.t('It is too long to be a key.');
    case 'not-a-key':
      return l10n.t('This is neither a key in PEM nor a JWK nor a JWKS.');
    case 'pem-malformed':
      return l10n.t('It begins as “{0}” in PEM, but does not hold what that says.', text('label'));
    case 'pem-unsupported':
      return l10n.t('“{0}” in PEM is not supported. Convert it to PKCS#8.', text('label'));
    case 'passphrase':
      return l10n.t('The key is locked with a passphrase. Unlock it first, for instance with “openssl pkey”.');
    case 'certificate':
      return l10n.t('This is a certificate. A private key is needed to sign.');
    case 'public-where-private':
      return l10n.t('This is a public key. A private key is needed to sign.');
    case 'private-where-public':
      return l10n.t('This is a private key where a public one is enough. Nothing of it was kept.');
    case 'secret-where-public':
      return l10n.t('This is a shared secret where a public key is needed.');
    case 'public-key-as-secret':
      return l10n.t('This is a public key. Everybody who has it could sign if it were used as a secret.');
    case 'unsupported-key-type':
      return l10n.t('Keys of the type {0} are not supported.', text('keyType') || text('oid'));
    case 'unsupported-curve':
      return l10n.t('The curve {0} is not supported. P-256, P-384, P-521 and Ed25519 are.', text('curve'));
    case 'jwk-malformed':
      return l10n.t('The JWK lacks a proper “{0}”.', text('member'));
    case 'jwk-use':
      return l10n.t('The JWK says that it is for another use ({0}).', text('use'));
    case 'jwks-empty':
      return l10n.t('The JWKS has no key that could be used.');
    case 'jwks-several':
      return l10n.t('The JWKS has several keys ({0}). Say which one.', text('kids'));
    case 'jwks-kid-unknown':
      return l10n.t('The JWKS has no key {0}; it has {1}.', text('kid'), text('kids'));
    case 'key-broken':
      return l10n.t('The numbers in it do not make a key, or its halves do not belong together.');
    case 'key-weak':
      return l10n.t(
        '{0} bits are too few for {1}, which needs at least {2}.',
        text('bits'),
        text('algorithm'),
        text('needed'),
      );
    case 'key-mismatch':
      return l10n.t(
        '{0} cannot be used with a key of the type {1}.',
        text('algorithm'),
        [text('keyType'), text('curve')].filter(Boolean).join(' '),
      );
    case 'algorithm-unknown':
      return l10n.t('The algorithm {0} is not known.', text('algorithm'));
    case 'secret-encoding':
      return l10n.t('This is not {0} text.', text('encoding'));
    case 'no-public-half':
      return l10n.t('A shared secret has no public half that could be exported.');
  }
}
