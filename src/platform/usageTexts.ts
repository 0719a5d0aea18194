import { l10n } from 'vscode';
import type { ExampleForm } from '../core/usage/types.ts';

/** What an example is written in. */
export function exampleFormText(form: ExampleForm): string {
  switch (form) {
    case 'curl':
      return 'cURL';
    case 'javascript':
      return 'JavaScript fetch';
    case 'python':
      return 'Python requests';
    case 'powershell':
      return 'PowerShell';
    case 'httpie':
      return 'HTTPie';
    case 'httpFile':
      return l10n.t('.http request');
    case 'inspector':
      return 'MCP Inspector';
  }
}
