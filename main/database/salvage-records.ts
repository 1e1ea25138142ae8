import type { Pages } from './salvage-pages.ts';

export type Value = null | number | string | Uint8Array;

/** One row, or one entry of an index, where it lies. */
export interface StoredRecord {
  /** The row's number; null in an index, and in a table that is kept like one. */
  rowId: number | null;
  values: Value[];
}

const pageKinds = new Map([
  [0x0d, { isTable: true, headerBytes: 8, childBytes: 0 }],
  [0x0a, { isTable: false, headerBytes: 8, childBytes: 0 }],
  // Of an index, also the pages above the leaves hold entries.
  [0x02, { isTable: false, headerBytes: 12, childBytes: 4 }],
]);

class Damage extends Error {}

/** The number of cells that a page says it has; 0 for a page that holds none, or is no page at all. */
export function cellCountOf(pages: Pages, pageNumber: number): number {
  const page = pages.read(pageNumber);
  const start = pageNumber === 1 ? 100 : 0;
  const kind = page === null ? undefined : pageKinds.get(page[start] ?? 0);
  if (page === null || kind === undefined) return 0;
  const count = page.readUInt16BE(start + 3);
  return start + kind.headerBytes + 2 * count <= pages.pageBytes ? count : 0;
}

/** Reads one cell of a page with everything that belongs to it; null where it is damaged. Takes a bounded time. */
export function readCell(pages: Pages, pageNumber: number, index: number): StoredRecord | null {
  try {
    const page = pages.read(pageNumber);
    const start = pageNumber === 1 ? 100 : 0;
    const kind = page === null ? undefined : pageKinds.get(page[start] ?? 0);
    if (page === null || kind === undefined) return null;
    const reader = readerAt(page, page.readUInt16BE(start + kind.headerBytes + 2 * index) + kind.childBytes);
    const payloadBytes = reader.varint();
    const rowId = kind.isTable ? reader.varint() : null;
    return { rowId, values: decode(payloadOf(pages, page, reader.at(), payloadBytes, kind.isTable)) };
  } catch (error) {
    if (error instanceof Damage || error instanceof RangeError) return null;
    throw error;
  }
}

/** The bytes of a row: in its page, and what does not fit there in a chain of pages of its own. */
function payloadOf(pages: Pages, page: Buffer, at: number, bytes: number, isTable: boolean): Buffer {
  const usable = pages.pageBytes;
  if (bytes > pages.count * usable) throw new Damage();
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((bytes - least) % (usable - 4));
  const local = bytes <= most ? bytes : wanted <= most ? wanted : least;
  if (at + local + (local < bytes ? 4 : 0) > page.length) throw new Damage();
  const pieces = [page.subarray(at, at + local)];
  let left = bytes - local;
  let next = left === 0 ? 0 : page.readUInt32BE(at + local);
  while (left > 0) {
    const more = next === 0 ? null : pages.read(next);
    if (more === null) throw new Damage();
    const piece = more.subarray(4, 4 + Math.min(left, usable - 4));
    pieces.push(piece);
    left -= piece.length;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(pieces);
}

function decode(payload: Buffer): Value[] {
  const header = readerAt(payload, 0);
  const headerEnd = header.varint();
  if (headerEnd > payload.length) throw new Damage();
  const values: Value[] = [];
  let at = headerEnd;
  while (header.at() < headerEnd) {
    const type = header.varint();
    const bytes = bytesOf(type);
    if (at + bytes > payload.length) throw new Damage();
    values.push(valueOf(payload, at, type, bytes));
    at += bytes;
  }
  if (at !== payload.length) throw new Damage();
  return values;
}

const fixedBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function bytesOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  const bytes = fixedBytes[type];
  if (bytes === undefined) throw new Damage();
  return bytes;
}

function valueOf(payload: Buffer, at: number, type: number, bytes: number): Value {
  switch (type) {
    case 0:
      return null;
    case 6:
      return Number(payload.readBigInt64BE(at));
    case 7:
      return payload.readDoubleBE(at);
    case 8:
      return 0;
    case 9:
      return 1;
    default:
      if (type < 12) return payload.readIntBE(at, bytes);
      return type % 2 === 1 ? payload.toString('utf8', at, at + bytes) : payload.subarray(at, at + bytes);
  }
}

/** Reads SQLite's numbers of varying length, one after the other. */
function readerAt(bytes: Buffer, start: number) {
  let position = start;
  return {
    at: () => position,
    varint(): number {
      let value = 0;
      for (let index = 0; index < 9; index += 1) {
        const byte = bytes.readUInt8(position);
        position += 1;
        value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
        if (byte < 0x80) break;
      }
      if (!Number.isSafeInteger(value)) throw new Damage();
      return value;
    },
  };
}
