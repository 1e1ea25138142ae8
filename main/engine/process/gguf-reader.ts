import { readSync } from 'node:fs';
import { AppError } from '../../../preload/contract/errors.ts';

/** The values and tensors of a GGUF header, each length checked before it is believed (see `gguf-header.ts`). */

const maxHeaderBytes = 256 * 1024 ** 2;
const pieceBytes = 1024 ** 2;
export const maxEntries = 1_000_000;
export const maxKeyBytes = 65_535;
/** Longest text worth believing; the longest in use are whole tokenizer files of some ten megabytes. */
const maxTextBytes = 64 * 1024 ** 2;
const maxDimensions = 4;

/** Bytes of the scalar value types by their number; 8 is string, 9 is array. */
const scalarBytes = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const stringType = 8;
export const arrayType = 9;

/** Elements per block and bytes per block of ggml's tensor types (ggml.h, ggml-common.h). */
const tensorBlocks = new Map<number, [elements: number, bytes: number]>([
  [0, [1, 4]],
  [1, [1, 2]],
  [2, [32, 18]],
  [3, [32, 20]],
  [6, [32, 22]],
  [7, [32, 24]],
  [8, [32, 34]],
  [9, [32, 36]],
  [10, [256, 84]],
  [11, [256, 110]],
  [12, [256, 144]],
  [13, [256, 176]],
  [14, [256, 210]],
  [15, [256, 292]],
  [16, [256, 66]],
  [17, [256, 74]],
  [18, [256, 98]],
  [19, [256, 50]],
  [20, [32, 18]],
  [21, [256, 110]],
  [22, [256, 82]],
  [23, [256, 136]],
  [24, [1, 1]],
  [25, [1, 2]],
  [26, [1, 4]],
  [27, [1, 8]],
  [28, [1, 8]],
  [29, [256, 56]],
  [30, [1, 2]],
  [34, [256, 54]],
  [35, [256, 66]],
  [39, [32, 17]],
]);

export function unreadable(reason: string, details: Record<string, string | number> = {}): AppError {
  return new AppError('model-unreadable', reason, details);
}

/** Reads forward through the file in large pieces; every length is checked against what the file can hold. */
export class HeaderReader {
  private buffer = Buffer.alloc(0);
  private bufferStart = 0;
  private position = 0;
  private readonly file: number;
  private readonly sizeBytes: number;

  constructor(file: number, sizeBytes: number) {
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  get offset(): number {
    return this.position;
  }

  /** Goes back to a place near the beginning. */
  rewind(offset: number): void {
    this.position = offset;
  }

  /** Moves forward; returns the new position. */
  skip(length: number): number {
    const end = this.position + length;
    if (end > Math.min(this.sizeBytes, maxHeaderBytes)) {
      throw unreadable(
        'This file ends inside its header, or its header is damaged. Choose another file or fetch it again.',
      );
    }
    this.position = end;
    return end;
  }

  /** The next `length` bytes, as a view that is valid until the next call. */
  take(length: number): Buffer {
    const start = this.position;
    const end = this.skip(length);
    if (end > this.bufferStart + this.buffer.length) {
      const wanted = Math.min(Math.max(length, pieceBytes), this.sizeBytes - start);
      const piece = Buffer.allocUnsafe(wanted);
      const bytesRead = readSync(this.file, piece, 0, wanted, start);
      if (bytesRead < length) throw unreadable('This file could not be read to the end of its header.');
      this.buffer = piece.subarray(0, bytesRead);
      this.bufferStart = start;
    }
    const from = start - this.bufferStart;
    return this.buffer.subarray(from, from + length);
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A count or size that has to be small enough to be meant. */
  count(limit: number): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(limit)) throw unreadable('The header of this file is damaged: it names an impossible size.');
    return Number(value);
  }

  string(limitBytes: number): string {
    return this.take(this.count(limitBytes)).toString('utf8');
  }
}

export type HeaderValue = string | number | (string | number)[] | null;

/** Reads a list; of one that is not wanted only the lengths are looked at. */
export function readList(reader: HeaderReader, isWanted: boolean): (string | number)[] {
  const type = reader.uint32();
  if (type === arrayType) throw unreadable('The header of this file is damaged: it nests lists.');
  const length = reader.count(maxEntries);
  const bytes = scalarBytes.get(type);
  const values: (string | number)[] = [];
  if (isWanted) {
    for (let index = 0; index < length; index += 1) {
      const value = readScalar(reader, type);
      if (value !== null) values.push(value);
    }
  } else if (type === stringType) {
    for (let index = 0; index < length; index += 1) reader.skip(reader.count(maxTextBytes));
  } else if (bytes !== undefined) {
    reader.skip(length * bytes);
  } else {
    throw unreadable('The header of this file is damaged: it holds a value of an unknown kind.');
  }
  return values;
}

/** Reads one value; of numbers only the integers that the summary needs are kept. */
export function readScalar(reader: HeaderReader, type: number): string | number | null {
  if (type === stringType) return reader.string(maxTextBytes);
  const bytes = scalarBytes.get(type);
  if (bytes === undefined) throw unreadable('The header of this file is damaged: it holds a value of an unknown kind.');
  const raw = reader.take(bytes);
  if (type === 2) return raw.readUInt16LE();
  if (type === 4) return raw.readUInt32LE();
  if (type === 5) return raw.readInt32LE();
  return bytes === 8 ? null : (raw[0] ?? null);
}

/** Offset behind the last byte that a tensor needs, relative to the start of the tensor data; null for unknown types. */
export function readTensorEnd(reader: HeaderReader, fileBytes: number): number | null {
  reader.string(maxKeyBytes);
  const dimensions = reader.uint32();
  if (dimensions > maxDimensions)
    throw unreadable('The header of this file is damaged: a tensor has too many dimensions.');
  let elements = 1;
  for (let index = 0; index < dimensions; index += 1) elements *= reader.count(2 ** 40);
  const block = tensorBlocks.get(reader.uint32());
  const offset = reader.count(2 ** 48);
  if (block === undefined) return null;
  const end = offset + (elements / block[0]) * block[1];
  if (end > 2 ** 48 || !Number.isFinite(end)) throw unreadable('The header of this file is damaged.', { fileBytes });
  return end;
}
