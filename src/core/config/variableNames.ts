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

/**
 * How a header's secret can leave a file for the keyring: for a reference that VS Code has us resolve, for a variable of its
 * terminals, or, where clients resolve nothing, not at all.
 */
export function wayOut({ indirections, inputsPath }: ConfigFormat): 'reference' | 'environment' | undefined {
  if (indirections.includes('input') && inputsPath) {
    return 'reference';
  }
  return indirections.length > 0 ? 'environment' : undefined;
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
