import * as vscode from 'vscode';

/** An authentication provider of VS Code with one account, as GitHub's and Microsoft's are. */
export class AccountProvider implements vscode.AuthenticationProvider {
  /** The scopes of each question. */
  readonly asked: (readonly string[])[] = [];
  refuses = false;
  /** Whether it has trouble of its own whenever it is asked. */
  fails = false;
  readonly #sessions: vscode.AuthenticationSession[] = [];
  readonly #changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly onDidChangeSessions = this.#changed.event;

  async getSessions(scopes: readonly string[] | undefined): Promise<vscode.AuthenticationSession[]> {
    if (this.fails) {
      throw new Error('Network request failed');
    }
    return this.#sessions.filter(session => scopes === undefined || String(session.scopes) === String(scopes));
  }

  async createSession(scopes: readonly string[]): Promise<vscode.AuthenticationSession> {
    this.asked.push(scopes);
    if (this.refuses) {
      throw new Error('Cancelled');
    }
    const session = {
      id: `session-${this.#sessions.length}`,
      accessToken: 'fake-account-token',
      account: { id: 'alice-id', label: 'alice' },
      scopes,
    };
    this.#sessions.push(session);
    this.#changed.fire({ added: [session], removed: [], changed: [] });
    return session;
  }

  async removeSession(): Promise<void> {}
}
