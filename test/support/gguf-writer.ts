import { closeSync, mkdirSync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The parts of a GGUF, as tests write them: a header of any entries, and tensors of random or constant weights. */

export interface WrittenGguf {
  sizeBytes: number;
  /** Where header ends and tensor data begins. */
  dataOffset: number;
  /** Offsets at which a field of the header begins. */
  boundaries: number[];
}

const valueTypes = { uint32: 4, int32: 5, float32: 6, boolean: 7, string: 8, array: 9 } as const;
const tensorTypes = { float32: 0, q4_0: 2 } as const;
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;
const entryCountOffset = 16;
const alignment = 32;
export const blockWeights = 32;
const blockBytes = 18;
/** A prime, so that rows repeat only after very many rows. */
const patternBlocks = 16_381;
/** 0.003 and 0.5 as half precision floats. */
const weightScale = 0x1a25;
const markerScale = 0x3800;

/** Collects the header and notes where each field begins. */
function createHeader() {
  const pieces: Buffer[] = [];
  const boundaries: number[] = [];
  let length = 0;
  let entries = 0;
  const put = (piece: Buffer): void => {
    boundaries.push(length);
    pieces.push(piece);
    length += piece.length;
  };
  const uint32 = (value: number): void => {
    const piece = Buffer.alloc(4);
    piece.writeUInt32LE(value);
    put(piece);
  };
  const uint64 = (value: number): void => {
    const piece = Buffer.alloc(8);
    piece.writeBigUInt64LE(BigInt(value));
    put(piece);
  };
  const string = (value: string): void => {
    const data = Buffer.from(value);
    uint64(data.length);
    put(data);
  };
  const key = (name: string, type: keyof typeof valueTypes): void => {
    entries += 1;
    string(name);
    uint32(valueTypes[type]);
  };
  return {
    uint32,
    uint64,
    string,
    text(name: string, value: string): void {
      key(name, 'string');
      string(value);
    },
    number(name: string, value: number): void {
      key(name, 'uint32');
      uint32(value);
    },
    float(name: string, value: number): void {
      key(name, 'float32');
      const piece = Buffer.alloc(4);
      piece.writeFloatLE(value);
      put(piece);
    },
    boolean(name: string, value: boolean): void {
      key(name, 'boolean');
      put(Buffer.from([value ? 1 : 0]));
    },
    strings(name: string, values: readonly string[]): void {
      key(name, 'array');
      uint32(valueTypes.string);
      uint64(values.length);
      for (const value of values) string(value);
    },
    integers(name: string, values: readonly number[]): void {
      key(name, 'array');
      uint32(valueTypes.int32);
      uint64(values.length);
      put(Buffer.from(Int32Array.from(values).buffer));
    },
    floats(name: string, values: readonly number[]): void {
      key(name, 'array');
      uint32(valueTypes.float32);
      uint64(values.length);
      put(Buffer.from(Float32Array.from(values).buffer));
    },
    finish() {
      const bytes = Buffer.concat(pieces);
      bytes.writeBigUInt64LE(BigInt(entries), entryCountOffset);
      return { bytes, boundaries };
    },
  };
}

export type Header = ReturnType<typeof createHeader>;

/** Random four-bit blocks: xorshift32, always from the same start. */
function createPattern(): Buffer {
  const pattern = Buffer.alloc(patternBlocks * blockBytes);
  let state = 0x9e37_79b9;
  for (let offset = 0; offset < pattern.length; offset += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    pattern[offset] = state & 0xff;
  }
  for (let block = 0; block < patternBlocks; block += 1) pattern.writeUInt16LE(weightScale, block * blockBytes);
  return pattern;
}

export interface Tensor {
  name: string;
  shape: number[];
  type: keyof typeof tensorTypes;
  sizeBytes: number;
  /** The one value of a vector; matrices are random. */
  value: number;
}

export function matrix(name: string, rows: number, columns: number): Tensor {
  if (columns % blockWeights !== 0) throw new RangeError('Rows must have a multiple of 32 weights.');
  return {
    name,
    shape: [columns, rows],
    type: 'q4_0',
    sizeBytes: ((rows * columns) / blockWeights) * blockBytes,
    value: 0,
  };
}

export function vector(name: string, length: number, value: number): Tensor {
  return { name, shape: [length], type: 'float32', sizeBytes: length * 4, value };
}

function aligned(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}

/** Writes to the end of a file, and pads to the alignment that tensors have. */
function createTensorWriter(file: number) {
  const pattern = createPattern();
  let inTensor = 0;
  const put = (bytes: Uint8Array): void => {
    inTensor += writeSync(file, bytes);
  };
  return {
    random(sizeBytes: number): void {
      for (let left = sizeBytes; left > 0; left -= pattern.length) put(pattern.subarray(0, left));
    },
    /** Weights that are all as negative as they can be. */
    negative(sizeBytes: number): void {
      const block = Buffer.alloc(sizeBytes);
      for (let at = 0; at < sizeBytes; at += blockBytes) block.writeUInt16LE(markerScale, at);
      put(block);
    },
    zero(sizeBytes: number): void {
      put(Buffer.alloc(sizeBytes));
    },
    constant(sizeBytes: number, value: number): void {
      put(Buffer.from(new Float32Array(sizeBytes / 4).fill(value).buffer));
    },
    pad(): void {
      put(Buffer.alloc(aligned(inTensor) - inTensor));
      inTensor = 0;
    },
  };
}

/** Rows at the two ends of `output.weight` that belong to tokens which are never to be drawn. */
export interface QuietRows {
  first: number;
  last: number;
  weights: 'negative' | 'zero';
}

export interface GgufParts {
  path: string;
  putEntries: (header: Header) => void;
  tensors: readonly Tensor[];
  quiet: QuietRows;
  /** Cuts the finished file to this many bytes. */
  truncateTo: number | undefined;
}

function headerOf({ putEntries, tensors }: GgufParts): { bytes: Buffer; boundaries: number[] } {
  const header = createHeader();
  header.uint32(0x46554747);
  header.uint32(3);
  header.uint64(tensors.length);
  header.uint64(0); // The number of entries, set at the end.
  putEntries(header);
  let offset = 0;
  for (const tensor of tensors) {
    header.string(tensor.name);
    header.uint32(tensor.shape.length);
    for (const size of tensor.shape) header.uint64(size);
    header.uint32(tensorTypes[tensor.type]);
    header.uint64(offset);
    offset += aligned(tensor.sizeBytes);
  }
  return header.finish();
}

function writeTensors(file: number, { tensors, quiet }: GgufParts): void {
  const writer = createTensorWriter(file);
  for (const { name, type, sizeBytes, value, shape } of tensors) {
    if (type === 'float32') writer.constant(sizeBytes, value);
    else if (name === 'output.weight') {
      const rowBytes = sizeBytes / (shape[1] ?? 1);
      const still = quiet.weights === 'negative' ? writer.negative : writer.zero;
      still(quiet.first * rowBytes);
      writer.random(sizeBytes - (quiet.first + quiet.last) * rowBytes);
      still(quiet.last * rowBytes);
    } else writer.random(sizeBytes);
    writer.pad();
  }
}

/** Writes the file; it appears under its name only when it is whole. Pieces of a few hundred KB at a time. */
export function writeGguf(parts: GgufParts): WrittenGguf {
  const { path, tensors, truncateTo } = parts;
  const { bytes, boundaries } = headerOf(parts);
  const dataOffset = aligned(bytes.length);
  const unfinished = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(unfinished, 'w');
  try {
    writeSync(file, bytes);
    writeSync(file, Buffer.alloc(dataOffset - bytes.length));
    writeTensors(file, parts);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  if (truncateTo !== undefined) truncateSync(unfinished, truncateTo);
  renameSync(unfinished, path);
  const wholeBytes = dataOffset + tensors.reduce((sum, { sizeBytes }) => sum + aligned(sizeBytes), 0);
  return { sizeBytes: truncateTo ?? wholeBytes, dataOffset, boundaries };
}
