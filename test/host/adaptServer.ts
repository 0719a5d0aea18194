import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// Two modules of the VS Code server are native and have no prebuilt binary. It runs without them, but then nothing
// is logged to disk, where tests look for secrets, and its console is full of complaints. A few lines do for a test.

const spdlog = `// A stand-in for the native module: writes at once, never rotates.
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(_type, _name, file) { this.file = file; this.level = 2; this.plain = false; mkdirSync(dirname(file), { recursive: true }); }
  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
    try { appendFileSync(this.file, this.plain ? message : time + ' [' + names[level] + '] ' + message + '\\n'); } catch {}
  }
  trace(message) { this.write(0, message); }
  debug(message) { this.write(1, message); }
  info(message) { this.write(2, message); }
  warn(message) { this.write(3, message); }
  error(message) { this.write(4, message); }
  critical(message) { this.write(5, message); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() { this.plain = false; }
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
}
const create = async (name, file) => new Logger('rotating', name, file);
// One by one: only then can it be imported by name.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;

const watchdog = `// A stand-in for the native module: ends this process when the one that it serves has gone.
exports.start = pid => {
  setInterval(() => { try { process.kill(pid, 0); } catch { process.exit(87); } }, 1000).unref();
};
exports.exit = code => process.exit(code || 0);
`;

// An extension under development is part of the URL, and VS Code looks at that only when a flag for its own smoke
// tests is set. The flag, though, also suppresses notifications and more that a person is to see.
const payloadCondition = 'if(this.payload&&(!this.isBuilt||this.enableSmokeTestDriver))';
const payloadAlways = 'if(this.payload)';

// In a browser each window has secrets of its own until it is reloaded. On the desktop all windows of a VS Code share one
// keyring; windows that are to do so bring it along (see shareKeyring).
const ownSecrets = '(this._secretStorageProvider=t.options.secretStorageProvider,';
const sharedSecrets =
  '(this._secretStorageProvider=globalThis.sharedKeyring?.(key=>this.onDidChangeSecretEmitter.fire(key))??t.options.secretStorageProvider,';

/**
 * Changes a freshly unpacked server so that it behaves as the desktop does; does nothing where that's done.
 *
 * @throws Error when the server isn't the version that this was written for.
 */
export async function adaptServer(serverFolder: string): Promise<void> {
  const modules = join(serverFolder, 'node_modules', '@vscode');
  await edit(join(modules, 'spdlog', 'index.js'), () => spdlog);
  await edit(join(modules, 'native-watchdog', 'index.js'), () => watchdog);
  await edit(join(serverFolder, 'out', 'vs', 'code', 'browser', 'workbench', 'workbench.js'), script => {
    return [
      [payloadCondition, payloadAlways],
      [ownSecrets, sharedSecrets],
    ].reduce((text, [before = '', after = '']) => replaceOnce(text, before, after), script);
  });
}

function replaceOnce(script: string, before: string, after: string): string {
  if (script.includes(before)) {
    return script.replace(before, () => after);
  }
  if (!script.includes(after)) {
    throw new Error(`The VS Code server is another than the version this was written for: it has no “${before}”.`);
  }
  return script;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const after = change(before);
  if (after === before) {
    return;
  }
  // In one step: another run may be reading the file.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, after);
  await rename(draft, file);
}
