/** The test that has to fail: a suite in VS Code, or a file of test/unit. */
export type Proof = `suite: ${string}` | `unit: ${string}`;

/** A guard, and how it is taken out. */
export interface Mutation {
  readonly guard: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly noticedBy: Proof;
}

const resolver = { file: 'src/features/resolveHeader/resolve.ts', noticedBy: 'suite: resolver' } as const;
const inputUses = { file: 'src/core/config/inputUses.ts', noticedBy: 'unit: core/config/inputUses' } as const;
const broker = { file: 'src/core/credentials/broker.ts', noticedBy: 'unit: core/credentials/broker' } as const;
const provider = { file: 'src/features/provided/provider.ts', noticedBy: 'suite: provided' } as const;

const signIns = { noticedBy: 'unit: core/oauth/browserSignIns' } as const;
const loopback = {
  file: 'src/platform/node/loopbackReceiver.ts',
  noticedBy: 'unit: platform/loopbackReceiver',
} as const;

/** Every check between a file that asks for a value and the value. */
export const guards: readonly Mutation[] = [
  {
    ...resolver,
    guard: 'only ids of ours are resolved',
    find: "typeof inputId !== 'string' || parseKeyringInputId(inputId) === undefined",
    replace: 'false',
  },
  {
    ...resolver,
    guard: 'tasks, launch configurations, settings and containers are looked at',
    find: '  await refuseOtherFiles(inputId);',
    replace: '',
  },
  {
    ...resolver,
    guard: 'escapes in those files are undone',
    find: "text === undefined ? '' : unescaped(text)",
    replace: "text ?? ''",
  },
  {
    ...resolver,
    guard: 'the command’s name in those files is enough',
    find: 'plain.includes(resolveCommand) || ',
    replace: '',
  },
  {
    file: 'src/platform/discoverPlaces.ts',
    guard: 'containers in folders of their own are looked at',
    find: 'containers: containers.flat(),',
    replace: 'containers: [],',
    noticedBy: 'suite: resolver',
  },
  {
    file: 'src/platform/discoverPlaces.ts',
    guard: 'files of other profiles are looked at',
    find: 'profiles: profiles.map(',
    replace: 'profiles: profiles.slice(0, 0).map(',
    noticedBy: 'suite: resolver',
  },
  {
    ...resolver,
    guard: 'files are read from disk, as VS Code reads them',
    find: 'files.readAllFromDisk()',
    replace: 'files.readAll()',
  },
  {
    ...resolver,
    guard: 'a server with two URLs gets nothing',
    find: 'others.every(other => other === url)',
    replace: 'true',
  },
  {
    ...resolver,
    guard: 'a use that is no header gets nothing',
    find: 'agreed && header !== undefined && (await hashFits(inputId, url, header))',
    replace: "agreed && (await hashFits(inputId, url, header ?? 'X-API-Key'))",
  },
  {
    ...resolver,
    guard: 'the id’s digits fit URL and header',
    find: '(await hashFits(inputId, url, header));\n      const first',
    replace: 'true;\n      const first',
  },
  { ...resolver, guard: 'all uses name one URL', find: 'first.url !== url || ', replace: '' },
  {
    ...resolver,
    guard: 'all uses name one header',
    find: ' || first.header.toLowerCase() !== header.toLowerCase()',
    replace: '',
  },
  {
    ...resolver,
    guard: 'an input that nothing uses is not resolved',
    find: "  if (!first) {\n    throw new KeyringError('reference-unknown', { inputId });\n  }",
    replace: "  if (!first) {\n    return 'x';\n  }",
  },
  {
    ...resolver,
    guard: 'what has been handed out is forgotten by VS Code',
    find: '  services.mcp.purge(inputId, new Set(uses.map(use => use.scope)));',
    replace: '',
    noticedBy: 'suite: delivery',
  },
  {
    ...inputUses,
    guard: 'an input of another id that asks for ours counts as ours',
    find: '          aliases.add(other.value);',
    replace: '',
  },
  {
    ...inputUses,
    guard: 'names of members are looked at, too',
    find: "      found.push({ path: [...open.slice(1), name, ''], value: name });",
    replace: '',
  },
  {
    ...inputUses,
    guard: 'every URL of a server is looked at',
    find: '      .map(other => other.value);',
    replace: '      .map(other => other.value).slice(0, 1);',
  },
  {
    ...inputUses,
    guard: 'only a value directly in headers is a header',
    find: "path.length === root.length + 3 && keyOf(headers) === 'headers'",
    replace: "keyOf(headers) === 'headers'",
  },
  {
    ...inputUses,
    guard: 'only headers are headers',
    find: " && keyOf(headers) === 'headers'",
    replace: '',
  },
  {
    ...broker,
    guard: 'nothing without an attachment',
    find: '    if (!meant) {',
    replace: '    if (false) {',
  },
  {
    ...broker,
    guard: 'nothing once another window has detached',
    find: '    if (!attachment) {',
    replace: '    if (false) {',
  },
  {
    ...broker,
    guard: 'the attachment is for this URL',
    find: 'attachment.url === url && attachment.header === lower',
    replace: 'attachment.header === lower',
  },
  {
    ...broker,
    guard: 'the attachment is for this header',
    find: 'attachment.url === url && attachment.header === lower',
    replace: 'attachment.url === url',
  },
  {
    ...broker,
    guard: 'nothing that has been revoked',
    find: "    if (credential.revokedAt !== undefined) {\n      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name, url });",
    replace:
      "    if (false) {\n      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name, url });",
  },
  {
    ...broker,
    guard: 'nothing revoked is renewed',
    find: "    if (credential.revokedAt !== undefined) {\n      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name });",
    replace:
      "    if (false) {\n      throw new KeyringError('credential-revoked', { id: credential.id, name: credential.name });",
  },
  {
    ...broker,
    guard: 'nothing over plain http unless allowed',
    find: "transportSecurity(url) === 'insecure' && !attachment.insecureAllowed",
    replace: 'false',
  },
  {
    ...broker,
    guard: 'nothing that has expired',
    find: '    if (times?.exp.at !== undefined && now >= times.exp.at) {',
    replace: '    if (false) {',
  },
  {
    ...broker,
    guard: 'nothing that is not valid yet',
    find: 'times?.nbf.at !== undefined && now < times.nbf.at - clockToleranceSeconds * 1000',
    replace: 'false',
  },
  {
    ...broker,
    guard: 'nothing that cannot be sent in a header',
    find: '  if (!isSendable(value)) {',
    replace: '  if (false) {',
  },
  {
    ...broker,
    guard: 'entries are read afresh, past the memory',
    find: 'return await this.#vault.readCredential(id);',
    replace: 'return this.#vault.credential(id) ?? (await this.#vault.readCredential(id));',
  },
  {
    file: 'src/core/credentials/vault.ts',
    guard: 'no secret in a workspace that is not trusted',
    find: '    if (!this.#allowed()) {',
    replace: '    if (false) {',
    noticedBy: 'suite: restricted',
  },
  {
    file: 'src/platform/configEdits.ts',
    guard: 'no file is written in a workspace that is not trusted',
    find: '  if (!vscode.workspace.isTrusted) {',
    replace: '  if (false) {',
    noticedBy: 'suite: restricted',
  },
  {
    file: 'src/platform/mcpServers.ts',
    guard: 'no server of a file is started in a workspace that is not trusted',
    find: '  async start(file: vscode.Uri, server: string): Promise<boolean> {\n    if (!vscode.workspace.isTrusted) {',
    replace: '  async start(file: vscode.Uri, server: string): Promise<boolean> {\n    if (false) {',
    noticedBy: 'suite: restricted',
  },
  {
    ...provider,
    guard: 'nothing secret is said before a start',
    find: 'uriOf(server), {}, versionOf(this.#toldOf(server))',
    replace:
      "uriOf(server), { 'X-API-Key': this.#tokensOf(server)[0]?.reveal() ?? '' }, versionOf(this.#toldOf(server))",
  },
  {
    ...provider,
    guard: 'a replaced token stops the server',
    find: '      told.version++;',
    replace: '',
  },
  {
    ...provider,
    guard: 'a start does not stop itself by renewing',
    find: 'told.starting === 0 && ',
    replace: '',
  },
  {
    file: 'src/platform/providedServers.ts',
    guard: 'no name under which another server is offered',
    find: 'provided?.name === name && provided.url !== url',
    replace: 'false',
    noticedBy: 'suite: provided',
  },
  {
    file: 'src/core/inventory/provided.ts',
    guard: 'no label that a file’s server has',
    find: 'const labels = new Set(taken);',
    replace: 'const labels = new Set<string>();',
    noticedBy: 'suite: provided',
  },
  {
    ...signIns,
    guard: 'the issuer of an answer is the one that was asked',
    file: 'src/core/oauth/authorizationCode.ts',
    find: 'iss !== null && iss !== issuer',
    replace: 'false',
  },
  {
    guard: 'no code without PKCE',
    file: 'src/core/oauth/authorizationCode.ts',
    find: '!server.pkce',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'metadata speak for the issuer that was asked',
    file: 'src/core/oauth/serverMetadata.ts',
    find: '!issuers.includes(issuer)',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'no server sends us into a private network',
    file: 'src/core/oauth/urlPolicy.ts',
    find: 'isPrivateHost(url.hostname) && !isKnown',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'a client is shown to its own issuer alone',
    file: 'src/core/oauth/clientAuthentication.ts',
    find: 'client.issuer !== server.issuer',
    replace: 'false',
    noticedBy: 'unit: core/oauth/flows',
  },
  {
    ...loopback,
    guard: 'browsers come back under the name of this machine alone',
    find: "!/^(?:127\\.0\\.0\\.1|localhost):\\d+$/.test(headers.host ?? '')",
    replace: 'false',
  },
  {
    guard: 'foreign text on the landing page is text',
    file: 'src/core/oauth/landingPage.ts',
    find: '<p>${escapeHtml(plainText(paragraph, 600))}</p>',
    replace: '<p>${paragraph}</p>',
    noticedBy: 'unit: core/oauth/landingPage',
  },
];
