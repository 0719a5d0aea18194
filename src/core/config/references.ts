import type { Span } from '../text.ts';

/** A `${...}` in a value. */
export interface Reference {
  /** `input`: `${input:id}`; `env`: `${env:NAME}`; `command`: `${command:id}`; `other`: everything else. */
  readonly kind: 'input' | 'env' | 'command' | 'other';
  /** What stands behind the colon; of `other`, all that stands between the braces. */
  readonly name: string;
  /** Offsets in the value, from `$` to behind `}`. */
  readonly span: Span;
}

/** The text that stands for an input's value in a config file. */
export function inputReference(id: string): string {
  return `\${input:${id}}`;
}

/**
 * Every `${...}` of a value, in the order of their starts. As in VS Code, braces inside are counted; unlike there, a
 * reference inside another is listed too, so that none is overlooked whichever way a client resolves them.
 */
export function parseReferences(value: string): readonly Reference[] {
  const references: Reference[] = [];
  /** Offsets of the open braces, or of the `$` before them; negative for those without. */
  const open: number[] = [];
  let at = value.indexOf('${');
  if (at === -1) {
    return references;
  }
  for (; at < value.length; at++) {
    const char = value.charCodeAt(at);
    if (char === openBrace) {
      open.push(at > 0 && value.charCodeAt(at - 1) === dollar ? at - 1 : -1);
    } else if (char === closeBrace) {
      const start = open.pop();
      if (start !== undefined && start !== -1) {
        references.push(readReference(value.slice(start + 2, at), { start, end: at + 1 }));
      }
    }
  }
  return references.sort((a, b) => a.span.start - b.span.start);
}

const dollar = 0x24;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** `command:`, in characters. */
const longestKind = 8;

function readReference(inside: string, span: Span): Reference {
  // No further: references inside one another would be looked through again and again.
  const colon = inside.slice(0, longestKind).indexOf(':');
  const kind = inside.slice(0, Math.max(colon, 0));
  return kind === 'input' || kind === 'env' || kind === 'command'
    ? { kind, name: inside.slice(colon + 1), span }
    : { kind: 'other', name: inside, span };
}

const idPrefix = 'mcp-keyring.';
/** Of the server's name inside an id, in characters. */
const idNameLimit = 40;

/**
 * The id of the input that stands for one header of one server. It names the URL, so two servers never share an input
 * and with it the value that VS Code caches for it.
 * @param canonicalUrl as `canonicalUrl` of `url.ts` gives it
 * @param headerName in any case
 */
export async function keyringInputId(serverName: string, canonicalUrl: string, headerName: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${canonicalUrl}\n${headerName.toLowerCase()}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hash = Array.from(digest.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join('');
  return `${idPrefix}${safeName(serverName)}.${hash}`;
}

/** Takes an id of {@link keyringInputId} apart; undefined for an input that isn't ours. */
export function parseKeyringInputId(id: string): { readonly name: string; readonly hash: string } | undefined {
  const match = /^mcp-keyring\.([A-Za-z0-9_-]{1,40})\.([0-9a-f]{8})$/.exec(id);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { name: match[1], hash: match[2] };
}

/** Letters, digits, `_` and `-` alone: an id stands inside `${input:...}`, where a brace or a colon would end it. */
function safeName(serverName: string): string {
  return (
    serverName
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, idNameLimit)
      .replace(/-+$/, '') || 'server'
  );
}

/** The input of ours that this value refers to. */
export function keyringInputOf(value: string): string | undefined {
  return parseReferences(value).find(
    reference => reference.kind === 'input' && parseKeyringInputId(reference.name) !== undefined,
  )?.name;
}
