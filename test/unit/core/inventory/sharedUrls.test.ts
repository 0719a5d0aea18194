import assert from 'node:assert/strict';
import { formats } from '../../../../src/core/config/formats.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import { projectFormat } from '../../../../src/core/config/places.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { detectSecrets } from '../../../../src/core/detect/detectSecrets.ts';
import { inServers } from '../../../../src/core/inventory/exposed.ts';
import { Inventory } from '../../../../src/core/inventory/inventory.ts';
import { elsewhere } from '../../../../src/core/inventory/sharedUrls.ts';
import type { ConfigSource } from '../../../../src/core/inventory/types.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';

function source(
  uri: string,
  servers: Readonly<Record<string, string>>,
  format: ConfigFormat = formats.cursor,
): ConfigSource {
  const entries = Object.entries(servers).map(([name, url]) => [name, { [format.urlKeys[0] ?? 'url']: url }]);
  const text = JSON.stringify({ [format.serversPaths[0]?.[0] ?? '']: Object.fromEntries(entries) });
  return { uri, format, content: { state: 'text', text } };
}

async function sharedOf(...sources: readonly ConfigSource[]) {
  const log = new FakeLog();
  const policy = { clockToleranceSeconds: 0, expiresSoonSeconds: 600, longLivedDays: 90, automaticRenewal: true };
  const inventory = new Inventory(new Vault(new FakeSecretStore(), log), new FakeClock(0), log, () => policy);
  await inventory.setFiles(sources);
  return inventory.snapshot.shared;
}

describe('Servers in several files', () => {
  it('are one by their canonical URL, whatever their name, spelling and key', async () => {
    const shared = await sharedOf(
      source('file:///a', { todos: 'https://todos.example.com/mcp', alone: 'https://alone.example.com' }),
      source('file:///b', { list: 'https://TODOS.example.com:443/mcp' }),
      source('file:///c', { third: 'https://todos.example.com/mcp' }, formats.windsurf),
    );
    assert.deepEqual(
      [...shared],
      [
        [
          'https://todos.example.com/mcp',
          [
            { file: 'file:///a', server: 'todos' },
            { file: 'file:///b', server: 'list' },
            { file: 'file:///c', server: 'third' },
          ],
        ],
      ],
    );
    assert.deepEqual(elsewhere(shared, 'https://todos.example.com/mcp', 'file:///b'), [
      { file: 'file:///a', server: 'todos' },
      { file: 'file:///c', server: 'third' },
    ]);
    assert.deepEqual(elsewhere(shared, undefined, 'file:///b'), []);
  });

  it('are none within one file, nor with another path', async () => {
    const shared = await sharedOf(
      source('file:///a', { one: 'https://x.example.com/mcp', two: 'https://x.example.com/mcp' }),
      source('file:///b', { one: 'https://x.example.com/other' }),
    );
    assert.equal(shared.size, 0);
  });
});

describe('Secrets of a file that holds servers of other projects', () => {
  it('belong to the project whose server they stand in', () => {
    const server = (name: string) => ({
      [name]: { url: 'https://x.example.com', headers: { 'X-API-Key': `${name}K7Qw9eR2tY5uI8oP1aS4` } },
    });
    const text = JSON.stringify({
      projects: { '/a': { mcpServers: server('ofA') }, '/b': { mcpServers: server('ofB') } },
      mcpServers: server('mine'),
    });
    const found = detectSecrets(text);
    assert.deepEqual(
      found.map(detection => detection.server),
      ['ofA', 'ofB', 'mine'],
    );
    const of = (format: ConfigFormat) =>
      inServers(found, parseConfig(text, format).servers).map(({ server }) => server);
    assert.deepEqual(of(projectFormat('/a')), ['ofA']);
    assert.deepEqual(of(projectFormat('/b')), ['ofB']);
    assert.deepEqual(of(projectFormat('/c')), []);
    assert.deepEqual(of(formats.claudeCode), ['mine']);
  });
});
