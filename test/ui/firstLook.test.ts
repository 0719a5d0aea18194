import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../host/chromium.ts';
import { outputFolder, repoRoot } from '../host/paths.ts';
import { type TemporaryFolder, temporaryFolder } from '../host/temporaryFolder.ts';
import { anyTime } from './harness/anyTime.ts';
import { readProblems } from './harness/problems.ts';
import { SideBar } from './harness/sideBar.ts';
import { waitFor } from './harness/waitFor.ts';

/** A build and the start of VS Code, on a machine that does other things too. */
const startLimit = 90_000;

/** Where `npm start` listens unless somebody has started it already. */
const personsPort = 8427;

describe('npm start', () => {
  let demo: ChildProcess | undefined;
  let output = '';
  let profile: TemporaryFolder;
  let browser: BrowserContext | undefined;

  before(async () => {
    // It would take away the workspace that a person is trying things in.
    const isRunning = await answers(`http://127.0.0.1:${personsPort}/version`);
    assert.ok(!isRunning, 'npm start is running already: stop it, then run this test again');
    profile = temporaryFolder('mcp-keyring-look');
    demo = spawn(process.execPath, ['test/demo/start.ts'], {
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
      demo.kill('SIGKILL');
    }
    profile?.remove();
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

  it('shows three servers, a token that runs out, and what to do about it', async () => {
    const page = await openPage();
    await page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: startLimit });
    const sideBar = new SideBar(page);
    await sideBar.show('MCP Keyring');
    const rows = await waitFor('the servers', async () => {
      const found = await sideBar.rows('Servers');
      return found.length >= 5 ? found : undefined;
    });
    assert.deepEqual(
      rows.filter(({ level }) => level === 2).map(({ label }) => label),
      ['weather', 'todos', 'notes'],
    );
    assert.match(anyTime(rows.find(({ level }) => level === 3)?.description ?? ''), /^# min left · editor · JWT/);
    const codes = (await readProblems(page)).map(({ code }) => code);
    assert.ok(codes.includes('secret-in-file'), codes.join());
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
    browser = await openBrowser({ profileDir: profile.path });
    const page = browser.pages()[0] ?? (await browser.newPage());
    await page.goto(url, { waitUntil: 'commit' });
    return page;
  }

  async function picture(page: Page): Promise<void> {
    mkdirSync(outputFolder, { recursive: true });
    await page.screenshot({ path: join(outputFolder, 'first-look-dark.png') });
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
