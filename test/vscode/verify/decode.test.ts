import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { signRolesToken } from '../../servers/rolesServer.ts';
import { run } from '../harness/keyring.ts';

const secret = 'demo-shared-secret-that-protects-nothing';

describe('Decode Token', () => {
  let token: string;
  before(async () => {
    token = await signRolesToken({ secret, role: 'editor', subject: 'alice' });
  });

  it('reads a token out of whatever was pasted', async () => {
    for (const text of [
      token,
      `Authorization: Bearer ${token}`,
      `curl -H 'Authorization: Bearer ${token}' https://example.com/mcp`,
      `https://example.com/?access_token=${token}&x=1`,
      `{"token":"${token}"}`,
      `  "${token}"\n`,
    ]) {
      const report = (await run('mcpKeyring.decodeToken', text)) as string;
      assert.match(report, /"role": "editor"/, text.slice(0, 30));
      assert.doesNotMatch(report, /^\/\/\n/);
      assert.ok(!report.includes(token) && !report.includes(token.split('.')[2] ?? ''));
    }
  });

  it('shows it in an editor that asks for nothing when it is closed', async () => {
    await run('mcpKeyring.decodeToken', token);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'jsonc');
    assert.equal(document?.isDirty, false);
    assert.match(document?.getText() ?? '', /"alg": "HS256"/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.notEqual(vscode.window.activeTextEditor?.document.uri.toString(), document?.uri.toString());
  });

  it('takes what is selected', async () => {
    const document = await vscode.workspace.openTextDocument({ content: `the token is ${token}.` });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 0, document.getText().length);
    assert.match((await run('mcpKeyring.decodeToken')) as string, /"sub": "alice"/);
  });

  it('says what a malformed one is, and that an encrypted one is encrypted', async () => {
    const [header = '', payload = ''] = token.split('.');
    assert.match(
      (await run('mcpKeyring.decodeToken', `${header}.${payload}`)) as string,
      /2 segments instead of three/,
    );
    const jwe = `${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}..aXY.Y2lwaGVy.dGFn`;
    const report = (await run('mcpKeyring.decodeToken', jwe)) as string;
    assert.match(report, /encrypted/);
    assert.doesNotMatch(report, /malformed/);
  });

  it('keeps foreign text inside its comment', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: 5, aud: 'x\n{"evil": true}\u202e' })).toString('base64url');
    const report = (await run('mcpKeyring.decodeToken', `${token.split('.')[0]}.${claims}.c2ln`)) as string;
    for (const line of report.slice(0, report.indexOf('{\n')).split('\n').filter(Boolean)) {
      assert.match(line, /^\/\//);
    }
  });

  it('says so when there is no token', async () => {
    await assert.rejects(async () => run('mcpKeyring.decodeToken', 'no token here'), /there is no token in it/);
  });
});
