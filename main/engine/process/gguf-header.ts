import { closeSync, openSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import { foreignFile } from './foreign-file.ts';
import {
  arrayType,
  HeaderReader,
  maxEntries,
  maxKeyBytes,
  readList,
  readScalar,
  readTensorEnd,
  unreadable,
  type HeaderValue,
} from './gguf-reader.ts';

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
  /** `tokenizer.ggml.pre`, the name of a way to split text before it is tokenized. */
  preTokenizer: string | null;
  chatTemplate: string | null;
  /** Size of what one token leaves in the cache: keys and values of all heads that have their own, in all layers. */
  stateBytesPerToken: number;
  /** Tensors in this file; a vocabulary on its own has none. */
  tensorCount: number;
  /** `split.count`: files that the model is spread over. */
  partCount: number;
  /** Whether it predicts text at all; models that compare texts do not. */
  isCausal: boolean;
}

/** llama.cpp's names of `general.file_type` (`llama_ftype` in llama.h). */
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
  [19, 'IQ2_XXS'],
  [20, 'IQ2_XS'],
  [21, 'Q2_K_S'],
  [22, 'IQ3_XS'],
  [23, 'IQ3_XXS'],
  [24, 'IQ1_S'],
  [25, 'IQ4_NL'],
  [26, 'IQ3_S'],
  [27, 'IQ3_M'],
  [28, 'IQ2_S'],
  [29, 'IQ2_M'],
  [30, 'IQ4_XS'],
  [31, 'IQ1_M'],
  [32, 'BF16'],
  [36, 'TQ1_0'],
  [37, 'TQ2_0'],
  [38, 'MXFP4'],
]);

const magic = 0x46554747;
/** llama.cpp's cache holds half precision floats. */
const f16Bytes = 2;

/** Lists that the summary needs; all others are passed over. */
function isWantedList(key: string): boolean {
  return (
    key === 'tokenizer.ggml.tokens' || key === 'tokenizer.ggml.token_type' || key.endsWith('.attention.head_count_kv')
  );
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

/** What the entries of a header say about one of its keys, by the kind of value that is expected. */
function createLookup(entries: ReadonlyMap<string, HeaderValue>) {
  return {
    text(key: string): string | null {
      const value = entries.get(key);
      return typeof value === 'string' ? value : null;
    },
    number(key: string): number | null {
      const value = entries.get(key);
      return typeof value === 'number' ? value : null;
    },
    texts(key: string): string[] {
      const value = entries.get(key);
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    },
    numbers(key: string): number[] {
      const value = entries.get(key);
      return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
    },
  };
}

type Lookup = ReturnType<typeof createLookup>;

/** Heads may share keys and values (`head_count_kv`), by layer too, and need not be as wide as the model divided by them. */
function cacheWidthOf({ number, numbers }: Lookup, architecture: string, layers: number, width: number): number {
  const attention = `${architecture}.attention`;
  const heads = number(`${attention}.head_count`) ?? 1;
  const usualLength = width / Math.max(1, heads);
  const headWidth =
    (number(`${attention}.key_length`) ?? usualLength) + (number(`${attention}.value_length`) ?? usualLength);
  const byLayer = numbers(`${attention}.head_count_kv`);
  const keyValueHeads =
    byLayer.length > 0
      ? byLayer.reduce((sum, count) => sum + count, 0)
      : layers * (number(`${attention}.head_count_kv`) ?? heads);
  return keyValueHeads * headWidth;
}

function readHeader(reader: HeaderReader, sizeBytes: number): GgufSummary {
  const start = reader.take(Math.min(sizeBytes, 64));
  if (sizeBytes < 24 || start.readUInt32LE() !== magic) throw foreignFile(start);
  reader.rewind(4);
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
    entries.set(key, type === arrayType ? readList(reader, isWantedList(key)) : readScalar(reader, type));
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
  const lookup = createLookup(entries);
  const { text, number } = lookup;
  const architecture = text('general.architecture') ?? '';
  const layers = number(`${architecture}.block_count`) ?? 0;
  const width = number(`${architecture}.embedding_length`) ?? 0;
  return {
    architecture,
    name: text('general.name'),
    fileType: number('general.file_type'),
    sizeBytes,
    layers,
    width,
    contextTokens: number(`${architecture}.context_length`) ?? 0,
    tokenTypes: lookup.numbers('tokenizer.ggml.token_type'),
    tokens: lookup.texts('tokenizer.ggml.tokens'),
    preTokenizer: text('tokenizer.ggml.pre'),
    chatTemplate: text('tokenizer.chat_template'),
    stateBytesPerToken: f16Bytes * cacheWidthOf(lookup, architecture, layers, width),
    tensorCount,
    partCount: number('split.count') ?? 1,
    isCausal: number(`${architecture}.attention.causal`) !== 0,
  };
}

const maxNameLength = 120;

/** The name of a model on one line: its own, or its file's. */
export function displayName({ name }: Pick<GgufSummary, 'name'>, path: string): string {
  const line = (name ?? '').replaceAll(/\s+/g, ' ').trim();
  return line === '' ? basename(path) : line.slice(0, maxNameLength);
}
