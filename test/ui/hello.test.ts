import assert from 'node:assert/strict';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

// Temporary: proves that the harness works, until the first real test does.
describe('The workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ theme: 'light', files: { 'hello.txt': 'Hello\n' } });
  });
  after(() => workbench?.close());

  it('opens files and runs commands', async () => {
    await workbench.editor.open('hello.txt');
    assert.equal((await workbench.editor.visibleLines())[0], 'Hello');
    await workbench.runCommand('Preferences: Color Theme');
    await workbench.quickInput.appears('Color Theme');
    await workbench.quickInput.escape();
    await workbench.screenshot('hello');
  });
});
