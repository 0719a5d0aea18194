import type { ParsedHeader } from '../config/types.ts';
import { readToken, type TokenContent } from '../credentials/token.ts';
import type { VerificationRecord } from '../credentials/verifications.ts';
import type { Finding } from '../findings.ts';
import type { HeaderSnapshot, Status } from './types.ts';

/**
 * A secret that stands in the file. What can be read of it is read again when somebody asks: with ten thousand tokens in a
 * snapshot, keeping their claims would cost more than reading those that are looked at.
 */
export class LiteralHeader implements HeaderSnapshot {
  readonly kind = 'literal';
  readonly authenticates = true;
  readonly parsed: ParsedHeader;
  readonly status: Status;
  readonly findings: readonly Finding[];
  declare readonly credentialId?: string;
  declare readonly verification?: VerificationRecord;
  readonly #text: string | undefined;
  #token: TokenContent | undefined;

  /** @param text of the token, where it looks like a JWT */
  constructor(
    header: Pick<HeaderSnapshot, 'parsed' | 'credentialId' | 'verification' | 'status' | 'findings'>,
    text: string | undefined,
  ) {
    this.parsed = header.parsed;
    this.status = header.status;
    this.findings = header.findings;
    if (header.credentialId !== undefined) {
      this.credentialId = header.credentialId;
    }
    if (header.verification) {
      this.verification = header.verification;
    }
    this.#text = text;
  }

  get token(): TokenContent {
    this.#token ??= this.#text === undefined ? { shape: 'opaque' } : readToken(this.#text);
    return this.#token;
  }
}
