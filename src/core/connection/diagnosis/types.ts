import type { FindingData } from '../../findings.ts';
import type { Examination } from '../examination.ts';
import type { Facts } from './facts.ts';

/** Why a server doesn't serve, or what else is worth knowing. Stable: programs look at it. */
export type CauseId =
  | 'cancelled'
  // Nothing was sent.
  | 'credential-missing'
  | 'credential-unresolved'
  | 'credential-withheld'
  // Nobody answered.
  | 'name-unknown'
  | 'not-listening'
  | 'no-answer'
  | 'connection-lost'
  | 'certificate-self-signed'
  | 'certificate-unknown'
  | 'certificate-expired'
  | 'certificate-other-name'
  | 'http2-only'
  | 'plain-http'
  | 'tls-expected'
  // Somebody else answered.
  | 'redirected-elsewhere'
  | 'moved'
  | 'web-page'
  | 'proxy'
  | 'path-wrong'
  | 'sse-only'
  | 'not-mcp'
  | 'rate-limited'
  | 'server-error'
  | 'too-much'
  // The header.
  | 'header-name'
  | 'scheme-missing'
  | 'scheme-wrong'
  | 'header-blanks'
  | 'header-malformed'
  | 'not-seen'
  // The token.
  | 'token-malformed'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'clocks-apart'
  | 'audience-wrong'
  | 'issuer-wrong'
  | 'key-rotated'
  | 'signature-refused'
  | 'secret-encoding'
  | 'algorithm-refused'
  | 'permission-missing'
  | 'oauth-wanted'
  | 'credential-refused'
  | 'refused'
  // It serves, and yet:
  | 'call-refused'
  | 'token-not-needed';

/** `certain`: nothing else explains what was seen. `likely`: something else may. */
export type Certainty = 'certain' | 'likely';

/** What can be done about a cause. `value` is what the offer needs: a URL, an audience, a header's name, a scheme, an encoding. */
export interface Offer {
  readonly kind: OfferKind;
  readonly value?: string;
}

export type OfferKind =
  | 'renew'
  | 'replaceToken'
  | 'addCredential'
  | 'attachCredential'
  | 'setAudience'
  | 'setIssuer'
  | 'setAlgorithm'
  | 'setEncoding'
  | 'switchRole'
  | 'editClaims'
  | 'signIn'
  | 'repairHeader'
  | 'renameHeader'
  | 'useUrl'
  | 'showInFile'
  | 'testAgain'
  | 'copyAsCurl'
  | 'showLog';

export interface Cause {
  readonly id: CauseId;
  readonly certainty: Certainty;
  /** What the sentence needs. Texts in it come from outside. */
  readonly data: FindingData;
  /** The best first. */
  readonly offers: readonly Offer[];
}

/** One way in which a connection fails. Rules are data: the list of them is all that diagnosis knows. */
export interface Rule {
  readonly cause: CauseId;
  /** In words for whoever reads the list: when it fires. */
  readonly when: string;
  readonly find: (facts: Facts) => Found | undefined;
}

/** What a rule found; `true` stands for no data. */
export interface Found {
  readonly certainty: Certainty;
  readonly data?: FindingData;
  readonly offers?: readonly Offer[];
}

export interface Diagnosis {
  /** It serves: whatever causes say is by the way. */
  readonly healthy: boolean;
  /** The likeliest first. Empty where there is nothing to say. */
  readonly causes: readonly Cause[];
  readonly examination: Examination;
}
