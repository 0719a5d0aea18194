// An authentication provider with one account, as VS Code's own for GitHub and Microsoft are.
const vscode = require('vscode');

exports.activate = context => {
  const sessions = [];
  const changed = new vscode.EventEmitter();
  context.subscriptions.push(
    vscode.authentication.registerAuthenticationProvider('keyring-test', 'Keyring Test', {
      onDidChangeSessions: changed.event,
      getSessions: async scopes => sessions.filter(session => !scopes || String(session.scopes) === String(scopes)),
      async createSession(scopes) {
        const account = { id: 'alice-id', label: 'alice' };
        const session = { id: `session-${sessions.length}`, accessToken: 'dev-alice-token', account, scopes };
        sessions.push(session);
        changed.fire({ added: [session], removed: [], changed: [] });
        return session;
      },
      async removeSession() {},
    }),
  );
};
