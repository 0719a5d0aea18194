import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as vscode from 'vscode';
import { services } from '../harness/inside.ts';
import { run, until } from '../harness/keyring.ts';

describe('Edit Claims', () => {
  let credentialId: string;

  beforeEach(async () => {
    credentialId = (await run('mcpKeyring.addCredential', undefined, {
      kind: 'signedJwt',
      name: 'edited',
      secret: 'demo-shared-secret-that-protects-nothing',
      claims: { sub: 'alice', role: 'viewer' },
    })) as string;
  });

  it('signs anew what was saved', async () => {
    const editor = await open();
    const template = JSON.parse(editor.document.getText()) as object;
    assert.deepEqual(template, {
      algorithm: 'HS256',
      lifetime: '1 hour',
      notBefore: false,
      tokenId: false,
      header: { typ: 'JWT' },
      claims: { sub: 'alice', role: 'viewer' },
    });
    await write(editor, {
      ...template,
      lifetime: '15 minutes',
      notBefore: true,
      tokenId: true,
      header: { typ: 'at+jwt' },
      claims: { sub: 'alice', role: 'admin', aud: ['a', 'b'] },
    });
    assert.equal(await editor.document.save(), true);
    const token = await currentToken();
    const claims = decodeJwt(token);
    assert.deepEqual([claims.sub, claims.role, claims.aud], ['alice', 'admin', ['a', 'b']]);
    assert.equal((claims.exp ?? 0) - (claims.iat ?? 0), 900);
    assert.equal(claims.nbf, claims.iat);
    assert.match(claims.jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(decodeProtectedHeader(token), { typ: 'at+jwt', alg: 'HS256' });
  });

  it('refuses what makes no sense, and keeps what was typed', async () => {
    const before = await currentToken();
    const editor = await open();
    const good = JSON.parse(editor.document.getText()) as object;
    for (const bad of [
      '{',
      '[]',
      { ...good, claims: 5 },
      { ...good, claims: { exp: 5 } },
      { ...good, lifetime: 'soon' },
      { ...good, algorithm: 'RS256' },
      { ...good, algorithm: 'none' },
      { ...good, notBefore: 'yes' },
      { ...good, surplus: 1 },
    ]) {
      const typed = await write(editor, bad);
      assert.equal(await editor.document.save(), false, typed);
      assert.equal(editor.document.getText(), typed);
      assert.equal(editor.document.isDirty, true);
      assert.equal(await currentToken(), before);
    }
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('marks what keeps it from being signed where it stands, while it is typed', async () => {
    const editor = await open();
    const good = JSON.parse(editor.document.getText()) as object;
    for (const [bad, place, message] of [
      [{ ...good, claims: { sub: 'alice', exp: 5 } }, '"exp":5', /Leave out “exp”: it is made anew/],
      [{ ...good, lifetime: 'soon' }, '"lifetime":"soon"', /not a length of time/],
      [{ ...good, algorithm: 'RS256' }, '"algorithm":"RS256"', /cannot be used with a key of the type oct/],
      [{ ...good, surplus: 1 }, '"surplus":1', /no such field/],
      [{ ...good, header: [] }, '"header":[]', /has to be a JSON object/],
      ['{ "claims": nothing }', 'nothing', /has to be a JSON object/],
    ] as const) {
      await write(editor, bad);
      const [found, ...others] = await until(`the problem of ${place}`, () => {
        const all = ours(editor);
        const [first] = all;
        return first && message.test(first.message) && editor.document.getText(first.range) === place ? all : undefined;
      });
      assert.deepEqual(others, []);
      assert.match(found?.message ?? '', /Nothing is signed until this is mended\.$/);
      assert.deepEqual(await lenses(editor), []);
    }
    await write(editor, good);
    await until('no problem', () => ours(editor).length === 0);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('keeps what auto save writes, and signs it only when somebody saves', async () => {
    const before = await currentToken();
    const files = vscode.workspace.getConfiguration('files');
    await files.update('autoSave', 'afterDelay', vscode.ConfigurationTarget.Global);
    await files.update('autoSaveDelay', 100, vscode.ConfigurationTarget.Global);
    try {
      const editor = await open();
      const good = JSON.parse(editor.document.getText()) as { claims: object };
      // Neither half a text nor half a role is refused or signed.
      for (const typed of ['{ "claims": ', { ...good, claims: { sub: 'alice', role: 'adm' } }]) {
        await write(editor, typed);
        await until('auto save', () => !editor.document.isDirty);
        assert.equal(await currentToken(), before);
      }
      // It is what there is to read when the editor is opened again.
      const kept = new TextDecoder().decode(await vscode.workspace.fs.readFile(editor.document.uri));
      assert.match(kept, /"role":"adm"/);
      await write(editor, { ...good, claims: { sub: 'alice', role: 'admin' } });
      await until('auto save', () => !editor.document.isDirty);
      const [lens] = await until('the offer to sign', async () => {
        const found = await lenses(editor);
        return found.length > 0 ? found : undefined;
      });
      assert.equal(lens?.command?.title, '$(pass) Sign a new token with this');
      assert.equal(await currentToken(), before);
      await vscode.commands.executeCommand(lens?.command?.command ?? '');
      await until('the new token', async () => decodeJwt(await currentToken()).role === 'admin');
      await until('nothing more to sign', async () => (await lenses(editor)).length === 0);
      assert.match(editor.document.getText(), /"role":"admin"/, 'it is left as it was typed');
    } finally {
      await files.update('autoSave', 'off', vscode.ConfigurationTarget.Global);
      await files.update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('is not offered for what is revoked', async () => {
    const { vault } = await services();
    await vault.updateCredential(credentialId, current => ({ ...current, revokedAt: Date.now() }));
    const before = vscode.window.activeTextEditor?.document.uri.toString();
    await run('mcpKeyring.credentials.editClaims', { credentialId });
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), before);
  });

  it('explains the claims, and offers them', async () => {
    const editor = await open();
    const at = editor.document.positionAt(editor.document.getText().indexOf('"role"') + 2);
    await until('the explanation', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        editor.document.uri,
        at,
      );
      const texts = hovers.flatMap(({ contents }) =>
        contents.map(content => (typeof content === 'string' ? content : content.value)),
      );
      return texts.join('\n').includes('The role of the user');
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  async function open(): Promise<vscode.TextEditor> {
    await run('mcpKeyring.credentials.editClaims', { credentialId });
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.match(editor.document.uri.path, /edited( \d)?\.mcp-token\.json$/);
    return editor;
  }

  async function write(editor: vscode.TextEditor, value: unknown): Promise<string> {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const end = editor.document.positionAt(editor.document.getText().length);
    await editor.edit(edit => edit.replace(new vscode.Range(new vscode.Position(0, 0), end), text));
    return text;
  }

  /** What this extension says of a template; JSON's own complaints stand beside it. */
  function ours(editor: vscode.TextEditor): vscode.Diagnostic[] {
    return vscode.languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === 'MCP Keyring');
  }

  async function lenses(editor: vscode.TextEditor): Promise<vscode.CodeLens[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      editor.document.uri,
    );
    return found.filter(({ command }) => command?.title.includes('Sign'));
  }

  async function currentToken(): Promise<string> {
    const credential = await (await services()).vault.readCredential(credentialId);
    assert.ok(credential.kind === 'signedJwt' && credential.token);
    return credential.token.reveal();
  }

  afterEach(async () => {
    await (await services()).vault.deleteCredential(credentialId);
  });
});
