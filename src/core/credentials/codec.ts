import { canonicalUrl } from '../config/url.ts';
import { isVariableName } from '../config/variableNames.ts';
import { type AlgorithmName, findAlgorithm } from '../jwt/algorithms.ts';
import { isPrivateJwk } from '../jwt/jwkMembers.ts';
import type { JsonObject } from '../jwt/types.ts';
import type { CredentialGrant } from '../oauth/grant.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import type {
  Attachment,
  Credential,
  DamagedEntry,
  HistoryEntry,
  HistoryEvent,
  ProvidedServer,
  SecretEncoding,
  SigningKey,
  TakenFrom,
  TerminalVariable,
  TokenTemplate,
} from './types.ts';

/** Version of the JSON in the vault. A higher one was written by a newer extension: kept untouched and shown as such. */
const version = 1;

type Reason = DamagedEntry['reason'];

type GrantCodec = typeof import('../oauth/grantCodec.ts');

/**
 * The JSON text under `credential/<id>`: metadata and secret together, so that deletion and replacement are atomic.
 * @param writeId tells this text from others of the same credential
 */
export async function encodeCredential(credential: Credential, writeId?: string): Promise<string> {
  const { kind, ...rest } = credential;
  const secrets = await revealSecrets(credential);
  const attachments = credential.attachments.map(encodeAttachment);
  return JSON.stringify({ version, ...(writeId !== undefined && { writeId }), kind, ...rest, attachments, ...secrets });
}

async function revealSecrets(credential: Credential): Promise<object | undefined> {
  switch (credential.kind) {
    case 'apiKey':
      return { key: credential.key.reveal() };
    case 'oauth': {
      const { grant } = credential;
      return { grant: grant.flow === 'vscodeAccount' ? grant : (await loadGrantCodec()).encodeGrant(grant) };
    }
    default:
      return credential.token && { token: credential.token.reveal() };
  }
}

/** Loaded with the first OAuth credential: most keyrings have none. */
function loadGrantCodec(): Promise<GrantCodec> {
  return import('../oauth/grantCodec.ts');
}

/** Which write a text of {@link encodeCredential} or {@link encodeSigningKey} comes from; undefined if it doesn't say. */
export function writeIdOf(text: string): string | undefined {
  return /^\{"version":\d+,"writeId":"([\w-]+)"/.exec(text)?.[1];
}

/** What was taken out of a file may hold a literal, and is wrapped as long as it is in memory. */
function encodeAttachment(attachment: Attachment): object {
  const from = attachment.provided?.from;
  if (!from) {
    return attachment;
  }
  const { undo, source } = from;
  const revealed = { ...from, undo: undo.reveal(), source: source.reveal() };
  return { ...attachment, provided: { ...attachment.provided, from: revealed } };
}

/**
 * The JSON text under `signing-key/<id>`.
 * @param writeId as of {@link encodeCredential}
 */
export function encodeSigningKey(key: SigningKey, writeId?: string): string {
  return JSON.stringify({ version, ...(writeId !== undefined && { writeId }), ...key, text: key.text.reveal() });
}

export async function decodeCredential(text: string): Promise<Result<Credential, Reason>> {
  const grants = text.includes('"oauth"') ? await loadGrantCodec() : undefined;
  return read(text, entry => {
    const common = {
      id: entry.string('id'),
      name: entry.string('name'),
      ...entry.optional('description', value => string(value)),
      header: header(entry.raw('header')),
      attachments: list(entry.raw('attachments'), attachment),
      history: list(entry.raw('history'), historyEntry),
      createdAt: entry.number('createdAt'),
      ...entry.optional('lastUsedAt', value => number(value)),
      timesRenewed: entry.number('timesRenewed'),
      ...entry.optional('revokedAt', value => number(value)),
      ...entry.optional('pastTokens', value => list(value, string)),
      ...entry.optional('terminal', terminal),
    };
    switch (entry.raw('kind')) {
      case 'apiKey':
        return { kind: 'apiKey', ...common, key: secret(entry.raw('key')) };
      case 'bearer':
        return { kind: 'bearer', ...common, token: secret(entry.raw('token')) };
      case 'signedJwt':
        return {
          kind: 'signedJwt',
          ...common,
          keyId: entry.string('keyId'),
          template: template(entry.raw('template')),
          ...entry.optional('token', secret),
          ...entry.optional('automaticRenewal', flag),
        };
      case 'oauth':
        return {
          kind: 'oauth',
          ...common,
          grant: grant(entry.raw('grant'), grants),
          ...entry.optional('automaticRenewal', flag),
          ...entry.optional('clientKeyId', string),
        };
      default:
        throw new WrongShape();
    }
  });
}

export function decodeSigningKey(text: string): Result<SigningKey, Reason> {
  return read(text, entry => {
    const common = {
      id: entry.string('id'),
      name: entry.string('name'),
      createdAt: entry.number('createdAt'),
      text: secret(entry.raw('text')),
      ...entry.optional('kid', value => string(value)),
      ...entry.optional('previousPublicKeys', value => list(value, publicJwk)),
    };
    switch (entry.raw('type')) {
      case 'oct':
        return {
          type: 'oct',
          ...common,
          encoding: oneOf<SecretEncoding>(entry.raw('encoding'), ['utf8', 'base64', 'base64url', 'hex']),
          ...entry.optional('algorithm', algorithm),
        };
      case 'jwk':
        return {
          type: 'jwk',
          ...common,
          text: jwkText(common.text),
          encoding: oneOf(entry.raw('encoding'), ['jwk']),
          publicJwk: publicJwk(entry.raw('publicJwk')),
          algorithm: algorithm(entry.raw('algorithm')),
        };
      default:
        throw new WrongShape();
    }
  });
}

function algorithm(value: unknown): AlgorithmName {
  const found = findAlgorithm(value);
  if (!found) {
    throw new WrongShape();
  }
  return found.name;
}

/** A private key that is no JSON would be quoted by the error of whoever takes it apart, and errors are logged. */
function jwkText(text: Secret): Secret {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text.reveal());
  } catch {
    throw new WrongShape();
  }
  record(jwk);
  return text;
}

/** A public key is shown and exported: one that has come to hold its secret is damaged, not public. */
function publicJwk(value: unknown): JsonObject {
  const jwk = record(value);
  string(jwk.kty);
  if (isPrivateJwk(jwk)) {
    throw new WrongShape();
  }
  return jwk;
}

class WrongShape extends Error {}

interface Entry {
  raw(key: string): unknown;
  string(key: string): string;
  number(key: string): number;
  optional<K extends string, T>(key: K, map: (value: unknown) => T): { readonly [key in K]?: T };
}

function read<T>(text: string, build: (entry: Entry) => T): Result<T, Reason> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('not-json');
  }
  try {
    const object = record(value);
    if (typeof object.version === 'number' && object.version > version) {
      return fail('newer-version');
    }
    if (object.version !== version) {
      return fail('wrong-shape');
    }
    return ok(
      build({
        raw: key => object[key],
        string: key => string(object[key]),
        number: key => number(object[key]),
        optional: <K extends string, T>(key: K, map: (value: unknown) => T) =>
          (object[key] === undefined ? {} : { [key]: map(object[key]) }) as { readonly [key in K]?: T },
      }),
    );
  } catch (error) {
    if (error instanceof WrongShape) {
      return fail('wrong-shape');
    }
    throw error;
  }
}

function grant(value: unknown, codec: GrantCodec | undefined): CredentialGrant {
  const { flow, providerId, scopes, accountId } = record(value);
  if (flow === 'vscodeAccount') {
    return {
      flow,
      providerId: string(providerId),
      scopes: list(scopes, string),
      ...(accountId !== undefined && { accountId: string(accountId) }),
    };
  }
  const decoded = codec?.decodeGrant(value);
  if (!decoded?.ok) {
    throw new WrongShape();
  }
  return decoded.value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new WrongShape();
  }
  return value;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WrongShape();
  }
  return value as Record<string, unknown>;
}

function string(value: unknown): string {
  if (typeof value !== 'string') {
    throw new WrongShape();
  }
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new WrongShape();
  }
  return value;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) {
    throw new WrongShape();
  }
  return value as T;
}

function list<T>(value: unknown, item: (value: unknown) => T): T[] {
  if (!Array.isArray(value)) {
    throw new WrongShape();
  }
  return value.map(item);
}

function secret(value: unknown): Secret {
  return new Secret(string(value));
}

function header(value: unknown) {
  const { name, scheme } = record(value);
  return { name: string(name), scheme: string(scheme) };
}

function attachment(value: unknown): Attachment {
  const { url, header, at, insecureAllowed, provided } = record(value);
  return {
    url: string(url),
    header: string(header),
    at: number(at),
    ...(insecureAllowed === true && { insecureAllowed }),
    ...(provided !== undefined && { provided: providedServer(provided, string(url), string(header)) }),
  };
}

/** A server under another URL or header than it is attached to would be offered and refused at every start. */
function providedServer(value: unknown, attachedUrl: string, attachedHeader: string): ProvidedServer {
  const { name, url, header, plainHeaders, from } = record(value);
  const canonical = canonicalUrl(string(url));
  if (!canonical.ok || canonical.value !== attachedUrl || string(header).toLowerCase() !== attachedHeader) {
    throw new WrongShape();
  }
  return {
    name: string(name),
    url: string(url),
    header: string(header),
    ...(plainHeaders !== undefined && { plainHeaders: strings(plainHeaders) }),
    ...(from !== undefined && { from: takenFrom(from) }),
  };
}

/** The variable's name comes to stand in a shell's environment and in files. */
function terminal(value: unknown): TerminalVariable {
  const variable = string(record(value).variable);
  if (!isVariableName(variable)) {
    throw new WrongShape();
  }
  return { variable };
}

function takenFrom(value: unknown): TakenFrom {
  const { file, hash, undo, source } = record(value);
  return { file: string(file), hash: string(hash), undo: secret(undo), source: secret(source) };
}

function strings(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record(value)).map(([key, text]) => [key, string(text)]));
}

function historyEntry(value: unknown): HistoryEntry {
  const { at, event, server } = record(value);
  return {
    at: number(at),
    event: string(event) as HistoryEvent,
    ...(server !== undefined && { server: string(server) }),
  };
}

function template(value: unknown): TokenTemplate {
  const { algorithm, header, claims, lifetimeSeconds, notBefore, tokenId } = record(value);
  return {
    algorithm: string(algorithm),
    header: record(header),
    claims: record(claims),
    lifetimeSeconds: lifetimeSeconds === null ? null : number(lifetimeSeconds),
    notBefore: notBefore === true,
    tokenId: tokenId === true,
  };
}
