import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { commandIds, contextKeys, views } from '../../../src/ids.ts';
import { bundlePath, sourceTexts } from '../../tools/l10n.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly enabledApiProposals?: unknown;
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly icon?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon?: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope?: string; readonly markdownDescription?: string }>>;
    };
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly media: Readonly<Record<string, string>>; readonly description: string }[];
    }[];
  };
}

const text = readFileSync('package.json', 'utf8');
const manifest: Manifest = JSON.parse(text);
const texts: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.nls.json', 'utf8'));
const sources = globSync('src/**/*.ts').map(path => ({ path, text: readFileSync(path, 'utf8') }));
const { contributes } = manifest;

describe('manifest', () => {
  it('contributes exactly the commands that are named in ids.ts', () => {
    assert.deepEqual(contributes.commands.map(entry => entry.command).sort(), [...commandIds].sort());
  });

  it('has every command registered once', () => {
    const registered = sources.flatMap(({ text }) =>
      [...text.matchAll(/\.register(?:WithAnswers)?\(\s*'(mcpKeyring\.[\w.]+)'/g)].map(match => match[1]),
    );
    assert.deepEqual(registered.sort(), [...commandIds].sort());
  });

  it('keeps categories out of titles and gives every command one', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.equal(category, 'MCP Keyring', command);
      assert.match(title, /^%.*%$/, command);
      assert.doesNotMatch(texts[title.slice(1, -1)] ?? '', /MCP Keyring|:/, command);
    }
  });

  it('hides from the palette what needs a node of a tree', () => {
    const hidden = new Set(
      contributes.menus.commandPalette?.filter(item => item.when === 'false').map(item => item.command),
    );
    for (const command of [
      'mcpKeyring.resolveHeader',
      'mcpKeyring.servers.openFile',
      'mcpKeyring.servers.revealInFile',
      'mcpKeyring.servers.repairHeader',
      'mcpKeyring.credentials.rename',
      'mcpKeyring.credentials.delete',
    ]) {
      assert.ok(hidden.has(command), command);
    }
  });

  it('names only commands of its own in menus, and icons for inline ones', () => {
    const icons = new Map(contributes.commands.map(entry => [entry.command, entry.icon]));
    for (const [menu, items] of Object.entries(contributes.menus)) {
      for (const item of items as (MenuItem & { readonly group?: string })[]) {
        assert.ok(icons.has(item.command), `${menu}: ${item.command}`);
        if (item.group?.startsWith('inline') || (menu === 'view/title' && item.group?.startsWith('navigation'))) {
          assert.ok(icons.get(item.command), `${item.command} is a button without an icon`);
        }
      }
    }
  });

  it('has every %key% in package.nls.json, and nothing there that is not used', () => {
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(match => match[1] ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
  });

  it('runs only commands that exist from texts with links', () => {
    for (const [key, value] of Object.entries(texts)) {
      for (const [, command = ''] of value.matchAll(/\(command:(mcpKeyring\.[\w.]+)\)/g)) {
        const isView = Object.values(views).some(view => command === `${view}.focus`);
        assert.ok(isView || (commandIds as readonly string[]).includes(command), `${key}: ${command}`);
      }
    }
  });

  it('has the views of ids.ts, each with an icon and a welcome', () => {
    const contributed = Object.values(contributes.views).flat();
    assert.deepEqual(contributed.map(view => view.id).sort(), Object.values(views).sort());
    for (const view of contributed) {
      assert.ok(view.icon && existsSync(view.icon), view.id);
      assert.ok(
        contributes.viewsWelcome.some(welcome => welcome.view === view.id),
        view.id,
      );
    }
  });

  it('has every picture that it names', () => {
    const pictures = [
      ...contributes.viewsContainers.activitybar.map(container => container.icon),
      ...contributes.walkthroughs.flatMap(walkthrough => walkthrough.steps.map(step => step.media.svg ?? '')),
      (JSON.parse(text) as { icon: string }).icon,
    ];
    for (const picture of pictures) {
      assert.ok(existsSync(picture), picture);
    }
  });

  it('uses only context keys that are set', () => {
    const known = new Set<string>(Object.values(contextKeys));
    for (const [key] of text.matchAll(/mcpKeyring\.has\w+/g)) {
      assert.ok(known.has(key), key);
    }
  });

  it('reads every setting that it contributes, and no other', () => {
    const settings = sources.find(source => source.path.endsWith('settings.ts'))?.text ?? '';
    const read = [...settings.matchAll(/read(?:<[^>]*>)?\(\s*'(\w+)'/g)].map(match => `mcpKeyring.${match[1]}`);
    assert.deepEqual([...new Set(read)].sort(), Object.keys(contributes.configuration.properties).sort());
  });

  it('lets no workspace decide where a secret goes', () => {
    for (const name of ['defaultDelivery', 'automaticRenewal', 'clearClipboardAfter', 'probeServers']) {
      assert.equal(contributes.configuration.properties[`mcpKeyring.${name}`]?.scope, 'machine', name);
    }
  });

  it('uses stable API alone, of the version that it asks for', () => {
    assert.equal(manifest.enabledApiProposals, undefined);
    const typings = manifest.devDependencies['@types/vscode'] ?? '';
    assert.equal(`^${typings}`, manifest.engines.vscode);
  });

  it('is woken by narrow events', () => {
    assert.ok(!manifest.activationEvents.includes('*') && !manifest.activationEvents.includes('onStartupFinished'));
  });
});

describe('texts', () => {
  it('has every text of the sources in the localization bundle, and nothing else', () => {
    const bundle: Record<string, string> = JSON.parse(readFileSync(bundlePath, 'utf8'));
    assert.deepEqual(Object.keys(bundle).sort(), sourceTexts());
  });

  it('shows no text that is not localized', () => {
    const shown = /show(?:Information|Warning|Error)Message\(\s*['"`]|\.(?:prompt|placeholder|tooltip|title) = ['"`]/;
    for (const { path, text } of sources) {
      assert.doesNotMatch(text, shown, path);
    }
  });

  it('speaks plainly', () => {
    for (const sentence of [...sourceTexts(), ...Object.values(texts)]) {
      assert.doesNotMatch(sentence, /!(?!\[)/, sentence);
    }
  });
});
