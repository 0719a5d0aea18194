import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import { fileSnapshot, forgetAll, services, uriOf, userFile } from '../harness/inside.ts';
import { inWorkspace, problems, readText, until } from '../harness/keyring.ts';
import { alpha, everyPlace, marked, secrets, write } from './files.ts';

const file = uriOf(alpha);

async function severities(): Promise<string[]> {
  return [...new Set(problems(file).map(({ severity }) => vscode.DiagnosticSeverity[severity]))];
}

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
    cwd: inWorkspace('alpha'),
    stdio: 'ignore',
  });
}

describe('Secrets in a file', () => {
  before(async () => {
    await forgetAll();
    await write(alpha, everyPlace());
  });

  const header = (value: string) => JSON.stringify(value);
  const cases: readonly (readonly [what: string, marked: string, code: string, message: RegExp])[] = [
    ['an Authorization header', header(`Bearer ${secrets.bearer}`), 'secret-in-file', /credential in plain text/],
    ['a header whose name says nothing', header(secrets.custom), 'secret-in-file', /credential in plain text/],
    ['a variable', secrets.env, 'secret-in-file', /variable WEATHER_API_KEY/],
    ['an argument', secrets.argument, 'secret-in-args', /command line/],
    ['a query', secrets.query, 'secret-in-url', /cannot be moved/],
    ['user info', secrets.user, 'secret-in-url', /cannot be moved/],
    ['the default of an input', secrets.input, 'secret-in-file', /default value of the input weather-key/],
    ['an OAuth client secret', secrets.client, 'secret-in-file', /OAuth client secret/],
    ['another member', secrets.member, 'secret-in-file', /“apiKey”/],
  ];
  for (const [what, text, code, message] of cases) {
    it(`${what}: ${code}, once, at its place`, async () => {
      const found: vscode.Diagnostic[] = [];
      for (const problem of problems(file)) {
        if ((await marked(problem, alpha)) === text) {
          found.push(problem);
        }
      }
      assert.deepEqual(
        found.map(problem => problem.code),
        [code],
      );
      assert.match(found[0]?.message ?? '', message);
      assert.equal(found[0]?.severity, vscode.DiagnosticSeverity.Warning);
    });
  }

  it('are all that there is to say, and no message holds one', () => {
    assert.equal(problems(file).length, cases.length);
    const messages = problems(file).map(({ message }) => message);
    for (const secret of Object.values(secrets)) {
      assert.ok(!messages.some(message => message.includes(secret)));
    }
  });

  it('stay marked while the file is edited, and go with the text', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf(secrets.env));
    await editor.edit(edit => edit.replace(new vscode.Range(at, at.translate(0, secrets.env.length)), '<your-key>'));
    await until('one problem less', () => problems(file).length === cases.length - 1);
    await vscode.commands.executeCommand('undo');
    await until('the problem again', () => problems(file).length === cases.length);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('are errors once git tracks the file, and warnings again when it does not', async () => {
    assert.deepEqual(await severities(), ['Warning']);
    git('init');
    git('add', '.vscode/mcp.json');
    // The view is told at the latest when the window is looked at again, or the file changes.
    await write(alpha, readText(alpha).replace(/\n$/, '\n\n'));
    await until('errors', async () => String(await severities()) === 'Error');
    assert.match(problems(file)[0]?.message ?? '', /Git tracks this file/);
    assert.equal((await fileSnapshot(file))?.servers[0]?.headers[0]?.findings[0]?.severity, 'error');
    git('rm', '--cached', '-f', '.vscode/mcp.json');
    await write(alpha, everyPlace());
    await until('warnings', async () => String(await severities()) === 'Warning');
  });

  it('are errors in the user’s own file, which Settings Sync uploads', async () => {
    const { inventory } = await services();
    const user = (await userFile()).uri;
    await vscode.workspace.fs.writeFile(user, new TextEncoder().encode(everyPlace()));
    try {
      await until('its problems', () => problems(user.toString()).length === cases.length);
      await until('what makes it worse', () =>
        problems(user.toString()).every(
          ({ message, severity }) => /Settings Sync/.test(message) && severity === vscode.DiagnosticSeverity.Error,
        ),
      );
      assert.ok(inventory.snapshot.files.some(({ source }) => source.uri === user.toString()));
    } finally {
      await vscode.workspace.fs.delete(user);
    }
    await until('no problem', () => problems(user.toString()).length === 0);
  });
});
