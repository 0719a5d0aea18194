import type { CauseId, Certainty, OfferKind } from './core/connection/diagnosis/types.ts';
import type { StepName } from './core/connection/examination.ts';
import type { SecretEncoding } from './core/credentials/types.ts';
import type { JsonObject } from './core/jwt/types.ts';
import type { ClientAuthMethod } from './core/oauth/clients.ts';
import type { OAuthFlow } from './core/oauth/grant.ts';
import type { ParameterNames } from './core/oauth/tokenEndpoint.ts';
import type { TokenFields } from './core/oauth/tokens.ts';
import type { RoleMatrix } from './core/roleMatrix/matrix.ts';
import type { ExampleForm, ExampleRequest } from './core/usage/types.ts';

/** Where a server stands. Tree nodes, lenses and quick fixes pass it as a command's argument. */
export interface ServerTarget {
  /** The config file's URI as a string, or {@link providedFile}. */
  readonly file: string;
  readonly server: string;
  /** The header that is meant; without it the server's authenticating one. */
  readonly header?: string;
}

export interface CredentialTarget {
  readonly credentialId: string;
}

/** How a header gets into a file: `environment` is a reference to a variable of VS Code's terminals. */
export type FileDelivery = 'reference' | 'environment' | 'literal';

/** How a header gets to the client (README, “How the header gets to the client”). `provided`: the server stands in no file. */
export type Delivery = FileDelivery | 'provided';

/** Stands for a file in the targets of servers that stand in none. */
export const providedFile = 'mcp-keyring:/provided';

/** The answers of **Add Authenticated Server...**. What's missing is asked, what's wrong is an error that names the field. */
export interface AddServerAnswers {
  readonly name?: string;
  readonly url?: string;
  /** The config file's path or URI; a new one is made if it doesn't exist. None is needed for `provided`. */
  readonly file?: string;
  /** The header's name: `Authorization` unless the credential is an API key, then `X-API-Key`. */
  readonly header?: string;
  readonly delivery?: Delivery;
  readonly credential?: CredentialAnswers;
  /** Whether a server of that name keeps everything but its header. Asked where it isn't given. */
  readonly replaceHeader?: boolean;
  /** Whether plain http to a host that isn't loopback is all right. */
  readonly allowInsecure?: boolean;
  /** Whether VS Code starts the server afterwards. Asked where it isn't given and the wizard ran with prompts. */
  readonly start?: boolean;
}

export type CredentialAnswers = ApiKeyAnswers | BearerAnswers | SignedJwtAnswers | OAuthAnswers | ExistingAnswers;

export interface ApiKeyAnswers {
  readonly kind: 'apiKey';
  readonly name?: string;
  readonly key?: string;
}

export interface BearerAnswers {
  readonly kind: 'bearer';
  readonly name?: string;
  readonly token?: string;
}

export interface SignedJwtAnswers {
  readonly kind: 'signedJwt';
  readonly name?: string;
  /** A signing key that is in the keyring already; otherwise `secret`, or neither to have one made. */
  readonly keyId?: string;
  readonly secret?: string;
  /** How `secret` becomes bytes; `utf8` if it isn't said. */
  readonly encoding?: SecretEncoding;
  /** Whether a secret shorter than the hash is all right (RFC 7518 section 3.2 says it isn't; servers exist). */
  readonly allowWeak?: boolean;
  /** `HS256` ... `EdDSA`; by default what the key signs with. */
  readonly algorithm?: string;
  /** Header parameters beside `alg`: `typ` (`JWT` if it isn't said), `kid` (the key's own if it isn't said). */
  readonly tokenHeader?: JsonObject;
  /** All but `iat`, `nbf`, `exp` and `jti`, which are made anew at every signing. */
  readonly claims?: JsonObject;
  /** Whether tokens get an `nbf`. */
  readonly notBefore?: boolean;
  /** Whether tokens get a `jti`. */
  readonly tokenId?: boolean;
  /** Seconds, or null for a token that doesn't expire; an hour if it isn't said. */
  readonly lifetimeSeconds?: number | null;
}

/** How to get tokens from an authorization server, a token endpoint, or one of VS Code's accounts. */
export interface OAuthAnswers {
  readonly kind: 'oauth';
  readonly name?: string;
  /** The way to a token. With it, nothing is asked but what only a person can do: sign in. */
  readonly flow?: OAuthFlow;
  /** The MCP server that the tokens are for, where nothing else says so. */
  readonly serverUrl?: string;
  /** The authorization server; by default the first that the MCP server names. */
  readonly issuer?: string;
  /** By default what the MCP server asks for. */
  readonly scopes?: readonly string[];
  /** What is sent as `resource`; null sends none. By default what the MCP server says. */
  readonly resource?: string | null;
  /** A client that was registered by hand; by default one is found or registered. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** How the client proves who it is; by default as the server prefers. */
  readonly clientAuth?: ClientAuthMethod;
  /** The signing key for `private_key_jwt`. */
  readonly clientKeyId?: string;
  /** Where the browser comes back to: `http://127.0.0.1/...`, without a port for any that is free. */
  readonly redirectUri?: string;
  /** For the flow `tokenEndpoint`. */
  readonly endpoint?: TokenEndpointAnswers;
  /** For the flow `vscodeAccount`: as in `vscode.authentication`, such as `github`. */
  readonly providerId?: string;
}

/** A token endpoint with rules of its own. Client id, secret and scopes stand beside it. */
export interface TokenEndpointAnswers {
  readonly url: string;
  /** `form` if it isn't said. */
  readonly body?: 'form' | 'json';
  /** What parameters and fields are called where nothing else is said: `client_id` or `clientId`. */
  readonly style?: 'snake_case' | 'camelCase';
  /** An empty name leaves a parameter out. */
  readonly names?: Partial<ParameterNames>;
  /** Which fields of the answer hold what; a dot leads into an object. */
  readonly fields?: Partial<TokenFields>;
  /** `client_credentials` if it isn't said; empty for none. */
  readonly grantType?: string;
  /** Further fields that are sent. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Whether refresh tokens are of use there, and where they're sent; to the same URL if it isn't said. */
  readonly refresh?: boolean | { readonly url?: string; readonly grantType?: string };
}

/** What **Sign In Again** is for. */
export interface SignInAgainTarget extends CredentialTarget {
  /** To be asked for beside those of the sign-in before, unless the person wants others. */
  readonly moreScopes?: readonly string[];
}

/** What is to be other than before at **Sign In Again**. With it, nothing is asked. */
export type SignInAgainAnswers = Pick<OAuthAnswers, 'scopes' | 'resource' | 'redirectUri'>;

/** A credential that is in the keyring already. */
export interface ExistingAnswers {
  readonly kind: 'existing';
  readonly credentialId: string;
}

export interface AddServerResult {
  /** The config file's URI as a string, or {@link providedFile}. */
  readonly file: string;
  readonly server: string;
  readonly credentialId: string;
}

/** A literal secret in a config file. */
export interface SecretTarget {
  /** The config file's URI as a string. */
  readonly file: string;
  /** Where the secret starts in the text, in UTF-16 units. */
  readonly start: number;
}

/** The answers of **Move Secrets to Keyring...**. */
export interface MoveSecretsAnswers {
  /** The one file that is meant, by its URI as a string; without it every file of the window. */
  readonly file?: string;
  /** Which headers are moved; without it they are ticked in a list. */
  readonly headers?: readonly ServerTarget[] | 'all';
}

/** The answers of **Copy Server To...** and of **Move to .mcp.json** and back. What's missing is asked. */
export interface CopyServerAnswers {
  /** The config file that the server goes to: its path or URI. A move knows it. */
  readonly to?: string;
  /** What it is called there; its own name unless given. */
  readonly name?: string;
  readonly delivery?: FileDelivery;
  /** Whether a token may stand in plain text in a file of the workspace. */
  readonly allowLiteral?: boolean;
}

/** The answers of **Make Available in Terminals...**. */
export interface TerminalAnswers {
  /** The environment variable's name. */
  readonly variable?: string;
  /** Whether files that hold the token in plain text get a reference to the variable instead. Asked where it isn't given. */
  readonly refer?: boolean;
}

/** How **Give Back to File** writes a server. */
export interface GiveBackOptions {
  /** Where the file would get a credential itself, its header is left out: the credential is about to be deleted. */
  readonly withoutSecrets?: boolean;
}

export interface SigningKeyTarget {
  readonly keyId: string;
}

/** The answers of **Add Signing Key...**: a new key, or one that is there already. */
export type AddSigningKeyAnswers =
  | {
      readonly kind: 'generate';
      readonly name?: string;
      /** `HS256` ... `EdDSA`. */
      readonly algorithm?: string;
      /** 2048, 3072 or 4096; of RSA alone. */
      readonly rsaBits?: number;
    }
  | {
      readonly kind: 'import';
      readonly name?: string;
      /** A private key in PEM, a JWK, or a JWKS. */
      readonly text?: string;
      /** What it signs with; by default what its `alg` says, or the usual one of its type. */
      readonly algorithm?: string;
      /** Which key of a JWKS. */
      readonly kid?: string;
    }
  | {
      readonly kind: 'secret';
      readonly name?: string;
      readonly secret?: string;
      readonly encoding?: SecretEncoding;
      readonly algorithm?: string;
      readonly allowWeak?: boolean;
    };

/** What a token is verified with. */
export type VerificationKeySource =
  | { readonly kind: 'signingKey'; readonly keyId: string }
  | { readonly kind: 'jwksUrl'; readonly url: string }
  /** PEM, JWK or JWKS. */
  | { readonly kind: 'publicKey'; readonly text: string }
  | { readonly kind: 'secret'; readonly secret: string; readonly encoding?: SecretEncoding }
  /** The keys that the token's own issuer publishes. */
  | { readonly kind: 'discovery' };

/** The answers of **Verify Token...**. */
export interface VerifyTokenAnswers {
  /** A token, or a text with one in it; not needed where a credential or server is the target. */
  readonly token?: string;
  readonly with?: VerificationKeySource;
  readonly algorithms?: readonly string[];
  readonly issuer?: string;
  readonly audience?: readonly string[];
  readonly requiredScopes?: readonly string[];
}

export interface ExportKeyAnswers {
  readonly format?: 'pem' | 'jwk' | 'jwks';
  /** Where it goes: `clipboard`, or a file's path or URI. */
  readonly to?: string;
}

/** The answers of **Copy As...**. */
export interface CopyAsAnswers {
  readonly form?: ExampleForm;
  /** Of the MCP Inspector always `tools/list`. */
  readonly request?: ExampleRequest;
  /** Whether tokens come from environment variables when the text is run, or stand in it. */
  readonly secrets?: 'variables' | 'clear';
}

export interface CopyAsResult {
  readonly form: ExampleForm;
  readonly request: ExampleRequest;
  /** The environment variables that it needs. */
  readonly variables: readonly string[];
  /** What is in the clipboard now, unless a secret stands in it. */
  readonly text?: string;
}

/** The answers of **Compare Roles...**: which roles. They are ticked in a list where none is given. */
export interface CompareRolesAnswers {
  /** Ids of credentials that are attached to the server. */
  readonly credentials?: readonly string[];
  /** Roles of the presets in the settings; their tokens are signed with the server's credential and stored nowhere. */
  readonly presets?: readonly string[];
  /** Whether to look without any credential, too. */
  readonly anonymous?: boolean;
  /** False to show nothing. */
  readonly show?: boolean;
}

export interface CompareRolesResult extends RoleMatrix {
  readonly server: string;
  /** Canonical. */
  readonly url: string;
}

/** Whether a credential is renewed without being told; `setting` leaves that to the setting for all. */
export type AutomaticRenewalChoice = 'setting' | 'always' | 'never';

/** The answers of **Test Connection**. With them no report is shown, and failures reject. */
export interface TestConnectionAnswers {
  /** A read-only tool to call; none is called without it. */
  readonly tool?: string;
  /** Whether the report is shown as well. */
  readonly show?: boolean;
}

export interface TestConnectionResult {
  readonly server: string;
  readonly url: string;
  readonly healthy: boolean;
  /** What was found, in one sentence. */
  readonly verdict: string;
  /** The likeliest first. */
  readonly causes: readonly {
    readonly id: CauseId;
    readonly certainty: Certainty;
    readonly sentence: string;
    /** What can be done about it, for `mcpKeyring.servers.applyFix`. */
    readonly fixes: readonly ConnectionFix[];
  }[];
  readonly transport?: 'streamableHttp' | 'sse';
  readonly protocolVersion?: string;
  /** Names; absent where they were not listed. */
  readonly tools?: readonly string[];
  readonly resources?: readonly string[];
  readonly prompts?: readonly string[];
  /** What a called tool answered. */
  readonly call?: { readonly tool: string; readonly outcome: string; readonly text: string };
  readonly steps: readonly { readonly name: StepName; readonly outcome: string; readonly milliseconds: number }[];
}

/** Something that can be done about a cause; `value` is a URL, an audience, a header's name, an encoding, a role, scopes. */
export interface ConnectionFix {
  readonly kind: OfferKind;
  readonly value?: string;
}

/** Every command with its arguments. The manifest contributes exactly these. */
export interface Commands {
  'mcpKeyring.addServer': [answers?: AddServerAnswers];
  'mcpKeyring.addCredential': [target?: Partial<ServerTarget>, answers?: CredentialAnswers];
  'mcpKeyring.resolveHeader': [inputId: string];
  'mcpKeyring.showLog': [];
  'mcpKeyring.openWalkthrough': [];

  'mcpKeyring.servers.refresh': [];
  'mcpKeyring.servers.openFile': [target?: ServerTarget];
  'mcpKeyring.servers.revealInFile': [target?: ServerTarget];
  'mcpKeyring.servers.attachCredential': [
    target?: ServerTarget,
    credential?: CredentialTarget,
    /** Which files that name the server's URL get it; asked where it isn't given. */
    files?: 'this' | 'all',
  ];
  'mcpKeyring.servers.copyTo': [target?: ServerTarget, answers?: CopyServerAnswers];
  'mcpKeyring.servers.moveToDotMcp': [target?: ServerTarget, answers?: CopyServerAnswers];
  'mcpKeyring.servers.moveFromDotMcp': [target?: ServerTarget, answers?: CopyServerAnswers];
  'mcpKeyring.servers.attachHereToo': [target?: ServerTarget, credential?: CredentialTarget];
  'mcpKeyring.servers.detachCredential': [target?: ServerTarget];
  'mcpKeyring.servers.renewToken': [target?: ServerTarget];
  'mcpKeyring.servers.copyToken': [target?: ServerTarget];
  'mcpKeyring.servers.copyAs': [target?: ServerTarget, answers?: CopyAsAnswers];
  'mcpKeyring.servers.compareRoles': [target?: ServerTarget, answers?: CompareRolesAnswers];
  'mcpKeyring.servers.testConnection': [target?: ServerTarget, answers?: TestConnectionAnswers];
  'mcpKeyring.servers.applyFix': [target: ServerTarget, fix: ConnectionFix];
  'mcpKeyring.servers.start': [target?: ServerTarget];
  'mcpKeyring.servers.remove': [target?: ServerTarget];
  'mcpKeyring.servers.repairHeader': [target?: ServerTarget];
  'mcpKeyring.servers.moveToKeyring': [target?: ServerTarget, quiet?: boolean];
  'mcpKeyring.askAtStart': [target: SecretTarget];
  'mcpKeyring.moveSecrets': [answers?: MoveSecretsAnswers];
  'mcpKeyring.showExposedSecrets': [];
  'mcpKeyring.servers.takeOver': [target?: ServerTarget];
  'mcpKeyring.servers.giveBack': [target?: ServerTarget, options?: GiveBackOptions];
  'mcpKeyring.servers.switchRole': [target?: ServerTarget, role?: string];

  'mcpKeyring.credentials.showDetails': [target?: CredentialTarget];
  'mcpKeyring.credentials.rename': [target?: CredentialTarget];
  'mcpKeyring.credentials.showClaims': [target?: CredentialTarget];
  'mcpKeyring.credentials.editClaims': [target?: CredentialTarget];
  'mcpKeyring.credentials.renew': [target?: CredentialTarget];
  'mcpKeyring.credentials.replaceToken': [target?: CredentialTarget];
  'mcpKeyring.credentials.signOut': [target?: CredentialTarget];
  'mcpKeyring.credentials.automaticRenewal': [target?: CredentialTarget, choice?: AutomaticRenewalChoice];
  'mcpKeyring.credentials.signIn': [target?: SignInAgainTarget, answers?: SignInAgainAnswers];
  'mcpKeyring.credentials.useInTerminals': [target?: CredentialTarget, answers?: TerminalAnswers];
  'mcpKeyring.credentials.dropFromTerminals': [target?: CredentialTarget];
  'mcpKeyring.credentials.revoke': [target?: CredentialTarget];
  'mcpKeyring.credentials.delete': [target?: CredentialTarget];

  'mcpKeyring.decodeToken': [text?: string];
  'mcpKeyring.verifyToken': [target?: Partial<CredentialTarget & ServerTarget>, answers?: VerifyTokenAnswers];

  'mcpKeyring.keys.add': [answers?: AddSigningKeyAnswers];
  'mcpKeyring.keys.exportPublic': [target?: SigningKeyTarget, answers?: ExportKeyAnswers];
  'mcpKeyring.keys.exportPrivate': [target?: SigningKeyTarget];
  'mcpKeyring.keys.rename': [target?: SigningKeyTarget, name?: string];
  'mcpKeyring.keys.rotate': [target?: SigningKeyTarget];
  'mcpKeyring.keys.dropPrevious': [target?: SigningKeyTarget, kid?: string];
  'mcpKeyring.keys.delete': [target?: SigningKeyTarget];
}

export type CommandId = keyof Commands;

/** The keys of {@link Commands}, for tests of the manifest: the compiler refuses a list that lacks one. */
export const commandIds = Object.keys({
  'mcpKeyring.addServer': true,
  'mcpKeyring.addCredential': true,
  'mcpKeyring.resolveHeader': true,
  'mcpKeyring.showLog': true,
  'mcpKeyring.openWalkthrough': true,
  'mcpKeyring.servers.refresh': true,
  'mcpKeyring.servers.openFile': true,
  'mcpKeyring.servers.revealInFile': true,
  'mcpKeyring.servers.attachCredential': true,
  'mcpKeyring.servers.attachHereToo': true,
  'mcpKeyring.servers.copyTo': true,
  'mcpKeyring.servers.moveToDotMcp': true,
  'mcpKeyring.servers.moveFromDotMcp': true,
  'mcpKeyring.servers.detachCredential': true,
  'mcpKeyring.servers.renewToken': true,
  'mcpKeyring.servers.copyToken': true,
  'mcpKeyring.servers.copyAs': true,
  'mcpKeyring.servers.compareRoles': true,
  'mcpKeyring.servers.testConnection': true,
  'mcpKeyring.servers.applyFix': true,
  'mcpKeyring.servers.start': true,
  'mcpKeyring.servers.remove': true,
  'mcpKeyring.servers.repairHeader': true,
  'mcpKeyring.servers.moveToKeyring': true,
  'mcpKeyring.askAtStart': true,
  'mcpKeyring.moveSecrets': true,
  'mcpKeyring.showExposedSecrets': true,
  'mcpKeyring.servers.takeOver': true,
  'mcpKeyring.servers.giveBack': true,
  'mcpKeyring.servers.switchRole': true,
  'mcpKeyring.credentials.showDetails': true,
  'mcpKeyring.credentials.rename': true,
  'mcpKeyring.credentials.showClaims': true,
  'mcpKeyring.credentials.editClaims': true,
  'mcpKeyring.credentials.renew': true,
  'mcpKeyring.credentials.replaceToken': true,
  'mcpKeyring.credentials.signIn': true,
  'mcpKeyring.credentials.useInTerminals': true,
  'mcpKeyring.credentials.dropFromTerminals': true,
  'mcpKeyring.credentials.signOut': true,
  'mcpKeyring.credentials.automaticRenewal': true,
  'mcpKeyring.credentials.revoke': true,
  'mcpKeyring.credentials.delete': true,
  'mcpKeyring.decodeToken': true,
  'mcpKeyring.verifyToken': true,
  'mcpKeyring.keys.add': true,
  'mcpKeyring.keys.exportPublic': true,
  'mcpKeyring.keys.exportPrivate': true,
  'mcpKeyring.keys.rename': true,
  'mcpKeyring.keys.rotate': true,
  'mcpKeyring.keys.dropPrevious': true,
  'mcpKeyring.keys.delete': true,
} satisfies Record<CommandId, true>) as readonly CommandId[];

export const views = {
  servers: 'mcpKeyring.servers',
  credentials: 'mcpKeyring.credentials',
} as const;

/** Webviews as VS Code knows them; one that can be restored wakes the extension by `onWebviewPanel:` and this. */
export const webviews = {
  tokenDetails: 'mcpKeyring.tokenDetails',
  roleMatrix: 'mcpKeyring.roleMatrix',
  /** Isn't restored: what it says is true of one moment. */
  connectionReport: 'mcpKeyring.connectionReport',
} as const;

/** The id under which servers are offered to VS Code, as the manifest has it. */
export const serverProvider = 'mcpKeyring';

/** Where the keyring's own health is kept: nothing of it is secret, and all of it may be lost. */
export const healthKeys = {
  /** In the extension's state and in SecretStorage: a text that has to be in both after a restart. */
  marker: 'health-marker',
  /** In the extension's state: that the person has been told that secrets do not last. */
  lossTold: 'health-loss-told',
  /** In the extension's state: the damaged entries that the person has been told of. */
  damageTold: 'health-damage-told',
} as const;

/** Context keys for `when` clauses in the manifest. */
export const contextKeys = {
  /** Whether a config file names a server. */
  hasServers: 'mcpKeyring.hasServers',
} as const;

export const settingsSection = 'mcpKeyring';

/** Commands of VS Code itself that this extension runs. */
export const vscodeCommands = {
  startServer: 'workbench.mcp.startServer',
  stopServer: 'workbench.mcp.stopServer',
  restartServer: 'workbench.mcp.restartServer',
  removeStoredInput: 'workbench.mcp.removeStoredInput',
  openWalkthrough: 'workbench.action.openWalkthrough',
  openSettings: 'workbench.action.openSettings',
} as const;
