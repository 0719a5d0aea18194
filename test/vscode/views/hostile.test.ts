import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { tokenDetails } from '../../../src/core/tokenDetails/details.ts';
import { CredentialsTree } from '../../../src/features/credentials/tree.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { registerStatusBar } from '../../../src/features/statusBar/register.ts';
import { panelView } from '../../../src/features/tokenDetails/panelWords.ts';
import { tokenReport } from '../../../src/features/verify/report.ts';
import type { CommandId, Commands } from '../../../src/ids.ts';
import { withFakeValues } from '../../detect/fakeValues.ts';
import { everyHostileText, hostileMegabyte, hostileTexts, unseen } from '../../fixtures/hostileTexts.ts';
import { fileSnapshot, forgetAll, logText, services, uriOf } from '../harness/inside.ts';
import { inWorkspace, problems, run, until, writeText } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { freshJwt } from '../harness/tokens.ts';

const path = 'alpha/.vscode/mcp.json';
const file = uriOf(path);

/** Texts on the screen come from files, tokens and servers that nobody vouches for. One test for each place where they are shown. */
describe('Foreign text', function () {
  this.timeout(60_000);
  const messages = new Messages();
  const { createQuickPick, showQuickPick, createInputBox } = vscode.window;
  /** What quick picks and input boxes would have shown. */
  const listed: string[] = [];
  let original: string;

  before(async () => {
    original = readFileSync(inWorkspace(path), 'utf8');
    await forgetAll();
    // Every text is the name of a server, of a header with a secret, of a variable with one, of a claim, and a claim's value;
    // the megabyte is not everything at once, which would only be slow.
    const servers = Object.fromEntries(
      everyHostileText.flatMap(([, text], index) => [
        [
          text,
          {
            type: 'http',
            url: `https://h${index}.example.com/mcp`,
            headers: {
              Authorization: `Bearer ${hostileJwt(text)}`,
              [text.slice(0, 1000)]: withFakeValues('ghp_@an:36@', `${index}`),
            },
          },
        ],
        [
          `${text.slice(0, 1000)} `,
          { command: 'x', env: { [`${text.slice(0, 1000)}_API_KEY`]: withFakeValues('@an:32@', `${index}`) } },
        ],
      ]),
    );
    writeText(path, JSON.stringify({ servers }, undefined, 2));
    await run('mcpKeyring.servers.refresh');
    await until('the servers', async () => {
      const snapshot = await fileSnapshot(file);
      return snapshot?.servers.length === 2 * everyHostileText.length && snapshot.exposed;
    });
    for (const [, text] of everyHostileText) {
      await run('mcpKeyring.addCredential', undefined, { kind: 'bearer', name: text, token: hostileJwt(text) });
    }
    await run('mcpKeyring.keys.add', { kind: 'secret', name: hostileTexts.command, secret: 'x'.repeat(64) });
    const { vault } = await services();
    assert.equal(vault.credentials.length, everyHostileText.length);
    messages.catch();
    Object.assign(vscode.window, {
      createQuickPick: () => heard(createQuickPick()),
      createInputBox: () => heard(createInputBox()),
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        listed.push(...items.flatMap(wordsOf));
        return undefined;
      },
    });
  });

  beforeEach(() => {
    messages.shown.length = 0;
    messages.answer = () => undefined;
    listed.length = 0;
  });

  after(async () => {
    messages.release();
    Object.assign(vscode.window, { createQuickPick, showQuickPick, createInputBox });
    writeText(path, original);
    await forgetAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  function hostileJwt(text: string): string {
    // Servers take 64 kB of headers, and no longer token is one.
    const short = text.slice(0, 4000);
    return freshJwt(
      {
        sub: short,
        role: short,
        aud: `https://aud.example.com/${short}`,
        [short]: short,
        list: [short],
        deep: { [short]: short },
      },
      -60,
    );
  }

  /** A box that says what it shows and goes away at once. */
  function heard<B extends vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox>(box: B): B {
    const show = box.show.bind(box);
    box.show = () => {
      listed.push(box.title ?? '');
      if ('items' in box) {
        listed.push(box.placeholder ?? '', ...box.items.flatMap(wordsOf));
      } else {
        listed.push(box.prompt ?? '');
      }
      show();
      box.hide();
    };
    return box;
  }

  /** One line, short, with nothing in it that can't be seen. */
  function assertLine(text: string, longest = 700): void {
    assert.doesNotMatch(text, unseen);
    assert.doesNotMatch(text, /[\r\n\t]/);
    assert.ok(text.length <= longest, `${text.length} characters`);
  }

  /** Where VS Code draws links, also to commands: notifications, dialogs, and the prompts of input boxes. */
  function assertNoLink(text: string): void {
    assert.doesNotMatch(text, /\]\(|command:/i);
    assert.doesNotMatch(text, unseen);
    assert.ok(text.length < 2000, `${text.length} characters`);
  }

  /** Icons of our own stand at the beginning; one further on would be drawn as well. */
  function assertListed(text: string): void {
    assertLine(text, 1000);
    assert.doesNotMatch(text.replace(/^\$\([a-z-]+\) /, ''), /\$\(/);
  }

  async function assertMarkdown(markdown: vscode.MarkdownString): Promise<void> {
    assert.notEqual(markdown.supportHtml, true);
    assert.notEqual(markdown.isTrusted, true);
    const ours = typeof markdown.isTrusted === 'object' ? markdown.isTrusted.enabledCommands : [];
    assert.ok(ours.every(command => command.startsWith('mcpKeyring.')));
    assert.doesNotMatch(markdown.value, unseen);
    assert.ok(markdown.value.length < 20_000, `${markdown.value.length} characters`);
    const foreign = markdown.value.replace(/\[[^[\]\\]*\]\(command:mcpKeyring\.[\w.]+\?[^)]*\)/g, 'ours');
    const html = await vscode.commands.executeCommand<string>('markdown.api.render', foreign);
    assert.doesNotMatch(html, /<(?:a|img|script|h1|hr|code|pre|em|del|s)\b/);
    assert.doesNotMatch(foreign.replace(/(^|\n| [|·] )\$\([a-z-]+\) /g, '$1'), /(?<!\\)\$\(/);
  }

  function itemsOf<T>(tree: { getChildren(node?: T): T[]; getTreeItem(node: T): vscode.TreeItem }): vscode.TreeItem[] {
    const all = (node?: T): vscode.TreeItem[] =>
      tree.getChildren(node).flatMap(child => [tree.getTreeItem(child), ...all(child)]);
    return all();
  }

  async function allItems(): Promise<vscode.TreeItem[]> {
    const inside = await services();
    const servers = new ServersTree(inside);
    const credentials = new CredentialsTree(inside);
    const items = [...itemsOf(servers), ...itemsOf(credentials)];
    servers.dispose();
    credentials.dispose();
    return items;
  }

  it('is text in the rows of the trees, and in what a screen reader says of them', async () => {
    const items = await allItems();
    assert.ok(items.length > 4 * everyHostileText.length);
    for (const { label, description, accessibilityInformation } of items) {
      for (const text of [label, description, accessibilityInformation?.label]) {
        assertLine(String(text ?? ''));
      }
    }
  });

  it('is text in the tooltips of the trees', async () => {
    let count = 0;
    for (const { tooltip } of await allItems()) {
      if (tooltip instanceof vscode.MarkdownString) {
        await assertMarkdown(tooltip);
        count++;
      } else {
        assertLine((tooltip ?? '').replaceAll('\n', ' '));
      }
    }
    assert.ok(count > 2 * everyHostileText.length);
  });

  it('is text in the hovers of a config file', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    const snapshot = await fileSnapshot(file);
    let count = 0;
    for (const server of snapshot?.servers ?? []) {
      for (const { parsed } of server.headers) {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          document.uri,
          document.positionAt(parsed.nameSpan.start + 1),
        );
        for (const content of hovers.flatMap(({ contents }) => contents)) {
          if (content instanceof vscode.MarkdownString && content.isTrusted) {
            await assertMarkdown(content);
            count++;
          }
        }
      }
    }
    assert.ok(count >= everyHostileText.length, `${count}`);
  });

  it('is text in the Problems view', async () => {
    const shown = await until('the problems', () => {
      const found = problems(file);
      return found.length >= 3 * everyHostileText.length ? found : undefined;
    });
    assert.ok(shown.some(({ code }) => code === 'token-audience-mismatch'));
    assert.ok(shown.some(({ message }) => /variable/.test(message)));
    for (const { message } of shown) {
      assertLine(message, 1000);
    }
  });

  it('is text in notifications', async () => {
    const { vault } = await services();
    for (const { id } of vault.credentials) {
      await run('mcpKeyring.credentials.renew', { credentialId: id });
    }
    for (const [, text] of everyHostileText) {
      await run('mcpKeyring.servers.renewToken', { file, server: text });
      await run('mcpKeyring.servers.detachCredential', { file, server: `${text.slice(0, 1000)} ` });
      await run('mcpKeyring.servers.start', { file, server: `${text} gone` });
      await run('mcpKeyring.addServer', { url: text, name: text, file: text }).catch(() => {});
    }
    assert.ok(messages.shown.length >= 3 * everyHostileText.length, `${messages.shown.length}`);
    for (const { text } of messages.shown) {
      assertNoLink(text);
    }
  });

  it('is text in notifications of what is under way', async () => {
    const { withProgress } = vscode.window;
    const titles: string[] = [];
    Object.assign(vscode.window, {
      withProgress: async ({ title = '' }: vscode.ProgressOptions) => {
        titles.push(title);
        throw new Error('Nothing is done here.');
      },
    });
    try {
      for (const [, text] of everyHostileText) {
        const target = { file, server: text };
        await run('mcpKeyring.servers.testConnection', target).catch(() => {});
        await run('mcpKeyring.servers.compareRoles', target, { anonymous: true, presets: [] }).catch(() => {});
        await run('mcpKeyring.servers.start', target).catch(() => {});
      }
    } finally {
      Object.assign(vscode.window, { withProgress });
    }
    assert.deepEqual(
      ['Testing', 'Comparing', 'Starting'].map(verb => titles.filter(title => title.startsWith(verb)).length),
      Array(3).fill(everyHostileText.length),
    );
    for (const title of titles.filter(title => !title.startsWith('Starting'))) {
      assertNoLink(title);
    }
    // In the status bar, which draws icons.
    for (const title of titles.filter(title => title.startsWith('Starting'))) {
      assertListed(title);
    }
  });

  it('is text in dialogs', async () => {
    const { vault } = await services();
    for (const { id } of vault.credentials) {
      await run('mcpKeyring.credentials.delete', { credentialId: id });
      await run('mcpKeyring.credentials.revoke', { credentialId: id });
    }
    for (const [, text] of everyHostileText) {
      await run('mcpKeyring.servers.remove', { file, server: text });
    }
    const dialogs = messages.shown.filter(({ detail }) => detail !== undefined);
    assert.equal(dialogs.length, 3 * everyHostileText.length);
    for (const { text, detail = '' } of dialogs) {
      assertNoLink(text);
      assert.doesNotMatch(detail, unseen);
      assert.ok(detail.length < 4000, `${detail.length} characters`);
    }
  });

  it('is text in lists to pick from', async () => {
    const asked: readonly { readonly [K in CommandId]?: Commands[K] }[] = [
      { 'mcpKeyring.credentials.rename': [] },
      { 'mcpKeyring.credentials.showClaims': [] },
      { 'mcpKeyring.credentials.delete': [] },
      { 'mcpKeyring.servers.start': [] },
      { 'mcpKeyring.servers.takeOver': [] },
      { 'mcpKeyring.servers.attachCredential': [{ file, server: hostileTexts.link }] },
      { 'mcpKeyring.verifyToken': [] },
      { 'mcpKeyring.keys.rename': [] },
      { 'mcpKeyring.moveSecrets': [] },
      { 'mcpKeyring.showExposedSecrets': [] },
    ];
    for (const [command, args] of asked.flatMap(entry => Object.entries(entry))) {
      listed.length = 0;
      await vscode.commands.executeCommand(command, ...args);
      assert.ok(listed.length > 1, command);
      for (const text of listed) {
        assertListed(text);
      }
    }
  });

  it('is text in the prompts of input boxes, which draw links', async () => {
    const { vault } = await services();
    for (const { id } of vault.credentials) {
      listed.length = 0;
      await run('mcpKeyring.credentials.rename', { credentialId: id });
      await run('mcpKeyring.credentials.replaceToken', { credentialId: id });
      assert.equal(listed.length, 4);
      for (const text of listed) {
        assertNoLink(text);
        assertLine(text, 1000);
      }
    }
  });

  it('is text on the page of the token details', async () => {
    const { inventory, vault } = await services();
    for (const { id } of vault.credentials) {
      const details = tokenDetails(inventory.snapshot, id, vault, { now: Date.now(), toleranceSeconds: 60 });
      assert.ok(details);
      const texts = stringsOf(panelView(details, 1));
      assert.ok(texts.length > 20);
      for (const text of texts) {
        // The page puts every text into a text node; examples have line breaks of their own.
        assert.doesNotMatch(text, unseen);
        assert.ok(text.length < 10_000, `${text.length} characters`);
      }
    }
  });

  it('is text in the status bar', async () => {
    const inside = await services();
    const shown: vscode.StatusBarItem[] = [];
    const { createStatusBarItem } = vscode.window;
    Object.assign(vscode.window, {
      createStatusBarItem: (...args: Parameters<typeof createStatusBarItem>) => {
        const item = createStatusBarItem(...args);
        shown.push(item);
        return item;
      },
    });
    const subscription = registerStatusBar(inside);
    Object.assign(vscode.window, { createStatusBarItem });
    inside.inventory.invalidate();
    const item = await until('the item', () => shown.find(({ text }) => text !== ''));
    assertListed(item.text);
    assert.ok(typeof item.tooltip === 'string');
    for (const line of item.tooltip.split('\n')) {
      assertLine(line, 100 * everyHostileText.length);
    }
    assert.doesNotMatch(item.accessibilityInformation?.label ?? '', unseen);
    subscription.dispose();
  });

  it('is text in the log, one line for each event', async () => {
    const { log } = await services();
    for (const [what, text] of everyHostileText) {
      log.info(`hostile-${what}`, { server: text });
      log.error(`hostile-${what}`, new Error(text, { cause: new Error(text) }));
    }
    const last = everyHostileText.at(-1)?.[0];
    const text = await until('the last line', () => {
      const logged = logText();
      return logged.includes(`hostile-${last} {`) && logged.includes(`hostile-${last} Error`) ? logged : undefined;
    });
    const lines = text.split('\n').filter(line => line.includes('hostile-'));
    assert.equal(lines.length, 2 * everyHostileText.length);
    for (const line of lines) {
      assertLine(line, 4000);
    }
  });

  it('is text in documents, and so are their names', async () => {
    const { vault } = await services();
    const odd = new Set<string>([hostileTexts.directions, hostileTexts.controls, hostileTexts.ansi, hostileTexts.lone]);
    for (const { id } of vault.credentials.filter(({ name }) => odd.has(name) || name.length >= 200)) {
      await run('mcpKeyring.credentials.showClaims', { credentialId: id });
      const { document } = vscode.window.activeTextEditor ?? {};
      assert.ok(document);
      assert.doesNotMatch(document.getText(), unseen);
      assert.ok(JSON.parse(document.getText()).claims.sub, 'it still says what the token says');
      assertLine(document.uri.path.split('/').at(-1) ?? '', 100);
    }
    for (const [, text] of everyHostileText) {
      const report = tokenReport(await services(), hostileJwt(text));
      assert.doesNotMatch(report, unseen);
      for (const line of report.slice(0, report.indexOf('{\n')).split('\n').filter(Boolean)) {
        assert.match(line, /^\/\//);
        assertLine(line, 500);
      }
    }
  });

  it('keeps nothing of a megabyte as a name', async () => {
    const { vault } = await services();
    const [credential] = vault.credentials.filter(({ name }) => name.startsWith(hostileMegabyte.slice(0, 100)));
    assert.ok(credential && credential.name.length <= 200);
  });
});

function wordsOf({ label, description, detail }: vscode.QuickPickItem): string[] {
  return [label, description ?? '', detail ?? ''];
}

/** Every string in a value. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
