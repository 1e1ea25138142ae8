import { closeSync, mkdirSync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a GPT-NeoX GGUF of any shape with random Q4_0 weights, the same bytes every time. Its text is noise, but
 * everything else is as in a real file, and it never ends an answer by itself: the turn marks and `<|endoftext|>` can
 * practically not be drawn, so it writes until it is stopped or the limit is reached.
 */
export interface SyntheticGguf {
  path: string;
  layers: number;
  /** A multiple of 32. */
  width: number;
  heads: number;
  vocabularySize: number;
  /** How the five turn marks are stored; `missing` leaves them out. */
  markers?: 'control' | 'user-defined' | 'missing';
  /** `general.name`; null leaves it out. */
  name?: string | null;
  /** Cuts the finished file to this many bytes. */
  truncateTo?: number;
}

export interface WrittenGguf {
  sizeBytes: number;
  /** Where header ends and tensor data begins. */
  dataOffset: number;
  /** Offsets at which a field of the header begins. */
  boundaries: number[];
}

const valueTypes = { uint32: 4, int32: 5, float32: 6, boolean: 7, string: 8, array: 9 } as const;
const tensorTypes = { float32: 0, q4_0: 2 } as const;
const tokenTypes = { normal: 1, control: 3, userDefined: 4 } as const;
const entryCountOffset = 16;
const alignment = 32;
const blockWeights = 32;
const blockBytes = 18;
/** A prime, so that rows repeat only after very many rows. */
const patternBlocks = 16_381;
/** 0.003 and 0.5 as half precision floats. */
const weightScale = 0x1a25;
const markerScale = 0x3800;

export const markerTexts = ['<|prefix_begin|>', '<|prompter|>', '<|system|>', '<|prefix_end|>', '<|assistant|>'];

/** GPT-2's printable stand-ins for the 256 bytes, in byte order. */
function byteSymbols(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let extra = 0;
  return Array.from({ length: 256 }, (_value, byte) => String.fromCodePoint(isPrintable(byte) ? byte : 256 + extra++));
}

interface Vocabulary {
  tokens: string[];
  types: number[];
  merges: string[];
}

/** Bytes, letter pairs with their merges, then words of three and more letters, and the turn marks at the end. */
function createVocabulary(size: number, markers: SyntheticGguf['markers']): Vocabulary {
  const marks = markers === 'missing' ? [] : markerTexts;
  const markType = markers === 'user-defined' ? tokenTypes.userDefined : tokenTypes.control;
  const special = ['<|endoftext|>', '<|padding|>'];
  const symbols = byteSymbols();
  const room = size - special.length - symbols.length - marks.length;
  if (room < 0) throw new RangeError('A vocabulary needs at least 263 tokens.');
  const letters = symbols.filter((symbol) => /^[A-Za-z]$/.test(symbol));
  const pairs = letters.flatMap((left) => letters.map((right) => [left, right] as const)).slice(0, room);
  const words = Array.from({ length: room - pairs.length }, (_value, index) => `Ġ${index.toString(26)}`);
  const plain = [...symbols, ...pairs.map(([left, right]) => left + right), ...words];
  return {
    tokens: [...special, ...plain, ...marks],
    types: [
      ...special.map(() => tokenTypes.control),
      ...plain.map(() => tokenTypes.normal),
      ...marks.map(() => markType),
    ],
    merges: pairs.map(([left, right]) => `${left} ${right}`),
  };
}

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
    finish() {
      const bytes = Buffer.concat(pieces);
      bytes.writeBigUInt64LE(BigInt(entries), entryCountOffset);
      return { bytes, boundaries };
    },
  };
}

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

interface Tensor {
  name: string;
  shape: number[];
  type: keyof typeof tensorTypes;
  sizeBytes: number;
  /** The one value of a vector; matrices are random. */
  value: number;
}

function tensorsOf({ layers, width, vocabularySize }: SyntheticGguf): Tensor[] {
  const matrix = (name: string, rows: number, columns: number): Tensor => ({
    name,
    shape: [columns, rows],
    type: 'q4_0',
    sizeBytes: ((rows * columns) / blockWeights) * blockBytes,
    value: 0,
  });
  const vector = (name: string, length: number, value: number): Tensor => ({
    name,
    shape: [length],
    type: 'float32',
    sizeBytes: length * 4,
    value,
  });
  const layer = (index: number): Tensor[] => {
    const full = (name: string): string => `blk.${index}.${name}`;
    return [
      ...['attn_norm', 'ffn_norm'].flatMap((norm) => [
        vector(full(`${norm}.weight`), width, 1),
        vector(full(`${norm}.bias`), width, 0),
      ]),
      ...(
        [
          ['attn_qkv', 3 * width, width],
          ['attn_output', width, width],
          ['ffn_up', 4 * width, width],
          ['ffn_down', width, 4 * width],
        ] as const
      ).flatMap(([name, rows, columns]) => [
        matrix(full(`${name}.weight`), rows, columns),
        vector(full(`${name}.bias`), rows, 0),
      ]),
    ];
  };
  return [
    matrix('token_embd.weight', vocabularySize, width),
    ...Array.from({ length: layers }, (_value, index) => layer(index)).flat(),
    vector('output_norm.weight', width, 1),
    // Together with the rows of the marks, which are all negative, this keeps the marks from being drawn.
    vector('output_norm.bias', width, 1),
    matrix('output.weight', vocabularySize, width),
  ];
}

function aligned(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}

function headerOf(options: SyntheticGguf, tensors: readonly Tensor[]): { bytes: Buffer; boundaries: number[] } {
  const { layers, width, heads, vocabularySize, name } = options;
  const { tokens, types, merges } = createVocabulary(vocabularySize, options.markers);
  const header = createHeader();
  header.uint32(0x46554747);
  header.uint32(3);
  header.uint64(tensors.length);
  header.uint64(0); // The number of entries, set at the end.
  header.text('general.architecture', 'gptneox');
  if (name !== null) header.text('general.name', name ?? `synthetic GPT-NeoX ${layers}x${width}`);
  header.number('general.file_type', 2);
  header.number('gptneox.context_length', 2048);
  header.number('gptneox.embedding_length', width);
  header.number('gptneox.block_count', layers);
  header.number('gptneox.feed_forward_length', 4 * width);
  header.number('gptneox.rope.dimension_count', width / heads / 4);
  header.number('gptneox.attention.head_count', heads);
  header.boolean('gptneox.use_parallel_residual', true);
  header.float('gptneox.attention.layer_norm_epsilon', 1e-5);
  header.text('tokenizer.ggml.model', 'gpt2');
  header.text('tokenizer.ggml.pre', 'olmo');
  header.strings('tokenizer.ggml.tokens', tokens);
  header.integers('tokenizer.ggml.token_type', types);
  header.strings('tokenizer.ggml.merges', merges);
  header.number('tokenizer.ggml.eos_token_id', 0);
  header.boolean('tokenizer.ggml.add_bos_token', false);
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
    constant(sizeBytes: number, value: number): void {
      put(Buffer.from(new Float32Array(sizeBytes / 4).fill(value).buffer));
    },
    pad(): void {
      put(Buffer.alloc(aligned(inTensor) - inTensor));
      inTensor = 0;
    },
  };
}

/** Writes the file; it appears under its name only when it is whole. Pieces of a few hundred KB at a time. */
export function writeSyntheticGguf(options: SyntheticGguf): WrittenGguf {
  const { path, width, vocabularySize } = options;
  if (width % blockWeights !== 0) throw new RangeError('The width must be a multiple of 32.');
  const tensors = tensorsOf(options);
  const { bytes, boundaries } = headerOf(options, tensors);
  const dataOffset = aligned(bytes.length);
  const rowBytes = (width / blockWeights) * blockBytes;
  const unfinished = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(unfinished, 'w');
  try {
    writeSync(file, bytes);
    writeSync(file, Buffer.alloc(dataOffset - bytes.length));
    const writer = createTensorWriter(file);
    for (const { name, type, sizeBytes, value } of tensors) {
      if (type === 'float32') writer.constant(sizeBytes, value);
      else if (name === 'output.weight') {
        writer.negative(2 * rowBytes);
        writer.random((vocabularySize - 2 - markerTexts.length) * rowBytes);
        writer.negative(markerTexts.length * rowBytes);
      } else writer.random(sizeBytes);
      writer.pad();
    }
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  if (options.truncateTo !== undefined) truncateSync(unfinished, options.truncateTo);
  renameSync(unfinished, path);
  const wholeBytes = dataOffset + tensors.reduce((sum, { sizeBytes }) => sum + aligned(sizeBytes), 0);
  return { sizeBytes: options.truncateTo ?? wholeBytes, dataOffset, boundaries };
}
