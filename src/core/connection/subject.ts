import { readToken } from '../credentials/token.ts';
import type { SecretEncoding, SigningKey } from '../credentials/types.ts';
import { headerFindings } from '../jwt/headerValue.ts';
import { Secret } from '../secret.ts';
import type { CredentialFacts, Subject } from './examination.ts';
import type { RequestHeader } from './recorder.ts';
import { schemeAndToken } from './schemeAndToken.ts';

export interface SubjectParts {
  /** As it stands in the file. */
  readonly serverUrl: string;
  readonly kind: CredentialFacts['kind'];
  /** The header that authenticates; with its value, if there is one to send. */
  readonly header?: { readonly name: string; readonly value?: Secret };
  readonly plainHeaders?: Readonly<Record<string, string>>;
  /** Secrets that are sent beside it. */
  readonly furtherHeaders?: readonly RequestHeader[];
  /** What a signed JWT is signed with. */
  readonly signingKey?: SigningKey;
  readonly otherRoles?: readonly string[];
  readonly refusal?: CredentialFacts['refusal'];
}

/** Puts together what is to be examined, and what is known of it without asking anybody. */
export function subjectOf(parts: SubjectParts): Subject {
  const { header, kind, signingKey } = parts;
  const value = header?.value?.reveal();
  const { scheme, token } = schemeAndToken(value ?? '');
  const content = kind === 'apiKey' || token === '' ? undefined : readToken(token);
  const secret = signingKey?.type === 'oct' ? signingKey : undefined;
  return {
    serverUrl: parts.serverUrl,
    ...(header && value !== undefined && { header: { name: header.name, value: new Secret(value) } }),
    furtherHeaders: parts.furtherHeaders ?? [],
    plainHeaders: parts.plainHeaders ?? {},
    facts: {
      kind,
      headerFindings: header && value !== undefined ? headerFindings(header.name, value) : [],
      otherRoles: parts.otherRoles ?? [],
      ...(header && { headerName: header.name }),
      ...(value !== undefined && { scheme }),
      ...(content?.shape === 'jwt' && { token: content.jwt }),
      ...(content?.shape === 'malformed' && { malformed: content.problem }),
      ...(secret && {
        secret: { encoding: secret.encoding, alternatives: otherEncodings(secret.text.reveal(), secret.encoding) },
      }),
      ...(parts.refusal && { refusal: parts.refusal }),
    },
  };
}

/** How else a secret's text could be meant: as text where it is decoded now, decoded where it looks as if it should be. */
export function otherEncodings(text: string, now: SecretEncoding): SecretEncoding[] {
  if (now !== 'utf8') {
    return ['utf8'];
  }
  if (/^(?:[0-9a-f]{2}){16,}$/i.test(text)) {
    return ['hex'];
  }
  // A passphrase has these letters too; what a generator made has capitals, small letters and digits all over.
  const mixed = /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
  if (!mixed || text.length < 22) {
    return [];
  }
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0) {
    return ['base64'];
  }
  return /^[A-Za-z0-9_-]+$/.test(text) && text.length % 4 !== 1 ? ['base64url'] : [];
}
