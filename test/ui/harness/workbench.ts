import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../host/chromium.ts';
import { homeEnvironment } from '../../host/homeEnvironment.ts';
import { quietSettings } from '../../host/hostOptions.ts';
import { outputFolder } from '../../host/paths.ts';
import { prepareServer } from '../../host/prepareServer.ts';
import { type ServerHost, startServerHost } from '../../host/serverHost.ts';
import { stageExtension } from '../../host/stage.ts';
import { temporaryFolder } from '../../host/temporaryFolder.ts';
import { Dialog } from './dialog.ts';
import { Editor } from './editor.ts';
import { acceptNotification, dismissNotifications, type Notification, readNotifications } from './notifications.ts';
import { Palette } from './palette.ts';
import { type Problem, readProblems } from './problems.ts';
import { QuickInput } from './quickInput.ts';
import { readParts } from './readParts.ts';
import { SideBar } from './sideBar.ts';
import { patience, soon, waitFor } from './waitFor.ts';
import { WebviewPanel } from './webviewPanel.ts';

/** What a test opens. */
export interface WorkbenchOptions {
  /** A folder that is copied for the test; an empty folder without it. Its .code-workspace file is opened if it has one. */
  readonly workspace?: string;
  /** Put into the copied folder, by relative path, before VS Code starts. */
  readonly files?: Readonly<Record<string, string>>;
  /** Put into the user's home, which is empty otherwise. */
  readonly home?: Readonly<Record<string, string>>;
  readonly theme?: 'dark' | 'light';
  /** User settings, beside those that every test has. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Window size in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly trust?: boolean;
  /** Keybindings of the user: a key, the command, and what it's called with. */
  readonly keybindings?: readonly Keybinding[];
  /** The extension's folder; the one of this checkout, freshly built, without it. */
  readonly extensionPath?: string;
  /** Folders of further extensions, which are installed: only one can be under development here. */
  readonly extensions?: readonly string[];
}

export interface Keybinding {
  readonly key: string;
  readonly command: string;
  readonly args?: unknown;
}

/** A VS Code with a person's hands and eyes. */
export interface Workbench {
  readonly page: Page;
  readonly host: ServerHost;
  /** The test's own copy of the workspace folder. */
  readonly workspace: string;
  readonly palette: Palette;
  readonly quickInput: QuickInput;
  readonly editor: Editor;
  readonly sideBar: SideBar;
  readonly dialog: Dialog;
  /** The page in the editor's place, where one is shown. */
  readonly panel: WebviewPanel;
  /** Runs a command from the palette by its full title, as in `MCP Keyring: Add Authenticated Server...`. */
  runCommand(title: string): Promise<void>;
  /** What the Problems view lists. */
  problems(): Promise<Problem[]>;
  /** The notifications on screen. */
  notifications(): Promise<Notification[]>;
  dismissNotifications(): Promise<void>;
  /** Waits for a notification that contains this text, and runs its first button by the keyboard. */
  acceptNotification(text: string): Promise<void>;
  /** The status bar's items: what they say, or for an icon alone what a screen reader says. */
  statusBar(): Promise<string[]>;
  /** A file of the workspace, as it is on disk. */
  read(path: string): string;
  /** Keeps a picture of the window as `test-output/<name>.png`. */
  screenshot(name: string): Promise<void>;
  /** Keeps one in each theme, as `<name>-dark` and `<name>-light`. Not of a modal dialog, which takes every key. */
  screenshots(name: string): Promise<void>;
  /** Changes from the dark theme to the light one, or back. */
  toggleTheme(): Promise<void>;
  close(): Promise<void>;
}

/** VS Code's own default themes. */
const themes = { dark: 'Dark 2026', light: 'Light 2026' };

const themeKey: Keybinding = { key: 'ctrl+alt+shift+t', command: 'workbench.action.toggleLightDarkThemes' };

/** A person has no more than this long for a start, however busy the machine. */
const startLimit = 90_000;

/** Names the folder of the extension in the environment, where it has been built for several files of tests at once. */
export const stagedVariable = 'MCP_KEYRING_STAGED';

let staged: Promise<string> | undefined;

const open = new Set<Workbench>();

/**
 * Opens the workbench with fresh data, and waits until the explorer shows the workspace.
 *
 * Always in the VS Code server: that is where Playwright can see the whole window.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const extensionPath = options.extensionPath ?? (await stagedExtension());
  const folder = temporaryFolder('mcp-keyring-ui');
  const root = folder.path;
  const workspace = join(root, 'workspace');
  prepareWorkspace(workspace, options);
  const workspaceFile = readdirSync(workspace).find(name => name.endsWith('.code-workspace'));
  const settings = {
    ...quietSettings,
    'workbench.colorTheme': themes[options.theme ?? 'dark'],
    'workbench.preferredDarkColorTheme': themes.dark,
    'workbench.preferredLightColorTheme': themes.light,
    // As on the desktop; in a browser VS Code saves by itself after a second.
    'files.autoSave': 'off',
    // A moving or blinking window makes pictures differ.
    'editor.cursorBlinking': 'solid',
    'workbench.reduceMotion': 'on',
    ...options.settings,
  };
  const home = join(root, 'home');
  writeFiles(home, options.home);
  const userFolder = join(root, 'data', 'data', 'User');
  // Settings of the scope `machine` are the server's there; on the desktop they stand among the user's.
  const machineFolder = join(root, 'data', 'data', 'Machine');
  mkdirSync(machineFolder, { recursive: true });
  writeFileSync(join(machineFolder, 'settings.json'), JSON.stringify(options.settings ?? {}));
  mkdirSync(userFolder, { recursive: true });
  writeFileSync(join(userFolder, 'keybindings.json'), JSON.stringify([themeKey, ...(options.keybindings ?? [])]));
  for (const folder of options.extensions ?? []) {
    const { publisher, name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    cpSync(folder, join(root, 'extensions', `${publisher}.${name}-${version}`), { recursive: true });
  }
  const host = await startServerHost(await prepareServer(), {
    dataDir: join(root, 'data'),
    extensionsDir: join(root, 'extensions'),
    settings,
    trust: options.trust ?? true,
    env: homeEnvironment(home),
  });
  try {
    const browser = await openBrowser({
      profileDir: join(root, 'profile'),
      ...(options.size === undefined ? {} : { size: options.size }),
    });
    browser.setDefaultTimeout(patience);
    const page = browser.pages()[0] ?? (await browser.newPage());
    const close = async () => {
      open.delete(opened);
      await browser.close().catch(() => {});
      await host.stop();
      folder.remove();
    };
    const opens = workspaceFile === undefined ? workspace : join(workspace, workspaceFile);
    await page.goto(host.url({ workspace: opens, extensionPaths: [extensionPath] }), {
      waitUntil: 'commit',
    });
    await page.locator('.monaco-workbench').waitFor({ timeout: startLimit });
    await page.locator('.statusbar-item').first().waitFor({ timeout: startLimit });
    const opened = workbench(page, host, workspace, close);
    open.add(opened);
    return opened;
  } catch (error) {
    await host.stop();
    folder.remove();
    throw error;
  }
}

async function stagedExtension(): Promise<string> {
  staged ??= Promise.resolve(process.env[stagedVariable] ?? stageExtension('none').then(({ path }) => path));
  return staged;
}

/**
 * Keeps pictures and logs of all open workbenches, for a test that failed: `test-output/failed/<title>.png` and `.log`. What
 * they say is printed too, for where the files can't be looked at.
 */
export async function pictureAll(title: string): Promise<void> {
  const name = title.replaceAll(/[^\w]+/g, '-').slice(0, 100);
  for (const [index, { screenshot, host, notifications, quickInput }] of [...open].entries()) {
    const file = `failed/${name}${index === 0 ? '' : `-${index}`}`;
    await screenshot(file).catch(() => {});
    const shown = await notifications().catch(() => []);
    const asked = (await quickInput.isOpen().catch(() => false)) ? await quickInput.title().catch(() => '') : undefined;
    console.log('on screen:', { notifications: shown.map(({ message }) => message), quickInput: asked });
    const logs = join(host.dataDir, 'data', 'logs');
    const log = readdirSync(logs, { recursive: true, encoding: 'utf8' }).find(path => path.endsWith('MCP Keyring.log'));
    if (log !== undefined) {
      copyFileSync(join(logs, log), join(outputFolder, `${file}.log`));
    }
  }
}

function workbench(page: Page, host: ServerHost, workspace: string, close: () => Promise<void>): Workbench {
  const quickInput = new QuickInput(page);
  const palette = new Palette(page, quickInput);
  const screenshot = async (name: string) => {
    mkdirSync(outputFolder, { recursive: true });
    await page.screenshot({ path: join(outputFolder, `${name}.png`) });
  };
  const dark = page.locator('.monaco-workbench.vs-dark');
  const toggleTheme = async () => {
    const wasDark = await dark.isVisible();
    const isOther = async () => (await dark.isVisible()) !== wasDark;
    await waitFor('the other theme', async () => {
      // The key does nothing until VS Code has read the keybindings. Not again too soon: it leads back, too.
      await page.keyboard.press('Control+Alt+Shift+KeyT');
      return (await soon(isOther, 15_000)) || undefined;
    });
    // Pages in webviews follow a moment later.
    await waitFor('the pages to follow', async () => !(await isOnPages(page, wasDark ? 'dark' : 'light')) || undefined);
  };
  return {
    page,
    host,
    workspace,
    palette,
    quickInput,
    editor: new Editor(page, quickInput),
    sideBar: new SideBar(page),
    dialog: new Dialog(page),
    panel: new WebviewPanel(page),
    runCommand: title => palette.run(title),
    problems: () => readProblems(page),
    notifications: () => readNotifications(page),
    dismissNotifications: () => dismissNotifications(page),
    acceptNotification: text => acceptNotification(page, text),
    statusBar: () => readStatusBar(page),
    read: path => readSaved(join(workspace, path)),
    screenshot,
    screenshots: async name => {
      // There and back again.
      for (const _ of ['one', 'other']) {
        await screenshot(`${name}-${(await dark.isVisible()) ? 'dark' : 'light'}`);
        await toggleTheme();
      }
    },
    toggleTheme,
    close,
  };
}

/** Whether a page in the window still has this theme. */
async function isOnPages(page: Page, theme: 'dark' | 'light'): Promise<boolean> {
  const [, ...frames] = page.frames();
  const classes = frames.map(frame => frame.evaluate('document.body.className').catch(() => ''));
  return (await Promise.all(classes)).some(all => String(all).split(' ').includes(`vscode-${theme}`));
}

/** A file's text. While VS Code saves a file, it is empty for a moment: that is waited out, and nothing else can be told from it. */
function readSaved(file: string): string {
  const deadline = Date.now() + 5000;
  for (;;) {
    const text = readFileSync(file, 'utf8');
    if (text !== '' || Date.now() > deadline) {
      return text;
    }
    // At once for who asks: VS Code saves in a process of its own.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

async function readStatusBar(page: Page): Promise<string[]> {
  const items = await readParts(page.locator('.statusbar-item'), { text: 'a' }, { spoken: 'aria-label' });
  return items.map(({ text, spoken }) => text || spoken);
}

function prepareWorkspace(folder: string, { workspace, files }: WorkbenchOptions): void {
  mkdirSync(folder, { recursive: true });
  if (workspace !== undefined) {
    cpSync(workspace, folder, { recursive: true });
  }
  writeFiles(folder, files);
}

/** By relative path. */
function writeFiles(folder: string, files: Readonly<Record<string, string>> = {}): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
