import { l10n } from 'vscode';
import type { SecretEncoding } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { adviseLifetime, offeredLifetimes, parseLifetime } from '../../core/jwt/lifetimes.ts';
import { claimsOfRole } from '../../core/jwt/presets.ts';
import type { JsonObject } from '../../core/jwt/types.ts';
import { plainText } from '../../core/text.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import {
  checkClaims,
  checkSecret,
  defaultLifetimeSeconds,
  type templateFor,
} from '../../platform/credentialFactory.ts';
import { fieldText } from '../../platform/errorTexts.ts';
import { lifetimeText } from '../../platform/times.ts';
import { signingKeyText } from '../../platform/tokenSummary.ts';
import type { Prompts, Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import type { CredentialDraft } from './credentialSteps.ts';

/** The questions about a token that is signed here: with what, who it speaks for, how long it lives; then a look at it. */
export function signingSteps(services: Services, draft: CredentialDraft, given: CredentialDraft): Step[] {
  return [
    secretSourceStep(services, draft, given),
    secretStep(draft, given),
    roleStep(services, draft, given),
    claimsStep(draft, given),
    lifetimeStep(draft, given),
    previewStep(services, draft, given),
  ];
}

function secretSourceStep({ vault }: Services, draft: CredentialDraft, given: CredentialDraft): Step {
  return {
    skip: () => given.secretSource !== undefined || draft.kind !== 'signedJwt',
    ask: async prompts => {
      const chosen = await prompts.pick<{ source: NonNullable<CredentialDraft['secretSource']>; keyId?: string }>({
        prompt: l10n.t('The secret that you and the server share (HS256)'),
        items: [
          {
            label: `$(edit) ${l10n.t('Type or paste it as text')}`,
            description: l10n.t('its UTF-8 bytes are the key'),
            value: { source: 'utf8' },
          },
          {
            label: `$(file-binary) ${l10n.t('Type or paste it as base64')}`,
            description: l10n.t('the decoded bytes are the key'),
            value: { source: 'base64' },
          },
          {
            label: `$(sparkle) ${l10n.t('Generate a new one')}`,
            description: l10n.t('256 random bits, to be configured at the server'),
            value: { source: 'generate' },
          },
          ...vault.signingKeys.map(key => ({
            label: `$(archive) ${plainText(key.name)}`,
            description: signingKeyText(key),
            value: { source: 'existing' as const, keyId: key.id },
          })),
          {
            label: `$(gist-secret) ${l10n.t('Another key...')}`,
            description: l10n.t('a key pair, a file, another encoding or algorithm'),
            value: { source: 'existing' },
          },
        ],
      });
      draft.secretSource = chosen.source;
      if (chosen.source === 'existing') {
        const keyId = chosen.keyId ?? (await runCommand('mcpKeyring.keys.add'));
        if (typeof keyId !== 'string') {
          throw new Cancelled();
        }
        draft.keyId = keyId;
      }
    },
  };
}

function secretStep(draft: CredentialDraft, given: CredentialDraft): Step {
  const typed = () => draft.secretSource !== 'generate' && draft.secretSource !== 'existing';
  let warned: string | undefined;
  return {
    skip: () => given.secret !== undefined || draft.kind !== 'signedJwt' || !typed(),
    ask: async prompts => {
      draft.secret = await prompts.input({
        prompt: l10n.t('The secret. It is kept in the keyring of this computer.'),
        value: draft.secret ?? '',
        secret: true,
        validate: value => {
          const encoding = draft.secretSource as SecretEncoding;
          try {
            checkSecret({ secret: value, encoding, allowWeak: warned === value });
            return undefined;
          } catch (error) {
            if (!(error instanceof KeyringError)) {
              throw error;
            }
            if (error.code === 'signing-key-weak') {
              // Servers with short secrets exist, and it isn't ours to change theirs.
              warned = value;
              return `${fieldText(error, 'secret')} ${l10n.t('Press Enter again to use it all the same.')}`;
            }
            return fieldText(error, 'secret');
          }
        },
      });
      draft.allowWeak = warned === draft.secret;
    },
  };
}

/** Where the claims start from. What is not a role of the settings is typed in the next step. */
function roleStep({ settings }: Services, draft: CredentialDraft, given: CredentialDraft): Step {
  let chosen: string | undefined;
  return {
    skip: () => given.claims !== undefined || draft.kind !== 'signedJwt' || settings.rolePresets.length === 0,
    ask: async prompts => {
      const none = '';
      const role = await prompts.pick({
        prompt: l10n.t('Which role does the token speak for? The next step shows its claims.'),
        ...(chosen !== undefined && { active: chosen }),
        items: [
          ...settings.rolePresets.map(preset => ({
            label: `$(person) ${plainText(preset.role)}`,
            description: plainText(preset.permissions.join(' '), 120),
            value: preset.role,
          })),
          { label: `$(circle-slash) ${l10n.t('No role')}`, description: l10n.t('only what you write'), value: none },
        ],
      });
      if (role !== chosen) {
        const preset = settings.rolePresets.find(candidate => candidate.role === role);
        draft.claims = { iss: 'mcp-auth-server', sub: 'me', ...(preset && claimsOfRole(preset)) };
      }
      chosen = role;
    },
  };
}

function claimsStep(draft: CredentialDraft, given: CredentialDraft): Step {
  return {
    skip: () => given.claims !== undefined || draft.kind !== 'signedJwt',
    ask: prompts => askForClaims(prompts, draft),
  };
}

async function askForClaims(prompts: Prompts, draft: CredentialDraft): Promise<void> {
  const value = JSON.stringify(draft.claims ?? { iss: 'mcp-auth-server', sub: 'me' });
  const text = await prompts.input({
    // Of a role's permissions only the person knows what they are for.
    prompt: value.includes('*')
      ? l10n.t(
          'The claims as JSON. Replace each * by what it applies to, as in read:todos. iat and exp are added at every signing.',
        )
      : l10n.t('The claims as JSON. iat and exp are added at every signing.'),
    value,
    validate: value => {
      const claims = parseObject(value);
      if (!claims) {
        return l10n.t('This has to be a JSON object, such as {0}.', '{"sub": "me"}');
      }
      const problem = checkClaims(claims);
      return problem && fieldText(problem, 'claims');
    },
  });
  draft.claims = parseObject(text) ?? {};
}

function lifetimeStep(draft: CredentialDraft, given: CredentialDraft): Step {
  return {
    skip: () => given.lifetimeSeconds !== undefined || draft.kind !== 'signedJwt',
    ask: async prompts => {
      const other = -1;
      const current = draft.lifetimeSeconds === undefined ? defaultLifetimeSeconds : draft.lifetimeSeconds;
      const chosen = await prompts.pick<number | null>({
        prompt: l10n.t('How long is each token good for? It is renewed when a server starts.'),
        active: offeredLifetimes.includes(current) ? current : other,
        items: [
          ...offeredLifetimes.map(seconds => ({
            label: lifetimeText(seconds),
            description: adviceText(seconds),
            value: seconds,
          })),
          { label: l10n.t('Another time...'), description: '', value: other },
        ],
      });
      draft.lifetimeSeconds = chosen === other ? await askForLifetime(prompts, current) : chosen;
    },
  };
}

async function askForLifetime(prompts: Prompts, current: number | null): Promise<number | null> {
  let warned: string | undefined;
  const text = await prompts.input({
    prompt: l10n.t('How long? For instance: 15 minutes, 1 hour 30 minutes, 30 days, never'),
    value: lifetimeText(current),
    validate: value => {
      const lifetime = parseLifetime(value);
      if (!lifetime.ok) {
        return l10n.t('This is not a length of time. Write for instance “2 hours”.');
      }
      const advice = adviceText(lifetime.value);
      if (advice !== '' && warned !== value) {
        warned = value;
        return `${advice}. ${l10n.t('Press Enter again to use it all the same.')}`;
      }
      return undefined;
    },
  });
  const lifetime = parseLifetime(text);
  return lifetime.ok ? lifetime.value : current;
}

function adviceText(seconds: number | null): string {
  switch (adviseLifetime(seconds)) {
    case 'never-expires':
      return l10n.t('good until the secret is changed, for whoever gets hold of it');
    case 'very-long':
    case 'long':
      return l10n.t('long for something that can be stolen, and a new one is signed whenever it is needed');
    case 'very-short':
      return l10n.t('shorter than clocks commonly differ');
    case undefined:
      return '';
  }
}

/** What will be signed, before anything is. */
function previewStep({ vault }: Services, draft: CredentialDraft, given: CredentialDraft): Step {
  return {
    // Who gave the claims has seen them.
    skip: () => given.claims !== undefined || draft.kind !== 'signedJwt',
    ask: async prompts => {
      for (;;) {
        const { header, claims } = preview(
          draft,
          draft.keyId === undefined ? undefined : vault.signingKey(draft.keyId),
        );
        const next = await prompts.pick<'sign' | 'edit'>({
          prompt: l10n.t('This is what will be signed.'),
          items: [
            { label: `$(check) ${l10n.t('Sign and save')}`, value: 'sign' },
            { label: `$(symbol-object) ${l10n.t('Header')}`, detail: header, value: 'edit' },
            {
              label: `$(edit) ${l10n.t('Claims')}`,
              description: l10n.t('choose to edit'),
              detail: claims,
              value: 'edit',
            },
          ],
        });
        if (next === 'sign') {
          return;
        }
        await askForClaims(prompts, draft);
      }
    },
  };
}

function preview(draft: CredentialDraft, key: Parameters<typeof templateFor>[1] | undefined) {
  const { lifetimeSeconds = defaultLifetimeSeconds } = draft;
  const header = {
    alg: draft.algorithm ?? key?.algorithm ?? 'HS256',
    typ: 'JWT',
    ...(key?.kid !== undefined && { kid: key.kid }),
    ...draft.tokenHeader,
  };
  const times = ['iat', draft.notBefore && 'nbf', lifetimeSeconds !== null && 'exp', draft.tokenId && 'jti'];
  return {
    header: plainText(JSON.stringify(header), 300),
    claims: `${plainText(JSON.stringify(draft.claims ?? {}), 600)} + ${times.filter(Boolean).join(', ')}`,
  };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
