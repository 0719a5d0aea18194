import { importPublicJwk, type PublicKey } from '../jwt/importKey.ts';
import type { DecodedJwt, JsonObject } from '../jwt/types.ts';
import { type SignatureReason, verifySignature } from '../jwt/verifySignature.ts';
import { boundedFetch, type HttpContext } from '../oauth/http.ts';
import { isJsonObject, parseJsonObject } from '../oauth/json.ts';
import { serverMetadataUrls } from '../oauth/serverMetadata.ts';
import { checkUrl, type UrlPolicy } from '../oauth/urlPolicy.ts';
import type { PublishedKeys } from './examination.ts';

/** More keys in one set are nobody's rotation. */
const mostKeys = 50;

/**
 * Whether a token's signature fits what the authorization server that the MCP server named publishes. Nobody else is asked:
 * a token's own `iss` may name anybody. Undefined where there is nothing to compare with, or nothing to be told from it.
 * @param issuer of the authorization server, checked already
 */
export async function comparePublishedKeys(
  context: HttpContext,
  policy: UrlPolicy,
  issuer: string,
  token: string,
  { header }: DecodedJwt,
): Promise<PublishedKeys | undefined> {
  const jwksUri = await findJwksUri(context, policy, issuer);
  if (jwksUri === undefined) {
    return undefined;
  }
  const answer = await boundedFetch(context, jwksUri);
  const listed = answer.ok && answer.value.status === 200 ? parseJsonObject(answer.value.text)?.keys : undefined;
  if (!Array.isArray(listed) || listed.length === 0) {
    return undefined;
  }
  const keys: PublicKey[] = [];
  for (const jwk of listed.slice(0, mostKeys).filter(isJsonObject)) {
    const imported = await importPublicJwk(jwk);
    if (imported.ok) {
      keys.push(imported.value);
    } else if (imported.error.reason !== 'jwk-use' && mayBeMeant(jwk, header)) {
      return undefined;
    }
  }
  const algorithms = [...new Set(keys.flatMap(({ jwk }) => (typeof jwk.alg === 'string' ? [jwk.alg] : [])))];
  if (keys.length === 0 || typeof header.alg !== 'string') {
    return undefined;
  }
  const verified = await verifySignature(token, { keys, algorithms: [header.alg] });
  const outcome = verified.ok ? 'fits' : outcomeOf(verified.error.reason);
  return outcome && { jwksUri, outcome, algorithms };
}

/** Whether a key that is no use here may be the one that the token was signed with: a server may know what we do not. */
function mayBeMeant({ kid }: JsonObject, header: JsonObject): boolean {
  return kid === undefined || header.kid === undefined || kid === header.kid;
}

/** Undefined where it is we who can't tell, as with two keys of one name. */
function outcomeOf(reason: SignatureReason): PublishedKeys['outcome'] | undefined {
  switch (reason) {
    case 'kid-unknown':
      return 'keyUnknown';
    case 'hmac-with-public-key':
    case 'key-mismatch':
    case 'alg-none':
    case 'alg-unknown':
      return 'algorithm';
    case 'signature-mismatch':
    case 'signature-empty':
      return 'mismatch';
    default:
      return undefined;
  }
}

async function findJwksUri(context: HttpContext, policy: UrlPolicy, issuer: string): Promise<string | undefined> {
  for (const url of serverMetadataUrls(issuer)) {
    const answer = await boundedFetch(context, url);
    const document = answer.ok && answer.value.status === 200 ? parseJsonObject(answer.value.text) : undefined;
    const jwksUri = document?.issuer === issuer ? document.jwks_uri : undefined;
    if (typeof jwksUri === 'string') {
      return checkUrl(jwksUri, policy).ok ? jwksUri : undefined;
    }
  }
  return undefined;
}
