import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const repoRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** What is expensive to fetch and safe to delete; git ignores it. */
export const cacheFolder = fileURLToPath(new URL('../../.vscode-test', import.meta.url));

/** Where test runs leave what a person may want to look at: screenshots, logs of a host that died. Git ignores it. */
export const outputFolder = fileURLToPath(new URL('../../test-output', import.meta.url));

/** What VS Code runs as its tests; it loads the bundle that the environment names. */
export const suiteLoader = fileURLToPath(new URL('loadSuite.cjs', import.meta.url));
