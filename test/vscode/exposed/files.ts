import * as vscode from 'vscode';
import { withFakeValues } from '../../detect/fakeValues.ts';
import { fileSnapshot, uriOf } from '../harness/inside.ts';
import { until, writeText } from '../harness/keyring.ts';

export const alpha = 'alpha/.vscode/mcp.json';
export const beta = 'beta/.vscode/mcp.json';

/** Made-up values that look like secrets; no two are alike. */
export const secrets = {
  bearer: withFakeValues('@an:40@', 'bearer'),
  custom: withFakeValues('ghp_@an:36@', 'custom'),
  env: withFakeValues('@an:32@', 'env'),
  argument: withFakeValues('@hex:40@', 'argument'),
  query: withFakeValues('@an:32@', 'query'),
  user: withFakeValues('@an:24@', 'user'),
  input: withFakeValues('@an:32@', 'input'),
  client: withFakeValues('@an:40@', 'client'),
  member: withFakeValues('@an:36@', 'member'),
};

/** A file with a secret in each place where one can stand. */
export function everyPlace(): string {
  return `${JSON.stringify(
    {
      inputs: [{ id: 'weather-key', type: 'promptString', password: true, default: secrets.input }],
      servers: {
        remote: {
          type: 'http',
          url: 'https://remote.example.com/mcp',
          headers: { Authorization: `Bearer ${secrets.bearer}`, 'X-Settings': secrets.custom, Accept: 'text/plain' },
        },
        local: {
          command: 'npx',
          args: ['-y', 'weather-mcp', `--api-key=${secrets.argument}`],
          env: { WEATHER_API_KEY: secrets.env, LOG_LEVEL: 'debug' },
        },
        query: { type: 'http', url: `https://query.example.com/mcp?api_key=${secrets.query}` },
        user: { type: 'http', url: `https://alice:${secrets.user}@user.example.com/mcp` },
        oauth: {
          type: 'http',
          url: 'https://oauth.example.com/mcp',
          oauth: { clientId: 'demo', clientSecret: secrets.client },
          apiKey: secrets.member,
        },
        tidy: { type: 'http', url: 'https://tidy.example.com/mcp', headers: { Authorization: `Bearer \${input:x}` } },
      },
    },
    undefined,
    2,
  )}\n`;
}

/** Writes a file as another program would, and waits until the detector has looked at it. */
export async function write(path: string, text: string): Promise<void> {
  writeText(path, text);
  await until(`${path} to be read`, async () => {
    const snapshot = await fileSnapshot(uriOf(path));
    return snapshot?.exposed && snapshot.source.content.state === 'text' && snapshot.source.content.text === text;
  });
}

/** The part of a text that a problem marks. */
export async function marked(problem: vscode.Diagnostic, path: string): Promise<string> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uriOf(path)));
  return document.getText(problem.range);
}
