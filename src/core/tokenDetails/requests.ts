/** What the panel can do with a credential through commands that exist. */
export type PanelAction =
  | 'renew'
  | 'signIn'
  | 'replace'
  | 'verify'
  | 'editClaims'
  | 'rename'
  | 'showClaims'
  | 'revoke'
  | 'replaceRevoked'
  | 'delete';

const actions: ReadonlySet<unknown> = new Set<PanelAction>([
  'renew',
  'signIn',
  'replace',
  'verify',
  'editClaims',
  'rename',
  'showClaims',
  'revoke',
  'replaceRevoked',
  'delete',
]);

/** What the page asks of the extension. Whatever else arrives is ignored. */
export type PanelRequest =
  /** The page has been loaded and knows nothing yet. */
  | { readonly type: 'ready' }
  /** `request` comes back with the token, so that an answer that arrives too late is recognised. */
  | { readonly type: 'reveal'; readonly request: string }
  | { readonly type: 'copy' }
  | { readonly type: 'run'; readonly action: PanelAction }
  | { readonly type: 'describe'; readonly text: string }
  /** `place` is the key of one of the places that the page was given. */
  | { readonly type: 'showInFile'; readonly place: string }
  | { readonly type: 'copyExample'; readonly example: string }
  | { readonly type: 'manageTrust' }
  | { readonly type: 'close' };

export const longestDescription = 1000;

/** Checks a message of the page, which runs foreign text past a script and so isn't believed. */
export function readPanelRequest(message: unknown): PanelRequest | undefined {
  if (typeof message !== 'object' || message === null) {
    return undefined;
  }
  const { type, request, action, text, place, example } = message as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'ready':
    case 'copy':
    case 'manageTrust':
    case 'close':
      return { type };
    case 'reveal':
      return isText(request, 64) ? { type, request } : undefined;
    case 'run':
      return actions.has(action) ? { type, action: action as PanelAction } : undefined;
    case 'describe':
      return isText(text, longestDescription) ? { type, text } : undefined;
    case 'showInFile':
      return isText(place, 10_000) ? { type, place } : undefined;
    case 'copyExample':
      return isText(example, 64) ? { type, example } : undefined;
    default:
      return undefined;
  }
}

/** The credential of a panel that was open when the window was closed. */
export function readPanelState(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) {
    return undefined;
  }
  const { credentialId } = state as Readonly<Record<string, unknown>>;
  return isText(credentialId, 200) && credentialId !== '' ? credentialId : undefined;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}
