import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { keyringInputId } from '../../../src/core/config/references.ts';
import { fileSnapshot, forgetAll, services, uriOf } from '../harness/inside.ts';
import { addServer, codes, inWorkspace, problems, until } from '../harness/keyring.ts';
import { fakeSignature, freshJwt, jwt, nowSeconds, segment } from '../harness/tokens.ts';
import { configPath, configText, positionOf, writeConfig } from './configText.ts';

const file = uriOf(configPath);

async function untilCodes(...expected: string[]): Promise<void> {
  await until(`the problems ${expected}`, () => String(codes(file)) === String(expected.sort())).catch(() =>
    assert.deepEqual(codes(file), expected.sort()),
  );
}

describe('Problems', () => {
  before(forgetAll);

  const { Error: error, Warning: warning, Information: information } = vscode.DiagnosticSeverity;

  describe('of a literal header', () => {
    const now = nowSeconds();
    const [header = '', payload = ''] = freshJwt().split('.');
    type Expected = readonly (readonly [code: string, severity: vscode.DiagnosticSeverity])[];
    const inFile = ['secret-in-file', warning] as const;
    const cases: readonly (readonly [what: string, value: string, ...Expected])[] = [
      ['a good token', `Bearer ${freshJwt()}`, inFile],
      ['an opaque one', 'Bearer dev-alice-token-0123456789', inFile],
      ['an expired one', `Bearer ${freshJwt({ exp: now - 5 })}`, inFile, ['token-expired', error]],
      [
        'one that expires soon',
        `Bearer ${freshJwt({ iat: now - 7000, exp: now + 200 })}`,
        inFile,
        ['token-expires-soon', warning],
      ],
      ['one from the future', `Bearer ${freshJwt({ nbf: now + 600 })}`, inFile, ['token-not-yet-valid', warning]],
      ['one without an end', `Bearer ${jwt({ sub: 'a', iat: now })}`, inFile, ['token-no-expiry', information]],
      ['one for a year', `Bearer ${freshJwt({ exp: now + 365 * 86_400 })}`, inFile, ['token-long-lived', information]],
      [
        'one for another server',
        `Bearer ${freshJwt({ aud: 'https://other.example.net/mcp' })}`,
        inFile,
        ['token-audience-mismatch', warning],
      ],
      ['an unsigned one', `Bearer ${segment({ alg: 'none' })}.${payload}.`, inFile, ['token-alg-none', error]],
      ['two segments', `Bearer ${header}.${payload}`, inFile, ['token-malformed', error]],
      ['five segments', `Bearer ${header}.${payload}.a.b.c`, inFile, ['token-malformed', error]],
      ['bad base64url', `Bearer ${header}.${payload}+.${fakeSignature}`, inFile, ['token-malformed', error]],
      [
        'a header that is not JSON',
        `Bearer eyJhbGciOiJIUzI1NiIs.${payload}.${fakeSignature}`,
        inFile,
        ['token-malformed', error],
      ],
      ['exp as a string', `Bearer ${freshJwt({ exp: String(now + 9000) })}`, inFile, ['token-malformed', error]],
      ['exp negative', `Bearer ${freshJwt({ exp: -1 })}`, inFile, ['token-malformed', error]],
      [
        'exp in milliseconds',
        `Bearer ${freshJwt({ exp: Date.now() + 9_000_000 })}`,
        inFile,
        ['token-malformed', error],
      ],
      ['no scheme', freshJwt(), inFile, ['header-scheme-missing', error]],
      ['a scheme twice', `Bearer Bearer ${freshJwt()}`, inFile, ['header-scheme-doubled', error]],
      ['the name in the value', `Authorization: Bearer ${freshJwt()}`, inFile, ['header-name-pasted', error]],
      ['blanks behind it', `Bearer ${freshJwt()}  `, inFile, ['header-whitespace', error]],
      ['a line end in it', `Bearer ${freshJwt()}\n`, inFile, ['header-whitespace', error]],
      ['what cannot be sent', 'Bearer dev-alicë-token-0123456789', inFile, ['header-invalid-characters', error]],
      ['a placeholder', 'Bearer <your token>'],
    ];

    before(async () => {
      await writeConfig(configText(Object.fromEntries(cases.map(([, value], index) => [`s${index}`, { value }]))));
      await until('problems', () => codes(file).length > cases.length);
    });

    for (const [index, [what, value, ...expected]] of cases.entries()) {
      it(`${what}: ${expected.map(([code]) => code).join(', ') || 'none'}`, async () => {
        const snapshot = await fileSnapshot(file);
        const text = snapshot?.source.content.state === 'text' ? snapshot.source.content.text : '';
        const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
        const span = snapshot?.servers[index]?.headers[0]?.parsed.valueSpan;
        assert.ok(span);
        assert.equal(text.slice(span.start, span.end), JSON.stringify(value));
        const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
        const found = problems(file).filter(problem => problem.range.isEqual(range));
        assert.deepEqual(
          found.map(({ code, severity }) => `${code} ${severity}`).sort(),
          expected.map(([code, severity]) => `${code} ${severity}`).sort(),
        );
        for (const { message, source } of found) {
          assert.equal(source, 'MCP Keyring');
          assert.match(message, /^[A-Z].*\.$/);
          assert.doesNotMatch(message, /ey[JI]|undefined|NaN|\{\d\}/);
          assert.ok(!message.includes(fakeSignature.slice(0, 10)));
        }
      });
    }
  });

  it('name a credential that goes over plain http', async () => {
    const uri = await writeConfig(
      configText({
        plain: { url: 'http://plain.example.com/mcp', value: 'Bearer dev-alice-token-0123456789' },
        here: { url: 'http://127.0.0.1:9/mcp', value: 'Bearer dev-alice-token-0123456789' },
      }),
    );
    await untilCodes('insecure-url', 'secret-in-file', 'secret-in-file');
    const problem = problems(file).find(({ code }) => code === 'insecure-url');
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.getText(problem?.range), '"http://plain.example.com/mcp"');
  });

  describe('of a reference', () => {
    const url = 'https://todos.example.com/mcp';

    async function write(id: string, inputs: string[], path = configPath): Promise<void> {
      const servers = { todos: { type: 'http', url, headers: { Authorization: `Bearer \${input:${id}}` } } };
      const entries = inputs.map(input => ({
        id: input,
        type: 'command',
        command: 'mcpKeyring.resolveHeader',
        args: input,
      }));
      const root = path === configPath ? { servers, inputs: entries } : { mcpServers: servers };
      await writeConfig(`${JSON.stringify(root, undefined, 2)}\n`, path);
    }

    it('whose input is missing, that has no credential, and that points elsewhere', async () => {
      const id = await keyringInputId('todos', url, 'Authorization');
      await write(id, []);
      await untilCodes('credential-missing');
      await write(id, [id]);
      await untilCodes('credential-missing');
      assert.match(problems(file)[0]?.message ?? '', /no credential for https:\/\/todos\.example\.com\/mcp/);
      const other = await keyringInputId('todos', 'https://other.example.com/mcp', 'Authorization');
      await write(other, [other]);
      await untilCodes('credential-refused');
    });

    it('in a file whose clients resolve nothing', async () => {
      const id = await keyringInputId('todos', url, 'Authorization');
      await write(id, [], '.mcp.json');
      const dotMcp = uriOf('.mcp.json');
      await until('the problem', () => String(codes(dotMcp)) === 'credential-refused');
      rmSync(inWorkspace('.mcp.json'));
      await until('no problem', () => codes(dotMcp).length === 0);
    });
  });

  describe('change by themselves', () => {
    it('when the clock passes a boundary', async () => {
      const now = nowSeconds();
      await writeConfig(
        configText({
          // Half of its life is soon: the token is good for a second, is said to end for three, and has ended then.
          todos: { value: `Bearer ${freshJwt({ iat: now - 2, exp: now + 4 })}` },
        }),
      );
      const seen: string[] = [];
      await until('the end', () => {
        const state = codes(file)
          .filter(code => code.startsWith('token-'))
          .join();
        if (state !== seen.at(-1)) {
          seen.push(state);
        }
        return state === 'token-expired';
      });
      assert.deepEqual(seen.slice(-2), ['token-expires-soon', 'token-expired']);
      assert.ok(Date.now() >= (now + 4) * 1000 && Date.now() < (now + 9) * 1000);
    });

    it('when a token becomes valid', async () => {
      const now = nowSeconds();
      await writeConfig(configText({ todos: { value: `Bearer ${freshJwt({ nbf: now + 4 })}` } }));
      await untilCodes('secret-in-file', 'token-not-yet-valid');
      await untilCodes('secret-in-file');
    });

    it('when the settings change', async () => {
      const settings = vscode.workspace.getConfiguration('mcpKeyring');
      await writeConfig(configText({ todos: { value: `Bearer ${freshJwt({ exp: nowSeconds() - 100 })}` } }));
      await untilCodes('secret-in-file', 'token-expired');
      await settings.update('clockTolerance', 600, vscode.ConfigurationTarget.Global);
      await untilCodes('secret-in-file', 'token-expires-soon');
      await settings.update('clockTolerance', 0, vscode.ConfigurationTarget.Global);
      await untilCodes('secret-in-file', 'token-expired');
    });

    it('when the text changes, saved or not', async () => {
      const good = `Bearer ${freshJwt()}`;
      const uri = await writeConfig(configText({ todos: { value: good } }));
      await untilCodes('secret-in-file');
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document);
      const at = positionOf(document, 'Bearer ');
      await editor.edit(edit => edit.insert(at, 'Bearer '));
      await untilCodes('header-scheme-doubled', 'secret-in-file');
      await editor.edit(edit => edit.delete(new vscode.Range(at, at.translate(0, 14))));
      await untilCodes('header-scheme-missing', 'secret-in-file');
      await vscode.commands.executeCommand('undo');
      await vscode.commands.executeCommand('undo');
      await untilCodes('secret-in-file');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    });

    it('when the vault changes', async () => {
      const { vault } = await services();
      await writeConfig('{\n  "servers": {}\n}\n');
      const { credentialId } = await addServer({
        name: 'todos',
        url: 'https://vault.example.com/mcp',
        file: configPath,
        delivery: 'reference',
        credential: { kind: 'bearer', token: freshJwt() },
      });
      await until('the server', async () => (await fileSnapshot(file))?.servers[0]?.headers[0]?.status === 'ready');
      await untilCodes();
      await vault.deleteCredential(credentialId);
      await untilCodes('credential-missing');
    });

    it('when the file goes away', async () => {
      rmSync(inWorkspace(configPath));
      await untilCodes();
      await writeConfig('{\n  "servers": {}\n}\n');
    });
  });
});
