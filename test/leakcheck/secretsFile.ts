// What passes from the session inside VS Code to the search outside. No imports: both sides load it.

/** The environment variable with the path of a file that is in none of the folders that are searched. */
export const secretsVariable = 'MCP_KEYRING_LEAKCHECK_SECRETS';

/** One secret of the session, a JSON text per line. */
export interface SessionSecret {
  readonly name: string;
  readonly value: string;
  /** Not a secret: put where VS Code keeps things, so that the search shows that it would find one there. */
  readonly control?: true;
}
