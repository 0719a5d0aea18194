import * as vscode from 'vscode';
import type { Status } from '../core/inventory/types.ts';

const icons: Readonly<Record<Status, readonly [string, string?]>> = {
  ready: ['pass', 'testing.iconPassed'],
  expiresSoon: ['warning', 'list.warningForeground'],
  expired: ['error', 'list.errorForeground'],
  notYetValid: ['watch', 'list.warningForeground'],
  malformed: ['error', 'list.errorForeground'],
  invalidHeader: ['error', 'list.errorForeground'],
  missing: ['circle-slash', 'list.errorForeground'],
  signIn: ['sign-in', 'list.errorForeground'],
  refused: ['error', 'list.errorForeground'],
  exposed: ['unlock', 'list.warningForeground'],
  revoked: ['circle-slash', 'list.errorForeground'],
  unknown: ['circle-outline'],
};

/** The icon of a state. Colour never says it alone: descriptions and accessibility labels say it in words. */
export function statusIcon(status: Status): vscode.ThemeIcon {
  const [id, color] = icons[status];
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}
