// A process that gives up what root may, if root has started it, and then changes a file: it tells how that ended.
import { replaceFile } from '../../../src/platform/node/atomicWrite.ts';

/** `nobody`, on most systems; what counts is that no file of a test belongs to it. */
const stranger = 65534;

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(stranger);
  process.setuid?.(stranger);
}
const [path = '', length = '3'] = process.argv.slice(2);
process.send?.(
  await replaceFile(path, () => Buffer.from('new'.padEnd(Number(length)))).catch(
    (error: NodeJS.ErrnoException) => error.code ?? `${error}`,
  ),
);
