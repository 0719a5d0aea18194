import { KeyringError } from '../errors.ts';
import type { FindingData } from '../findings.ts';
import type { OAuthFailure } from './failures.ts';

/**
 * A failure as an error that commands show. Its code is `oauth-failed`, and `data.failure` says which.
 * @param more such as the `id` and `name` of the credential
 */
export function oauthError(failure: OAuthFailure, more: FindingData = {}): KeyringError {
  const { code, data, remedy, retryAfter } = failure;
  return new KeyringError('oauth-failed', {
    ...data,
    ...more,
    failure: code,
    remedy,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}
