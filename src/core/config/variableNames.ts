import type { ConfigFormat } from './types.ts';

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a text can be the name of an environment variable that every format can refer to. */
export function isVariableName(text: string): boolean {
  return variableName.test(text);
}

/** Whether a header can take its value from an environment variable, for the clients that the format is named for. */
export function resolvesVariables(format: ConfigFormat): boolean {
  return [...format.indirections, ...(format.othersResolve ?? [])].some(indirection => indirection !== 'input');
}

/** How a format refers to an environment variable; undefined where its clients resolve none. */
export function variableReference(format: ConfigFormat, name: string, fallback?: string): string | undefined {
  const known = [...format.indirections, ...(format.othersResolve ?? [])];
  if (fallback !== undefined) {
    return known.includes('env') ? `\${${name}:-${fallback}}` : undefined;
  }
  if (known.includes('envColon')) {
    return `\${env:${name}}`;
  }
  return resolvesVariables(format) ? `\${${name}}` : undefined;
}
