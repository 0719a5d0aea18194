import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExampleForm } from '../../../../src/core/usage/types.ts';

export interface ExampleRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The programs that run examples of a form; a form without any on this machine is tested by the rules of its language alone. */
const runners: Partial<Record<ExampleForm, readonly (readonly string[])[]>> = {
  curl: [
    ['bash', '-c'],
    ['zsh', '-fc'],
    ['dash', '-c'],
  ],
  javascript: [[process.execPath]],
  python: [['python3']],
  powershell: [['pwsh', '-NoProfile', '-File']],
  httpie: [['bash', '-c']],
};

/** Whether a program starts and is able to run examples. */
const probes: Partial<Record<ExampleForm, readonly string[]>> = {
  curl: ['curl', '--version'],
  python: ['python3', '-c', 'import requests'],
  httpie: ['http', '--version'],
};

/** How examples of a form can be run here: command lines to which the example, or a file with it, is added. */
export function runnersOf(form: ExampleForm): readonly (readonly string[])[] {
  const probe = probes[form];
  return probe && !starts(probe)
    ? []
    : (runners[form] ?? []).filter(([program = '']) => starts([program, '-c', 'exit 0'], [program, '--version']));
}

function starts(...commands: readonly (readonly string[])[]): boolean {
  return commands.some(([program = '', ...args]) => spawnSync(program, args).status === 0);
}

const extensions: Partial<Record<ExampleForm, string>> = { javascript: 'mjs', python: 'py', powershell: 'ps1' };

/** Runs an example as a person would who has pasted it: in a shell, or saved as a file. */
export async function runExample(
  form: ExampleForm,
  [program = '', ...args]: readonly string[],
  text: string,
  environment: Readonly<Record<string, string>>,
): Promise<ExampleRun> {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  try {
    const extension = extensions[form];
    const file = join(folder, `example.${extension}`);
    if (extension) {
      writeFileSync(file, text);
    }
    const { NODE_OPTIONS: _, MCP_TOKEN: __, ...inherited } = process.env;
    const child = spawn(program, [...args, extension ? file : text], {
      cwd: folder,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      stderr += chunk;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
