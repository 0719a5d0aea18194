import assert from 'node:assert/strict';
import { extraFormats, readExtraFiles } from '../../../../src/core/config/extraFiles.ts';

const home = '/home/kit';

function read(...entries: readonly unknown[]) {
  const { files, problems } = readExtraFiles(entries, home);
  return {
    files: files.map(({ at, path, format }) => [at, path, format.id]),
    problems: problems.map(({ index, value, reason }) => [index, value, reason]),
  };
}

describe('readExtraFiles', () => {
  it('takes absolute paths of every system, and those below the home and the folders', () => {
    assert.deepEqual(
      read('/etc/mcp/all.json', 'C:\\Tools\\all.json', '~/mine.json', '${workspaceFolder}/tools/all.json').files,
      [
        ['machine', '/etc/mcp/all.json', 'dotMcp'],
        ['machine', 'C:/Tools/all.json', 'dotMcp'],
        ['machine', '/home/kit/mine.json', 'dotMcp'],
        ['folder', 'tools/all.json', 'dotMcp'],
      ],
    );
  });

  it('tells a format by the file’s name, unless it is given', () => {
    const names = {
      '~/x/config.toml': 'codex',
      '~/x/a.code-workspace': 'codeWorkspace',
      '~/x/devcontainer.json': 'devContainer',
      '~/x/claude_desktop_config.json': 'claudeDesktop',
      '~/x/.claude.json': 'claudeCode',
      '~/x/mcp-config.json': 'copilotCli',
      '~/x/mcp_config.json': 'windsurf',
      '~/x/.gemini/settings.json': 'geminiCli',
      '~/x/.cursor/mcp.json': 'cursor',
      '~/x/mcp.json': 'vscode',
      '~/x/.mcp.json': 'dotMcp',
    };
    assert.deepEqual(
      read(...Object.keys(names)).files.map(([, , format]) => format),
      Object.values(names),
    );
    assert.deepEqual(read({ path: '~/x/config.toml', format: 'cursor' }).files, [
      ['machine', '/home/kit/x/config.toml', 'cursor'],
    ]);
  });

  it('resolves no input in any of them', () => {
    for (const format of extraFormats) {
      const [file] = readExtraFiles([{ path: '~/x.json', format }], home).files;
      assert.ok(file && !file.format.indirections.includes('input') && !('inputsPath' in file.format), format);
      assert.equal(readExtraFiles([{ path: '~/y.json', format }], home).files[0]?.format, file.format);
    }
  });

  it('leaves out what names no file, and says which and why', () => {
    assert.deepEqual(
      read('~/good.json', 5, null, '', '  ', [], {}, { path: 7 }, 'mcp.json', './mcp.json', '~', 'C:mcp.json'),
      {
        files: [['machine', '/home/kit/good.json', 'dotMcp']],
        problems: [
          [1, '', 'wrong-type'],
          [2, '', 'wrong-type'],
          [3, '', 'wrong-type'],
          [4, '  ', 'wrong-type'],
          [5, '', 'wrong-type'],
          [6, '', 'wrong-type'],
          [7, '', 'wrong-type'],
          [8, 'mcp.json', 'not-absolute'],
          [9, './mcp.json', 'not-absolute'],
          [10, '~', 'not-absolute'],
          [11, 'C:mcp.json', 'not-absolute'],
        ],
      },
    );
    assert.deepEqual(
      read('${env:HOME}/x.json', '${workspaceFolder}/${file}', '/a/${x}').problems.map(([, , why]) => why),
      ['variable', 'variable', 'variable'],
    );
    assert.deepEqual(read({ path: '~/x.json', format: 'notepad' }, { path: '~/x.json', format: 5 }).problems, [
      [0, 'notepad', 'unknown-format'],
      [1, '', 'unknown-format'],
    ]);
  });

  it('takes anything but a list for an empty one', () => {
    for (const value of [undefined, null, 'x', 5, { path: '~/x.json' }]) {
      assert.deepEqual(readExtraFiles(value, home), { files: [], problems: [] });
    }
  });
});
