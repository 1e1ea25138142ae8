import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { AppError } from '../../../preload/contract/errors.ts';

/**
 * A bounded look at a GGUF header before llama.cpp sees the file: native code aborts or hangs on some damaged headers.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little endian).
 */

export interface GgufSummary {
  architecture: string;
  name: string | null;
  /** `general.file_type` in llama.cpp's numbering, such as 15 for Q4_K_M. */
  fileType: number | null;
  sizeBytes: number;
  /** `ARCH.block_count`, `ARCH.embedding_length` and `ARCH.context_length`; 0 when absent. */
  layers: number;
  width: number;
  contextTokens: number;
  /** `tokenizer.ggml.token_type`, one small integer per token; empty when absent. */
  tokenTypes: number[];
  tokens: string[];
}

/** llama.cpp's `general.file_type` numbers that occur for this model family. */
export const fileTypeNames = new Map([
  [0, 'F32'],
  [1, 'F16'],
  [2, 'Q4_0'],
  [3, 'Q4_1'],
  [7, 'Q8_0'],
  [8, 'Q5_0'],
  [9, 'Q5_1'],
  [10, 'Q2_K'],
  [11, 'Q3_K_S'],
  [12, 'Q3_K_M'],
  [13, 'Q3_K_L'],
  [14, 'Q4_K_S'],
  [15, 'Q4_K_M'],
  [16, 'Q5_K_S'],
  [17, 'Q5_K_M'],
  [18, 'Q6_K'],
  [32, 'BF16'],
]);

const magic = 0x46554747;
const maxHeaderBytes = 256 * 1024 ** 2;
const pieceBytes = 1024 ** 2;
const maxEntries = 1_000_000;
const maxKeyBytes = 65_535;
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
const arrayType = 9;

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
  [24, [1, 1]],
  [25, [1, 2]],
  [26, [1, 4]],
  [27, [1, 8]],
  [28, [1, 8]],
  [30, [1, 2]],
]);

function unreadable(reason: string, details: Record<string, string | number> = {}): AppError {
  return new AppError('model-unreadable', reason, details);
}

/** Reads forward through the file in large pieces; every length is checked against what the file can hold. */
class HeaderReader {
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

type HeaderValue = string | number | (string | number)[] | null;

/** Lists that the summary needs; all others are passed over. */
const wantedLists = new Set(['tokenizer.ggml.tokens', 'tokenizer.ggml.token_type']);

function readList(reader: HeaderReader, isWanted: boolean): (string | number)[] {
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
function readScalar(reader: HeaderReader, type: number): string | number | null {
  if (type === stringType) return reader.string(maxTextBytes);
  const bytes = scalarBytes.get(type);
  if (bytes === undefined) throw unreadable('The header of this file is damaged: it holds a value of an unknown kind.');
  const raw = reader.take(bytes);
  if (type === 4) return raw.readUInt32LE();
  if (type === 5) return raw.readInt32LE();
  return bytes === 8 ? null : (raw[0] ?? null);
}

/** Offset behind the last byte that a tensor needs, relative to the start of the tensor data; null for unknown types. */
function readTensorEnd(reader: HeaderReader, fileBytes: number): number | null {
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

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Checks that a file is a whole GGUF and tells what it says of itself.
 *
 * @throws AppError `model-missing` when there is no such file, `model-unreadable` with the reason otherwise
 */
export function readGgufSummary(path: string): GgufSummary {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) throw new AppError('model-missing', 'The model file is not there any more. Choose a file.');
  if (!info.isFile()) throw unreadable('This is not a file. Choose a model file that ends in .gguf.');
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw unreadable(`The model file could not be opened (${error instanceof Error ? error.message : 'unknown'}).`);
  }
  try {
    return readHeader(new HeaderReader(file, info.size), info.size);
  } finally {
    closeSync(file);
  }
}

function readHeader(reader: HeaderReader, sizeBytes: number): GgufSummary {
  if (sizeBytes < 24 || reader.uint32() !== magic) {
    throw unreadable('This is not a GGUF model file. Choose a file that ends in .gguf and came whole.');
  }
  const version = reader.uint32();
  if (version !== 2 && version !== 3) {
    throw unreadable(`This GGUF file has version ${version}; versions 2 and 3 can be read.`, { version });
  }
  const tensorCount = reader.count(maxEntries);
  const entryCount = reader.count(maxEntries);
  const entries = new Map<string, HeaderValue>();
  for (let index = 0; index < entryCount; index += 1) {
    const key = reader.string(maxKeyBytes);
    const type = reader.uint32();
    entries.set(key, type === arrayType ? readList(reader, wantedLists.has(key)) : readScalar(reader, type));
  }
  let dataBytes = 0;
  for (let index = 0; index < tensorCount; index += 1) {
    dataBytes = Math.max(dataBytes, readTensorEnd(reader, sizeBytes) ?? 0);
  }
  const alignment = entries.get('general.alignment');
  const step = typeof alignment === 'number' && alignment > 0 ? alignment : 32;
  const expectedBytes = dataBytes === 0 ? reader.offset : Math.ceil(reader.offset / step) * step + dataBytes;
  if (sizeBytes < expectedBytes) {
    const sizes = `${gigabytes(sizeBytes)} of ${gigabytes(expectedBytes)}`;
    throw unreadable(`This file ends early: ${sizes}. Fetch the rest of it or choose another file.`, {
      sizeBytes,
      expectedBytes,
    });
  }
  const text = (key: string): string | null => {
    const value = entries.get(key);
    return typeof value === 'string' ? value : null;
  };
  const list = (key: string): (string | number)[] => {
    const value = entries.get(key);
    return Array.isArray(value) ? value : [];
  };
  const number = (key: string): number | null => {
    const value = entries.get(key);
    return typeof value === 'number' ? value : null;
  };
  const architecture = text('general.architecture') ?? '';
  return {
    architecture,
    name: text('general.name'),
    fileType: number('general.file_type'),
    sizeBytes,
    layers: number(`${architecture}.block_count`) ?? 0,
    width: number(`${architecture}.embedding_length`) ?? 0,
    contextTokens: number(`${architecture}.context_length`) ?? 0,
    tokenTypes: list('tokenizer.ggml.token_type').filter((value) => typeof value === 'number'),
    tokens: list('tokenizer.ggml.tokens').filter((value) => typeof value === 'string'),
  };
}
