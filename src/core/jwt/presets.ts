import { fail, ok, type Result } from '../result.ts';
import type { JsonObject } from './types.ts';

/** What a role's token says: a start that a person edits. Settings may hold further ones of this shape. */
export interface RolePreset {
  /** As it stands in the claim `role`. */
  readonly role: string;
  /** Claims beside `role` and `permissions`. */
  readonly claims?: JsonObject;
  /** What it may do, each `action:resource`; `*` stands for the resource that the user names. */
  readonly permissions: readonly string[];
}

/** The roles that sample servers have (design section 9). */
export const defaultRolePresets: readonly RolePreset[] = [
  { role: 'viewer', permissions: ['read:*'] },
  { role: 'editor', permissions: ['read:*', 'create:*', 'update:*'] },
  { role: 'admin', permissions: ['create:*', 'read:*', 'update:*', 'delete:*', 'list:*'] },
  { role: 'readonly', permissions: ['read:*', 'list:*'] },
  { role: 'user', permissions: ['create:*', 'read:*', 'update:*', 'list:*'] },
];

/**
 * The claims of a role: `role`, `permissions` and what the preset adds.
 * @param resource what the permissions are for, as `todos`; without it a `*` stays
 */
export function claimsOfRole({ role, claims, permissions }: RolePreset, resource = '*'): JsonObject {
  const named = permissions.map(permission => permission.replace(/:\*$/, `:${resource}`));
  return { ...claims, role, ...(named.length > 0 && { permissions: named }) };
}

/** The same claims with another role: what the old preset had set goes, everything else stays. */
export function switchRole(
  claims: JsonObject,
  from: RolePreset | undefined,
  to: RolePreset,
  resource?: string,
): JsonObject {
  const dropped = new Set(['role', 'permissions', ...Object.keys(from?.claims ?? {})]);
  const kept = Object.fromEntries(Object.entries(claims).filter(([name]) => !dropped.has(name)));
  return { ...kept, ...claimsOfRole(to, resource ?? resourceOf(claims)) };
}

/** The one resource that all permissions of a token are for, if there is one. */
function resourceOf({ permissions }: JsonObject): string | undefined {
  const resources = new Set(
    (Array.isArray(permissions) ? permissions : []).map(permission => String(permission).split(':')[1]),
  );
  const [only] = resources;
  return resources.size === 1 ? only : undefined;
}

/** Reads presets out of settings; what isn't one is left out, with its place. */
export function readRolePresets(value: unknown): {
  readonly presets: readonly RolePreset[];
  readonly problems: readonly { readonly role: string; readonly member: 'role' | 'claims' | 'permissions' }[];
} {
  const presets: RolePreset[] = [];
  const problems: { role: string; member: 'role' | 'claims' | 'permissions' }[] = [];
  for (const [role, entry] of isObject(value) ? Object.entries(value) : []) {
    const { claims, permissions = [] } = isObject(entry) ? entry : {};
    if (role === '' || !isObject(entry)) {
      problems.push({ role, member: 'role' });
    } else if (claims !== undefined && !isObject(claims)) {
      problems.push({ role, member: 'claims' });
    } else if (!Array.isArray(permissions) || !permissions.every(permission => typeof permission === 'string')) {
      problems.push({ role, member: 'permissions' });
    } else {
      presets.push({ role, permissions, ...(claims !== undefined && { claims }) });
    }
  }
  return { presets, problems };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A map: a person's word is looked up, and an object would know `constructor` too.
const secondsOf = new Map(
  Object.entries({
    second: 1,
    minute: 60,
    hour: 3600,
    day: 86_400,
    week: 7 * 86_400,
    // As calendars go; a token isn't that exact.
    month: 30 * 86_400,
    year: 365 * 86_400,
  }),
);
const unitOf = new Map(
  Object.entries({
    ...{ s: 'second', sec: 'second', secs: 'second', m: 'minute', min: 'minute', mins: 'minute' },
    ...{ h: 'hour', hr: 'hour', hrs: 'hour', d: 'day', w: 'week', y: 'year' },
  }),
);

/** What a person chooses from first, in seconds; null for a token that doesn't expire. */
export const offeredLifetimes: readonly (number | null)[] = [900, 3600, 7200, 30 * 86_400, null];

/**
 * Reads a lifetime as a person says it: `15 minutes`, `1 hour`, `1h 30m`, `30 days`, `2 weeks`, `never`.
 * @returns seconds, or null for never
 */
export function parseLifetime(
  text: string,
): Result<number | null, 'empty' | 'not-a-lifetime' | 'unit-missing' | 'not-positive' | 'too-long'> {
  const words = text.trim().toLowerCase();
  if (words === '') {
    return fail('empty');
  }
  if (/^(?:never|none|indefinite(?:ly)?|unlimited|no expiry|forever)$/.test(words)) {
    return ok(null);
  }
  if (/^[\d.]+$/.test(words)) {
    return fail('unit-missing');
  }
  const pieces = words.replace(/\band\b|,/g, ' ').match(/\d+(?:\.\d+)?\s*[a-z]+|an?\s+[a-z]+|\S+/g) ?? [];
  let seconds = 0;
  for (const piece of pieces) {
    const [, number = '', name = ''] = /^(\d+(?:\.\d+)?|an?(?=\s))\s*([a-z]+)$/.exec(piece) ?? [];
    const unit = secondsOf.get(unitOf.get(name) ?? name.replace(/s$/, ''));
    if (number === '' || unit === undefined) {
      return fail('not-a-lifetime');
    }
    seconds += (number.startsWith('a') ? 1 : Number(number)) * unit;
  }
  const whole = Math.round(seconds);
  if (whole <= 0) {
    return fail('not-positive');
  }
  // A hundred years: beyond, somebody means never, and milliseconds are near.
  return whole > 100 * 365 * 86_400 ? fail('too-long') : ok(whole);
}

/**
 * A word of advice on a lifetime: `never-expires`; `very-long` from more than 90 days; `long` from more than a day, though
 * a new one is signed whenever it's needed; `very-short` below the tolerance that clocks need. Undefined for a good one.
 */
export function adviseLifetime(
  seconds: number | null,
  toleranceSeconds = 60,
): 'never-expires' | 'very-long' | 'long' | 'very-short' | undefined {
  if (seconds === null) {
    return 'never-expires';
  }
  if (seconds > 90 * 86_400) {
    return 'very-long';
  }
  if (seconds > 86_400) {
    return 'long';
  }
  return seconds < toleranceSeconds ? 'very-short' : undefined;
}
