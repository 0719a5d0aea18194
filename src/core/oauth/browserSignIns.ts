import type { Clock } from '../ports.ts';
import { fail, ok, type Result } from '../result.ts';
import { finishAuthorization, type PendingAuthorization } from './authorizationCode.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { SignIns } from './signIns.ts';
import type { OAuthContext } from './tokenRequest.ts';
import type { TokenSet } from './tokens.ts';

/** How the sign-in ended that the browser came back from. */
export type SignInEnd =
  | { readonly kind: 'signed-in'; readonly issuer: string }
  | { readonly kind: 'failed'; readonly failure: OAuthFailure };

interface Waiting {
  readonly answer: (parameters: URLSearchParams) => void;
  readonly end: Promise<SignInEnd>;
}

/**
 * Brings the browser's answers to the sign-ins of this window that wait for them, any number at a time. An answer that
 * belongs to none ends none: whoever can reach the receiver could otherwise end a sign-in by guessing.
 */
export class BrowserSignIns {
  readonly #signIns = new SignIns();
  readonly #waiting = new Map<string, Waiting>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for the browser to come back, and exchanges what it brings for tokens. Fails with `cancelled` (the context's
   * signal), `sign-in-timeout`, and what {@link finishAuthorization} fails with.
   */
  async wait(context: OAuthContext, pending: PendingAuthorization): Promise<Result<TokenSet, OAuthFailure>> {
    const end = Promise.withResolvers<SignInEnd>();
    try {
      const parameters = await this.#answerTo(pending, context.signal, end.promise);
      const tokens = parameters.ok ? await finishAuthorization(context, pending, parameters.value) : parameters;
      end.resolve(
        tokens.ok ? { kind: 'signed-in', issuer: pending.server.issuer } : { kind: 'failed', failure: tokens.error },
      );
      return tokens;
    } finally {
      end.resolve({ kind: 'failed', failure: oauthFailure('callback-replayed') });
    }
  }

  /**
   * Takes an answer that a receiver got. Resolves once the sign-in that it belongs to has ended, with what to tell the
   * person in front of the browser.
   */
  async deliver(parameters: URLSearchParams): Promise<SignInEnd> {
    const pending = this.#signIns.take(parameters, this.#clock.now());
    if (!pending.ok) {
      return { kind: 'failed', failure: pending.error };
    }
    const waiting = this.#waiting.get(pending.value.state);
    waiting?.answer(parameters);
    return waiting?.end ?? { kind: 'failed', failure: oauthFailure('callback-replayed') };
  }

  #answerTo(
    pending: PendingAuthorization,
    signal: AbortSignal | undefined,
    end: Promise<SignInEnd>,
  ): Promise<Result<URLSearchParams, OAuthFailure>> {
    const { state, server, startedAt, endsAt } = pending;
    const { issuer } = server;
    return new Promise(resolve => {
      const settle = (result: Result<URLSearchParams, OAuthFailure>) => {
        timer.dispose();
        signal?.removeEventListener('abort', cancel);
        this.#signIns.abandon(pending);
        this.#waiting.delete(state);
        resolve(result);
      };
      const cancel = () => settle(fail(oauthFailure('cancelled', { issuer })));
      const timer = this.#clock.at(endsAt, () =>
        settle(fail(oauthFailure('sign-in-timeout', { issuer, limit: endsAt - startedAt }))),
      );
      this.#signIns.add(pending);
      this.#waiting.set(state, { answer: parameters => settle(ok(parameters)), end });
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) {
        cancel();
      }
    });
  }
}
