import type { Vault } from '../../core/credentials/vault.ts';
import type { OAuthClient } from '../../core/oauth/clients.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import type { CredentialGrant, OAuthFlow } from '../../core/oauth/grant.ts';
import type { AuthorizationServer } from '../../core/oauth/serverMetadata.ts';
import type { TokenRecipe } from '../../core/oauth/tokenEndpoint.ts';
import type { UrlPolicy } from '../../core/oauth/urlPolicy.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { HostKind } from '../hostKind.ts';
import type { Settings } from '../settings.ts';
import type { SignInBrowser } from './signInBrowser.ts';

/** What a way to a token takes. */
export type FlowNeed =
  /** A person who signs in. */
  | 'person'
  /** A browser on this machine, or one that VS Code can be reached from. */
  | 'browser'
  /** An authorization server that says where its endpoints are. */
  | 'authorizationServer'
  /** A client id with a secret or a key. */
  | 'clientSecret'
  /** The address of a token endpoint, and how it wants to be asked. */
  | 'tokenEndpoint'
  /** An authentication provider of VS Code. */
  | 'accountProvider';

/** A sign-in of which everything is decided, and which nobody has been told of yet. */
export type SignInPlan = StandardPlan | RecipePlan | AccountPlan;

export interface StandardPlan {
  readonly flow: 'authorizationCode' | 'deviceCode' | 'clientCredentials';
  readonly server: AuthorizationServer;
  readonly policy: UrlPolicy;
  /** Without one, a client is chosen among those that there are, or registered. */
  readonly client?: OAuthClient;
  /** The signing key of a client whose method is `private_key_jwt`. */
  readonly clientKeyId?: string;
  readonly scopes: readonly string[];
  readonly resource?: string;
  /** On loopback, with or without port; empty for what suits the host. */
  readonly redirectUri: string;
}

export interface RecipePlan {
  readonly flow: 'tokenEndpoint';
  readonly recipe: TokenRecipe;
}

export interface AccountPlan {
  readonly flow: 'vscodeAccount';
  readonly providerId: string;
  readonly scopes: readonly string[];
  /** Whether another account may be chosen although there is a session. */
  readonly anew: boolean;
}

/** What flows work with. */
export interface FlowTools {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  readonly browser: SignInBrowser;
  readonly host: HostKind;
}

/** What a person sees while a flow waits for them or for a server. */
export interface SignInUi {
  /** @throws Cancelled when the person has had enough; the signal is aborted then */
  wait<T>(prompt: string, work: (signal: AbortSignal, show: (waiting: WaitingFor) => void) => Promise<T>): Promise<T>;
}

export interface WaitingFor {
  readonly prompt: string;
  /** A code to be typed elsewhere. */
  readonly code?: string;
  /** The page that was opened. */
  readonly url?: string;
}

/** A way to a token. */
export interface Flow<P extends SignInPlan = SignInPlan> {
  readonly id: OAuthFlow;
  readonly worksIn: readonly HostKind[];
  readonly needs: readonly FlowNeed[];
  /**
   * Gets a grant with its first tokens. Nothing is stored.
   * @throws Cancelled
   */
  run(tools: FlowTools, plan: P, ui: SignInUi): Promise<Result<CredentialGrant, OAuthFailure>>;
}
