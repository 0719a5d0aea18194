import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { hostileTexts, unseen } from '../../fixtures/hostileTexts.ts';
import { headerSnapshot, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, readText } from '../harness/keyring.ts';
import { fakeSignature, freshJwt, jwt, nowSeconds, segment } from '../harness/tokens.ts';
import { configPath, configText, positionOf, writeConfig } from './configText.ts';

/** What a person reads at a position: every hover's Markdown. */
async function hoversAt(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.MarkdownString[]> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers.flatMap(hover => hover.contents.filter(content => content instanceof vscode.MarkdownString));
}

async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  return (await hoversAt(document, position)).map(({ value }) => value).join('\n');
}

/** As VS Code's Markdown preview draws it, raw HTML included: the most that could come of a text. */
async function rendered(markdown: string): Promise<string> {
  return vscode.commands.executeCommand<string>('markdown.api.render', markdown);
}

async function plain(content: string): Promise<vscode.TextDocument> {
  return vscode.workspace.openTextDocument({ language: 'plaintext', content });
}

describe('Hover', () => {
  const token = freshJwt({ role: 'admin' });

  /** Neither the token nor its signature, whole or in part. */
  function assertNoToken(text: string, ...tokens: string[]): void {
    for (const each of [token, ...tokens]) {
      for (const part of each.split('.').filter(part => part.length > 8)) {
        assert.ok(!text.includes(part.slice(0, 20)), 'a part of the token is in the hover');
      }
    }
    assert.ok(!text.includes(fakeSignature.slice(0, 12)));
  }

  describe('in a config file', () => {
    it('reads the JWT of a literal header, on its name and on its value', async () => {
      const uri = await writeConfig(configText({ todos: { value: `Bearer ${token}` } }));
      const document = await vscode.workspace.openTextDocument(uri);
      for (const position of [positionOf(document, 'Authorization', 2), positionOf(document, token, 30)]) {
        const text = await hoverText(document, position);
        assert.match(text, /\*\*JWT\*\*/);
        assert.match(text, /HS256/);
        assert.match(text, /▰{10}/);
        assert.match(text, /\| sub \| alice \|/);
        assert.match(text, /\| role \| admin \|/);
        assert.match(text, /Move to Keyring/);
        assertNoToken(text);
      }
    });

    it('reads what a reference stands for', async () => {
      await writeConfig('{\n  "servers": {}\n}\n');
      await addServer({
        name: 'todos',
        url: 'https://todos.example.com/mcp',
        file: configPath,
        delivery: 'reference',
        credential: { kind: 'bearer', name: 'work *token*', token },
      });
      await headerSnapshot(uriOf(configPath), 'todos');
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(inWorkspace(configPath)));
      const contents = await hoversAt(document, positionOf(document, '${input:', 10));
      const ours = contents.filter(({ value }) => value.includes('**JWT**'));
      assert.equal(ours.length, 1);
      const [hover] = ours;
      assert.match(hover?.value ?? '', /\*\*work \\\*token\\\*\*\* · bearer token/);
      assert.match(hover?.value ?? '', /\| sub \| alice \|/);
      assert.match(hover?.value ?? '', /command:mcpKeyring\.servers\.copyToken/);
      assertNoToken(contents.map(({ value }) => value).join());
      assert.ok(!readText().includes(token));
    });

    it('trusts commands of its own and nothing else', async () => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(inWorkspace(configPath)));
      for (const hover of await hoversAt(document, positionOf(document, 'Authorization', 2))) {
        assert.notEqual(hover.isTrusted, true);
        assert.notEqual(hover.supportHtml, true);
        if (typeof hover.isTrusted === 'object') {
          assert.deepEqual(
            hover.isTrusted.enabledCommands.filter(command => !command.startsWith('mcpKeyring.')),
            [],
          );
        }
      }
    });

    it('has nothing to say of references of others and of plain headers', async () => {
      const uri = await writeConfig(
        configText({
          foreign: { value: 'Bearer ${env:THEIR_TOKEN}' },
          plain: { header: 'Accept-Language', value: 'de' },
        }),
      );
      const document = await vscode.workspace.openTextDocument(uri);
      for (const place of ['THEIR_TOKEN', 'Accept-Language']) {
        const text = await hoverText(document, positionOf(document, place, 3));
        assert.doesNotMatch(text, /mcpKeyring|JWT/, place);
      }
    });

    it('says why a token is no good', async () => {
      const uri = await writeConfig(
        configText({ todos: { value: `Bearer ${jwt({ sub: 'x', exp: 1_600_000_000 })}` } }),
      );
      const document = await vscode.workspace.openTextDocument(uri);
      assert.match(await hoverText(document, positionOf(document, 'Authorization', 2)), /expired .* ago/);
    });
  });

  describe('anywhere else', () => {
    it('reads a JWT in a text, and only where the mouse is on it', async () => {
      const other = freshJwt({ sub: 'bob' });
      const document = await plain(`first ${token}\nsecond: "${other}", end`);
      assert.match(await hoverText(document, positionOf(document, token, 5)), /\| sub \| alice \|/);
      assert.match(await hoverText(document, positionOf(document, other, other.length - 1)), /\| sub \| bob \|/);
      assert.equal(await hoverText(document, new vscode.Position(0, 2)), '');
      assert.equal(await hoverText(document, positionOf(document, 'end', 1)), '');
      assertNoToken(await hoverText(document, positionOf(document, token, 5)), other);
    });

    it('reads one in a log file', async () => {
      const path = inWorkspace('server.log');
      writeFileSync(path, `2026-01-02 03:04:05 [info] POST /mcp authorization=Bearer ${token} 401\n`);
      const document = await vscode.workspace.openTextDocument(path);
      assert.match(await hoverText(document, positionOf(document, token, 5)), /\| sub \| alice \|/);
    });

    it('reads one at the end of a line of a megabyte, at once', async () => {
      const document = await plain(`${'eyJ.x-'.repeat(170_000)} ${token}`);
      const began = performance.now();
      const text = await hoverText(document, positionOf(document, token, 5));
      assert.match(text, /\| sub \| alice \|/);
      assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
    });

    it('says what is wrong with a malformed one', async () => {
      const [header = '', payload = ''] = token.split('.');
      const cases: [string, RegExp][] = [
        [`${header}.${payload}`, /2 segments/],
        [`${header}.${payload}.x.y.z`, /5 segments/],
        [`${header}.${payload}=.${fakeSignature}`, /base64url|segments/],
        [`${header}.${segment('no json, but long enough')}.${fakeSignature}`, /not JSON/],
        [jwt({ sub: 'x', exp: '1799999999' }), /exp has to be a number/],
        [jwt({ sub: 'x', exp: -5 }), /exp is negative/],
        [jwt({ sub: 'x', exp: Date.now() }), /milliseconds/],
        [`${segment({ alg: 'none' })}.${segment({ sub: 'x' })}.`, /not signed/],
      ];
      for (const [text, expected] of cases) {
        const document = await plain(`a ${text} b`);
        const hover = (await hoverText(document, new vscode.Position(0, 10))).replaceAll('\\', '');
        assert.match(hover, expected, text);
        assertNoToken(hover, text);
      }
    });

    it('is drawn where the setting says', async () => {
      const settings = vscode.workspace.getConfiguration('mcpKeyring');
      const text = await plain(token);
      const config = await vscode.workspace.openTextDocument(
        await writeConfig(configText({ todos: { value: `Bearer ${token}` } })),
      );
      const seen = async () => [
        (await hoverText(text, new vscode.Position(0, 5))) !== '',
        (await hoverText(config, positionOf(config, token, 5))).includes('**JWT**'),
      ];
      assert.deepEqual(await seen(), [true, true]);
      await settings.update('hoverScope', 'configFiles', vscode.ConfigurationTarget.Global);
      assert.deepEqual(await seen(), [false, true]);
      await settings.update('hoverScope', 'off', vscode.ConfigurationTarget.Global);
      assert.deepEqual(await seen(), [false, false]);
      await settings.update('hoverScope', undefined, vscode.ConfigurationTarget.Global);
    });
  });

  describe('of a hostile token', () => {
    for (const [what, claim] of Object.entries(hostileTexts)) {
      it(`shows what is no text as text: ${what}`, async () => {
        const sample = freshJwt({ [claim]: 'as a name', value: claim, list: [claim], deep: { [claim]: claim } }, 600);
        const document = await plain(sample);
        const [hover, ...others] = await hoversAt(document, new vscode.Position(0, 5));
        assert.ok(hover);
        assert.deepEqual(others, []);
        assert.notEqual(hover.supportHtml, true);
        assert.notEqual(hover.isTrusted, true);
        const html = await rendered(hover.value);
        assert.doesNotMatch(html, /<(?:a|img|h1|hr|code|pre|em|del|script|s)\b/);
        assert.doesNotMatch(hover.value, unseen);
        // Icons of our own stand at the beginning of a line; one in a claim would have to have its dollar free.
        assert.doesNotMatch(hover.value.replace(/^\$\([a-z]+\) /gm, ''), /(?<!\\)\$\(/);
        const rows = html.match(/<tr\b/g)?.length;
        assert.equal(
          rows,
          1 + Object.keys({ iss: 0, sub: 0, iat: 0, exp: 0, [claim]: 0, value: 0, list: 0, deep: 0 }).length,
        );
        assertNoToken(hover.value, sample);
      });
    }

    it('shows the beginning of a claim of a hundred thousand characters', async () => {
      const sample = freshJwt({ long: '[x](command:y)'.repeat(10_000) });
      const document = await plain(sample);
      const text = await hoverText(document, new vscode.Position(0, 5));
      assert.match(text, /\| long \|/);
      assert.ok(text.length < 10_000, `${text.length} characters`);
    });

    it('says of a claim of a megabyte that the token is too long', async () => {
      const document = await plain(freshJwt({ long: 'x'.repeat(1_000_000) }));
      const text = await hoverText(document, new vscode.Position(0, 5));
      assert.ok(text.length < 2000, `${text.length} characters`);
    });

    it('shows the first of a thousand claims', async () => {
      const claims = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`claim${i}`, i]));
      const document = await plain(jwt({ ...claims, exp: nowSeconds() + 60 }));
      const text = await hoverText(document, new vscode.Position(0, 5));
      assert.match(text, /claim0/);
      assert.match(text, /\d+ more/);
      assert.ok(text.length < 10_000, `${text.length} characters`);
    });

    it('shows a hostile algorithm and key id as text', async () => {
      const document = await plain(
        jwt({ sub: 'x' }, { alg: '[HS256](command:x)', kid: '<img src=x> $(key)', typ: 'JWT' }),
      );
      const text = await hoverText(document, new vscode.Position(0, 5));
      assert.doesNotMatch(await rendered(text), /<(?:a|img)\b/);
      assert.doesNotMatch(text.replace(/^\$\([a-z]+\) /gm, ''), /(?<!\\)\$\(/);
    });
  });
});
