import type { Pieces } from './types.ts';

// How texts stand in each language. Whatever is in a text, it stays that text: nothing in it is expanded, ends the quotes
// or begins something else.

/**
 * A word for a POSIX shell, bash or zsh. A variable that isn't set stops the command (`:?`): otherwise it would go out with an
 * empty token, and the server's refusal would say nothing of that.
 */
export function posix(...pieces: Pieces): string {
  if (pieces.every(piece => typeof piece !== 'string' || isPlain(piece)) && pieces.some(isVariable)) {
    return `"${pieces.map(piece => (typeof piece === 'string' ? piece : expansion(piece.variable))).join('')}"`;
  }
  return pieces
    .map(piece =>
      typeof piece === 'string' ? `'${piece.replaceAll("'", `'\\''`)}'` : `"${expansion(piece.variable)}"`,
    )
    .join('');
}

function expansion(variable: string): string {
  return `\${${variable}:?}`;
}

/** Whether a text means itself between double quotes. Names of headers may have `$`, a backtick and `!` in them. */
function isPlain(text: string): boolean {
  return /^[\w :.-]*$/.test(text);
}

function isVariable(piece: Pieces[number]): boolean {
  return typeof piece !== 'string';
}

/**
 * An expression for PowerShell (about_Quoting_Rules): in single quotes nothing is expanded, and a quote is doubled.
 * PowerShell takes typographic quotes for straight ones, too.
 */
export function powershell(...pieces: Pieces): string {
  return pieces
    .map(piece => (typeof piece === 'string' ? `'${piece.replace(/['‘’‚‛]/g, '$&$&')}'` : `$env:${piece.variable}`))
    .join(' + ');
}

/** An expression for JavaScript; variables have been read into constants of their names. */
export function javascript(...pieces: Pieces): string {
  const [first, second] = pieces;
  if (pieces.length === 2 && typeof first === 'string' && typeof second === 'object' && /^[\w :.-]*$/.test(first)) {
    return `\`${first}\${${second.variable}}\``;
  }
  return pieces.map(piece => (typeof piece === 'string' ? literal(piece) : piece.variable)).join(' + ');
}

/** An expression for Python. Its strings know all escapes of JSON's. */
export function python(...pieces: Pieces): string {
  return pieces
    .map(piece => (typeof piece === 'string' ? literal(piece) : `os.environ["${piece.variable}"]`))
    .join(' + ');
}

/** Printable ASCII alone: nothing in it looks other than it is, wherever it is pasted. */
function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[^\u0020-\u007e]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
