import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type AddServerAnswers, healthKeys } from '../../../src/ids.ts';
import { services } from '../harness/inside.ts';
import { addServer, inWorkspace } from '../harness/keyring.ts';

export const configPath = 'main/.vscode/mcp.json';

/** Answers that are all right; a test spoils one of them. */
export const good: AddServerAnswers = {
  name: 'new',
  url: 'https://new.example.com/mcp',
  file: '.vscode/mcp.json',
  credential: { kind: 'apiKey', key: 'demo-key-not-a-secret' },
};

export function bytes(path = configPath): Buffer {
  return readFileSync(inWorkspace(path));
}

/** What the keyring holds, but for the mark that there was something once, which the first entry of all leaves. */
export async function storedKeys(): Promise<string[]> {
  return (await (await services()).context.secrets.keys()).filter(key => key !== healthKeys.marker).sort();
}

/** Adding a server with these answers fails with this message, and leaves the file and the keyring as they were. */
export async function assertRefused(answers: object, message: RegExp, read: () => Buffer = bytes): Promise<void> {
  const before = { file: read(), keys: await storedKeys() };
  await assert.rejects(addServer({ ...good, ...answers } as AddServerAnswers), (error: Error) => {
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /undefined|\[object|\{\d\}|at .*\.ts|demo-key|ey[IJ][a-zA-Z]{6}/);
    return true;
  });
  assert.deepEqual(read(), before.file);
  assert.deepEqual(await storedKeys(), before.keys);
}
