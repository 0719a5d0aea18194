// A process that writes a file again and again until it is killed, for the tests of atomic writes. It loads little, so that
// it starts soon.
import { replaceFile } from '../../../src/platform/node/atomicWrite.ts';

const [path = ''] = process.argv.slice(2);
for (;;) {
  process.send?.('about to write');
  await replaceFile(path, before => {
    const number = JSON.parse(Buffer.from(before ?? []).toString()).number + 1;
    return Buffer.from(JSON.stringify({ number, filler: `${number}`.repeat(50_000), end: number }));
  });
}
