import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { formats } from '../../../../src/core/config/formats.ts';
import { keyringInputId } from '../../../../src/core/config/references.ts';
import type { FormatId } from '../../../../src/core/config/types.ts';
import { attach } from '../../../../src/core/credentials/attachments.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import type { FindingPolicy } from '../../../../src/core/inventory/analyze.ts';
import { Inventory } from '../../../../src/core/inventory/inventory.ts';
import type { ConfigSource, HeaderSnapshot, Snapshot } from '../../../../src/core/inventory/types.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { bearer } from '../credentials/samples.ts';

const url = 'https://example.com/mcp';

async function openInventory(policy: Partial<FindingPolicy> = {}) {
  const store = new FakeSecretStore();
  const clock = new FakeClock(Date.UTC(2026, 0, 2));
  const log = new FakeLog();
  const vault = new Vault(store, log);
  const inventory = new Inventory(vault, clock, log, () => ({
    clockToleranceSeconds: 0,
    expiresSoonSeconds: 600,
    longLivedDays: 90,
    automaticRenewal: true,
    ...policy,
  }));
  const heard: Snapshot[] = [];
  inventory.onDidChange(snapshot => heard.push(snapshot));
  return { store, clock, log, vault, inventory, heard };
}

function source(uri: string, text: string, format: FormatId = 'vscode'): ConfigSource {
  return { uri, format: formats[format], content: { state: 'text', text } };
}

/** A file with one server and one header. */
function file(name: string, value: string, options: { url?: string; header?: string; inputs?: string[] } = {}) {
  const { header = 'Authorization', inputs = [] } = options;
  return source(
    `file:///${name}`,
    JSON.stringify({
      servers: { [name]: { type: 'http', url: options.url ?? url, headers: { [header]: value } } },
      inputs: inputs.map(id => ({ id, type: 'command', command: 'mcpKeyring.resolveHeader', args: id })),
    }),
  );
}

/** A token with these claims and a signature that nobody checks. */
function jwt(claims: object): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${segment({ alg: 'HS256', typ: 'JWT' })}.${segment(claims)}.c2lnbmF0dXJlLW9mLW5vdGhpbmc`;
}

function headerOf(snapshot: Snapshot, index = 0): HeaderSnapshot {
  const header = snapshot.files[index]?.servers[0]?.headers[0];
  assert.ok(header);
  return header;
}

function said(header: HeaderSnapshot): string[] {
  return header.findings.map(({ code, data }) => [code, data.reason].filter(Boolean).join(': '));
}

describe('inventory', () => {
  it('shows the files as they were until the new ones are understood', async () => {
    const { inventory } = await openInventory();
    await inventory.setFiles([file('a', 'Bearer abc'), file('b', 'Bearer abc')]);
    const reading = inventory.setFiles([file('a', '${input:mcp-keyring.a.00000000}'), file('b', 'Bearer abc')]);
    inventory.invalidate();
    assert.equal(inventory.snapshot.files.length, 2);
    await reading;
    assert.deepEqual(
      inventory.snapshot.files.map(({ servers }) => servers[0]?.headers[0]?.parsed.value),
      ['${input:mcp-keyring.a.00000000}', 'Bearer abc'],
    );
  });

  it('has one snapshot until something changes', async () => {
    const { inventory, heard, vault } = await openInventory();
    assert.equal(inventory.snapshot, inventory.snapshot);
    await inventory.setFiles([file('a', 'Bearer abc')]);
    const { snapshot } = inventory;
    assert.equal(heard.at(-1), snapshot);
    await inventory.setFiles([file('a', 'Bearer abc')]);
    inventory.refreshIfDue();
    assert.equal(inventory.snapshot, snapshot);
    assert.equal(heard.length, 1);
    await vault.putCredential(bearer('b', 'x'));
    assert.notEqual(inventory.snapshot, snapshot);
    assert.equal(heard.length, 2);
    assert.equal(heard.at(-1), inventory.snapshot);
  });

  it('looks only at the file that has changed', async () => {
    const { inventory } = await openInventory();
    await inventory.setFiles([file('a', 'Bearer abc'), file('b', 'Bearer abc')]);
    const before = inventory.snapshot.files;
    await inventory.setFiles([file('a', 'Bearer abc'), file('b', 'Bearer xyz')]);
    const after = inventory.snapshot.files;
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
    assert.equal(after[1]?.servers[0]?.headers[0]?.parsed.value, 'Bearer xyz');
  });

  it('parses a text once, however often it is looked at', async () => {
    const { inventory } = await openInventory();
    await inventory.setFiles([file('a', 'Bearer abc')]);
    const before = inventory.snapshot.files[0];
    inventory.invalidate();
    const after = inventory.snapshot.files[0];
    assert.notEqual(after, before);
    assert.equal(after?.parsed, before?.parsed);
  });

  it('hears of files that appear, vanish and change places', async () => {
    const { inventory, heard } = await openInventory();
    const names = () => inventory.snapshot.files.map(({ source }) => source.uri);
    await inventory.setFiles([file('a', 'x'), file('b', 'x')]);
    await inventory.setFiles([file('b', 'x'), file('a', 'x')]);
    assert.deepEqual(names(), ['file:///b', 'file:///a']);
    await inventory.setFiles([file('a', 'x')]);
    assert.deepEqual(names(), ['file:///a']);
    await inventory.setFiles([]);
    assert.deepEqual(names(), []);
    assert.equal(heard.length, 4);
  });

  it('tells a file that cannot be read from an empty one', async () => {
    const { inventory } = await openInventory();
    const unreadable: ConfigSource = {
      uri: 'file:///a',
      format: formats.vscode,
      content: { state: 'unreadable', reason: 'is-directory' },
    };
    await inventory.setFiles([unreadable]);
    assert.deepEqual(inventory.snapshot.files[0]?.servers, []);
    assert.deepEqual(inventory.snapshot.files[0]?.source.content, { state: 'unreadable', reason: 'is-directory' });
    await inventory.setFiles([{ ...unreadable, content: { state: 'unreadable', reason: 'not-utf8' } }]);
    assert.deepEqual(inventory.snapshot.files[0]?.source.content, { state: 'unreadable', reason: 'not-utf8' });
    await inventory.setFiles([file('a', 'Bearer abc')]);
    assert.equal(inventory.snapshot.files[0]?.servers.length, 1);
  });

  it('is not stopped by a listener that throws', async () => {
    const { inventory, heard, log } = await openInventory();
    inventory.onDidChange(() => {
      throw new Error('a view is broken');
    });
    const late: Snapshot[] = [];
    inventory.onDidChange(snapshot => late.push(snapshot));
    await inventory.setFiles([file('a', 'x')]);
    assert.equal(heard.length, 1);
    assert.equal(late.length, 1);
    assert.match(log.lines.join('\n'), /inventory-listener/);
  });

  describe('and the clock', () => {
    it('says at each boundary what has become true, with one timer', async () => {
      const { inventory, clock, heard } = await openInventory();
      const now = clock.now() / 1000;
      await inventory.setFiles([
        file('a', `Bearer ${jwt({ iat: now, exp: now + 3600 })}`),
        file('b', `Bearer ${jwt({ iat: now, nbf: now + 60, exp: now + 7200 })}`),
      ]);
      const statuses = () => inventory.snapshot.files.map((_, index) => headerOf(inventory.snapshot, index).status);
      const timeline: unknown[] = [];
      for (const at of [0, 60, 3000, 3600, 6600, 7200]) {
        clock.advance((now + at) * 1000 - clock.now());
        timeline.push([at, ...statuses(), clock.scheduled.map(time => time / 1000 - now)]);
      }
      assert.deepEqual(timeline, [
        [0, 'exposed', 'notYetValid', [60]],
        [60, 'exposed', 'exposed', [3000]],
        [3000, 'expiresSoon', 'exposed', [3600]],
        [3600, 'expired', 'exposed', [6600]],
        [6600, 'expired', 'expiresSoon', [7200]],
        [7200, 'expired', 'expired', []],
      ]);
      // The first reading of the files and five instants: nothing in between.
      assert.equal(heard.length, 6);
    });

    it('looks at a boundary only at the file that it is of', async () => {
      const { inventory, clock } = await openInventory();
      const now = clock.now() / 1000;
      await inventory.setFiles([
        file('a', `Bearer ${jwt({ iat: now, exp: now + 3600 })}`),
        file('b', `Bearer ${jwt({ iat: now, exp: now + 7200 })}`),
      ]);
      const before = inventory.snapshot.files;
      clock.advance(3000_000);
      assert.notEqual(inventory.snapshot.files[0], before[0]);
      assert.equal(inventory.snapshot.files[1], before[1]);
    });

    it('counts the tolerance', async () => {
      const { inventory, clock } = await openInventory({ clockToleranceSeconds: 60 });
      const now = clock.now() / 1000;
      await inventory.setFiles([file('a', `Bearer ${jwt({ iat: now - 60, exp: now + 60 })}`)]);
      clock.advance(119_999);
      assert.equal(headerOf(inventory.snapshot).status, 'expiresSoon');
      clock.advance(1);
      assert.equal(headerOf(inventory.snapshot).status, 'expired');
    });

    it('catches up after a sleep in which no timer ran', async () => {
      const { inventory, clock, heard } = await openInventory();
      const now = clock.now() / 1000;
      await inventory.setFiles([file('a', `Bearer ${jwt({ iat: now, exp: now + 3600 })}`)]);
      // A clock that has moved without calling anybody.
      const awake = clock.now.bind(clock);
      clock.now = () => awake() + 4000_000;
      inventory.refreshIfDue();
      assert.equal(heard.length, 2);
      assert.equal(headerOf(inventory.snapshot).status, 'expired');
      inventory.refreshIfDue();
      assert.equal(heard.length, 2);
    });

    it('follows the tokens of the vault too', async () => {
      const { inventory, clock, vault } = await openInventory();
      const now = clock.now() / 1000;
      await vault.load();
      await vault.putCredential(bearer('b', jwt({ iat: now, exp: now + 100 })));
      assert.equal(inventory.snapshot.credentials[0]?.status, 'ready');
      clock.advance(50_000);
      assert.equal(inventory.snapshot.credentials[0]?.status, 'expiresSoon');
      clock.advance(50_000);
      assert.equal(inventory.snapshot.credentials[0]?.status, 'expired');
      assert.deepEqual(clock.scheduled, []);
    });

    it('leaves no timer behind', async () => {
      const { inventory, clock } = await openInventory();
      const now = clock.now() / 1000;
      await inventory.setFiles([file('a', `Bearer ${jwt({ iat: now, exp: now + 3600 })}`)]);
      assert.equal(clock.scheduled.length, 1);
      inventory.dispose();
      assert.deepEqual(clock.scheduled, []);
    });
  });

  describe('and a reference', () => {
    async function look(
      options: {
        id?: string;
        inputs?: string[];
        attached?: boolean;
        url?: string;
        format?: FormatId;
        token?: string;
      } = {},
    ) {
      const opened = await openInventory();
      const id = options.id ?? (await keyringInputId('a', url, 'Authorization'));
      await opened.vault.load();
      if (options.attached ?? true) {
        const credential = bearer('b', options.token ?? 'opaque');
        await opened.vault.putCredential(attach(credential, { url, header: 'authorization', at: 1 }));
      }
      opened.inventory.setVaultState('ready');
      const plain = file('a', `Bearer \${input:${id}}`, {
        inputs: options.inputs ?? [id],
        ...(options.url !== undefined && { url: options.url }),
      });
      await opened.inventory.setFiles([
        options.format === 'dotMcp' && plain.content.state === 'text'
          ? source(plain.uri, plain.content.text.replace('"servers"', '"mcpServers"'), 'dotMcp')
          : plain,
      ]);
      return { ...opened, header: headerOf(opened.inventory.snapshot) };
    }

    it('is ready where everything fits', async () => {
      const { header } = await look();
      assert.deepEqual(said(header), []);
      assert.equal(header.status, 'ready');
      assert.equal(header.kind, 'keyring');
      assert.equal(header.credentialId, 'b');
      assert.equal(header.authenticates, true);
    });

    it('tells of the token behind it', async () => {
      const { header } = await look({ token: jwt({ iat: 1, exp: 2 }) });
      assert.deepEqual(said(header), ['token-expired']);
      assert.equal(header.status, 'expired');
    });

    it('fits whatever the server was called when it was made', async () => {
      const { header } = await look({ id: await keyringInputId('an older name', url, 'authorization') });
      assert.deepEqual(said(header), []);
    });

    it('is missing its input', async () => {
      const { header } = await look({ inputs: [] });
      assert.deepEqual(said(header), ['credential-missing: no-input']);
      assert.equal(header.status, 'missing');
    });

    it('is missing a credential', async () => {
      const { header } = await look({ attached: false });
      assert.deepEqual(said(header), ['credential-missing: not-attached']);
      assert.equal(header.status, 'missing');
    });

    it('is refused for another URL, other header and a URL that is none', async () => {
      for (const options of [
        { url: 'https://evil.test/mcp' },
        { url: `${url}/` },
        { id: await keyringInputId('a', url, 'X-API-Key') },
        { url: 'example' },
      ]) {
        const { header } = await look(options);
        assert.deepEqual(said(header), ['credential-refused: other-url'], JSON.stringify(options));
        assert.equal(header.status, 'refused');
      }
    });

    it('is refused in a format whose clients resolve nothing', async () => {
      const { header } = await look({ format: 'dotMcp' });
      assert.deepEqual(said(header), ['credential-refused: format-without-inputs']);
    });

    it('is not called missing before the vault has been read, nor where it may not be', async () => {
      const { inventory } = await openInventory();
      const id = await keyringInputId('a', url, 'Authorization');
      await inventory.setFiles([file('a', `Bearer \${input:${id}}`, { inputs: [id] })]);
      for (const state of ['loading', 'restricted', 'unavailable'] as const) {
        inventory.setVaultState(state);
        assert.equal(inventory.snapshot.vault, state);
        assert.deepEqual(said(headerOf(inventory.snapshot)), []);
        assert.equal(headerOf(inventory.snapshot).status, 'unknown');
      }
      inventory.setVaultState('ready');
      assert.deepEqual(said(headerOf(inventory.snapshot)), ['credential-missing: not-attached']);
    });

    it('follows the vault', async () => {
      const { inventory, vault } = await look({ attached: false });
      await vault.putCredential(attach(bearer('b', 'x'), { url, header: 'authorization', at: 1 }));
      assert.equal(headerOf(inventory.snapshot).status, 'ready');
      await vault.deleteCredential('b');
      assert.equal(headerOf(inventory.snapshot).status, 'missing');
    });

    it('is revoked with its credential', async () => {
      const { inventory, vault } = await look();
      await vault.updateCredential('b', credential => ({ ...credential, revokedAt: 5 }));
      assert.equal(headerOf(inventory.snapshot).status, 'revoked');
      assert.equal(inventory.snapshot.credentials[0]?.status, 'revoked');
    });
  });

  describe('and other headers', () => {
    it('knows the variable in which terminals have the credential, in the client’s own way of naming it', async () => {
      const { vault, inventory } = await openInventory();
      await vault.load();
      const token = jwt({ exp: Date.UTC(2026, 0, 3) / 1000 });
      await vault.putCredential({
        ...attach(bearer('b', token), { url, header: 'authorization', at: 1 }),
        terminal: { variable: 'MCP_KEYRING_B' },
      });
      inventory.setVaultState('ready');
      const text = (value: string) =>
        JSON.stringify({ mcpServers: { tasks: { url, headers: { Authorization: value } } } });
      await inventory.setFiles([
        source('file:///cursor', text(`Bearer \${env:MCP_KEYRING_B}`), 'cursor'),
        source('file:///claude', text(`Bearer \${MCP_KEYRING_B}`), 'claudeCode'),
        source('file:///other', text(`Bearer \${env:MCP_KEYRING_OTHER}`), 'cursor'),
        source('file:///desktop', text(`Bearer \${MCP_KEYRING_B}`), 'claudeDesktop'),
      ]);
      const headers = [0, 1, 2, 3].map(index => headerOf(inventory.snapshot, index));
      assert.deepEqual(
        headers.map(({ kind, status, token: content }) => [kind, status, content?.shape]),
        [
          ['environment', 'ready', 'jwt'],
          ['environment', 'ready', 'jwt'],
          ['foreign', 'unknown', undefined],
          ['foreign', 'unknown', undefined],
        ],
      );
    });

    async function lookAt(value: string, options: Parameters<typeof file>[2] = {}) {
      const { inventory } = await openInventory();
      await inventory.setFiles([file('a', value, options)]);
      return { header: headerOf(inventory.snapshot), server: inventory.snapshot.files[0]?.servers[0] };
    }

    it('knows literals, references of others, plain headers and empty ones', async () => {
      const cases: [string, string, HeaderSnapshot['kind'], boolean, HeaderSnapshot['status'], string[]][] = [
        ['Authorization', 'Bearer abcdefgh', 'literal', true, 'exposed', ['secret-in-file']],
        ['X-API-Key', 'abcdefgh', 'literal', true, 'exposed', ['secret-in-file']],
        ['X-API-Key', '<your key>', 'literal', true, 'unknown', []],
        ['X-API-Key', '', 'empty', true, 'unknown', []],
        ['Accept', 'text/plain', 'literal', false, 'unknown', []],
        ['X-API-Key', '${input:their-own}', 'foreign', true, 'unknown', []],
        ['Authorization', 'Bearer ${env:TOKEN}', 'foreign', true, 'unknown', []],
        [
          'Authorization',
          'Bearer Bearer abcdefgh',
          'literal',
          true,
          'invalidHeader',
          ['header-scheme-doubled', 'secret-in-file'],
        ],
      ];
      for (const [name, value, kind, authenticates, status, findings] of cases) {
        const { header } = await lookAt(value, { header: name });
        assert.deepEqual(
          [header.kind, header.authenticates, header.status, said(header)],
          [kind, authenticates, status, findings],
          `${name}: ${value}`,
        );
      }
    });

    it('warns of plain http where a credential goes over it', async () => {
      const plain = 'http://example.com/mcp';
      const { server } = await lookAt('Bearer abcdefgh', { url: plain });
      assert.deepEqual(
        server?.findings.map(({ code, data }) => [code, data.url]),
        [['insecure-url', plain]],
      );
      assert.deepEqual((await lookAt('text/plain', { url: plain, header: 'Accept' })).server?.findings, []);
      assert.deepEqual((await lookAt('Bearer abcdefgh', { url: 'http://127.0.0.1/mcp' })).server?.findings, []);
    });

    it('puts every finding on the whole value, quotes included', async () => {
      const sample = file('a', `Authorization: ${jwt({ exp: 5 })} `);
      const { inventory } = await openInventory();
      await inventory.setFiles([sample]);
      const header = headerOf(inventory.snapshot);
      assert.deepEqual(said(header).sort(), [
        'header-name-pasted',
        'header-scheme-missing',
        'header-whitespace',
        'secret-in-file',
        'token-expired',
      ]);
      assert.ok(sample.content.state === 'text');
      for (const { span } of header.findings) {
        assert.ok(span);
        assert.equal(sample.content.text.slice(span.start, span.end), JSON.stringify(header.parsed.value));
      }
    });

    it('holds no secret of the vault in a print of the snapshot', async () => {
      const { inventory, vault } = await openInventory();
      await vault.load();
      await vault.putCredential(bearer('b', 'hidden-value'));
      await vault.putCredential(bearer('j', jwt({ sub: 'x' })));
      assert.doesNotMatch(
        inspect(inventory.snapshot, { depth: 12 }) + JSON.stringify(inventory.snapshot),
        /hidden|eyJ/,
      );
    });
  });
});
