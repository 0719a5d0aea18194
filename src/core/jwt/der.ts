/** One element of DER (ITU-T X.690): its tag, its content and where it ends in what was read. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  /** The element with tag and length. */
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly end: number;
}

export const derTags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  /** `[0]` and `[1]`, constructed. */
  context0: 0xa0,
  context1: 0xa1,
} as const;

/** Reads the element that begins at `at`; undefined where there is none or it is longer than what is there. */
export function readDer(bytes: Uint8Array<ArrayBuffer>, at = 0): DerElement | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) {
    return undefined;
  }
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    // Indefinite lengths aren't DER, and no key has 16 MB.
    if (count === 0 || count > 3 || start + count > bytes.length) {
      return undefined;
    }
    length = 0;
    for (const byte of bytes.subarray(start, start + count)) {
      length = (length << 8) | byte;
    }
    start += count;
  }
  const end = start + length;
  return end > bytes.length
    ? undefined
    : { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end), end };
}

/** The elements inside a constructed element's content; undefined if it isn't made of whole elements. */
export function readDerList(content: Uint8Array<ArrayBuffer>): readonly DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let at = 0; at < content.length; ) {
    const element = readDer(content, at);
    if (!element) {
      return undefined;
    }
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** Writes an element. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const lengthBytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) {
    lengthBytes.unshift(rest & 0xff);
  }
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | lengthBytes.length, ...lengthBytes];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** An object identifier's content octets as hexadecimal digits, which is how they're compared here. */
export function oidOf(element: DerElement | undefined): string | undefined {
  return element?.tag === derTags.oid
    ? Array.from(element.content, byte => byte.toString(16).padStart(2, '0')).join('')
    : undefined;
}

/** The reverse of {@link oidOf}, as a whole element. */
export function writeOid(hex: string): Uint8Array<ArrayBuffer> {
  return writeDer(
    derTags.oid,
    Uint8Array.from(hex.match(/../g) ?? [], byte => Number.parseInt(byte, 16)),
  );
}
