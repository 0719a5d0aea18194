import { l10n } from 'vscode';
import type { Discovery } from '../../core/oauth/discovery.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import { readLoopbackRedirect } from '../../core/oauth/redirects.ts';
import { parseScopes } from '../../core/oauth/scopes.ts';
import { plainText } from '../../core/text.ts';
import { oauthText } from '../oauthTexts.ts';
import type { Choice, Prompts } from '../wizard.ts';
import type { RecipePlan, SignInPlan, StandardPlan } from './flow.ts';
import { hostOf } from './hostOf.ts';
import type { SignInDraft } from './signInDraft.ts';

type Part = 'go' | 'issuer' | 'scopes' | 'resource' | 'client' | 'redirect';

/** What was found out or decided, for a person to look at before anything is sent there. */
export interface Review {
  readonly plan: SignInPlan;
  /** Absent where nothing was looked up. */
  readonly discovery?: Discovery;
}

/**
 * Shows where a sign-in will go and with what, and lets the person change any of it.
 * @param draft gets what is changed
 * @returns `go`, or `changed`: then the plan has to be made anew
 * @throws Cancelled
 */
export async function reviewSignIn(prompts: Prompts, draft: SignInDraft, review: Review): Promise<'go' | 'changed'> {
  const part = await prompts.pick<Part>({ prompt: question(review.plan), items: itemsOf(review) });
  switch (part) {
    case 'go':
      return 'go';
    case 'issuer':
      // At a sign-in like the one before there is nothing to choose.
      if (review.discovery) {
        await askForIssuer(prompts, draft, review.discovery);
      }
      break;
    case 'scopes':
      await askForScopes(prompts, draft, review.plan);
      break;
    case 'resource':
      await askForResource(prompts, draft, review);
      break;
    case 'client':
      await (review.plan.flow === 'tokenEndpoint'
        ? askForEndpointClient(prompts, draft, review.plan)
        : askForClient(prompts, draft));
      break;
    case 'redirect':
      await askForRedirect(prompts, draft);
      break;
  }
  return 'changed';
}

function question(plan: SignInPlan): string {
  switch (plan.flow) {
    case 'vscodeAccount':
      return l10n.t('Use the account that VS Code has?');
    case 'tokenEndpoint':
      return l10n.t('This is where the client id and its secret will be sent.');
    case 'clientCredentials':
      return l10n.t('This is where the token will come from. Nothing has been sent there yet.');
    default:
      return l10n.t('This is where you will sign in. Nothing has been sent there yet.');
  }
}

function itemsOf({ plan, discovery }: Review): Choice<Part>[] {
  switch (plan.flow) {
    case 'vscodeAccount':
      return [
        { label: `$(account) ${l10n.t('Use an account of “{0}”', plainText(plan.providerId, 40))}`, value: 'go' },
        scopesItem(plan.scopes, ''),
      ];
    case 'tokenEndpoint': {
      const { url, body, extra, clientId } = plan.recipe;
      return [
        {
          label: `$(key) ${l10n.t('Get a token from {0}', hostOf(url))}`,
          description: body === 'json' ? l10n.t('asked in JSON') : l10n.t('asked as a form'),
          detail: plainText([url, ...Object.entries(extra).map(([name, value]) => `${name}=${value}`)].join(' · ')),
          value: 'go',
        },
        {
          label: `$(account) ${l10n.t('Client')}`,
          description: plainText(clientId, 60),
          detail: l10n.t('choose to change'),
          value: 'client',
        },
        scopesItem(plan.recipe.scopes, ''),
      ];
    }
    default:
      return standardItems(plan, discovery);
  }
}

function standardItems(plan: StandardPlan, discovery: Discovery | undefined): Choice<Part>[] {
  const { server, scopes, resource, client, redirectUri } = plan;
  const change = l10n.t('choose to change');
  const items: Choice<Part>[] = [
    goItem(plan),
    {
      label: `$(globe) ${l10n.t('Authorization server')}`,
      description: plainText(server.issuer),
      detail: viaText(discovery),
      value: 'issuer',
    },
    scopesItem(scopes, scopesText(discovery)),
    {
      label: `$(server) ${l10n.t('Resource')}`,
      description: resource === undefined ? l10n.t('none is named') : plainText(resource),
      detail: l10n.t('what the token will be good for'),
      value: 'resource',
    },
    {
      label: `$(account) ${l10n.t('Client')}`,
      description: client ? plainText(client.clientId, 60) : l10n.t('found or registered by itself'),
      detail: client ? client.authMethod : change,
      value: 'client',
    },
  ];
  return plan.flow === 'authorizationCode'
    ? [
        ...items,
        {
          label: `$(reply) ${l10n.t('Redirect address')}`,
          description: redirectUri === '' ? l10n.t('chosen by itself') : plainText(redirectUri),
          detail: l10n.t('where the browser comes back to'),
          value: 'redirect',
        },
      ]
    : items;
}

function goItem({ flow, server }: StandardPlan): Choice<Part> {
  const host = hostOf(server.issuer);
  switch (flow) {
    case 'authorizationCode':
      return {
        label: `$(sign-in) ${l10n.t('Sign in at {0}', host)}`,
        description: l10n.t('opens your browser'),
        value: 'go',
      };
    case 'deviceCode':
      return {
        label: `$(device-mobile) ${l10n.t('Get a code from {0}', host)}`,
        description: l10n.t('to be entered in any browser'),
        value: 'go',
      };
    case 'clientCredentials':
      return { label: `$(key) ${l10n.t('Get a token from {0}', host)}`, value: 'go' };
  }
}

function scopesItem(scopes: readonly string[], from: string): Choice<Part> {
  return {
    label: `$(list-unordered) ${l10n.t('Scopes')}`,
    description: scopes.length === 0 ? l10n.t('none: the server decides') : plainText(scopes.join(' ')),
    detail: from || l10n.t('choose to change'),
    value: 'scopes',
  };
}

function viaText(discovery: Discovery | undefined): string {
  switch (discovery?.via) {
    case 'resource-metadata':
      return l10n.t('{0} names it', hostOf(discovery.serverUrl));
    case 'origin':
    case 'default-endpoints':
      return l10n.t('{0} names none, so this one was tried', hostOf(discovery.serverUrl));
    case 'person':
      return l10n.t('you named it');
    case undefined:
      return l10n.t('as at the sign-in before');
  }
}

function scopesText(discovery: Discovery | undefined): string {
  switch (discovery?.scopes.from) {
    case 'challenge':
      return l10n.t('the server asks for them');
    case 'resource-metadata':
      return l10n.t('all that the server has; fewer may do');
    default:
      return '';
  }
}

async function askForIssuer(prompts: Prompts, draft: SignInDraft, discovery: Discovery): Promise<void> {
  const others = discovery.otherIssuers;
  const typed = '';
  const chosen =
    others.length === 0
      ? typed
      : await prompts.pick({
          prompt: l10n.t('Which authorization server?'),
          items: [
            ...others.map(issuer => ({ label: plainText(issuer), value: issuer })),
            { label: l10n.t('Another one...'), value: typed },
          ],
        });
  draft.issuer = chosen === typed ? await askForIssuerUrl(prompts, draft.issuer ?? discovery.server.issuer) : chosen;
}

/** The address of an authorization server, typed by hand. */
export async function askForIssuerUrl(prompts: Prompts, value = ''): Promise<string> {
  const issuer = await prompts.input({
    prompt: l10n.t('The issuer: the address of the authorization server as it calls itself'),
    placeholder: 'https://auth.example.com',
    value,
    validate: text => {
      const isUrl = URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol);
      return isUrl ? undefined : l10n.t('A URL has to start with https:// or http:// and name a host.');
    },
  });
  return issuer.trim();
}

/** Scopes, with blanks between them. */
export async function askForScopes(prompts: Prompts, draft: SignInDraft, plan?: SignInPlan): Promise<void> {
  const current = plan?.flow === 'tokenEndpoint' ? plan.recipe.scopes : plan?.scopes;
  const text = await prompts.input({
    prompt: l10n.t('The scopes to ask for, with blanks between them. None leaves it to the server.'),
    value: (draft.scopes ?? current ?? []).join(' '),
  });
  draft.scopes = parseScopes(text);
}

async function askForResource(prompts: Prompts, draft: SignInDraft, { discovery, plan }: Review): Promise<void> {
  const current = 'resource' in plan ? plan.resource : undefined;
  const discovered = discovery?.resource ?? current;
  const other = '';
  const chosen = await prompts.pick<string | null>({
    prompt: l10n.t('What is named as the resource that the token is for?'),
    items: [
      ...(discovered === undefined
        ? []
        : [{ label: plainText(discovered), description: l10n.t('as the server says'), value: discovered }]),
      {
        label: l10n.t('Nothing'),
        description: l10n.t('for servers that refuse it, such as Microsoft Entra'),
        value: null,
      },
      { label: l10n.t('Something else...'), value: other },
    ],
  });
  draft.resource =
    chosen === other
      ? (
          await prompts.input({
            prompt: l10n.t('The resource, as the authorization server knows it'),
            value: draft.resource ?? discovered ?? '',
            validate: text => (text.trim() === '' ? l10n.t('This may not be empty.') : undefined),
          })
        ).trim()
      : chosen;
}

/** A client that was registered by hand, or none, to have one found or registered. */
export async function askForClient(prompts: Prompts, draft: SignInDraft): Promise<void> {
  const clientId = await prompts.input({
    prompt: l10n.t('The client id that you got when you registered. Empty to have one found or registered.'),
    value: draft.clientId ?? '',
  });
  draft.clientId = clientId.trim();
  delete draft.clientSecret;
  if (draft.clientId !== '') {
    draft.clientSecret = await prompts.input({
      prompt: l10n.t('Its secret; empty if it has none. It is kept in the keyring of this computer.'),
      secret: true,
    });
  }
  if (draft.clientSecret) {
    // It takes the place of a signing key.
    delete draft.clientKeyId;
    if (draft.clientAuth === 'private_key_jwt') {
      delete draft.clientAuth;
    }
  }
}

async function askForEndpointClient(prompts: Prompts, draft: SignInDraft, { recipe }: RecipePlan): Promise<void> {
  draft.clientId = await askForClientId(prompts, recipe.clientId);
  draft.clientSecret = await askForClientSecret(prompts);
}

/** The id of a client that somebody has registered. */
export async function askForClientId(prompts: Prompts, value = ''): Promise<string> {
  const clientId = await prompts.input({
    prompt: l10n.t('The client id'),
    value,
    validate: text => (text.trim() === '' ? l10n.t('This may not be empty.') : undefined),
  });
  return clientId.trim();
}

/** Its secret, as it stands. */
export function askForClientSecret(prompts: Prompts, value = ''): Promise<string> {
  return prompts.input({
    prompt: l10n.t('The client secret. It is kept in the keyring of this computer.'),
    value,
    secret: true,
    validate: text => (text === '' ? l10n.t('This may not be empty.') : undefined),
  });
}

async function askForRedirect(prompts: Prompts, draft: SignInDraft): Promise<void> {
  const redirectUri = await prompts.input({
    prompt: l10n.t('Where the browser comes back to, as registered for the client. Empty to have it chosen.'),
    placeholder: 'http://127.0.0.1:8400/callback',
    value: draft.redirectUri ?? '',
    validate: text => {
      const read = text.trim() === '' ? undefined : readLoopbackRedirect(text.trim());
      return read && !read.ok ? oauthText(oauthError(read.error).data) : undefined;
    },
  });
  draft.redirectUri = redirectUri.trim();
}
