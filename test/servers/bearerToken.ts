/**
 * The token of an `Authorization` header, or undefined if the header isn't exactly `Bearer <token>`. The scheme is
 * matched by case, against RFC 9110, because many real servers do it so and a client must not rely on better.
 */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer ([^\s]+)$/)?.[1];
}
