import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { fileSnapshot, logText, services, uriOf } from '../harness/inside.ts';
import { inWorkspace, until } from '../harness/keyring.ts';

const path = 'beta/.vscode/mcp.json';
const server = '"a": { "type": "http", "url": "https://a.example.com/mcp" }';

// Whatever stands in a config file's place has a state that the view says in words, and is no error.
describe('A config file', () => {
  let tree: ServersTree;

  before(async () => {
    tree = new ServersTree(await services());
    mkdirSync(inWorkspace('beta/.vscode'), { recursive: true });
  });

  // A file that is gone and made again at once is told of by chance on a busy machine.
  beforeEach(async () => {
    rmSync(inWorkspace(path), { recursive: true, force: true });
    await until('the file to be gone', async () => (await fileSnapshot(uriOf(path))) === undefined);
  });

  after(() => {
    tree.dispose();
    rmSync(inWorkspace('beta/.vscode'), { recursive: true, force: true });
  });

  /** The line of the file in the view: what it says, and the servers below it. */
  function shown(): { readonly description: string; readonly servers: string[] } | undefined {
    const node = tree.getChildren().find(child => child.kind === 'file' && child.file === uriOf(path));
    return (
      node && {
        description: String(tree.getTreeItem(node).description ?? ''),
        servers: tree.getChildren(node).map(child => String(tree.getTreeItem(child).label)),
      }
    );
  }

  const cases: readonly (readonly [what: string, make: () => void, description: string, servers: string[]])[] = [
    ['that is whole', () => write(`{ "servers": { ${server} } }`), '', ['a']],
    ['with comments and trailing commas', () => write(`// x\n{ "servers": { ${server}, }, }`), '', ['a']],
    ['with a BOM', () => write(`\ufeff{ "servers": { ${server} } }`), '', ['a']],
    [
      'that is cut off',
      () => write(`{ "servers": { ${server}, "b": { "url": "https://b`),
      'not well-formed JSON',
      ['a', 'b'],
    ],
    ['with a comma too few', () => write(`{ "servers": { ${server} "b": {} } }`), 'not well-formed JSON', ['a', 'b']],
    ['that is no JSON at all', () => write('servers:\n  a: 1\n'), 'not well-formed JSON', []],
    ['that is a list', () => write('[]'), 'not as a config file should be', []],
    ['whose servers are a list', () => write('{ "servers": [] }'), 'not as a config file should be', []],
    [
      'with a server that is a number',
      () => write(`{ "servers": { ${server}, "b": 5 } }`),
      'not as a config file should be',
      ['a'],
    ],
    [
      'with a name twice',
      () => write(`{ "servers": { ${server}, ${server} } }`),
      'a server’s name stands twice',
      ['a', 'a'],
    ],
    ['in UTF-16', () => write(Buffer.from(`\ufeff{ "servers": { ${server} } }`, 'utf16le')), 'not UTF-8 text', []],
    ['that is a folder', () => mkdirSync(inWorkspace(path)), 'a folder, not a file', []],
    ['in Latin-1', () => write(Buffer.from('{ "servers": { "ä": {} } }', 'latin1')), 'not UTF-8 text', []],
    ['with zero bytes', () => write(Buffer.alloc(64)), 'not well-formed JSON', []],
    ['of 21 MB', () => write(Buffer.alloc(21 * 1024 * 1024, ' ')), 'too large', []],
  ];
  for (const [what, make, description, servers] of cases) {
    it(`${what}: ${description || 'nothing to say'}`, async () => {
      make();
      await until('a reading', () => fileSnapshot(uriOf(path)));
      const expected = { description, servers };
      await until('that line in the view', () => isDeepStrictEqual(shown(), expected)).catch(() =>
        assert.deepEqual(shown(), expected),
      );
    });
  }

  it('that is empty or holds no server has no line', async () => {
    for (const text of ['', ' \n', '{}', '{ "servers": {} }', '{ "inputs": [] }']) {
      write(text);
      await until(`${text} read`, async () => {
        const content = (await fileSnapshot(uriOf(path)))?.source.content;
        return content?.state === 'text' && content.text === text;
      });
      assert.equal(shown(), undefined, JSON.stringify(text));
    }
  });

  it('that is a link to nothing, or to itself, has a line that says so', async () => {
    for (const target of [inWorkspace('nowhere.json'), inWorkspace(path)]) {
      symlinkSync(target, inWorkspace(path));
      // Nothing is told of a link that leads nowhere.
      (await services()).files.refresh();
      const line = await until('a line', () => shown());
      assert.match(line.description, /^a link to a file that is not there|^cannot be read/);
      rmSync(inWorkspace(path));
      (await services()).files.refresh();
      await until('no line', () => shown() === undefined);
    }
  });

  it('that works again is shown again', async () => {
    write('{ "servers": ');
    await until('a broken line', () => shown()?.description !== '' && shown());
    write(`{ "servers": { ${server} } }`);
    await until('a whole line', () => shown()?.description === '');
    assert.deepEqual(shown()?.servers, ['a']);
  });

  it('never was an unexpected error', () => {
    assert.deepEqual(
      logText()
        .split('\n')
        .filter(line => line.includes('[error]') && !line.includes('config-file-unreadable')),
      [],
    );
  });

  function write(content: string | Buffer): void {
    writeFileSync(inWorkspace(path), content);
  }
});
