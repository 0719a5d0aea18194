import { curlHeaders, looksLikeCurl } from './curl.ts';
import { looksLikeJwt } from './decode.ts';
import {
  doubledScheme,
  isAuthorization,
  isSendable,
  lacksScheme,
  pastedName,
  schemeWithColon,
  shapeOf,
  takeHeaderApart,
} from './headerValue.ts';

/** Characters without a width, which come along when text is copied from a page. */
const zeroWidth = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

/** The value as it should be, or undefined where nothing can be mended. References stay as they are. */
export function repairHeaderValue(headerName: string, value: string): string | undefined {
  const repaired = repairOnce(headerName, value);
  // One mistake may hide another, as a line end does the header's name behind it.
  return repaired === undefined ? undefined : (repairHeaderValue(headerName, repaired) ?? repaired);
}

function repairOnce(headerName: string, value: string): string | undefined {
  const visible = value.replace(zeroWidth, '');
  const parts = takeHeaderApart(headerName, visible);
  let { scheme, token } = parts;
  while (scheme !== undefined && doubledScheme(token)) {
    token = token.replace(/^\S+\s+/, '');
  }
  if (token === '') {
    return undefined;
  }
  const shape = shapeOf(token);
  if (shape === 'jwt') {
    token = token.replace(/\s+/g, '');
  } else if (shape === 'opaque') {
    // A line end in the middle is a terminal's: what it broke belongs together.
    token = token.replace(/[\r\n]+\s*/g, '');
  }
  if (lacksScheme(headerName, { ...parts, shape, token })) {
    scheme = 'Bearer';
  }
  // Several real servers refuse `bearer`, though schemes are case-insensitive (RFC 9110 section 11.1).
  const written = scheme?.toLowerCase() === 'bearer' ? 'Bearer' : scheme;
  const repaired = written === undefined ? token : `${written} ${token}`;
  return repaired === value || !isSendable(repaired) ? undefined : repaired;
}

/** A header's name of any kind before a value: only where a person pasted the whole line, for a value may have a colon too. */
const anyName = /^["']?([a-z][a-z0-9-]*)["']?\s*:\s+(?=\S)/i;

/**
 * What a person pasted, without what isn't part of the credential: quotes, a cURL command or its `-H`, a header's name, a
 * scheme, blanks, characters that can't be seen.
 */
export function cleanPastedCredential(text: string): {
  readonly token: string;
  readonly scheme?: string;
  readonly headerName?: string;
} {
  const line = headerLine(text.replace(zeroWidth, '').trim());
  // A line of JSON has the name in quotes of its own.
  const rest = /^["'][\w-]+["']\s*:/.test(line) ? line : unquoted(line);
  const name = pastedName.exec(rest) ?? (schemeWithColon.test(rest) ? null : anyName.exec(rest));
  const value = unquoted(rest.slice(name?.[0].length ?? 0));
  const parsed = takeHeaderApart('Authorization', value);
  let token = unquoted(parsed.token);
  while (parsed.scheme !== undefined && doubledScheme(token)) {
    // All at once: one by one, a long row of them would take seconds.
    token = unquoted(token.replace(/^(?:bearer\s+(?=\S))+/i, ''));
  }
  if (looksLikeJwt(token)) {
    token = token.replace(/[\r\n]+\s*/g, '');
  }
  const scheme = parsed.colon ? 'Bearer' : parsed.scheme;
  return {
    token,
    ...(scheme !== undefined && { scheme }),
    ...(name?.[1] !== undefined && { headerName: name[1] }),
  };
}

/** The header that authenticates out of a cURL command or its `-H` option; any other text as it is. */
function headerLine(text: string): string {
  const isOption = /^(?:-H|--header)(?=[\s='"])/.test(text);
  if (!isOption && !looksLikeCurl(text)) {
    return text;
  }
  const headers = curlHeaders(text);
  const header =
    headers.find(({ name }) => isAuthorization(name)) ??
    headers.find(({ name }) => /key|token|auth|secret/i.test(name)) ??
    (isOption ? headers[0] : undefined);
  return header ? `${header.name}: ${header.value}` : text.replace(/^(?:-H|--header)[\s=]+/, '');
}

/** Without the quotes around it, and the comma or line continuation that may follow them. */
function unquoted(text: string): string {
  const trimmed = text.replace(/(?<=["'`])\s*[,\\]\s*$/, '').trim();
  const [first = '', last = ''] = [trimmed[0], trimmed.at(-1)];
  return trimmed.length > 1 && first === last && /["'`]/.test(first) ? trimmed.slice(1, -1).trim() : trimmed;
}
