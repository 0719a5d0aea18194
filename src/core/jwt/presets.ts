import type { RolePreset } from './rolePresets.ts';
import type { JsonObject } from './types.ts';

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
