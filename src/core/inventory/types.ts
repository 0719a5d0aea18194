import type { ConfigFormat, ParsedConfig, ParsedHeader, ParsedServer } from '../config/types.ts';
import type { Verdict } from '../connection/verdicts.ts';
import type { TokenContent } from '../credentials/token.ts';
import type { Credential, DamagedEntry, SigningKey } from '../credentials/types.ts';
import type { VerificationRecord } from '../credentials/verifications.ts';
import type { Detection } from '../detect/types.ts';
import type { Finding } from '../findings.ts';

/**
 * Everything that a user sees, at one moment. Trees, hovers, diagnostics, the status bar and reports are views of it;
 * none computes on its own, so no two of them can disagree. It holds no secret but the `Secret`s inside credentials.
 */
export interface Snapshot {
  readonly files: readonly FileSnapshot[];
  readonly credentials: readonly CredentialSnapshot[];
  /** Servers that this extension offers to VS Code; they stand in no file. */
  readonly provided: readonly ProvidedSnapshot[];
  readonly signingKeys: readonly SigningKey[];
  /** Servers that stand in several files, by canonical URL: where, in the order of the views. */
  readonly shared: ReadonlyMap<string, readonly ServerPlace[]>;
  readonly damaged: readonly DamagedEntry[];
  /** `loading`: what the vault holds isn't known yet; `unavailable`: it can't be read. */
  readonly vault: VaultState;
}

/** Where a server stands. */
export interface ServerPlace {
  /** The {@link ConfigSource}'s URI. */
  readonly file: string;
  readonly server: string;
}

export type VaultState = 'loading' | 'ready' | 'unavailable' | 'restricted';

/** A config file as it was found: its text, or why there is none. */
export interface ConfigSource {
  /** The file's URI as a string; where a file holds the servers of one project beside others, with its path as fragment. */
  readonly uri: string;
  readonly format: ConfigFormat;
  readonly content:
    | { readonly state: 'text'; readonly text: string }
    | {
        readonly state: 'unreadable';
        readonly reason: UnreadableReason;
      };
}

export type UnreadableReason =
  | 'not-utf8'
  | 'no-permission'
  | 'is-directory'
  | 'dangling-link'
  /** A pipe, say: whoever reads it waits for somebody who writes. */
  | 'not-regular'
  | 'too-large'
  | 'failed';

export interface FileSnapshot {
  readonly source: ConfigSource;
  readonly parsed: ParsedConfig;
  readonly servers: readonly ServerSnapshot[];
  /** Findings that belong to no server, such as a secret among the inputs; those of servers and headers stand with them. */
  readonly findings?: readonly Finding[];
  /** Every literal secret in the file, in the order of the text; absent until the detector has looked at it. */
  readonly exposed?: readonly Detection[];
}

export interface ServerSnapshot {
  readonly parsed: ParsedServer;
  /** Canonical URL, where the server has one that can be used. */
  readonly url?: string;
  readonly headers: readonly HeaderSnapshot[];
  /** What the last test of the connection found, until the URL, the header or the token changes. */
  readonly verdict?: Verdict;
  /** Findings about the server itself (its URL, variables, arguments); those of headers stand with the headers. */
  readonly findings: readonly Finding[];
}

/** A server that stands in no file. `parsed` is made up, and its spans mean nothing. */
export interface ProvidedSnapshot extends ServerSnapshot {
  readonly url: string;
  /** What VS Code calls it: its name, or another one where a file has a server of this name. */
  readonly label: string;
  /** Headers that are no secret, sent beside the others. */
  readonly plainHeaders: Readonly<Record<string, string>>;
  /** The URI, as a string, of the file that it was taken from. */
  readonly from?: string;
}

export interface HeaderSnapshot {
  readonly parsed: ParsedHeader;
  /**
   * `keyring`: a reference to an input of ours; `environment`: one to the variable in which terminals have the credential;
   * `foreign`: another `${...}`; `literal`: the value stands in the file; `provided`: it stands in no file.
   */
  readonly kind: 'keyring' | 'environment' | 'foreign' | 'literal' | 'empty' | 'provided';
  /** The input's id, for `keyring`. */
  readonly inputId?: string;
  /** The id of the credential in use for this server and header, if any is attached. */
  readonly credentialId?: string;
  /** What can be read of the token that the server would get. */
  readonly token?: TokenContent;
  /** When the token of an OAuth grant ends, in ms, as its server said; a JWT of another kind says so itself. */
  readonly expiresAt?: number;
  /** What was found when the token was verified, until it or the key changes. */
  readonly verification?: VerificationRecord;
  /** Whether the value is, or stands for, a secret. Plain headers (`Accept`) have no credential. */
  readonly authenticates: boolean;
  readonly status: Status;
  readonly findings: readonly Finding[];
}

export interface CredentialSnapshot {
  readonly credential: Credential;
  readonly token?: TokenContent;
  /** When the token of an OAuth grant ends, in ms, as its server said; a JWT of another kind says so itself. */
  readonly expiresAt?: number;
  /** What was found when the token was verified, until it or the key changes. */
  readonly verification?: VerificationRecord;
  readonly status: Status;
  readonly findings: readonly Finding[];
}

/** The worst that there is to say, in one word: what icons show. */
export type Status =
  | 'ready'
  | 'expiresSoon'
  | 'expired'
  | 'notYetValid'
  | 'malformed'
  | 'invalidHeader'
  | 'missing'
  | 'signIn'
  | 'refused'
  | 'exposed'
  | 'revoked'
  | 'unknown';
