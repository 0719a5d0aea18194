import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../host/chromium.ts';
import { outputFolder, repoRoot } from '../host/paths.ts';
import { type TemporaryFolder, temporaryFolder } from '../host/temporaryFolder.ts';
import { anyTime } from './harness/anyTime.ts';
import { readProblems } from './harness/problems.ts';
import { SideBar } from './harness/sideBar.ts';
import { eventually, waitFor } from './harness/waitFor.ts';

/** A build and the start of VS Code, on a machine that does other things too. */
const startLimit = 90_000;

describe('npm start', () => {
  let demo: ChildProcess | undefined;
  let output = '';
  let folder: TemporaryFolder;
  let browser: BrowserContext | undefined;

  before(() => {
    // A folder of its own: nothing is left of an earlier look, and a demo that somebody is trying things in stays whole.
    folder = temporaryFolder('mcp-keyring-look');
    demo = spawn(process.execPath, ['test/demo/start.ts', '--keep-in', folder.path], {
      cwd: repoRoot,
      // The server is what a browser can look at, also where a desktop VS Code is installed.
      env: { ...process.env, MCP_KEYRING_HOST: 'server' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [demo.stdout, demo.stderr]) {
      stream?.on('data', data => {
        output += data;
      });
    }
  });

  after(async () => {
    await browser?.close();
    if (demo && demo.exitCode === null) {
      const ended = once(demo, 'exit');
      demo.kill('SIGINT');
      await ended;
    }
    folder?.remove();
  });

  it('says where to look and what to type', async () => {
    await waitFor(
      'the address',
      async () => {
        assert.equal(demo?.exitCode, null, output);
        return output.includes('Ctrl+C stops everything.') || undefined;
      },
      startLimit,
    );
    assert.match(output, /Open this address in a browser:\s+http:\/\/127\.0\.0\.1:\d+\//);
    assert.match(output, /API key in X-API-Key: demo-key-not-a-secret/);
    assert.match(output, /secret \(text\): demo-shared-secret-that-protects-nothing/);
  });

  it('shows the servers that its README explains, a token that runs out, and what to do about it', async () => {
    const page = await openPage();
    await page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: startLimit });
    const sideBar = new SideBar(page);
    await sideBar.show('MCP Keyring');
    const names = await eventually(async () => {
      const rows = await sideBar.rows('Servers');
      const names = rows.filter(({ level }) => level === 2).map(({ label }) => label);
      assert.deepEqual(names, ['weather', 'todos', 'notebook', 'clock']);
      assert.match(anyTime(rows.find(({ level }) => level === 3)?.description ?? ''), /^# min left · editor · JWT/);
      return names;
    });
    const readme = readFileSync(join(folder.path, 'demo', 'README.md'), 'utf8');
    for (const name of names) {
      assert.match(readme, new RegExp(`^\\| \`${name}\` \\|`, 'm'));
    }
    await eventually(async () => {
      const codes = (await readProblems(page)).map(({ code }) => code);
      assert.ok(codes.includes('secret-in-file'), codes.join());
    });
    await picture(page);
  });

  it('ends with Ctrl+C, and so does all that it started', async () => {
    assert.ok(demo);
    await browser?.close();
    const ended = once(demo, 'exit');
    demo.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    for (const url of output.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []) {
      assert.ok(!(await answers(url)), `${url} still answers`);
    }
  });

  async function openPage(): Promise<Page> {
    const url = /http:\/\/127\.0\.0\.1:\d+\/\?\S+/.exec(output)?.[0];
    assert.ok(url);
    browser = await openBrowser({ profileDir: join(folder.path, 'profile') });
    const page = browser.pages()[0] ?? (await browser.newPage());
    await page.goto(url, { waitUntil: 'commit' });
    return page;
  }

  async function picture(page: Page): Promise<void> {
    mkdirSync(outputFolder, { recursive: true });
    await page.screenshot({ path: join(outputFolder, 'first-look.png') });
  }
});

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}
