import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { boundedFetch, type HttpContext, placeOf } from './http.ts';
import { parseJsonObject } from './json.ts';

export interface FoundDocument {
  readonly url: string;
  readonly document: JsonObject;
}

/**
 * The first of several places at which there is a JSON object; `undefined` if it's at none. Fails with `redirected` where
 * there would have been something elsewhere, with `server-error` where a server can't say now, and with what else
 * {@link boundedFetch} fails with.
 */
export async function firstDocument(
  context: HttpContext,
  urls: Iterable<string>,
): Promise<Result<FoundDocument | undefined, OAuthFailure>> {
  let redirected: OAuthFailure | undefined;
  for (const url of urls) {
    const answer = await boundedFetch(context, url);
    if (!answer.ok) {
      if (answer.error.code !== 'redirected') {
        return answer;
      }
      redirected ??= answer.error;
      continue;
    }
    const { status, text } = answer.value;
    if (status >= 500 || status === 429) {
      return fail(oauthFailure('server-error', { url: placeOf(url), status }));
    }
    // Servers with a page for every path answer 200 with HTML: that is as good as nothing.
    const document = status === 200 ? parseJsonObject(text) : undefined;
    if (document) {
      return ok({ url, document });
    }
  }
  return redirected ? fail(redirected) : ok(undefined);
}
