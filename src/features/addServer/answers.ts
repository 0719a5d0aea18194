import { canonicalUrl, transportSecurity } from '../../core/config/url.ts';
import { KeyringError } from '../../core/errors.ts';
import { clientAuthMethods } from '../../core/oauth/clients.ts';
import { oauthFlows } from '../../core/oauth/grant.ts';
import type { AddServerAnswers, CredentialAnswers } from '../../ids.ts';

/**
 * What's wrong with a server's URL, field `url`.
 * @returns undefined when a credential may be attached to it; `insecure` counts as wrong unless it's allowed
 */
export function urlProblem(url: string, allowInsecure: boolean): KeyringError | undefined {
  const text = url.trim();
  if (text === '') {
    return invalid('url', 'empty');
  }
  if (text.includes('${')) {
    return invalid('url', 'unresolved');
  }
  const canonical = canonicalUrl(text);
  if (!canonical.ok) {
    return invalid('url', 'not-http');
  }
  const { username, password } = new URL(text);
  if (username || password) {
    return invalid('url', 'query-secret');
  }
  return transportSecurity(canonical.value) === 'insecure' && !allowInsecure
    ? invalid('url', 'insecure', canonical.value)
    : undefined;
}

/** What's wrong with a server's name, field `name`. */
export function nameProblem(name: string): KeyringError | undefined {
  return name.trim() === '' ? invalid('name', 'empty') : undefined;
}

/** A name for a server that says where it is: its host without what every host has. */
export function suggestedName(url: string): string {
  const canonical = canonicalUrl(url.trim());
  if (!canonical.ok) {
    return '';
  }
  const { hostname, port } = new URL(canonical.value);
  const host = hostname.replace(/^(?:www|mcp|api)\./, '').replace(/\.(?:com|org|net|dev|io|ai|app)$/, '');
  return (/^[\d.[\]:]+$|^localhost$/.test(host) ? `local-${port || '80'}` : host).replace(/[^A-Za-z0-9]+/g, '-');
}

/**
 * Checks the types of what a program passed, before anything is asked.
 * @throws KeyringError `argument-invalid` with the field's name
 */
export function checkAnswers(answers: AddServerAnswers): void {
  for (const field of ['name', 'url', 'file', 'header'] as const) {
    if (answers[field] !== undefined && typeof answers[field] !== 'string') {
      throw invalid(field, 'wrong-type');
    }
  }
  if (
    answers.delivery !== undefined &&
    !['reference', 'environment', 'literal', 'provided'].includes(answers.delivery)
  ) {
    throw invalid('delivery', 'unknown-delivery');
  }
  checkCredentialAnswers(answers.credential);
  if (answers.url !== undefined) {
    const problem = urlProblem(answers.url, answers.allowInsecure === true);
    if (problem) {
      throw problem;
    }
  }
  if (answers.name !== undefined) {
    const problem = nameProblem(answers.name);
    if (problem) {
      throw problem;
    }
  }
}

/**
 * Checks the kind of a credential that a program passed, and of OAuth the types.
 * @throws KeyringError `argument-invalid` with the field's name
 */
export function checkCredentialAnswers(answers: CredentialAnswers | undefined): void {
  if (answers === undefined) {
    return;
  }
  const kind: unknown = answers.kind;
  if (!['apiKey', 'bearer', 'signedJwt', 'oauth', 'existing'].includes(String(kind))) {
    throw invalid('credential.kind', 'unknown-kind');
  }
  if (answers.kind !== 'oauth') {
    return;
  }
  if (answers.flow !== undefined && !oauthFlows.includes(answers.flow)) {
    throw invalid('credential.flow', 'unknown-flow');
  }
  if (answers.clientAuth !== undefined && !clientAuthMethods.includes(answers.clientAuth)) {
    throw invalid('credential.clientAuth', 'wrong-type');
  }
  const texts = [
    'serverUrl',
    'issuer',
    'clientId',
    'clientSecret',
    'clientKeyId',
    'redirectUri',
    'providerId',
  ] as const;
  for (const field of texts) {
    if (answers[field] !== undefined && typeof answers[field] !== 'string') {
      throw invalid(`credential.${field}`, 'wrong-type');
    }
  }
  const { scopes, resource, endpoint } = answers;
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every(scope => typeof scope === 'string'))) {
    throw invalid('credential.scopes', 'wrong-type');
  }
  if (resource !== undefined && resource !== null && typeof resource !== 'string') {
    throw invalid('credential.resource', 'wrong-type');
  }
  if (endpoint !== undefined && (typeof endpoint !== 'object' || typeof endpoint?.url !== 'string')) {
    throw invalid('credential.endpoint', 'wrong-type');
  }
}

function invalid(field: string, reason: string, value?: string): KeyringError {
  return new KeyringError('argument-invalid', { field, reason, ...(value !== undefined && { value }) });
}
