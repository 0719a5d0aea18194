import { l10n, QuickPickItemKind } from 'vscode';
import { issuedToken, readToken } from '../../core/credentials/token.ts';
import type { SecretEncoding } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { readAudience, readScopes } from '../../core/jwt/claims.ts';
import { checkFetchUrl } from '../../core/jwt/fetchJson.ts';
import { checkSecretText } from '../../core/jwt/importKey.ts';
import type { JsonObject } from '../../core/jwt/types.ts';
import { plainText } from '../../core/text.ts';
import type { VerificationKeySource } from '../../ids.ts';
import { errorText, fieldText } from '../../platform/errorTexts.ts';
import { fetchProblemText } from '../../platform/fetchTexts.ts';
import { keyProblemText } from '../../platform/keyTexts.ts';
import { signingKeyText } from '../../platform/tokenSummary.ts';
import type { Choice, Prompts, Separator, Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { type KeySet, keysFrom } from './keySource.ts';
import { type FoundToken, tokenFromPerson, tokenOf } from './tokenSource.ts';

/** What the questions fill in. */
export interface VerificationDraft {
  found?: FoundToken;
  keys?: KeySet;
  expected: Expected;
}

/** What a token is checked for beside its signature and times; what is empty is not checked. */
export interface Expected {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly requiredScopes: readonly string[];
}

type Choosable =
  | { readonly kind: 'signingKey'; readonly keyId: string }
  | { readonly kind: 'discovery' }
  /** The next question asks for it. */
  | { readonly kind: 'jwksUrl' | 'publicKey' | 'secret' }
  | { readonly kind: keyof Expected };

/** What was answered on the way, so that nothing has to be typed again. */
interface Typed {
  /** Empty: the token is selected, copied or pasted. */
  credentialId?: string;
  source?: Choosable;
  url?: string;
  publicKey?: string;
  secret?: string;
  encoding?: SecretEncoding;
}

/**
 * The questions of **Verify Token...**: which token, and with which key. What else it is checked for stands beneath the
 * keys, for those who want it. What is wrong with a key is said at its question, with everything typed still there.
 */
export function verificationSteps(services: Services, draft: VerificationDraft): Step[] {
  const typed: Typed = {};
  const isGiven = draft.found !== undefined;
  return [
    whichTokenStep(services, draft, typed, isGiven),
    pastedTokenStep(draft, typed, isGiven),
    keyStep(services, draft, typed),
    urlStep(services, draft, typed),
    publicKeyStep(services, draft, typed),
    secretStep(typed),
    encodingStep(services, draft, typed),
  ];
}

/** What stands in a token that keys are looked for by. Of a malformed one nothing is known. */
export function tokenNames(token: string): { readonly kid?: unknown; readonly iss?: unknown } {
  const content = readToken(token);
  return content.shape === 'jwt' ? { kid: content.jwt.header.kid, iss: content.jwt.payload.iss } : {};
}

function whichTokenStep(services: Services, draft: VerificationDraft, typed: Typed, isGiven: boolean): Step {
  const jwts = services.vault.credentials.filter(credential => {
    const token = issuedToken(credential);
    return token && readToken(token.reveal()).shape !== 'opaque';
  });
  return {
    skip: () => isGiven || jwts.length === 0,
    ask: async prompts => {
      typed.credentialId = await prompts.pick<string>({
        prompt: l10n.t('Which token?'),
        ...(typed.credentialId !== undefined && { active: typed.credentialId }),
        items: [
          { label: `$(clippy) ${l10n.t('One that is selected, copied or pasted')}`, value: '' },
          ...jwts.map(({ id, name }) => ({ label: `$(key) ${plainText(name)}`, value: id })),
        ],
      });
      if (typed.credentialId !== '') {
        draft.found = await tokenOf(services, { credentialId: typed.credentialId });
      }
    },
  };
}

function pastedTokenStep(draft: VerificationDraft, typed: Typed, isGiven: boolean): Step {
  return {
    skip: () => isGiven || Boolean(typed.credentialId),
    ask: async prompts => {
      const token = await tokenFromPerson(prompts, text =>
        readToken(text).shape === 'opaque' ? fieldText(notAJwt(), 'token') : undefined,
      );
      draft.found = { token, name: l10n.t('Verify Token') };
    },
  };
}

/** There is nothing to verify in an opaque token. */
export function notAJwt(): KeyringError {
  return new KeyringError('argument-invalid', { field: 'token', reason: 'not-a-jwt' });
}

function keyStep(services: Services, draft: VerificationDraft, typed: Typed): Step {
  return {
    ask: async prompts => {
      let problem: string | undefined;
      for (;;) {
        const items = [...keyItems(services, draft), ...expectedItems(draft)];
        const active = items.find(({ value }) => sameChoice(value, typed.source));
        const choice = await prompts.pick<Choosable | undefined>({
          prompt: l10n.t('With which key?'),
          ...(active && { active: active.value }),
          problem,
          items: withSeparator(items),
        });
        problem = undefined;
        if (!choice) {
          continue;
        }
        switch (choice.kind) {
          case 'issuer':
          case 'audience':
          case 'requiredScopes':
            await prompts.aside(box => askForExpected(box, draft, choice.kind));
            // The key is still to be chosen.
            delete typed.source;
            continue;
          case 'signingKey':
          case 'discovery': {
            typed.source = choice;
            const outcome = await prompts.aside(box =>
              box.wait(l10n.t('Looking for keys...'), () => tryKeys(services, draft, choice)),
            );
            if (outcome === undefined) {
              continue;
            }
            if (outcome === '') {
              return;
            }
            problem = outcome;
            continue;
          }
          default:
            typed.source = choice;
            return;
        }
      }
    },
  };
}

function keyItems({ vault }: Services, { found }: VerificationDraft): Choice<Choosable>[] {
  const credential = found?.credentialId === undefined ? undefined : vault.credential(found.credentialId);
  const own = credential?.kind === 'signedJwt' ? credential.keyId : undefined;
  // The key that signed it here comes first.
  const keys = vault.signingKeys.toSorted((a, b) => Number(b.id === own) - Number(a.id === own));
  const { iss } = tokenNames(found?.token ?? '');
  return [
    ...keys.map(key => ({
      label: `$(lock) ${plainText(key.name)}`,
      description: signingKeyText(key),
      value: { kind: 'signingKey' as const, keyId: key.id },
    })),
    ...(typeof iss === 'string' && /^https?:\/\//i.test(iss)
      ? [
          {
            label: `$(search) ${l10n.t('Keys that its issuer publishes')}`,
            description: plainText(iss, 80),
            detail: l10n.t('Asks this address. It learns that you have such a token.'),
            value: { kind: 'discovery' as const },
          },
        ]
      : []),
    { label: `$(globe) ${l10n.t('A JWKS URL...')}`, value: { kind: 'jwksUrl' } },
    {
      label: `$(gist) ${l10n.t('A public key...')}`,
      description: l10n.t('PEM, JWK or JWKS, pasted'),
      value: { kind: 'publicKey' },
    },
    { label: `$(edit) ${l10n.t('A shared secret...')}`, value: { kind: 'secret' } },
  ];
}

/** What else the token can be checked for. Who doesn't want that passes it by. */
function expectedItems({ expected, found }: VerificationDraft): Choice<Choosable>[] {
  const server = found?.serverUrl;
  return [
    {
      label: `$(checklist) ${l10n.t('Expected issuer...')}`,
      description: plainText(expected.issuer, 100) || l10n.t('not checked'),
      value: { kind: 'issuer' },
    },
    {
      label: `$(checklist) ${l10n.t('Expected audience...')}`,
      description:
        plainText([...(server === undefined ? [] : [server]), ...expected.audience].join(', '), 100) ||
        l10n.t('not checked'),
      value: { kind: 'audience' },
    },
    {
      label: `$(checklist) ${l10n.t('Required scopes...')}`,
      description: plainText(expected.requiredScopes.join(' '), 100) || l10n.t('not checked'),
      value: { kind: 'requiredScopes' },
    },
  ];
}

function withSeparator(items: readonly Choice<Choosable>[]): (Choice<Choosable> | Separator)[] {
  const separator: Separator = { label: l10n.t('also check'), kind: QuickPickItemKind.Separator };
  const first = items.findIndex(({ value }) => value.kind === 'issuer');
  return [...items.slice(0, first), separator, ...items.slice(first)];
}

function sameChoice(a: Choosable, b: Choosable | undefined): boolean {
  return a.kind === b?.kind && (a.kind !== 'signingKey' || (b.kind === 'signingKey' && a.keyId === b.keyId));
}

async function askForExpected(prompts: Prompts, draft: VerificationDraft, what: keyof Expected): Promise<void> {
  const { expected } = draft;
  const content = readToken(draft.found?.token ?? '');
  const claims: JsonObject = content.shape === 'jwt' ? content.jwt.payload : {};
  switch (what) {
    case 'issuer': {
      const issuer = await askForList(prompts, {
        prompt: l10n.t('The issuer that the token has to name. Leave it empty to check none.'),
        named: typeof claims.iss === 'string' ? [claims.iss] : [],
        value: expected.issuer,
      });
      draft.expected = { ...expected, issuer: issuer.trim() };
      return;
    }
    case 'audience': {
      const audience = await askForList(prompts, {
        prompt: l10n.t('The audiences that are all right, with blanks between them. Leave it empty to check none.'),
        named: readAudience(claims),
        value: expected.audience.join(' '),
      });
      draft.expected = { ...expected, audience: words(audience) };
      return;
    }
    case 'requiredScopes': {
      const scopes = await askForList(prompts, {
        prompt: l10n.t(
          'The scopes that the token has to have, with blanks between them. Leave it empty to check none.',
        ),
        named: readScopes(claims),
        value: expected.requiredScopes.join(' '),
      });
      draft.expected = { ...expected, requiredScopes: words(scopes) };
    }
  }
}

/** @param question `named`: what stands in the token, to compare with */
function askForList(
  prompts: Prompts,
  { prompt, named, value }: { readonly prompt: string; readonly named: readonly string[]; readonly value: string },
): Promise<string> {
  const has = plainText(named.join(' '), 200) || l10n.t('none');
  return prompts.input({ prompt: `${prompt} ${l10n.t('The token has: {0}', has)}`, value });
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}

function urlStep(services: Services, draft: VerificationDraft, typed: Typed): Step {
  return {
    skip: () => typed.source?.kind !== 'jwksUrl',
    ask: async prompts => {
      typed.url = await prompts.input({
        prompt: l10n.t('The URL of the JWKS'),
        value: typed.url ?? '',
        placeholder: 'https://example.com/.well-known/jwks.json',
        validate: value => {
          const url = value.trim();
          const problem = checkFetchUrl(url);
          return problem
            ? fetchProblemText(problem.reason, problem.data)
            : complaint(tryKeys(services, draft, { kind: 'jwksUrl', url }));
        },
      });
    },
  };
}

function publicKeyStep(services: Services, draft: VerificationDraft, typed: Typed): Step {
  return {
    skip: () => typed.source?.kind !== 'publicKey',
    ask: async prompts => {
      typed.publicKey = await prompts.input({
        prompt: l10n.t('A public key in PEM, a JWK or a JWKS'),
        value: typed.publicKey ?? '',
        validate: text => complaint(tryKeys(services, draft, { kind: 'publicKey', text })),
      });
    },
  };
}

function secretStep(typed: Typed): Step {
  return {
    skip: () => typed.source?.kind !== 'secret',
    ask: async prompts => {
      typed.secret = await prompts.input({
        prompt: l10n.t('The shared secret. It is not kept.'),
        value: typed.secret ?? '',
        secret: true,
        validate: value => (value === '' ? l10n.t('This may not be empty.') : undefined),
      });
    },
  };
}

function encodingStep(services: Services, draft: VerificationDraft, typed: Typed): Step {
  return {
    skip: () => typed.source?.kind !== 'secret',
    ask: async prompts => {
      let problem: string | undefined;
      do {
        typed.encoding = await prompts.pick<SecretEncoding>({
          prompt: l10n.t('How does it become bytes?'),
          ...(typed.encoding && { active: typed.encoding }),
          problem,
          items: [
            { label: l10n.t('As text'), value: 'utf8' },
            { label: 'base64', value: 'base64' },
            { label: 'base64url', value: 'base64url' },
            { label: 'hex', value: 'hex' },
          ],
        });
        const wrong = checkSecretText(typed.secret ?? '', typed.encoding);
        problem = wrong && keyProblemText(wrong.reason, wrong.data);
      } while (problem !== undefined);
      await tryKeys(services, draft, {
        kind: 'secret',
        secret: typed.secret ?? '',
        encoding: typed.encoding ?? 'utf8',
      });
    },
  };
}

/**
 * Gets the keys of a source.
 * @returns why there are none, as a sentence; empty where there are
 */
async function tryKeys(services: Services, draft: VerificationDraft, from: VerificationKeySource): Promise<string> {
  try {
    draft.keys = await keysFrom(services, from, tokenNames(draft.found?.token ?? ''));
    return '';
  } catch (error) {
    if (error instanceof KeyringError) {
      return errorText(error);
    }
    throw error;
  }
}

async function complaint(tried: Promise<string>): Promise<string | undefined> {
  return (await tried) || undefined;
}
