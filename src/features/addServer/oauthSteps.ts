import { l10n } from 'vscode';
import type { OAuthFlow } from '../../core/oauth/grant.ts';
import { isJsonObject, parseJsonObject } from '../../core/oauth/json.ts';
import { plainText } from '../../core/text.ts';
import type { TokenEndpointAnswers } from '../../ids.ts';
import { fieldText } from '../../platform/errorTexts.ts';
import type { FlowNeed } from '../../platform/oauth/flow.ts';
import { flows, flowsIn } from '../../platform/oauth/flows.ts';
import { askForClientId, askForClientSecret, askForScopes } from '../../platform/oauth/review.ts';
import { signInByAnswers, signInByWizard } from '../../platform/oauth/signIn.ts';
import type { SignInDraft } from '../../platform/oauth/signInDraft.ts';
import { signingKeyText } from '../../platform/tokenSummary.ts';
import type { Choice, Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { urlProblem } from './answers.ts';
import type { CredentialDraft } from './credentialSteps.ts';

/** The questions about tokens that somebody has to be asked for: which way, and what that way needs. */
export function oauthSteps(services: Services, draft: CredentialDraft, serverUrl: () => string | undefined): Step[] {
  const given: SignInDraft = { ...draft.oauth };
  // A program that names the way has said all that it will say.
  const needs = (need: FlowNeed) => () =>
    draft.kind === 'oauth' &&
    given.flow === undefined &&
    flows.some(({ id, needs }) => id === draft.oauth?.flow && needs.includes(need));
  return [
    flowStep(services, draft, given),
    serverStep(draft, given, serverUrl, needs('authorizationServer')),
    ...endpointSteps(draft, given, needs('tokenEndpoint')),
    ...clientSteps(services, draft, given, needs('clientSecret')),
    ...accountSteps(draft, given, needs('accountProvider')),
  ];
}

/** The MCP server that somebody signs in for. */
export interface SignInServer {
  readonly url: string;
  /** Whether plain http to it is all right. */
  readonly insecureAllowed: boolean;
}

/**
 * The last step: the sign-in itself, which leaves what it gave in the draft. With all answers given it asks nothing.
 * @param check throws where there is no place for what would come of it, so that nobody signs in for nothing
 */
export function signInStep(
  services: Services,
  draft: CredentialDraft,
  server: () => SignInServer | undefined,
  check: () => Promise<void>,
): Step {
  const isGiven = draft.oauth?.flow !== undefined;
  return {
    skip: () => draft.kind !== 'oauth',
    ask: async prompts => {
      await check();
      const oauth = oauthOf(draft);
      const known = server();
      if (known) {
        oauth.serverUrl = known.url;
        oauth.insecureAllowed = known.insecureAllowed;
      }
      // The clients that it knows may be wanted.
      await services.vault.load();
      const tools = await services.signIns.tools();
      draft.signedIn = isGiven
        ? await signInByAnswers(tools, oauth)
        : await signInByWizard(tools, prompts, oauth, error => services.commands.show(error));
    },
  };
}

function oauthOf(draft: CredentialDraft): SignInDraft {
  draft.oauth ??= {};
  return draft.oauth;
}

function flowStep({ signIns }: Services, draft: CredentialDraft, given: SignInDraft): Step {
  return {
    skip: () => given.flow !== undefined || draft.kind !== 'oauth',
    ask: async prompts => {
      const oauth = oauthOf(draft);
      const { host } = await signIns.tools();
      const flow = await prompts.pick<OAuthFlow>({
        prompt: l10n.t('How do you get a token for the server?'),
        ...(oauth.flow !== undefined && { active: oauth.flow }),
        items: flowsIn(host).map(({ id }) => ({ ...flowWords(id), value: id })),
      });
      if (flow !== oauth.flow) {
        // What was said about another way isn't meant for this one.
        draft.oauth = { ...given, flow };
      }
    },
  };
}

function flowWords(flow: OAuthFlow): { readonly label: string; readonly description: string } {
  switch (flow) {
    case 'authorizationCode':
      return {
        label: `$(browser) ${l10n.t('Sign in with the browser')}`,
        description: l10n.t('as yourself; what most servers want'),
      };
    case 'deviceCode':
      return {
        label: `$(device-mobile) ${l10n.t('Enter a code on any device')}`,
        description: l10n.t('as yourself, where no browser can come back here'),
      };
    case 'clientCredentials':
      return {
        label: `$(server-process) ${l10n.t('As a program, with a client id')}`,
        description: l10n.t('with a secret or a signing key; nobody signs in'),
      };
    case 'tokenEndpoint':
      return {
        label: `$(symbol-method) ${l10n.t('From a token endpoint')}`,
        description: l10n.t('whose address and format you know'),
      };
    case 'vscodeAccount':
      return {
        label: `$(account) ${l10n.t('With an account of VS Code')}`,
        description: l10n.t('GitHub or Microsoft, for servers that take their tokens'),
      };
  }
}

function serverStep(
  draft: CredentialDraft,
  given: SignInDraft,
  serverUrl: () => string | undefined,
  isNeeded: () => boolean,
): Step {
  return {
    skip: () => !isNeeded() || given.serverUrl !== undefined || serverUrl() !== undefined,
    ask: async prompts => {
      const oauth = oauthOf(draft);
      const url = await prompts.input({
        prompt: l10n.t('The URL of the MCP server that the token is for'),
        placeholder: 'https://example.com/mcp',
        value: oauth.serverUrl ?? '',
        validate: value => {
          const problem = urlProblem(value, false);
          return problem && fieldText(problem, 'url');
        },
      });
      oauth.serverUrl = url.trim();
    },
  };
}

const endpointStyles = {
  snakeForm: { body: 'form', style: 'snake_case' },
  snakeJson: { body: 'json', style: 'snake_case' },
  camelJson: { body: 'json', style: 'camelCase' },
} as const satisfies Record<string, Partial<TokenEndpointAnswers>>;

function endpointSteps(draft: CredentialDraft, given: SignInDraft, isNeeded: () => boolean): Step[] {
  const skip = () => !isNeeded() || given.endpoint !== undefined;
  const change = (changes: Partial<TokenEndpointAnswers>) => {
    const oauth = oauthOf(draft);
    oauth.endpoint = { url: '', ...oauth.endpoint, ...changes };
  };
  return [
    {
      skip,
      ask: async prompts => {
        const url = await prompts.input({
          prompt: l10n.t('The address of the token endpoint'),
          placeholder: 'https://example.com/oauth/token',
          value: draft.oauth?.endpoint?.url ?? '',
          validate: value => {
            const problem = urlProblem(value, false);
            return problem && fieldText(problem, 'url');
          },
        });
        change({ url: url.trim() });
      },
    },
    {
      skip,
      ask: async prompts => {
        const chosen = await prompts.pick<keyof typeof endpointStyles>({
          prompt: l10n.t('How does it want to be asked?'),
          items: [
            {
              label: l10n.t('As a form: {0}', 'client_id, client_secret'),
              description: l10n.t('as the standard has it'),
              value: 'snakeForm',
            },
            { label: l10n.t('In JSON: {0}', 'client_id, client_secret'), value: 'snakeJson' },
            { label: l10n.t('In JSON: {0}', 'clientId, clientSecret'), value: 'camelJson' },
          ],
        });
        const { fields, ...before } = draft.oauth?.endpoint ?? { url: '' };
        const named = endpointStyles[chosen];
        // The names of the answer go with those of the question.
        const kept = before.style === named.style && fields && { fields };
        oauthOf(draft).endpoint = { ...before, ...kept, ...named };
      },
    },
    {
      skip,
      ask: async prompts => {
        const { extra } = draft.oauth?.endpoint ?? {};
        const text = await prompts.input({
          prompt: l10n.t('Further fields as JSON, such as {0}. Empty for none.', '{"audience": "notes"}'),
          value: extra && Object.keys(extra).length > 0 ? JSON.stringify(extra) : '',
          validate: value =>
            readExtra(value) ? undefined : l10n.t('This has to be a JSON object whose values are texts.'),
        });
        change({ extra: readExtra(text) ?? {} });
      },
    },
    {
      skip,
      ask: async prompts => {
        const usual = draft.oauth?.endpoint?.style === 'camelCase' ? camelFields : snakeFields;
        const { fields } = draft.oauth?.endpoint ?? {};
        const text = await prompts.input({
          prompt: l10n.t(
            'The fields of the answer that hold the token, its lifetime and the refresh token; a dot leads into an object',
          ),
          value: fields ? [fields.accessToken, fields.expiresIn, fields.refreshToken].join(' ') : usual,
          validate: value => (readFields(value) ? undefined : l10n.t('Write three names with blanks between them.')),
        });
        change({ fields: readFields(text) ?? {} });
      },
    },
  ];
}

const snakeFields = 'access_token expires_in refresh_token';
const camelFields = 'accessToken expiresIn refreshToken';

function readFields(text: string): TokenEndpointAnswers['fields'] | undefined {
  const [accessToken, expiresIn, refreshToken, ...more] = text.trim().split(/[\s,]+/);
  return accessToken && expiresIn && refreshToken && more.length === 0
    ? { accessToken, expiresIn, refreshToken }
    : undefined;
}

function readExtra(text: string): Record<string, string> | undefined {
  const value = text.trim() === '' ? {} : parseJsonObject(text);
  return isJsonObject(value) && Object.values(value).every(member => typeof member === 'string')
    ? (value as Record<string, string>)
    : undefined;
}

function clientSteps({ vault }: Services, draft: CredentialDraft, given: SignInDraft, isNeeded: () => boolean): Step[] {
  const isService = () => draft.oauth?.flow === 'clientCredentials';
  return [
    {
      skip: () => !isNeeded() || given.clientId !== undefined,
      ask: async prompts => {
        const oauth = oauthOf(draft);
        oauth.clientId = await askForClientId(prompts, oauth.clientId);
      },
    },
    {
      skip: () => !isNeeded() || !isService() || given.clientAuth !== undefined || given.clientKeyId !== undefined,
      ask: async prompts => {
        const oauth = oauthOf(draft);
        await vault.load();
        const items: Choice<{ auth?: SignInDraft['clientAuth']; keyId?: string }>[] = [
          {
            label: `$(lock) ${l10n.t('With a secret')}`,
            description: l10n.t('in the header or the body, as the server says'),
            value: {},
          },
          { label: `$(lock) ${l10n.t('With a secret in the header')}`, value: { auth: 'client_secret_basic' } },
          { label: `$(lock) ${l10n.t('With a secret in the body')}`, value: { auth: 'client_secret_post' } },
          ...vault.signingKeys.map(key => ({
            label: `$(gist-secret) ${plainText(key.name)}`,
            description: l10n.t('signs an assertion · {0}', signingKeyText(key)),
            value: { auth: 'private_key_jwt' as const, keyId: key.id },
          })),
        ];
        const { auth, keyId } = await prompts.pick({
          prompt: l10n.t('How does the program prove who it is?'),
          items,
        });
        delete oauth.clientAuth;
        delete oauth.clientKeyId;
        Object.assign(oauth, auth && { clientAuth: auth }, keyId !== undefined && { clientKeyId: keyId });
      },
    },
    {
      skip: () => !isNeeded() || given.clientSecret !== undefined || draft.oauth?.clientKeyId !== undefined,
      ask: async prompts => {
        oauthOf(draft).clientSecret = await askForClientSecret(prompts, draft.oauth?.clientSecret);
      },
    },
  ];
}

function accountSteps(draft: CredentialDraft, given: SignInDraft, isNeeded: () => boolean): Step[] {
  return [
    {
      skip: () => !isNeeded() || given.providerId !== undefined,
      ask: async prompts => {
        const oauth = oauthOf(draft);
        const other = '';
        const chosen = await prompts.pick({
          prompt: l10n.t('Whose account? The server will get a token of it.'),
          ...(oauth.providerId !== undefined && { active: oauth.providerId }),
          items: [
            { label: '$(github) GitHub', value: 'github' },
            { label: '$(azure) Microsoft', value: 'microsoft' },
            { label: `$(account) ${l10n.t('Another provider of VS Code...')}`, value: other },
          ],
        });
        oauth.providerId =
          chosen === other
            ? (
                await prompts.input({
                  prompt: l10n.t('The id of the provider, as its extension names it'),
                  validate: value => (value.trim() === '' ? l10n.t('This may not be empty.') : undefined),
                })
              ).trim()
            : chosen;
      },
    },
    {
      skip: () => !isNeeded() || given.scopes !== undefined,
      ask: prompts => askForScopes(prompts, oauthOf(draft)),
    },
  ];
}
