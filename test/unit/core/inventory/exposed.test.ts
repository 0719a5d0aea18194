import assert from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import type { FormatId } from '../../../../src/core/config/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { detectSecrets } from '../../../../src/core/detect/detectSecrets.ts';
import { exposedAt, listExposed } from '../../../../src/core/inventory/exposedList.ts';
import { Inventory } from '../../../../src/core/inventory/inventory.ts';
import type { FileSnapshot, Snapshot } from '../../../../src/core/inventory/types.ts';
import { withFakeValues } from '../../../detect/fakeValues.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';

const uri = 'file:///mcp.json';

function openInventory() {
  const log = new FakeLog();
  const policy = { clockToleranceSeconds: 0, expiresSoonSeconds: 600, longLivedDays: 90, automaticRenewal: true };
  const vault = new Vault(new FakeSecretStore(), log);
  const inventory = new Inventory(vault, new FakeClock(Date.UTC(2026, 0, 2)), log, () => policy);
  const heard: Snapshot[] = [];
  inventory.onDidChange(snapshot => heard.push(snapshot));
  return { inventory, heard };
}

/** Counts how often it looks. */
function counting() {
  const detector = Object.assign(
    (text: string) => {
      detector.texts.push(text);
      return detectSecrets(text);
    },
    { texts: [] as string[] },
  );
  return detector;
}

function source(config: object, format: FormatId = 'vscode') {
  const text = withFakeValues(JSON.stringify(config), 'exposed');
  return { uri, format: formats[format], content: { state: 'text' as const, text } };
}

async function snapshotOf(config: object, format?: FormatId): Promise<FileSnapshot> {
  const { inventory } = openInventory();
  inventory.setDetector(text => detectSecrets(text));
  await inventory.setFiles([source(config, format)]);
  const [file] = inventory.snapshot.files;
  assert.ok(file);
  return file;
}

const url = 'https://example.com/mcp';

describe('exposed secrets', () => {
  it('are looked for once in each text, and nobody waits for the detector', async () => {
    const { inventory, heard } = openInventory();
    const detector = counting();
    const first = source({ servers: { a: { command: 'x', env: { API_KEY: '@an:32@' } } } });
    await inventory.setFiles([first]);
    assert.equal(heard.at(-1)?.files[0]?.exposed, undefined);
    assert.deepEqual(listExposed(inventory.snapshot), []);
    inventory.setDetector(detector);
    assert.equal(heard.at(-1)?.files[0]?.exposed?.length, 1);
    inventory.invalidate();
    await inventory.setFiles([{ ...first }]);
    assert.equal(detector.texts.length, 1);
    await inventory.setFiles([source({ servers: {} })]);
    assert.equal(detector.texts.length, 2);
    assert.deepEqual(inventory.snapshot.files[0]?.exposed, []);
  });

  it('leave a file without any as analysis made it', async () => {
    const file = await snapshotOf({ servers: { a: { type: 'http', url, headers: { Accept: 'text/plain' } } } });
    assert.deepEqual(file.findings, []);
    assert.deepEqual(file.servers[0]?.findings, []);
    assert.equal(file.servers[0]?.headers[0]?.authenticates, false);
  });

  it('of a header are one finding, whoever knew of it', async () => {
    const file = await snapshotOf({
      servers: {
        a: {
          type: 'http',
          url,
          headers: {
            Authorization: 'Bearer @an:40@',
            'X-API-Key': 'hello',
            'X-Settings': 'ghp_@an:36@',
            Cookie: 'a=@an:40@; b=@an:41@',
          },
        },
      },
    });
    assert.deepEqual(
      file.servers[0]?.headers.map(({ findings }) => findings.map(({ code }) => code)),
      [['secret-in-file'], ['secret-in-file'], ['secret-in-file'], ['secret-in-file']],
    );
    assert.deepEqual(file.servers[0]?.findings, []);
    const settings = file.servers[0]?.headers[2];
    assert.equal(settings?.status, 'exposed');
    assert.equal(settings?.authenticates, true);
    assert.deepEqual(settings?.findings[0]?.span, settings?.parsed.valueSpan);
  });

  it('stand with the server that has them, and with the file where none has', async () => {
    const file = await snapshotOf({
      inputs: [{ id: 'key', type: 'promptString', password: true, default: '@an:30@' }],
      servers: {
        first: { command: 'x', args: ['--token', '@an:32@'] },
        second: { command: 'x' },
        third: { type: 'http', url: `${url}?api_key=@an:32@` },
      },
    });
    assert.deepEqual(
      file.findings?.map(({ code, data }) => [code, data.place]),
      [['secret-in-file', 'input-default']],
    );
    assert.deepEqual(
      file.servers.map(({ findings }) => findings.map(({ code, data }) => [code, data.place, data.ownUrl])),
      [[['secret-in-args', 'argument', undefined]], [], [['secret-in-url', 'url-query', true]]],
    );
  });

  it('say where the file goes, and change when that does', async () => {
    const { inventory, heard } = openInventory();
    inventory.setDetector(text => detectSecrets(text));
    await inventory.setFiles([
      source({
        servers: {
          a: { type: 'http', url, headers: { Authorization: 'Bearer @an:40@' } },
          b: { command: 'x', env: { API_KEY: '@an:32@' } },
        },
      }),
    ]);
    const said = () =>
      listExposed(inventory.snapshot).map(({ finding: { severity, data } }) => [severity, data.tracked, data.synced]);
    const nowhere = ['warning', undefined, undefined];
    assert.deepEqual(said(), [nowhere, nowhere]);
    const before = heard.length;
    inventory.setExposures(new Map([[uri, { tracked: false, synced: false }]]));
    assert.equal(heard.length, before);
    inventory.setExposures(new Map([[uri, { tracked: true, synced: false }]]));
    assert.equal(heard.length, before + 1);
    assert.deepEqual(said(), [
      ['error', true, undefined],
      ['error', true, undefined],
    ]);
    inventory.setExposures(new Map([[uri, { tracked: false, synced: true }]]));
    assert.deepEqual(said(), [
      ['error', undefined, true],
      ['error', undefined, true],
    ]);
    inventory.setExposures(new Map());
    assert.deepEqual(said(), [nowhere, nowhere]);
  });

  it('have the remedy that holds in their format', async () => {
    const config = (servers: string) => ({
      inputs: [{ id: 'key', type: 'promptString', password: true, default: '@an:30@' }],
      [servers]: {
        header: { type: 'http', url, headers: { Authorization: 'Bearer @an:40@' } },
        unusable: { type: 'http', url: 'nonsense', headers: { Authorization: 'Bearer @an:40@' } },
        query: { type: 'http', url: `${url}?api_key=@an:32@` },
        env: { command: 'x', env: { API_KEY: '@an:32@', DB: 'postgres://u:@an:20@@db.example.com/x' } },
        args: { command: 'x', args: ['--api-key=@an:32@'] },
        member: { command: 'x', apiKey: '@an:32@' },
      },
    });
    const remedies = (file: FileSnapshot) => listExposed({ files: [file] }).map(({ remedy }) => remedy);
    assert.deepEqual(remedies(await snapshotOf(config('servers'))), [
      'dropDefault',
      'move',
      'none',
      'none',
      'ask',
      'ask',
      'ask',
      'none',
    ]);
    assert.deepEqual([...new Set(remedies(await snapshotOf(config('mcpServers'), 'dotMcp')))], ['none']);
    for (const format of ['claudeDesktop', 'copilotCli'] as const) {
      assert.deepEqual([...new Set(remedies(await snapshotOf(config('mcpServers'), format)))], ['none']);
    }
    // Their clients resolve variables of the environment in headers.
    for (const format of ['claudeCode', 'cursor', 'windsurf', 'geminiCli'] as const) {
      assert.deepEqual([...new Set(remedies(await snapshotOf(config('mcpServers'), format)))].sort(), ['move', 'none']);
    }
  });

  it('are found again at their place', async () => {
    const file = await snapshotOf({ servers: { b: { command: 'x', env: { API_KEY: '@an:32@' } } } });
    const [secret] = listExposed({ files: [file] });
    assert.ok(secret);
    assert.equal(exposedAt(file, secret.span.start)?.finding, secret.finding);
    assert.equal(exposedAt(file, secret.span.start + 1), undefined);
  });

  it('never stand in what is said about them', async () => {
    const file = await snapshotOf({ servers: { b: { command: 'x', env: { API_KEY: '@an:32@' } } } });
    const secret = withFakeValues('@an:32@', 'exposed');
    const [server] = file.servers;
    assert.ok(source({ a: '@an:32@' }).content.text.includes(secret));
    assert.ok(!JSON.stringify(server?.findings).includes(secret));
  });
});
