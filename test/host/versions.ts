// The one place where the versions of what the tests run in are pinned.

/** npm's code-server; its lib/vscode is the VS Code server that the tests fall back on. */
export const codeServerVersion = '4.139.1';

/** The desktop VS Code that is downloaded: the same version as the one inside code-server, so both hosts agree. */
export const desktopVersion = '1.139.1';

/** The VS Code server loads its hooks with `module.registerHooks`, which Node has since 23.5; 24 is what it is tested with. */
export const serverNodeMajor = 24;
