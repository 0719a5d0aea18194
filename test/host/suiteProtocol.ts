// What passes between a runner and the bundle of a suite inside VS Code. No imports: both sides load it.

/** The environment variable that holds a {@link TestEnvironment} as JSON. */
export const testEnvironmentVariable = 'MCP_KEYRING_TEST_ENV';

/** What a runner tells the bundle of a suite. All paths are absolute. */
export interface TestEnvironment {
  /** Which kind of VS Code it is. */
  readonly host: 'server' | 'desktop';
  /** Where VS Code keeps settings, state and logs. */
  readonly dataDir: string;
  /** The browser's profile; on the desktop the same as `dataDir`. */
  readonly profileDir: string;
  /** The suite's own copy of its workspace: the folder, or the one that holds the .code-workspace file. */
  readonly workspace: string;
  /** Which of the windows of this VS Code it is, from 1. */
  readonly window: number;
  /** The home of the user as whom VS Code runs, empty at first. */
  readonly home: string;
  /** Where {@link SuiteEvent}s go, one JSON text a line. */
  readonly resultsFile: string;
  /** The bundle of the suite. */
  readonly bundle: string;
  /** The checkout; only for things that don't ship, such as fixtures. */
  readonly repoRoot: string;
  /** Only tests whose full title matches this regular expression. */
  readonly grep?: string | undefined;
}

/** What a suite reports while it runs. */
export type SuiteEvent =
  /** The bundle is loaded. `pid` is the extension host's, `total` the number of tests that will run. */
  | { readonly kind: 'started'; readonly pid: number; readonly total: number }
  | { readonly kind: 'running'; readonly title: string }
  | { readonly kind: 'passed'; readonly title: string; readonly milliseconds: number }
  | { readonly kind: 'skipped'; readonly title: string }
  | ({ readonly kind: 'failed' } & TestFailure)
  | { readonly kind: 'ended' };

/** A test, a hook or a whole suite that failed. */
export interface TestFailure {
  readonly title: string;
  readonly message: string;
  readonly stack?: string | undefined;
}
