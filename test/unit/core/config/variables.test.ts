// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import {
  credentialVariable,
  hasReference,
  readValue,
  variableHeader,
  variableProblem,
} from '../../../../src/core/config/variables.ts';

describe('environment variables in headers', () => {
  const { vscode, dotMcp, claudeCode, cursor, windsurf, geminiCli, codex, claudeDesktop, copilotCli } = formats;

  it('are referred to in each client’s own way', () => {
    const written = Object.fromEntries(
      Object.values(formats).map(format => [format.id, variableHeader(format, 'Authorization', 'Bearer', 'A_1')]),
    );
    deepStrictEqual(written, {
      vscode: 'Bearer ${env:A_1}',
      vscodeUser: 'Bearer ${env:A_1}',
      vscodeRemoteUser: 'Bearer ${env:A_1}',
      codeWorkspace: 'Bearer ${env:A_1}',
      devContainer: 'Bearer ${env:A_1}',
      dotMcp: 'Bearer ${A_1}',
      claudeCode: 'Bearer ${A_1}',
      cursor: 'Bearer ${env:A_1}',
      windsurf: 'Bearer ${env:A_1}',
      geminiCli: 'Bearer ${A_1}',
      codex: 'Bearer ${A_1}',
      copilotCli: undefined,
      claudeDesktop: undefined,
    });
  });

  it('are not used where the client has no place for them', () => {
    strictEqual(variableHeader(codex, 'Authorization', 'Basic', 'A'), undefined);
    strictEqual(variableHeader(codex, 'X-Key', 'Bearer', 'A'), undefined);
    strictEqual(variableHeader(codex, 'X-Key', '', 'A'), '${A}');
    strictEqual(variableHeader(cursor, 'Authorization', 'Basic', 'A'), 'Basic ${env:A}');
  });

  it('are told from text', () => {
    const cases: [string, typeof vscode, string][] = [
      ['Bearer ${env:A}', vscode, 'text variable'],
      ['${input:a}${env:B}', vscode, 'input variable'],
      ['${A}', vscode, 'other'],
      ['${A:-b}', claudeCode, 'variable'],
      ['${A:-b}', geminiCli, 'other'],
      ['$A-$B', geminiCli, 'variable text variable'],
      ['$A-$B', windsurf, 'text'],
      ['Bearer ${A}', codex, 'text variable'],
      ['Basic ${A}', codex, 'text'],
      ['${A}', copilotCli, 'text'],
      ['${A}', dotMcp, 'variable'],
      ['', vscode, ''],
      ['${', cursor, 'text'],
      ['${}', cursor, 'other'],
    ];
    for (const [value, format, kinds] of cases) {
      const read = readValue(value, format);
      strictEqual(read.map(({ kind }) => kind).join(' '), kinds, `${format.id} ${value}`);
    }
    strictEqual(hasReference('Bearer $A', geminiCli), true);
    strictEqual(hasReference('Bearer $A', claudeDesktop), false);
    // Whoever reads it: what looks like a reference is never replaced as if it were a token.
    strictEqual(hasReference('Bearer ${A}', claudeDesktop), true);
  });

  it('get a name from the credential’s, unlike any other', () => {
    const taken = new Set(['MCP_KEYRING_GITHUB', 'MCP_KEYRING_GITHUB_2']);
    const names = ['GitHub', ' my tökens (dev) ', '日本', '1', 'x'.repeat(99)].map(name =>
      credentialVariable(name, variable => taken.has(variable)),
    );
    deepStrictEqual(names, [
      'MCP_KEYRING_GITHUB_3',
      'MCP_KEYRING_MY_TOKENS_DEV',
      'MCP_KEYRING_TOKEN',
      'MCP_KEYRING_1',
      `MCP_KEYRING_${'X'.repeat(40)}`,
    ]);
  });

  it('have names that shells take and programs don’t', () => {
    const problems = [
      'GITHUB_TOKEN',
      '_a',
      '1A',
      'A-B',
      '',
      'A B',
      'PATH',
      'Path',
      'LD_PRELOAD',
      'NODE_OPTIONS',
      'USED',
    ].map(name => variableProblem(name, variable => variable === 'USED'));
    const bad = 'not-a-variable';
    deepStrictEqual(problems, [undefined, undefined, bad, bad, bad, bad, ...Array(4).fill('reserved'), 'taken']);
  });
});
