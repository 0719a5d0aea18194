import * as vscode from 'vscode';
import { registerAddServer } from './features/addServer/register.ts';
import { registerCompareRoles } from './features/compareRoles/register.ts';
import { registerCopyAs } from './features/copyAs/register.ts';
import { registerCredentials } from './features/credentials/register.ts';
import { registerDiagnostics } from './features/diagnostics/register.ts';
import { registerEditToken } from './features/editToken/register.ts';
import { registerExposed } from './features/exposed/register.ts';
import { registerExtraFiles } from './features/extraFiles/register.ts';
import { registerHealth } from './features/health/register.ts';
import { registerHelp } from './features/help/register.ts';
import { registerHover } from './features/hover/register.ts';
import { registerKeys } from './features/keys/register.ts';
import { registerProvided } from './features/provided/register.ts';
import { registerRenewal } from './features/renewal/register.ts';
import { registerResolveHeader } from './features/resolveHeader/register.ts';
import { registerServers } from './features/servers/register.ts';
import { registerSignIn } from './features/signIn/register.ts';
import { registerStatusBar } from './features/statusBar/register.ts';
import { registerSwitchRole } from './features/switchRole/register.ts';
import { registerTerminals } from './features/terminals/register.ts';
import { registerTestConnection } from './features/testConnection/register.ts';
import { registerTokenDetails } from './features/tokenDetails/register.ts';
import { registerVerify } from './features/verify/register.ts';
import { createServices, type Services, startReading } from './services.ts';

/** Composes and returns: no network, no file and no secret is read before VS Code has its turn again. */
export function activate(context: vscode.ExtensionContext): { readonly services: Services } | undefined {
  const services = createServices(context);
  context.subscriptions.push(
    services,
    registerServers(services),
    registerCredentials(services),
    registerTerminals(services),
    registerTokenDetails(services),
    registerKeys(services),
    registerAddServer(services),
    registerSignIn(services),
    registerResolveHeader(services),
    registerProvided(services),
    registerHover(services),
    registerDiagnostics(services),
    registerExposed(services),
    registerExtraFiles(services),
    registerStatusBar(services),
    registerEditToken(services),
    registerSwitchRole(services),
    registerTestConnection(services),
    registerCopyAs(services),
    registerCompareRoles(services),
    registerVerify(services),
    registerHelp(services),
    registerHealth(services),
    registerRenewal(services),
  );
  const reading = setTimeout(() => context.subscriptions.push(startReading(services)));
  context.subscriptions.push({ dispose: () => clearTimeout(reading) });
  // Suites look inside; other extensions get nothing.
  return context.extensionMode === vscode.ExtensionMode.Test ? { services } : undefined;
}
