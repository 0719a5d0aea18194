// A process that adds a number of servers to a file one by one, for the tests of atomic writes.
import { addServer } from '../../../src/core/config/edit.ts';
import { formats } from '../../../src/core/config/formats.ts';
import { applyEdits } from '../../../src/core/text.ts';
import { replaceFile } from '../../../src/platform/node/atomicWrite.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);

for (let number = 0; number < Number(count); number++) {
  const outcome = await replaceFile(path, before => {
    const text = Buffer.from(before ?? []).toString();
    const edits = addServer(text, formats.vscode, { name: `${name}${number}`, url: 'https://a.example/mcp' });
    if (!edits.ok) {
      throw new Error(edits.error.code);
    }
    return Buffer.from(applyEdits(text, edits.value));
  });
  if (outcome !== 'written') {
    throw new Error(outcome);
  }
}
process.disconnect?.();
