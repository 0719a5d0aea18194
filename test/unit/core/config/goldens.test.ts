import { ok, strictEqual } from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  addServer,
  type EditStep,
  ensureInput,
  removeHeader,
  removeServer,
  setHeader,
  setUrl,
} from '../../../../src/core/config/edit.ts';
import { formats } from '../../../../src/core/config/formats.ts';
import { claudeCodeProject } from '../../../../src/core/config/otherClients.ts';
import { parseConfig } from '../../../../src/core/config/parse.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { applyEdits } from '../../../../src/core/text.ts';

const root = join(import.meta.dirname, '../../../fixtures/configs');
const isUpdate = process.env.MCP_KEYRING_UPDATE !== undefined;

function stepsFor(format: ConfigFormat): Record<string, EditStep> {
  const headers = { Authorization: 'Bearer fake' };
  const input = { id: 'mcp-keyring.new.00000000', type: 'command', command: 'mcpKeyring.resolveHeader' } as const;
  return {
    addServer: text => addServer(text, format, { name: 'new', url: 'https://new.example/mcp', headers }),
    setHeader: text => setHeader(text, format, 'tasks', 'x-key', 'new fake value'),
    addHeader: text => setHeader(text, format, 'tasks', 'Authorization', 'Bearer fake'),
    referToVariable: text => setHeader(text, format, 'tasks', 'Authorization', 'Bearer ${MCP_KEYRING_TASKS}'),
    removeHeader: text => removeHeader(text, format, 'tasks', 'X-Key'),
    setUrl: text => setUrl(text, format, 'tasks', 'https://other.example/mcp'),
    removeServer: text => removeServer(text, format, 'tasks'),
    ...(format.inputsPath && { ensureInput: text => ensureInput(text, format, { ...input, args: input.id }) }),
  };
}

describe('golden edits', () => {
  const files = globSync('*/before.*', { cwd: root }).toSorted();

  it('are there for every format', () => {
    const found = files.map(file => dirname(file));
    for (const id of [...Object.keys(formats), 'claudeCodeProject']) {
      ok(found.includes(id), id);
    }
  });

  for (const file of files) {
    const id = dirname(file);
    const format =
      id === 'claudeCodeProject' ? claudeCodeProject('/home/kit/app') : formats[id as keyof typeof formats];
    describe(id, () => {
      const before = readFileSync(join(root, file), 'utf8');

      it('is read without a problem', () => {
        const { problems, servers } = parseConfig(before, format);
        strictEqual(problems.length, 0);
        const tasks = servers.find(server => server.name === 'tasks');
        ok(tasks?.url && (id === 'vscodeUser' || tasks.headers.some(header => header.name === 'X-Key')));
      });

      for (const [name, step] of Object.entries(stepsFor(format))) {
        it(name, () => {
          const result = step(before);
          ok(result.ok);
          const after = applyEdits(before, result.value);
          const golden = join(root, id, basename(file).replace('before', name));
          if (isUpdate || !existsSync(golden)) {
            ok(isUpdate, `${golden} is missing`);
            writeFileSync(golden, after);
          }
          strictEqual(after, readFileSync(golden, 'utf8'));
        });
      }
    });
  }
});
