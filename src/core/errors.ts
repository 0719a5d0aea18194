import type { FindingData } from './findings.ts';

/**
 * Something that a person may run into and can do something about. `code` is stable and is what programs look at;
 * `platform/texts.ts` says it in words; `message` is for the log only. Neither it nor `data` may hold a secret.
 */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
  readonly code: ErrorCode;
  readonly data: FindingData;

  constructor(code: ErrorCode, data: FindingData = {}, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.data = data;
  }
}

/** Why no header value is given out. */
export type RefusalCode =
  | 'no-credential'
  | 'credential-damaged'
  | 'credential-revoked'
  | 'signing-key-missing'
  | 'token-expired'
  | 'sign-in-needed'
  | 'token-not-yet-valid'
  | 'token-malformed'
  | 'header-not-sendable'
  | 'insecure-url'
  | 'url-invalid'
  | 'header-logged'
  | 'reference-unknown'
  | 'reference-points-elsewhere'
  | 'reference-unchecked'
  | 'workspace-not-trusted';

export type ErrorCode =
  | RefusalCode
  | 'vault-unavailable'
  | 'vault-not-persisted'
  | 'vault-behind'
  | 'tokens-not-stored'
  | 'credential-not-found'
  | 'signing-key-weak'
  | 'signing-key-invalid'
  | 'signing-key-problem'
  | 'signing-key-not-found'
  | 'keys-not-found'
  | 'no-signed-credential'
  | 'cannot-renew'
  | 'cannot-sign-out'
  | 'oauth-failed'
  | 'renewal-locked'
  | 'file-broken'
  | 'file-read-only'
  | 'file-no-room'
  | 'file-changed'
  | 'file-unreadable'
  | 'server-not-found'
  | 'server-not-startable'
  | 'server-not-providable'
  | 'reference-not-supported'
  | 'move-not-possible'
  | 'move-would-switch'
  | 'variable-not-supported'
  | 'server-not-copyable'
  | 'purge-missing'
  | 'command-in-file'
  | 'argument-invalid';
