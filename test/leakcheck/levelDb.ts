// Chromium keeps IndexedDB and more in LevelDB tables, whose blocks are compressed with Snappy: a text in them is found only
// once they are unpacked. (https://github.com/google/leveldb/blob/main/doc/table_format.md,
// https://github.com/google/snappy/blob/main/format_description.txt)

const footerLength = 48;

/** All blocks of a table, unpacked, one behind the other. Of a broken table what can be read. */
export function levelDbText(table: Buffer): Buffer {
  try {
    const footer = new Reader(table, table.length - footerLength);
    footer.handle(); // The metaindex.
    const index = block(table, footer.handle());
    return Buffer.concat([index, ...handlesIn(index).map(handle => block(table, handle))]);
  } catch {
    return Buffer.alloc(0);
  }
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

class Reader {
  readonly #data: Buffer;
  position: number;

  constructor(data: Buffer, position = 0) {
    this.#data = data;
    this.position = position;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#data.readUInt8(this.position++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }
}

function block(table: Buffer, { offset, size }: Handle): Buffer {
  const content = table.subarray(offset, offset + size);
  const compressed = table[offset + size] === 1;
  return compressed ? unsnap(content) : content;
}

/** The values of an index block are handles of data blocks. */
function handlesIn(index: Buffer): Handle[] {
  const restarts = index.readUInt32LE(index.length - 4);
  const end = index.length - 4 - 4 * restarts;
  const reader = new Reader(index);
  const handles: Handle[] = [];
  while (reader.position < end) {
    reader.varint(); // How much of the key is shared with the one before.
    const keyLength = reader.varint();
    const valueLength = reader.varint();
    const value = reader.position + keyLength;
    handles.push(new Reader(index, value).handle());
    reader.position = value + valueLength;
  }
  return handles;
}

/** Snappy's format: literals, and copies of what came before. */
export function unsnap(data: Buffer): Buffer {
  const reader = new Reader(data);
  const out = Buffer.alloc(reader.varint());
  let { position } = reader;
  let written = 0;
  while (position < data.length) {
    const tag = data.readUInt8(position++);
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = data.readUIntLE(position, bytes);
        position += bytes;
      }
      length++;
      data.copy(out, written, position, position + length);
      position += length;
      written += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const bytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const distance = data.readUIntLE(position, bytes) + (kind === 1 ? (tag >> 5) << 8 : 0);
    position += bytes;
    // Byte by byte: a copy may overlap what it writes.
    for (let end = written + length; written < end; written++) {
      out[written] = out[written - distance] ?? 0;
    }
  }
  return out;
}
