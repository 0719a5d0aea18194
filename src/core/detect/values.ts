/** Whether a value looks like a machine's random output: a long run in which digits and letters of both cases alternate. */
export function looksRandom(value: string, minimum: number): boolean {
  if (value.length < minimum || value.length > 4096 || !/^[A-Za-z0-9+/=_.~:-]+$/.test(value)) {
    return false;
  }
  // The longest part between separators: names and versions have short ones.
  let longest = '';
  for (const part of value.split(/[+=]/.test(value) ? /[^A-Za-z0-9+/]+/ : /[^A-Za-z0-9]+/)) {
    if (part.length > longest.length) {
      longest = part;
    }
  }
  if (longest.length < Math.min(12, minimum) || !/\d/.test(longest) || !/[A-Za-z]/.test(longest)) {
    return false;
  }
  let changes = 0;
  for (let index = 1; index < longest.length; index++) {
    const from = classOf(longest.charCodeAt(index - 1));
    const to = classOf(longest.charCodeAt(index));
    // A capital before small letters is how words begin.
    if (from !== to && !(from === upper && to === lower)) {
      changes++;
    }
  }
  return changes >= 3 && changes / longest.length >= 0.2;
}

/**
 * Whether a value is so dense a mix of letters and digits that no person can have written it: what most real secrets are,
 * told in one pass without a regular expression.
 */
export function isMachineMade(value: string): boolean {
  const { length } = value;
  if (length < 20 || length > 512) {
    return false;
  }
  let changes = 0;
  let steps = 0;
  let before = 0;
  let beforeClass = -1;
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    const kind =
      code >= 0x61 && code <= 0x7a
        ? lower
        : code >= 0x30 && code <= 0x39
          ? digit
          : code >= 0x41 && code <= 0x5a
            ? upper
            : -1;
    if (kind === -1 && code !== 0x2d && code !== 0x5f && code !== 0x2b && code !== 0x3d) {
      return false;
    }
    if (kind !== -1) {
      if (kind !== beforeClass && !(beforeClass === upper && kind === lower)) {
        changes++;
      }
      steps += code === before + 1 ? 1 : 0;
      beforeClass = kind;
    }
    before = code;
  }
  const density = changes / length;
  return density >= 0.28 && density <= 0.8 && steps / length < 0.2;
}

const digit = 0;
const upper = 1;
const lower = 2;

function classOf(code: number): number {
  return code < 0x3a ? digit : code < 0x5b ? upper : lower;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function isUuid(value: string): boolean {
  return value.length === 36 && uuid.test(value);
}

const jwt = /^eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,2}/;

/** How many characters of the value's start are a JSON Web Token, signed or encrypted; 0 for none. */
export function jwtLength(value: string): number {
  return value.startsWith('eyJ') ? (jwt.exec(value)?.[0].length ?? 0) : 0;
}

const setting =
  /^(?:[+-]?\d+(?:[.,_]\d+)*\s*(?:ms|s|sec|m|min|h|d|days?|k|kb|mb|gb|%)?|v?\d+(?:\.\d+)+(?:[-+][\w.]+)?)$/i;
const date = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+Z?)?$/;
const path = /^(?:~|\.{1,2}|[A-Za-z]:)?[\\/](?:[^+=]*)$|^[\w.-]+(?:[\\/][\w.-]+)+\.\w{1,5}$/;
const fileName =
  /^[\w.-]+\.(?:json|jsonc|pem|key|crt|cer|p12|pfx|txt|env|ya?ml|toml|ini|cfg|conf|js|ts|py|sh|db|sqlite)$/i;
const email = /^[^\s@:]+@[^\s@]+\.[A-Za-z]{2,}$/;
const host =
  /^(?:localhost|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|ai|app|co|local|internal|cloud))(?::\d+)?(?:\/.*)?$/i;
const region =
  /^(?:[a-z]{2}(?:-gov|-iso)?-(?:north|south|east|west|central|northeast|southeast|northwest|southwest)(?:-?\d[a-z]?)?)$/;
const identifier = /^(?:arn:aws|urn:|sha\d{3}:|projects\/|\/subscriptions\/)/;
const variableName = /^[A-Z][A-Z]*(?:_[A-Z]+\d{0,2}|_\d)+$/;

/** Whether a value says what it is, and it is no secret: a number, a path, an address, the name of a variable. */
export function isPlainSetting(value: string): boolean {
  return (
    setting.test(value) ||
    date.test(value) ||
    (path.test(value) && !isBase64WithSlashes(value)) ||
    fileName.test(value) ||
    email.test(value) ||
    host.test(value) ||
    region.test(value) ||
    identifier.test(value) ||
    variableName.test(value)
  );
}

/** Base64 has slashes too, and now and then one in front. */
function isBase64WithSlashes(value: string): boolean {
  return /^[A-Za-z0-9/]{28,}$/.test(value) && looksRandom(value.replaceAll('/', ''), 24);
}
