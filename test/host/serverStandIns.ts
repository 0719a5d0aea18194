import { readFile, writeFile } from 'node:fs/promises';
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

/** Puts scripts in the place of the native modules that a server can't load, unless they are there. */
export async function writeStandIns(serverFolder: string): Promise<void> {
  for (const [name, script] of Object.entries({ spdlog, 'native-watchdog': watchdog })) {
    const file = join(serverFolder, 'node_modules', '@vscode', name, 'index.js');
    if ((await readFile(file, 'utf8')) !== script) {
      await writeFile(file, script);
    }
  }
}
