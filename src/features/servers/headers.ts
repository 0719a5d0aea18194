import { parseKeyringInputId, parseReferences } from '../../core/config/references.ts';

export function sameHeader(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a header's value refers to an input of ours. */
export function isKeyringReference(value: string | undefined): boolean {
  return (
    value !== undefined &&
    parseReferences(value).some(({ kind, name }) => kind === 'input' && parseKeyringInputId(name) !== undefined)
  );
}
