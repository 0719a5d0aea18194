import type { ParsedHeader } from '../core/config/types.ts';
import { isLiteralSecret } from '../core/inventory/literals.ts';
import { parseHeaderValue, repairHeaderValue } from '../core/jwt/headerValue.ts';
import type { ApiKeyAnswers, BearerAnswers } from '../ids.ts';

/**
 * The credential that a literal in a file would be, repaired where it can't be sent as it stands; undefined where the
 * value is no secret.
 */
export function answersForLiteral(header: ParsedHeader, name: string): ApiKeyAnswers | BearerAnswers | undefined {
  const { value } = header;
  if (!value || !isLiteralSecret(header.name, parseHeaderValue(header.name, value))) {
    return undefined;
  }
  const { token, scheme } = parseHeaderValue(header.name, repairHeaderValue(header.name, value) ?? value);
  const bearer = header.name.toLowerCase() === 'authorization' && (scheme ?? 'Bearer').toLowerCase() === 'bearer';
  return bearer
    ? { kind: 'bearer', name, token }
    : { kind: 'apiKey', name, key: scheme ? `${scheme} ${token}` : token };
}
