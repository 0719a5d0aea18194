import { l10n } from 'vscode';
import { readToken } from '../../core/credentials/token.ts';
import type { SecretEncoding } from '../../core/credentials/types.ts';
import type { KeyringError } from '../../core/errors.ts';
import { cleanPastedCredential } from '../../core/jwt/mendHeader.ts';
import type { JsonObject } from '../../core/jwt/types.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialAnswers, ExistingAnswers } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { checkPasted, defaultLifetimeSeconds, type NewCredentialAnswers } from '../../platform/credentialFactory.ts';
import { type FieldName, fieldText } from '../../platform/errorTexts.ts';
import type { NewGrant } from '../../platform/oauth/signIn.ts';
import type { SignInDraft } from '../../platform/oauth/signInDraft.ts';
import type { ProbeResult } from '../../platform/probe.ts';
import { malformedText } from '../../platform/texts.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import type { Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { oauthSteps } from './oauthSteps.ts';
import { signingSteps } from './signingSteps.ts';

/** What the questions about a credential fill in. Everything is optional: it's a form that is being filled. */
export interface CredentialDraft {
  kind?: CredentialAnswers['kind'];
  name?: string;
  header?: string;
  key?: string;
  token?: string;
  credentialId?: string;
  keyId?: string;
  secretSource?: 'generate' | SecretEncoding | 'existing';
  secret?: string;
  allowWeak?: boolean;
  algorithm?: string;
  tokenHeader?: JsonObject;
  claims?: JsonObject;
  notBefore?: boolean;
  tokenId?: boolean;
  lifetimeSeconds?: number | null;
  oauth?: SignInDraft;
  /** What the sign-in gave. */
  signedIn?: NewGrant;
}

/** A draft that was filled, as what a credential is made of. */
export function answersOf(draft: CredentialDraft): NewCredentialAnswers | ExistingAnswers {
  const name = draft.name === undefined ? {} : { name: draft.name };
  switch (draft.kind) {
    case 'existing':
      return { kind: 'existing', credentialId: draft.credentialId ?? '' };
    case 'oauth':
      if (!draft.signedIn) {
        throw new Cancelled();
      }
      return { kind: 'oauth', ...name, ...draft.signedIn };
    case 'bearer':
      return { kind: 'bearer', ...name, token: draft.token ?? '' };
    case 'signedJwt':
      return {
        kind: 'signedJwt',
        ...name,
        ...(draft.secretSource === 'existing' && draft.keyId !== undefined && { keyId: draft.keyId }),
        ...(draft.secret !== undefined &&
          draft.secretSource !== 'existing' &&
          draft.secretSource !== 'generate' && {
            secret: draft.secret,
            encoding: draft.secretSource ?? 'utf8',
            allowWeak: draft.allowWeak ?? false,
          }),
        ...(draft.algorithm !== undefined && { algorithm: draft.algorithm }),
        ...(draft.tokenHeader && { tokenHeader: draft.tokenHeader }),
        ...(draft.claims && { claims: draft.claims }),
        ...(draft.notBefore !== undefined && { notBefore: draft.notBefore }),
        ...(draft.tokenId !== undefined && { tokenId: draft.tokenId }),
        ...(draft.lifetimeSeconds !== undefined && { lifetimeSeconds: draft.lifetimeSeconds }),
      };
    default:
      return { kind: 'apiKey', ...name, key: draft.key ?? '' };
  }
}

/** Fills a draft from a program's answers, so that only what is missing is asked. */
export function draftOf(answers: CredentialAnswers | undefined): CredentialDraft {
  if (answers?.kind === 'oauth') {
    const { kind, name, ...oauth } = answers;
    return { kind, ...(name !== undefined && { name }), oauth };
  }
  if (answers?.kind !== 'signedJwt') {
    return { ...answers };
  }
  const { secret, encoding, keyId, ...rest } = answers;
  return {
    ...rest,
    ...(secret !== undefined && { secret }),
    ...(keyId !== undefined && { keyId }),
    // A program that says no secret wants one made.
    secretSource: keyId !== undefined ? 'existing' : secret === undefined ? 'generate' : (encoding ?? 'utf8'),
    claims: answers.claims ?? {},
    lifetimeSeconds: answers.lifetimeSeconds === undefined ? defaultLifetimeSeconds : answers.lifetimeSeconds,
  };
}

/** The questions about how a server authenticates. `probe` is what the server itself has said, if it was asked. */
export function credentialSteps(
  services: Services,
  draft: CredentialDraft,
  probe: () => ProbeResult | undefined,
  serverUrl: () => string | undefined,
): Step[] {
  const given = { ...draft };
  return [
    kindStep(services, draft, given, probe),
    headerStep(draft, given, probe),
    keyStep(draft, given),
    tokenStep(draft, given),
    ...signingSteps(services, draft, given),
    ...oauthSteps(services, draft, serverUrl),
  ];
}

function kindStep(
  { vault }: Services,
  draft: CredentialDraft,
  given: CredentialDraft,
  probe: () => ProbeResult | undefined,
): Step {
  return {
    skip: () => given.kind !== undefined,
    ask: async prompts => {
      await vault.load();
      const result = probe();
      const chosen = await prompts.pick<{ kind: CredentialAnswers['kind']; credentialId?: string }>({
        prompt: probeText(result) ?? l10n.t('What kind of credential does the server want?'),
        items: [
          {
            label: `$(key) ${l10n.t('API key')}`,
            description: l10n.t('a fixed key in a header such as X-API-Key'),
            value: { kind: 'apiKey' as const },
            kindOf: 'apiKey',
          },
          {
            label: `$(shield) ${l10n.t('Bearer token')}`,
            description: l10n.t('a token that somebody gave you, JWT or not'),
            value: { kind: 'bearer' as const },
            kindOf: 'bearer',
          },
          {
            label: `$(pencil) ${l10n.t('Signed JWT')}`,
            description: l10n.t('signed here with a secret that the server knows too'),
            value: { kind: 'signedJwt' as const },
            kindOf: 'signedJwt',
          },
          {
            label: `$(sign-in) ${l10n.t('Sign in with OAuth')}`,
            description: l10n.t('with your browser, with a code, or as a program; renewed for you'),
            value: { kind: 'oauth' as const },
            kindOf: 'oauth',
          },
          ...vault.credentials.map(credential => ({
            label: `$(archive) ${plainText(credential.name)}`,
            description: l10n.t('{0} in your keyring', kindText(credential.kind)),
            value: { kind: 'existing' as const, credentialId: credential.id },
            kindOf: 'existing',
          })),
        ].sort(
          (a, b) => Number(b.kindOf === preselected(draft, result)) - Number(a.kindOf === preselected(draft, result)),
        ),
      });
      if (chosen.kind !== draft.kind && given.header === undefined) {
        // A header that was chosen for another kind isn't meant for this one.
        delete draft.header;
      }
      draft.kind = chosen.kind;
      if (chosen.credentialId !== undefined) {
        draft.credentialId = chosen.credentialId;
      }
    },
  };
}

function preselected(draft: CredentialDraft, probe: ProbeResult | undefined): string | undefined {
  return draft.kind ?? probe?.kind;
}

function probeText(probe: ProbeResult | undefined): string | undefined {
  switch (probe?.outcome) {
    case 'open':
      return l10n.t('The server answers without a credential. Which kind is to be sent all the same?');
    case 'refused':
      if (probe.kind === 'oauth') {
        return l10n.t('The server wants a sign-in. How will you authenticate?');
      }
      return probe.header
        ? l10n.t('The server asks for the header {0}. What goes into it?', plainText(probe.header, 60))
        : l10n.t('The server asks for a credential. Of which kind?');
    case 'unreachable':
      return l10n.t('The server does not answer now. What kind of credential will it want?');
    default:
      return undefined;
  }
}

function headerStep(draft: CredentialDraft, given: CredentialDraft, probe: () => ProbeResult | undefined): Step {
  return {
    skip: () => given.header !== undefined || draft.kind !== 'apiKey',
    ask: async prompts => {
      draft.header = (
        await prompts.input({
          prompt: l10n.t('The header that carries the key'),
          value: draft.header ?? probe()?.header ?? 'X-API-Key',
          validate: value =>
            /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value.trim())
              ? undefined
              : l10n.t('This is not the name of an HTTP header.'),
        })
      ).trim();
    },
  };
}

function keyStep(draft: CredentialDraft, given: CredentialDraft): Step {
  return {
    skip: () => given.key !== undefined || draft.kind !== 'apiKey',
    ask: async prompts => {
      draft.key = await prompts.input({
        prompt: l10n.t('The API key. It is kept in the keyring of this computer.'),
        value: draft.key ?? '',
        secret: true,
        validate: value => sentence(checkPasted(value, 'key'), 'key'),
      });
    },
  };
}

function tokenStep(draft: CredentialDraft, given: CredentialDraft): Step {
  let warned: string | undefined;
  return {
    skip: () => given.token !== undefined || draft.kind !== 'bearer',
    ask: async prompts => {
      draft.token = await prompts.input({
        prompt: l10n.t('The token. It is kept in the keyring of this computer.'),
        placeholder: l10n.t('Pasting “Authorization: Bearer ...” is fine'),
        value: draft.token ?? '',
        secret: true,
        validate: value => {
          const problem = checkPasted(value, 'token');
          if (problem) {
            return fieldText(problem, 'token');
          }
          // A broken JWT may be an opaque token with dots: said once, and a second Enter is a yes.
          const content = readToken(cleanPastedCredential(value).token);
          if (content.shape === 'malformed' && content.problem.kind === 'malformed' && warned !== value) {
            warned = value;
            const { reason, segments } = content.problem;
            return l10n.t(
              'This looks like a JWT, but {0} Press Enter again to keep it as it is.',
              malformedText({ reason, segments }),
            );
          }
          return undefined;
        },
      });
    },
  };
}

function sentence(error: KeyringError | undefined, field: FieldName): string | undefined {
  return error && fieldText(error, field);
}
