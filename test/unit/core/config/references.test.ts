// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, match, notStrictEqual, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  inputReference,
  keyringInputId,
  parseKeyringInputId,
  parseReferences,
} from '../../../../src/core/config/references.ts';

describe('parseReferences', () => {
  const cases: [string, [kind: string, name: string, text: string][]][] = [
    ['', []],
    ['Bearer abc', []],
    ['${input:token}', [['input', 'token', '${input:token}']]],
    [
      'Bearer ${input:mcp-keyring.tasks.0badcafe}',
      [['input', 'mcp-keyring.tasks.0badcafe', '${input:mcp-keyring.tasks.0badcafe}']],
    ],
    [
      '${env:A}-${command:b.c}${D:-e}',
      [
        ['env', 'A', '${env:A}'],
        ['command', 'b.c', '${command:b.c}'],
        ['other', 'D:-e', '${D:-e}'],
      ],
    ],
    ['${workspaceFolder}', [['other', 'workspaceFolder', '${workspaceFolder}']]],
    ['${config:a.b}', [['other', 'config:a.b', '${config:a.b}']]],
    ['${}', [['other', '', '${}']]],
    ['${input:}', [['input', '', '${input:}']]],
    ['${input:a:b}', [['input', 'a:b', '${input:a:b}']]],
    ['${input:a', []],
    ['${a${input:b}', [['input', 'b', '${input:b}']]],
    [
      '${env:${input:b}}',
      [
        ['env', '${input:b}', '${env:${input:b}}'],
        ['input', 'b', '${input:b}'],
      ],
    ],
    ['${a{b}c}', [['other', 'a{b}c', '${a{b}c}']]],
    ['}{$ {input:a} $}', []],
    ['$${input:a}', [['input', 'a', '${input:a}']]],
  ];
  for (const [value, expected] of cases) {
    it(JSON.stringify(value), () =>
      deepStrictEqual(
        parseReferences(value).map(({ kind, name, span }) => [kind, name, value.slice(span.start, span.end)]),
        expected,
      ),
    );
  }

  it('takes linear time', () => {
    deepStrictEqual(parseReferences('${'.repeat(500_000)), []);
    strictEqual(parseReferences('${a}'.repeat(100_000)).length, 100_000);
    strictEqual(parseReferences(`${'${'.repeat(100_000)}${'}'.repeat(100_000)}`).length, 100_000);
  });

  it('reads what inputReference writes', () => {
    deepStrictEqual(
      parseReferences(inputReference('a.b')).map(({ kind, name }) => [kind, name]),
      [['input', 'a.b']],
    );
  });
});

describe('keyringInputId', () => {
  it('names the server and hashes URL and header', async () => {
    const url = 'https://tasks.example.com/mcp';
    const hash = createHash('sha256').update(`${url}\nauthorization`).digest('hex').slice(0, 8);
    strictEqual(await keyringInputId('tasks', url, 'Authorization'), `mcp-keyring.tasks.${hash}`);
    strictEqual(await keyringInputId('tasks', url, 'AUTHORIZATION'), `mcp-keyring.tasks.${hash}`);
    notStrictEqual(await keyringInputId('tasks', `${url}/`, 'Authorization'), `mcp-keyring.tasks.${hash}`);
    notStrictEqual(await keyringInputId('tasks', url, 'X-API-Key'), `mcp-keyring.tasks.${hash}`);
  });

  for (const [name, safe] of [
    ['tasks', 'tasks'],
    ['a_b-C9', 'a_b-C9'],
    ['My Server', 'My-Server'],
    ['com.example/tasks', 'com-example-tasks'],
    ['}${input:x}', 'input-x'],
    ['日本', 'server'],
    ['', 'server'],
    ['--', 'server'],
    ['__proto__', '__proto__'],
    ['x'.repeat(1000), 'x'.repeat(40)],
    [`${'x'.repeat(39)} y`, 'x'.repeat(39)],
  ] as const) {
    it(`makes ${JSON.stringify(name.slice(0, 50))} safe`, async () => {
      const id = await keyringInputId(name, 'https://a/', 'A');
      match(id, /^mcp-keyring\.[A-Za-z0-9_-]{1,40}\.[0-9a-f]{8}$/);
      strictEqual(parseKeyringInputId(id)?.name, safe);
    });
  }

  it('knows its own', () => {
    deepStrictEqual(parseKeyringInputId('mcp-keyring.tasks.0badcafe'), { name: 'tasks', hash: '0badcafe' });
    for (const id of [
      '',
      'token',
      'mcp-keyring',
      'mcp-keyring.tasks',
      'mcp-keyring..0badcafe',
      'mcp-keyring.tasks.0badcaf',
      'mcp-keyring.tasks.0BADCAFE',
      'mcp-keyring.a.b.0badcafe',
      'mcp-keyring.tasks.0badcafe\n',
      'x.mcp-keyring.tasks.0badcafe',
    ]) {
      strictEqual(parseKeyringInputId(id), undefined, id);
    }
  });
});
