import type { ParsedHeader } from '../core/config/types.ts';
import { isLiteralSecret } from '../core/inventory/literals.ts';
import { parseHeaderValue } from '../core/jwt/headerValue.ts';
import { repairHeaderValue } from '../core/jwt/mendHeader.ts';
import type { ApiKeyAnswers, BearerAnswers } from '../ids.ts';

/**
 * The credential that a literal in a file would be, repaired where it can't be sent as it stands; undefined where the
 * value is no secret.
 */
export function answersForLiteral(header: ParsedHeader, name: string): ApiKeyAnswers | BearerAnswers | undefined {
  const { value } = header;
  return value && isLiteralSecret(header.name, parseHeaderValue(header.name, value))
    ? answersForValue(header.name, value, name)
    : undefined;
}

/** The credential that a header's value is, for whoever knows that it is a secret. */
export function answersForValue(header: string, value: string, name: string): ApiKeyAnswers | BearerAnswers {
  const { token, scheme } = parseHeaderValue(header, repairHeaderValue(header, value) ?? value);
  const bearer = header.toLowerCase() === 'authorization' && (scheme ?? 'Bearer').toLowerCase() === 'bearer';
  return bearer
    ? { kind: 'bearer', name, token }
    : { kind: 'apiKey', name, key: scheme ? `${scheme} ${token}` : token };
}
