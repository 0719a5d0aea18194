/** What a suite may ask of the VS Code that it runs in. */
export interface HostOptions {
  /** Whether the workspace is trusted; true unless told otherwise. */
  readonly trust?: boolean;
  /** User settings, beside those that every run has. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * How many windows of one VS Code, with one keyring, run the suite on the workspace at the same time; one unless told
   * otherwise. A desktop VS Code runs tests in one window alone, so a suite of several always runs in the VS Code server.
   */
  readonly windows?: number;
  /** How long the whole run may take, the start of VS Code included; 300 unless told otherwise. */
  readonly timeoutSeconds?: number;
  /** Added to the environment of VS Code. */
  readonly env?: Readonly<Record<string, string>>;
  /** The display language, as in `de`; only the VS Code server honours it. */
  readonly locale?: string;
  /** The user profile of the window, made for the run; the default profile unless told otherwise. */
  readonly profile?: string;
  /** How much VS Code writes to its logs; `info` unless told otherwise. */
  readonly logLevel?: 'trace' | 'info';
}

/** Settings of every run: nothing that reaches out, asks, or covers what a test looks at. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  // On in the browser: a test that writes into an editor would race it.
  'files.autoSave': 'off',
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};
