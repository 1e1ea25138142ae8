import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { load } from 'koffi';
import type { ElementType } from '../checkpoint/tensors.ts';
import { tensorFormats, type TensorType } from '../gguf/tensor-types.ts';

/**
 * The few functions of ggml that conversion needs, called in the library that node-llama-cpp brings along: files are
 * made by the code that later reads them. Declarations: ggml.h. All of them may be called from several threads.
 */
export interface Ggml {
  /**
   * Quantizes whole rows to the beginning of `target`.
   *
   * @returns bytes written
   */
  quantizeChunk(type: TensorType, source: Float32Array, target: Uint8Array, rows: number, rowWeights: number): number;
  fp16ToFp32Row(source: Uint8Array, target: Float32Array, count: number): void;
  bf16ToFp32Row(source: Uint8Array, target: Float32Array, count: number): void;
  /** Bytes of a row. */
  rowSize(type: TensorType, weights: number): number;
  /** Whether the data holds no infinity and nothing that is not a number, as far as its type can hold them. */
  validateRow(format: TensorType | ElementType, data: Uint8Array): boolean;
}

/** Folder names of node-llama-cpp's prebuilt binaries that need nothing but a CPU. */
const prebuilt = new Map([
  ['linux-x64', 'linux-x64'],
  ['linux-arm64', 'linux-arm64'],
  ['darwin-arm64', 'mac-arm64-metal'],
  ['darwin-x64', 'mac-x64'],
  ['win32-x64', 'win-x64'],
  ['win32-arm64', 'win-arm64'],
]);

const libraryNames = new Map([
  ['darwin', 'libggml-base.dylib'],
  ['win32', 'ggml-base.dll'],
]);

/** `ggml_type` numbers of what checkpoints hold. */
const elementIds: Readonly<Record<ElementType, number>> = { f32: 0, f16: 1, bf16: 30 };

/** Found from node-llama-cpp, because its binaries are packages that only it depends on. */
function libraryPath(): string {
  const name = prebuilt.get(`${process.platform}-${process.arch}`);
  if (name === undefined) throw new Error(`there is no ggml for ${process.platform} on ${process.arch}`);
  const llamaEntry = createRequire(import.meta.url).resolve('node-llama-cpp');
  const binaryEntry = createRequire(llamaEntry).resolve(`@node-llama-cpp/${name}`);
  const library = libraryNames.get(process.platform) ?? 'libggml-base.so';
  return join(dirname(binaryEntry), '..', 'bins', name, library);
}

function idOf(format: TensorType | ElementType): number {
  return format === 'f16' || format === 'bf16' || format === 'f32' ? elementIds[format] : tensorFormats[format].id;
}

/** Loads the library; it needs no other one and no start-up. */
export function loadGgml(): Ggml {
  const library = load(libraryPath());
  // Memory is handed over as `void *`: koffi then passes the address and copies nothing.
  const quantizeChunk = library.func(
    'size_t ggml_quantize_chunk(int type, const void *source, void *target, int64_t start, int64_t rows, int64_t rowWeights, const void *imatrix)',
  ) as (...args: [number, Float32Array, Uint8Array, number, number, number, null]) => number;
  const fp16ToFp32Row = library.func(
    'void ggml_fp16_to_fp32_row(const void *source, void *target, int64_t count)',
  ) as Ggml['fp16ToFp32Row'];
  const bf16ToFp32Row = library.func(
    'void ggml_bf16_to_fp32_row(const void *source, void *target, int64_t count)',
  ) as Ggml['bf16ToFp32Row'];
  const rowSize = library.func('size_t ggml_row_size(int type, int64_t weights)') as (
    ...args: [number, number]
  ) => number;
  const validateRowData = library.func('bool ggml_validate_row_data(int type, const void *data, size_t bytes)') as (
    ...args: [number, Uint8Array, number]
  ) => boolean;
  return {
    quantizeChunk: (type, source, target, rows, rowWeights) =>
      quantizeChunk(idOf(type), source, target, 0, rows, rowWeights, null),
    fp16ToFp32Row,
    bf16ToFp32Row,
    rowSize: (type, weights) => rowSize(idOf(type), weights),
    validateRow: (format, data) => validateRowData(idOf(format), data, data.length),
  };
}
