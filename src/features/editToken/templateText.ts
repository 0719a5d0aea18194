import { memberOf, readJsonTree } from '../../core/config/jsonTree.ts';
import type { SigningKey, TokenTemplate } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { parseLifetime } from '../../core/jwt/lifetimes.ts';
import { plainText, type Span } from '../../core/text.ts';
import { templateFor } from '../../platform/credentialFactory.ts';
import { lifetimeText } from '../../platform/times.ts';

/** A template as a person edits it. */
export function templateText({
  algorithm,
  header,
  claims,
  lifetimeSeconds,
  notBefore,
  tokenId,
}: TokenTemplate): string {
  const lifetime = lifetimeText(lifetimeSeconds);
  return `${JSON.stringify({ algorithm, lifetime, notBefore, tokenId, header, claims }, undefined, 2)}\n`;
}

/**
 * Reads a template as a person has edited it.
 * @throws KeyringError `argument-invalid` with the field's name, `signing-key-problem`
 */
export function readTemplate(text: string, key: SigningKey): TokenTemplate {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('template', 'not-json-object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('template', 'not-json-object');
  }
  const { algorithm, lifetime, notBefore, tokenId, header, claims, ...unknown } = value as Record<string, unknown>;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) {
    throw invalid(plainText(surplus, 40), 'unknown-field');
  }
  if (algorithm !== undefined && typeof algorithm !== 'string') {
    throw invalid('algorithm', 'wrong-type');
  }
  for (const [field, flag] of Object.entries({ notBefore, tokenId })) {
    if (flag !== undefined && typeof flag !== 'boolean') {
      throw invalid(field, 'wrong-type');
    }
  }
  const seconds = parseLifetime(typeof lifetime === 'string' ? lifetime : '1 hour');
  if (!seconds.ok || (lifetime !== undefined && typeof lifetime !== 'string')) {
    throw invalid('lifetime', 'not-a-lifetime');
  }
  try {
    return templateFor(
      {
        ...(algorithm !== undefined && { algorithm }),
        tokenHeader: header as NonNullable<Parameters<typeof templateFor>[0]['tokenHeader']>,
        claims: (claims ?? {}) as NonNullable<Parameters<typeof templateFor>[0]['claims']>,
        lifetimeSeconds: seconds.value,
        notBefore: notBefore === true,
        tokenId: tokenId === true,
      },
      key,
    );
  } catch (error) {
    throw error instanceof KeyringError ? inTemplate(error) : error;
  }
}

/** The fields of an answer have other names than those of a template. */
function inTemplate({ code, data }: KeyringError): KeyringError {
  const names: Readonly<Record<string, string>> = { 'credential.tokenHeader': 'header', 'credential.claims': 'claims' };
  const field = names[String(data.field)];
  return new KeyringError(code, field === undefined ? data : { ...data, field });
}

/** Why a text can't be signed, and where it says so. */
export interface TemplateProblem {
  readonly error: KeyringError;
  readonly span: Span;
}

/** What keeps an edited template from being signed; undefined where nothing does. */
export function templateProblem(text: string, key: SigningKey): TemplateProblem | undefined {
  try {
    readTemplate(text, key);
    return undefined;
  } catch (error) {
    if (error instanceof KeyringError) {
      return { error, span: spanOf(text, error) };
    }
    throw error;
  }
}

function spanOf(text: string, { code, data }: KeyringError): Span {
  const tree = readJsonTree(text);
  if (!tree.ok) {
    const { start, end } = tree.error;
    // Where something is missing, what stands there instead is marked, so that there is something to see.
    const instead = end > start ? undefined : /\S\w*/.exec(text.slice(start));
    return instead ? { start: start + instead.index, end: start + instead.index + instead[0].length } : tree.error;
  }
  const field = tree.value && memberOf(tree.value, code === 'argument-invalid' ? String(data.field) : 'algorithm');
  const member = field && data.reason === 'claim-made-anew' ? memberOf(field.value, String(data.value)) : undefined;
  const place = member ?? field ?? tree.value;
  return place ? { start: place.start, end: place.end } : { start: 0, end: text.length };
}

function invalid(field: string, reason: string): KeyringError {
  return new KeyringError('argument-invalid', { field, reason });
}
