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

  async function currentToken(): Promise<string> {
    const credential = await (await services()).vault.readCredential(credentialId);
    assert.ok(credential.kind === 'signedJwt' && credential.token);
    return credential.token.reveal();
  }

  afterEach(async () => {
    await (await services()).vault.deleteCredential(credentialId);
  });
});
