import { ok, type Result } from '../result.ts';
import { httpFileExample } from './httpFileExample.ts';
import { javascriptExample, powershellExample, pythonExample } from './scriptExamples.ts';
import { curl, httpie, inspector } from './shellExamples.ts';
import type { ExampleCall, ExampleForm } from './types.ts';

/**
 * What a person pastes to send a request to a server without this extension.
 * @param call URL and headers have to be such as can be sent: see `exampleCall`
 * @returns the name of the header that can't be written in this form
 */
export function usageExample(form: ExampleForm, call: ExampleCall): Result<string, string> {
  switch (form) {
    case 'curl':
      return ok(curl(call));
    case 'javascript':
      return ok(javascriptExample(call));
    case 'python':
      return ok(pythonExample(call));
    case 'powershell':
      return ok(powershellExample(call));
    case 'httpie':
      return ok(httpie(call));
    case 'httpFile':
      return httpFileExample(call);
    case 'inspector':
      return ok(inspector(call));
  }
}
