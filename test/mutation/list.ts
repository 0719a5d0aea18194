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

const code = { file: 'src/core/oauth/authorizationCode.ts', noticedBy: 'unit: core/oauth/flows' } as const;
const urls = { file: 'src/core/oauth/urlPolicy.ts', noticedBy: 'unit: core/oauth/discovery' } as const;
const requests = { file: 'src/core/oauth/http.ts', noticedBy: 'unit: core/oauth/discovery' } as const;
const renewer = {
  file: 'src/core/credentials/grantRenewer.ts',
  noticedBy: 'unit: core/credentials/grantRenewer',
} as const;
const recorder = { file: 'src/core/connection/recorder.ts', noticedBy: 'unit: core/connection/badInput' } as const;
const fixes = { file: 'src/features/testConnection/applyFix.ts', noticedBy: 'suite: refusals' } as const;
const signIns = { noticedBy: 'unit: core/oauth/browserSignIns' } as const;
const loopback = {
  file: 'src/platform/node/loopbackReceiver.ts',
  noticedBy: 'unit: platform/loopbackReceiver',
} as const;

/** Every check that keeps a secret from where it is not meant to go: at a start, a sign-in, a renewal, a test, a move. */
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
    find: 'const plain = unescaped(text);',
    replace: 'const plain = text;',
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
    guard: 'what VS Code reads and we do not is no reason to trust it',
    find: '      refuseUnread(source.uri, source.content.reason);',
    replace: '',
  },
  {
    ...resolver,
    guard: 'bytes that are no UTF-8 hide nothing in a task',
    find: 'new TextDecoder().decode(',
    replace: "new TextDecoder('utf-8', { fatal: true }).decode(",
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
    file: 'src/core/config/url.ts',
    guard: 'a URL that VS Code takes for that of another host is none',
    find: "text.includes('\\\\') || hiddenEnd.test(url.username + url.password)",
    replace: 'false',
    noticedBy: 'suite: resolver',
  },
  {
    ...inputUses,
    guard: 'an input of another id that asks for ours gets nothing',
    find: 'ids.filter(id => id.value !== inputId)',
    replace: 'ids.slice(0, 0)',
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
  {
    guard: 'the page of a device code is no link to a command',
    file: 'src/platform/wizard.ts',
    find: 'box.prompt = inertLine(waiting.prompt);',
    replace: 'box.prompt = waiting.prompt;',
    noticedBy: 'suite: oauthSignIn',
  },
  {
    ...code,
    guard: 'a sign-in is begun for the client’s own issuer',
    find: 'client.issuer !== server.issuer',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    ...code,
    guard: 'the challenge of PKCE is a hash',
    find: "code_challenge_method: 'S256'",
    replace: "code_challenge_method: 'plain'",
  },
  {
    ...code,
    guard: 'an answer has the state of the sign-in',
    find: "callback.get('state') !== pending.state",
    replace: 'false',
  },
  {
    ...code,
    guard: 'nothing stands twice in an answer',
    find: 'callback.getAll(name).length > 1',
    replace: 'false',
  },
  {
    ...code,
    guard: 'a server that says so names its issuer in the answer',
    find: 'iss === null && server.issInResponse',
    replace: 'false',
  },
  {
    ...code,
    guard: 'a code is exchanged for the resource that was asked for',
    find: '...(resource !== undefined && { additionalParameters: { resource } })',
    replace: '',
  },
  {
    ...code,
    file: 'src/core/oauth/signIns.ts',
    guard: 'an answer counts once',
    find: '    this.#end(state);\n    return now',
    replace: '    return now',
  },
  {
    ...code,
    file: 'src/core/oauth/tokenRequest.ts',
    guard: 'requests name the resource',
    find: '...(target.resource !== undefined && { resource: target.resource }),',
    replace: '',
  },
  {
    guard: 'metadata are about the server that was asked',
    file: 'src/core/oauth/resourceMetadata.ts',
    find: '!coversServer(resource, policy.serverUrl)',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'metadata of another origin are about another server',
    file: 'src/core/oauth/resource.ts',
    find: 'above.origin !== server.origin || ',
    replace: '',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'a challenge sends us nowhere that is forbidden',
    file: 'src/core/oauth/resourceMetadata.ts',
    find: '    if (!checked.ok) {',
    replace: '    if (false) {',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'metadata name no endpoint that is forbidden',
    file: 'src/core/oauth/serverMetadata.ts',
    find: 'const checked = checkUrl(endpoint, policy);\n    if (!checked.ok) {',
    replace: 'const checked = checkUrl(endpoint, policy);\n    if (false) {',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'a resource names no issuer that is forbidden',
    file: 'src/core/oauth/serverMetadata.ts',
    find: 'const checked = checkUrl(issuer, policy);\n  if (!checked.ok) {',
    replace: 'const checked = checkUrl(issuer, policy);\n  if (false) {',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    ...urls,
    guard: 'metadata lead to no plain http',
    find: "url.protocol === 'http:' && !isLocal && !(isOwn && policy.insecureAllowed)",
    replace: 'false',
  },
  {
    ...urls,
    guard: 'metadata lead to nothing but http',
    find: "url.protocol !== 'https:' && url.protocol !== 'http:'",
    replace: 'false',
  },
  {
    ...requests,
    guard: 'no request over plain http',
    find: "parts.value.security === 'insecure' && !context.insecureAllowed",
    replace: 'false',
  },
  {
    ...requests,
    guard: 'no request of a sign-in follows a redirect',
    find: "redirect: 'manual',\n        credentials",
    replace: "redirect: 'follow' as 'manual',\n        credentials",
  },
  { ...requests, guard: 'no answer without an end', find: 'if (size > limit) {', replace: 'if (false) {' },
  {
    guard: 'a client is chosen among those of the issuer',
    file: 'src/core/oauth/clients.ts',
    find: 'known.filter(client => client.issuer === server.issuer)',
    replace: 'known.filter(() => true)',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'a server that is never content asks twice',
    file: 'src/core/oauth/stepUp.ts',
    find: 'attempts >= stepUpLimit || ',
    replace: '',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    guard: 'only tokens that a header can carry',
    file: 'src/core/oauth/tokens.ts',
    find: 'token.length > tokenLimit || !isSendable(token) || /\\s/.test(token)',
    replace: 'false',
    noticedBy: 'unit: core/oauth/discovery',
  },
  {
    ...renewer,
    guard: 'nothing is spent without the lock',
    find: 'const obstacle = !held\n',
    replace: 'const obstacle = false\n',
  },
  {
    ...renewer,
    guard: 'nothing is spent once the lock is lost',
    find: '!(await held?.isHeld())',
    replace: 'false',
  },
  {
    ...renewer,
    guard: 'the keyring is looked at again under the lock',
    find: 'load: async () => grantOf(await this.#latest(id)),',
    replace: 'load: async () => grantOf(credential),',
  },
  {
    ...renewer,
    guard: 'what a server asked of one window all windows do',
    find: 'note.notBefore !== undefined && now < note.notBefore',
    replace: 'false',
  },
  {
    ...renewer,
    guard: 'a window that cannot see the newest tokens spends nothing',
    find: 'note.unstored !== undefined && note.unstored !== this.#window && !held.note?.beforeStart',
    replace: 'false',
  },
  {
    guard: 'that a token is about to be spent is written down first',
    file: 'src/core/oauth/renewal.ts',
    find: '    await store.store(marked);',
    replace: '',
    noticedBy: 'unit: core/oauth/renewal',
  },
  {
    guard: 'new tokens are read back',
    file: 'src/core/oauth/renewal.ts',
    find: 'if (stored && grant.tokens && hasSameTokens(stored, grant.tokens)) {',
    replace: 'if (stored) {',
    noticedBy: 'unit: core/oauth/renewal',
  },
  {
    guard: 'the lock of a process that lives is not broken',
    file: 'src/platform/node/lockFile.ts',
    find: 'return isGone(content) || this.#unchanged > silence;',
    replace: 'return true;',
    noticedBy: 'unit: platform/locks',
  },
  {
    guard: 'a lock is made where none is',
    file: 'src/platform/node/lockFile.ts',
    find: "const file = await open(path, 'wx', 0o600);",
    replace: "const file = await open(path, 'w', 0o600);",
    noticedBy: 'unit: platform/locks',
  },
  {
    guard: 'a new file for a secret is its owner’s alone',
    file: 'src/platform/node/atomicWrite.ts',
    find: 'secret ? 0o600 : 0o666',
    replace: '0o666',
    noticedBy: 'unit: platform/atomicWrite',
  },
  {
    ...recorder,
    guard: 'a test talks to the server’s origin alone',
    find: 'new URL(url).origin !== new URL(this.#options.serverUrl).origin',
    replace: 'false',
    noticedBy: 'unit: core/connection/recorder',
  },
  {
    ...recorder,
    guard: 'a test follows no redirect',
    find: "redirect: 'manual',",
    replace: "redirect: 'follow',",
  },
  {
    ...recorder,
    guard: 'a test reads no answer without an end',
    find: 'size > this.#options.limits.answerSize || this.#total > this.#options.limits.totalSize',
    replace: 'false',
  },
  {
    ...recorder,
    guard: 'a test makes no request without an end',
    find: 'this.#exchanges.length >= limits.requests',
    replace: 'false',
    noticedBy: 'unit: core/connection/recorder',
  },
  {
    ...recorder,
    guard: 'a secret that a server sends back is not shown',
    find: 'exchange.body = this.redact(text);',
    replace: 'exchange.body = text;',
    noticedBy: 'unit: core/connection/connect',
  },
  {
    ...recorder,
    guard: 'a secret is shown masked',
    find: 'value instanceof Secret ? { name, value: await maskedHeader(value) } : { name, value }',
    replace: '{ name, value: value instanceof Secret ? value.reveal() : value }',
    noticedBy: 'unit: core/connection/connect',
  },
  {
    guard: 'a test asks without the credential first',
    file: 'src/core/connection/examine.ts',
    find: 'headers: plain(subject),',
    replace: 'headers: [...(subject.header ? [subject.header] : []), ...plain(subject)],',
    noticedBy: 'unit: core/connection/examineBadInput',
  },
  {
    guard: 'a test does not connect without the credential that was withheld',
    file: 'src/core/connection/examine.ts',
    find: "const canSend = subject.header !== undefined || subject.facts.kind === 'none';",
    replace: 'const canSend = true;',
    noticedBy: 'unit: core/connection/rules',
  },
  {
    guard: 'a refused credential is not tried again',
    file: 'src/core/connection/connect.ts',
    find: 'const tryEarlierTransport = [400, ',
    replace: 'const tryEarlierTransport = [401, 403, 400, ',
    noticedBy: 'unit: core/connection/connect',
  },
  {
    guard: 'published keys are read where metadata may lead',
    file: 'src/core/connection/publishedKeys.ts',
    find: 'return checkUrl(jwksUri, policy).ok ? jwksUri : undefined;',
    replace: 'return jwksUri;',
    noticedBy: 'unit: core/connection/rules',
  },
  {
    guard: 'a test sends nothing over plain http unless allowed',
    file: 'src/features/testConnection/gather.ts',
    find: '  if (insecure && !insecureAllowed) {',
    replace: '  if (false) {',
    noticedBy: 'suite: refusals',
  },
  {
    guard: 'a test calls only tools that say of themselves that they change nothing',
    file: 'src/features/testConnection/reports.ts',
    find: '  if (!tool?.readOnly) {',
    replace: '  if (!tool) {',
    noticedBy: 'suite: refusals',
  },
  {
    ...fixes,
    guard: 'a fix sends a credential to another origin only if the person says so',
    find: 'new URL(canonical.value).origin !== originOf(from)',
    replace: 'false',
  },
  {
    guard: 'a secret moves to no address where another credential is in use',
    file: 'src/features/exposed/moveHeaders.ts',
    find: 'other !== undefined && other !== credentialId',
    replace: 'false',
    noticedBy: 'suite: exposed',
  },
  {
    guard: 'no file that VS Code reads is hidden by one that the settings name',
    file: 'src/platform/configLocations.ts',
    find: 'if (!byKey.has(place.key)) {',
    replace: 'if (true) {',
    noticedBy: 'suite: clients',
  },
];
