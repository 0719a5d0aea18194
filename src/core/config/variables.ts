import type { ConfigFormat, Indirection } from './types.ts';
import { isVariableName, resolvesVariables, variableReference } from './variableNames.ts';

/** A piece of a value, as the clients of a format understand it. */
export type ValuePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly fallback?: string }
  | { readonly kind: 'input'; readonly id: string }
  /** Something else that is put in when a server starts: `${workspaceFolder}`, `${command:id}`, `${file:path}`. */
  | { readonly kind: 'other'; readonly text: string };

/** Whether the value of a header has anything in it that a client puts in, so that it is no literal. */
export function hasReference(value: string, format: ConfigFormat): boolean {
  return value.includes('${') || readValue(value, format).some(part => part.kind !== 'text');
}

/**
 * Takes a header's value apart.
 * @param remote the value stands in a command line of `mcp-remote`, which itself resolves `${NAME}`
 */
export function readValue(value: string, format: ConfigFormat, remote = false): readonly ValuePart[] {
  const known = new Set<Indirection>([...format.indirections, ...(format.othersResolve ?? [])]);
  if (remote) {
    known.add('env');
  }
  if (known.size === 0 || !value.includes('$')) {
    return value === '' ? [] : [{ kind: 'text', text: value }];
  }
  if (known.has('envKeys')) {
    return readEnvKeys(value);
  }
  const parts: ValuePart[] = [];
  let at = 0;
  const pattern = known.has('envBare') ? /\$\{([^{}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g : /\$\{([^{}]*)\}/g;
  for (const match of value.matchAll(pattern)) {
    if (match.index > at) {
      parts.push({ kind: 'text', text: value.slice(at, match.index) });
    }
    parts.push(
      match[2] === undefined ? readBraces(match[1] ?? '', match[0], known) : { kind: 'variable', name: match[2] },
    );
    at = match.index + match[0].length;
  }
  if (at < value.length) {
    parts.push({ kind: 'text', text: value.slice(at) });
  }
  return parts;
}

/** There a variable is the whole value, or all of a bearer token. */
function readEnvKeys(value: string): readonly ValuePart[] {
  const [, scheme, name] = /^(Bearer )?\$\{([^{}]*)\}$/.exec(value) ?? [];
  if (name === undefined || !isVariableName(name)) {
    return [{ kind: 'text', text: value }];
  }
  const variable: ValuePart = { kind: 'variable', name };
  return scheme === undefined ? [variable] : [{ kind: 'text', text: scheme }, variable];
}

function readBraces(inside: string, all: string, known: ReadonlySet<Indirection>): ValuePart {
  const other: ValuePart = { kind: 'other', text: all };
  const [, kind, name = ''] = /^(input|env):(.*)$/s.exec(inside) ?? [];
  if (kind === 'input' && known.has('input')) {
    return { kind: 'input', id: name };
  }
  if (kind === 'env' && known.has('envColon')) {
    return isVariableName(name) ? { kind: 'variable', name } : other;
  }
  if (known.has('env') || known.has('envBare')) {
    const [, plain, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside) ?? [];
    if (plain !== undefined && (fallback === undefined || known.has('env'))) {
      return { kind: 'variable', name: plain, ...(fallback !== undefined && { fallback }) };
    }
  }
  return other;
}

/** Why a value can't be said in a format. */
export type ValueLoss = 'input' | 'variable' | 'fallback' | 'other' | 'text';

/**
 * The text that means the same to the clients of a format.
 * @param allowInputs whether inputs of these ids are there, or come with it
 */
export function writeValue(
  parts: readonly ValuePart[],
  format: ConfigFormat,
  header: string,
  allowInputs = false,
): { readonly value: string } | { readonly lost: ValueLoss } {
  let value = '';
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        value += part.text;
        break;
      case 'variable': {
        const reference = variableReference(format, part.name, part.fallback);
        if (reference === undefined) {
          return { lost: part.fallback === undefined || !resolvesVariables(format) ? 'variable' : 'fallback' };
        }
        value += reference;
        break;
      }
      case 'input':
        if (!allowInputs || !format.indirections.includes('input')) {
          return { lost: 'input' };
        }
        value += `\${input:${part.id}}`;
        break;
      case 'other':
        return { lost: 'other' };
    }
  }
  // What is text here may be a reference there, and where variables have keys of their own, not every place takes one.
  const again = readValue(value, format);
  const same = JSON.stringify(joined(again)) === JSON.stringify(joined(parts));
  const fits = !value.startsWith('Bearer ${') || header.toLowerCase() === 'authorization';
  if (!same || (format.indirections.includes('envKeys') && again.length > 1 && !fits)) {
    return { lost: parts.some(part => part.kind === 'variable') ? 'variable' : 'text' };
  }
  return { value };
}

/**
 * A header's value that consists of a scheme and the variable that holds the token.
 * @param scheme empty where the token stands alone
 * @returns undefined where the format's clients would not resolve it
 */
export function variableHeader(
  format: ConfigFormat,
  header: string,
  scheme: string,
  variable: string,
): string | undefined {
  const parts: ValuePart[] = [
    ...(scheme === '' ? [] : [{ kind: 'text' as const, text: `${scheme} ` }]),
    { kind: 'variable', name: variable },
  ];
  const written = writeValue(parts, format, header);
  return 'value' in written ? written.value : undefined;
}

function joined(parts: readonly ValuePart[]): readonly ValuePart[] {
  const result: ValuePart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') {
      result[result.length - 1] = { kind: 'text', text: last.text + part.text };
    } else if (part.kind !== 'text' || part.text !== '') {
      result.push(part);
    }
  }
  return result;
}

const prefix = 'MCP_KEYRING_';

/**
 * The variable that holds a credential's token: `MCP_KEYRING_` and its name in capitals, with a number where that is taken.
 * @param isTaken of variables of other credentials
 */
export function credentialVariable(name: string, isTaken: (variable: string) => boolean): string {
  const stem = `${prefix}${
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 40)
      .replace(/_+$/, '') || 'TOKEN'
  }`;
  let variable = stem;
  for (let number = 2; isTaken(variable); number++) {
    variable = `${stem}_${number}`;
  }
  return variable;
}

/** Variables that shells and programs give a meaning of their own: a token in one of them breaks what is started. */
const reserved =
  /^(?:PATH|PATHEXT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|COMSPEC|SYSTEMROOT|WINDIR|TEMP|TMP|TMPDIR|SHELL|USER|USERNAME|LOGNAME|PWD|OLDPWD|LANG|LC_.*|TERM|IFS|PS[0-4]|ENV|BASH_.*|ZDOTDIR|LD_.*|DYLD_.*|NODE_.*|ELECTRON_.*|VSCODE_.*|PYTHON.*|PERL.*|RUBY.*|JAVA_.*|GIT_.*|SSH_.*|DISPLAY|XDG_.*|EDITOR|VISUAL|PAGER|CDPATH|PROMPT_COMMAND)$/i;

/** Why a credential can't have a variable of this name; undefined where it can. */
export function variableProblem(
  name: string,
  isTaken: (variable: string) => boolean,
): 'not-a-variable' | 'reserved' | 'taken' | undefined {
  if (!isVariableName(name) || name.length > 100) {
    return 'not-a-variable';
  }
  return reserved.test(name) ? 'reserved' : isTaken(name) ? 'taken' : undefined;
}
