import { otherClients } from './otherClients.ts';
import type { ConfigFormat, FormatId } from './types.ts';

/**
 * `<folder>/.vscode/mcp.json` of VS Code. Measured on VS Code 1.139.1, September 2026. Its own commands write tabs.
 */
const vscode: ConfigFormat = {
  id: 'vscode',
  serversPaths: [['servers']],
  inputsPath: ['inputs'],
  comments: true,
  indirections: ['input', 'envColon'],
  clients: ['vscode'],
  urlKeys: ['url'],
  httpType: 'http',
  headers: true,
  indent: '\t',
};

/** Every config format that is understood. Adding a client means adding a row. */
export const formats: Readonly<Record<FormatId, ConfigFormat>> = {
  vscode,
  /** `mcp.json` of a user profile. Written and read as the workspace's. */
  vscodeUser: { ...vscode, id: 'vscodeUser' },
  /**
   * The user's `mcp.json` on the machine of a remote window. VS Code 1.139.1 starts its servers and looks for their inputs
   * in the file of the window's own user ("must be defined in an 'inputs' section", measured November 2026).
   */
  vscodeRemoteUser: { ...vscode, id: 'vscodeRemoteUser', indirections: ['envColon'] },
  /** `*.code-workspace`: the same below `settings.mcp`. */
  codeWorkspace: {
    ...vscode,
    id: 'codeWorkspace',
    serversPaths: [['settings', 'mcp', 'servers']],
    inputsPath: ['settings', 'mcp', 'inputs'],
  },
  /**
   * `.mcp.json` at a folder's root, shared by VS Code, Claude Code and Copilot CLI. VS Code 1.139.1 resolves nothing in
   * it: `${input:}`, `${env:}` and `${VAR}` go out as they stand (measured). Claude Code resolves `${VAR}`.
   */
  dotMcp: {
    id: 'dotMcp',
    serversPaths: [['mcpServers'], []],
    comments: false,
    indirections: [],
    othersResolve: ['env'],
    clients: ['vscode', 'claudeCode', 'copilotCli'],
    urlKeys: ['url'],
    httpType: 'http',
    headers: true,
    indent: '  ',
  },
  /**
   * `devcontainer.json`, `.devcontainer.json`: `customizations.vscode.mcp` has the schema of VS Code's `mcp.json`
   * (microsoft/vscode, extensions/configuration-editing/schemas/devContainer.vscode.schema.json, read November 2026).
   */
  devContainer: {
    ...vscode,
    id: 'devContainer',
    serversPaths: [['customizations', 'vscode', 'mcp', 'servers']],
    inputsPath: ['customizations', 'vscode', 'mcp', 'inputs'],
  },
  ...otherClients,
};
