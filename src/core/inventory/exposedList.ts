import { wayOut } from '../config/variableNames.ts';
import type { Detection } from '../detect/types.ts';
import type { Finding } from '../findings.ts';
import type { Span } from '../text.ts';
import type { FileSnapshot, HeaderSnapshot, ServerSnapshot, Snapshot } from './types.ts';

/**
 * What can be done about a secret in a file.
 *
 * `move`: it's a header's, so the keyring can hold it and the file a reference to it, or to a variable of the environment.
 * `ask`: a program gets it as a variable or argument. VS Code gives command inputs to nobody but itself there, so it can
 * only ask a person and keep the answer.
 * `dropDefault`: an input has it as its default, and can do without.
 * `none`: what reads the file takes it from nowhere else.
 */
export type Remedy = 'move' | 'ask' | 'dropDefault' | 'none';

/** A secret that stands in a file. It says where, never what. */
export interface ExposedSecret {
  readonly file: FileSnapshot;
  readonly finding: Finding;
  /** Where to look. */
  readonly span: Span;
  readonly server?: ServerSnapshot;
  readonly header?: HeaderSnapshot;
  /** What it was recognised by; absent where a header's name alone gave it away. */
  readonly rule?: string;
  readonly remedy: Remedy;
}

/** The secrets of every file, in the order of the views and of the texts. */
export function listExposed({ files }: Pick<Snapshot, 'files'>): ExposedSecret[] {
  return files.flatMap(file => exposedIn(file));
}

/** The secrets of one file, in the order of the text. */
export function exposedIn(file: FileSnapshot): ExposedSecret[] {
  const found: ExposedSecret[] = [];
  const add = (finding: Finding, server?: ServerSnapshot, header?: HeaderSnapshot) => {
    if (!finding.code.startsWith('secret-in-') || !finding.span) {
      return;
    }
    const rule = header ? detectionIn(file, finding.span)?.rule : String(finding.data.rule);
    found.push({
      file,
      finding,
      span: finding.span,
      ...(server && { server }),
      ...(header && { header }),
      ...(rule !== undefined && { rule }),
      remedy: remedyOf(finding, file, server, header),
    });
  };
  for (const finding of file.findings ?? []) {
    add(finding);
  }
  for (const server of file.servers) {
    for (const finding of server.findings) {
      add(finding, server);
    }
    for (const header of server.headers) {
      for (const finding of header.findings) {
        add(finding, server, header);
      }
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

/** The first secret that the detector found inside a span, such as a header's whole value. */
export function detectionIn({ exposed }: FileSnapshot, { start, end }: Span): Detection | undefined {
  return exposed?.find(({ span }) => span.start >= start && span.end <= end);
}

/** The secret that a header, variable, argument or input holds at this place of the text. */
export function exposedAt(file: FileSnapshot, start: number): ExposedSecret | undefined {
  return exposedIn(file).find(({ span }) => span.start === start);
}

function remedyOf(
  { data }: Finding,
  { source: { format } }: FileSnapshot,
  server: ServerSnapshot | undefined,
  header: HeaderSnapshot | undefined,
): Remedy {
  // Where clients resolve nothing, a secret can only stand in clear.
  const way = wayOut(format);
  if (header) {
    return server?.url === undefined || header.kind === 'foreign' || way === undefined ? 'none' : 'move';
  }
  if (way !== 'reference') {
    return 'none';
  }
  if (data.place === 'input-default') {
    return 'dropDefault';
  }
  const given = data.place === 'env' || data.place === 'argument' || String(data.place).startsWith('url-');
  return server?.parsed.transport === 'stdio' && given ? 'ask' : 'none';
}
