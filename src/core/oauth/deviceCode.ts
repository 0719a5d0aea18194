import * as oauth from 'oauth4webapi';
import type { Clock } from '../ports.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { plainText } from '../text.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { placeOf } from './http.ts';
import { parseJsonObject, textOf } from './json.ts';
import { endpointOf } from './serverMetadata.ts';
import { readTokenError } from './tokenErrors.ts';
import { type OAuthContext, type Parties, requestTokens, sendAuthenticated, targetParameters } from './tokenRequest.ts';
import { readLifetime, type TokenSet } from './tokens.ts';
import { checkUrl, type UrlPolicy } from './urlPolicy.ts';

export interface DeviceRequest extends Parties {
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
  /** The verification page is opened in a browser, so it's judged like an endpoint. */
  readonly policy: UrlPolicy;
}

/** What the person has to type where (RFC 8628 section 3.2). */
export interface DeviceAuthorization extends DeviceRequest {
  readonly deviceCode: Secret;
  /** Fit to be shown. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same page with the code filled in. */
  readonly verificationUriComplete?: string;
  /** In ms. */
  readonly expiresAt: number;
  /** Between two questions, in ms. */
  readonly interval: number;
}

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 section 3.5: by how much `slow_down` lengthens the interval, also what it is if nobody says, in ms. */
const step = 5000;

/** Whom the network keeps from asking tries no less often than this, in ms, unless the server wants it so. */
const longestBackoff = 60_000;

/**
 * Asks for a code to type on another device (RFC 8628 section 3.1). Fails with `endpoint-missing`, `endpoint-forbidden` for a
 * verification page that is not to be opened, `token-invalid` for an answer without code, and what `requestTokens` fails with.
 */
export async function beginDeviceAuthorization(
  context: OAuthContext,
  request: DeviceRequest,
): Promise<Result<DeviceAuthorization, OAuthFailure>> {
  const endpoint = endpointOf(request.server, 'deviceAuthorizationEndpoint');
  if (!endpoint.ok) {
    return endpoint;
  }
  const parameters = targetParameters(request);
  const sent = await sendAuthenticated(context, request, (server, client, authentication, options) =>
    oauth.deviceAuthorizationRequest(server, client, authentication, parameters, options),
  );
  if (!sent.ok) {
    return sent;
  }
  const { answer, now } = sent.value;
  if (answer.status !== 200) {
    return fail(readTokenError(answer, now));
  }
  const url = placeOf(endpoint.value);
  const body = parseJsonObject(answer.text);
  if (!body) {
    return fail(oauthFailure('not-json', { url, status: 200 }));
  }
  const deviceCode = textOf(body, 'device_code');
  const userCode = textOf(body, 'user_code');
  // Google says `verification_url`.
  const verificationUri = textOf(body, 'verification_uri') ?? textOf(body, 'verification_url');
  if (deviceCode === undefined || userCode === undefined || verificationUri === undefined) {
    const member = deviceCode === undefined ? 'device_code' : userCode === undefined ? 'user_code' : 'verification_uri';
    return fail(oauthFailure('token-invalid', { url, member, reason: 'missing' }));
  }
  const complete = textOf(body, 'verification_uri_complete');
  for (const page of complete === undefined ? [verificationUri] : [verificationUri, complete]) {
    const checked = checkUrl(page, request.policy);
    if (!checked.ok) {
      const data = { url, endpoint: 'verification_uri', actual: plainText(page), reason: checked.error };
      return fail(oauthFailure('endpoint-forbidden', data));
    }
  }
  const lifetime = readLifetime(body.expires_in);
  const interval = readLifetime(body.interval);
  return ok({
    ...request,
    deviceCode: new Secret(deviceCode),
    userCode: plainText(userCode, 64),
    verificationUri,
    ...(complete !== undefined && { verificationUriComplete: complete }),
    // Required by the standard; without it, as long as a sign-in.
    expiresAt: now + (typeof lifetime === 'number' ? lifetime * 1000 : 600_000),
    interval: typeof interval === 'number' ? interval * 1000 : step,
  });
}

/**
 * Asks until the person has decided or the code has expired (RFC 8628 section 3.4 and 3.5): every interval, more slowly
 * when told to `slow_down` and when the network fails. Ends with the context's signal.
 *
 * Fails with `access-denied`, `device-code-expired`, `cancelled`, and what `requestTokens` fails with and waiting doesn't mend.
 */
export async function pollDeviceAuthorization(
  context: OAuthContext,
  clock: Clock,
  authorization: DeviceAuthorization,
): Promise<Result<TokenSet, OAuthFailure>> {
  const { deviceCode, resource, expiresAt } = authorization;
  const { issuer } = authorization.server;
  let { interval } = authorization;
  for (;;) {
    await sleep(clock, Math.min(interval, expiresAt - context.now()), context.signal);
    if (context.signal?.aborted) {
      return fail(oauthFailure('cancelled'));
    }
    if (context.now() >= expiresAt) {
      return fail(oauthFailure('device-code-expired', { issuer }));
    }
    const tokens = await requestTokens(context, authorization, grantType, {
      device_code: deviceCode.reveal(),
      ...(resource !== undefined && { resource }),
    });
    if (tokens.ok) {
      return tokens;
    }
    const { code, data, remedy, retryAfter = 0 } = tokens.error;
    if (data.error === 'authorization_pending') {
      continue;
    }
    if (data.error === 'slow_down') {
      interval += step;
    } else if (remedy === 'retry') {
      interval = Math.max(interval, retryAfter, Math.min(interval * 2, longestBackoff));
    } else {
      return code === 'invalid-grant' && context.now() >= expiresAt
        ? fail(oauthFailure('device-code-expired', { issuer }))
        : tokens;
    }
  }
}

/** Resolves at the time or at the abort, whichever comes first. */
function sleep(clock: Clock, wait: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const timer = clock.at(clock.now() + wait, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      timer.dispose();
      resolve();
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
