import { accept, contentType, initialize, initialized, listTools, protocolVersion } from './messages.ts';
import { javascript, powershell, python } from './quote.ts';
import { type ExampleCall, variablesOf } from './types.ts';

// Examples that are programs. None follows a redirect: most would take a header like `X-API-Key` along to another server.

/** What the server says its revision is, in JSON as in a stream of events. */
const versionPattern = `"protocolVersion"\\s*:\\s*"([^"]+)"`;

/** A module for Node.js 18 or newer, with its own `fetch`. */
export function javascriptExample(call: ExampleCall): string {
  const variables = variablesOf(call);
  const headers = [...call.headers, ...fixedHeaders].map(
    ({ name, value }) => `  ${javascript(name)}: ${javascript(...value)},`,
  );
  const setup = [
    ...(variables.length > 0 ? [`const { ${variables.join(', ')} } = process.env;`] : []),
    ...variables.map(name => `if (!${name}) throw new Error('Set the environment variable ${name} first.');`),
    `const url = ${javascript(...call.url)};`,
    'const headers = {',
    ...headers,
    '};',
    'const send = message =>',
    `  fetch(url, { method: 'POST', headers, body: JSON.stringify(message), redirect: 'manual' });`,
    '',
    `let response = await send(${JSON.stringify(initialize)});`,
  ];
  return lines(
    ...setup,
    ...(call.request === 'initialize'
      ? ['console.log(response.status, await response.text());']
      : [
          `const [, version = '${protocolVersion}'] = (await response.text()).match(/${versionPattern}/) ?? [];`,
          `const session = response.headers.get('Mcp-Session-Id');`,
          `headers['MCP-Protocol-Version'] = version;`,
          `if (session) headers['Mcp-Session-Id'] = session;`,
          '',
          `await send(${JSON.stringify(initialized)});`,
          `response = await send(${JSON.stringify(listTools)});`,
          'console.log(response.status, await response.text());',
        ]),
  );
}

/** A script for Python 3 with the package `requests`. */
export function pythonExample(call: ExampleCall): string {
  const needsEnvironment = variablesOf(call).length > 0;
  const lists = call.request === 'tools/list';
  return lines(
    ...(needsEnvironment ? ['import os'] : []),
    ...(lists ? ['import re'] : []),
    ...(needsEnvironment || lists ? [''] : []),
    'import requests',
    '',
    `url = ${python(...call.url)}`,
    'headers = {',
    ...[...call.headers, ...fixedHeaders].map(({ name, value }) => `    ${python(name)}: ${python(...value)},`),
    '}',
    '',
    '',
    'def send(message):',
    '    return requests.post(url, headers=headers, json=message, timeout=30, allow_redirects=False)',
    '',
    '',
    `response = send(${JSON.stringify(initialize)})`,
    ...(lists
      ? [
          `version = re.search(r'${versionPattern}', response.text)`,
          `headers["MCP-Protocol-Version"] = version.group(1) if version else "${protocolVersion}"`,
          'session = response.headers.get("Mcp-Session-Id")',
          'if session:',
          '    headers["Mcp-Session-Id"] = session',
          '',
          `send(${JSON.stringify(initialized)})`,
          `response = send(${JSON.stringify(listTools)})`,
        ]
      : []),
    'print(response.status_code, response.text)',
  );
}

/** For PowerShell 7 and Windows PowerShell 5.1, in a block that leaves no variables behind. */
export function powershellExample(call: ExampleCall): string {
  const send = (message: object) => `Invoke-WebRequest @request -Body ${powershell(JSON.stringify(message))}`;
  const body =
    call.request === 'initialize'
      ? [`(${send(initialize)}).Content`]
      : [
          `$answer = ${send(initialize)}`,
          `$headers['MCP-Protocol-Version'] = if ("$($answer.Content)" -match ${powershell(versionPattern)}) { $Matches[1] } else { '${protocolVersion}' }`,
          // PowerShell 7 has a list of values for each header, Windows PowerShell one text.
          `$session = "$($answer.Headers['Mcp-Session-Id'])"`,
          `if ($session) { $headers['Mcp-Session-Id'] = $session }`,
          `$null = ${send(initialized)}`,
          `(${send(listTools)}).Content`,
        ];
  return lines(
    '& {',
    ...[
      `$ErrorActionPreference = 'Stop'`,
      ...variablesOf(call).map(
        name => `if (-not $env:${name}) { throw 'Set the environment variable ${name} first.' }`,
      ),
      '$headers = @{',
      ...[...call.headers, { name: 'Accept', value: [accept] }].map(
        ({ name, value }) => `  ${powershell(name)} = ${powershell(...value)}`,
      ),
      '}',
      '$request = @{',
      `  Uri = ${powershell(...call.url)}`,
      `  Method = 'Post'`,
      `  ContentType = '${contentType}'`,
      '  Headers = $headers',
      '  MaximumRedirection = 0',
      '  UseBasicParsing = $true',
      '}',
      ...body,
    ].map(line => `  ${line}`),
    '}',
  );
}

const fixedHeaders = [
  { name: 'Content-Type', value: [contentType] },
  { name: 'Accept', value: [accept] },
];

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
