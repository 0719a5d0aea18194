import assert from 'node:assert/strict';
import packageJson from '../../../../package.json' with { type: 'json' };
import { adviseLifetime, parseLifetime } from '../../../../src/core/jwt/lifetimes.ts';
import { claimsOfRole, switchRole } from '../../../../src/core/jwt/presets.ts';
import { readRolePresets } from '../../../../src/core/jwt/rolePresets.ts';
import { CONTAINER_PERMISSIONS } from '../../../servers/containerServer.ts';
import { ROLE_PERMISSIONS } from '../../../servers/rolesServer.ts';

/** What a user finds in the settings. */
const defaults = readRolePresets(
  packageJson.contributes.configuration.properties['mcpKeyring.rolePresets'].default,
).presets;

function preset(role: string) {
  const found = defaults.find(entry => entry.role === role);
  assert.ok(found, role);
  return found;
}

describe('role presets', () => {
  it('give each role of the sample servers what it has there', () => {
    for (const servers of [ROLE_PERMISSIONS, CONTAINER_PERMISSIONS]) {
      for (const [role, permissions] of Object.entries<readonly string[]>(servers)) {
        const { permissions: given } = claimsOfRole(preset(role), 'todos');
        assert.ok(
          permissions.every(permission => (given as string[]).includes(permission)),
          role,
        );
      }
    }
    assert.deepEqual(claimsOfRole(preset('viewer'), 'todos'), { role: 'viewer', permissions: ['read:todos'] });
    assert.deepEqual(claimsOfRole(preset('viewer')), { role: 'viewer', permissions: ['read:*'] });
  });

  it('switch a role and leave every other claim alone', () => {
    const claims = { iss: 'mcp-auth-server', sub: 'alice', tenant: 't', ...claimsOfRole(preset('viewer'), 'notes') };
    assert.deepEqual(switchRole(claims, preset('viewer'), preset('editor')), {
      ...{ iss: 'mcp-auth-server', sub: 'alice', tenant: 't', role: 'editor' },
      permissions: ['read:notes', 'create:notes', 'update:notes'],
    });
    const own = { role: 'auditor', permissions: [], claims: { tenant: 'all' } };
    assert.deepEqual(switchRole(claims, preset('viewer'), own), {
      ...{ iss: 'mcp-auth-server', sub: 'alice', tenant: 'all', role: 'auditor' },
    });
    assert.deepEqual(switchRole({ role: 'auditor', tenant: 'all' }, own, preset('viewer')), {
      ...{ role: 'viewer', permissions: ['read:*'] },
    });
  });

  it('are read from settings, without what is none', () => {
    assert.deepEqual(
      readRolePresets({
        auditor: { claims: { tenant: 'all' }, permissions: ['read:logs'] },
        guest: {},
        broken: 5,
        odd: { claims: [] },
        worse: { permissions: [5] },
      }),
      {
        presets: [
          { role: 'auditor', permissions: ['read:logs'], claims: { tenant: 'all' } },
          { role: 'guest', permissions: [] },
        ],
        problems: [
          { role: 'broken', member: 'role' },
          { role: 'odd', member: 'claims' },
          { role: 'worse', member: 'permissions' },
        ],
      },
    );
    for (const value of [undefined, null, [], 'text']) {
      assert.deepEqual(readRolePresets(value), { presets: [], problems: [] });
    }
  });
});

describe('parseLifetime', () => {
  it('reads what a person says', () => {
    const cases: [string, number | null][] = [
      ['15 minutes', 900],
      ['1 hour', 3600],
      ['2 hours', 7200],
      ['30 days', 2_592_000],
      ['never', null],
      [' Never ', null],
      ['indefinite', null],
      ['90s', 90],
      ['1h30m', 5400],
      ['1 hour and 30 min', 5400],
      ['1 day, 12 hours', 129_600],
      ['1.5 hours', 5400],
      ['an hour', 3600],
      ['a week', 604_800],
      ['2 WEEKS', 1_209_600],
      ['6 months', 15_552_000],
      ['1 year', 31_536_000],
    ];
    for (const [text, seconds] of cases) {
      assert.deepEqual(parseLifetime(text), { ok: true, value: seconds }, text);
    }
  });

  it('says what is wrong', () => {
    const cases: [string, string][] = [
      ['', 'empty'],
      ['3600', 'unit-missing'],
      ['hour', 'not-a-lifetime'],
      ['soon', 'not-a-lifetime'],
      ['1 fortnight', 'not-a-lifetime'],
      ['-1 hours', 'not-a-lifetime'],
      ['1 hour 5', 'not-a-lifetime'],
      ['1 constructor', 'not-a-lifetime'],
      ['0 minutes', 'not-positive'],
      ['0.1 s', 'not-positive'],
      ['101 years', 'too-long'],
      [`${'9'.repeat(400)} days`, 'too-long'],
    ];
    for (const [text, reason] of cases) {
      assert.deepEqual(parseLifetime(text), { ok: false, error: reason }, text);
    }
  });
});

describe('adviseLifetime', () => {
  it('says a word where one is due', () => {
    assert.deepEqual(
      [null, 91 * 86_400, 30 * 86_400, 86_401, 86_400, 3600, 60, 59].map(seconds => adviseLifetime(seconds)),
      ['never-expires', 'very-long', 'long', 'long', undefined, undefined, undefined, 'very-short'],
    );
  });
});
