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
