import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { AppError } from '../../../../preload/contract/errors.ts';
import { elementBytes, type ElementType } from '../checkpoint/tensors.ts';
import { rowBytes } from '../gguf/tensor-types.ts';
import { toDiskError } from './disk-errors.ts';
import type { Ggml } from './ggml.ts';
import type { Slice } from './slice.ts';

/** As float32 this many weights stay in a core's own cache, between being widened and being quantized. */
const pieceWeights = 65_536;

/** Memory that grows to the largest that was asked for, and is used again. */
function createScratch(): (sizeBytes: number) => Uint8Array {
  let memory = new Uint8Array(0);
  return (sizeBytes) => {
    if (memory.length < sizeBytes) memory = new Uint8Array(sizeBytes);
    return memory.subarray(0, sizeBytes);
  };
}

function readSource({ sourcePath, sourceRuns }: Slice, target: Uint8Array): void {
  const file = openSync(sourcePath, 'r');
  try {
    let filled = 0;
    for (const { offsetBytes, sizeBytes } of sourceRuns) {
      for (let done = 0; done < sizeBytes;) {
        const read = readSync(file, target, filled + done, sizeBytes - done, offsetBytes + done);
        if (read === 0) throw new Error('it ends early');
        done += read;
      }
      filled += sizeBytes;
    }
  } finally {
    closeSync(file);
  }
}

function writeTarget({ targetPath, targetOffsetBytes }: Slice, data: Uint8Array): void {
  try {
    const file = openSync(targetPath, 'r+');
    try {
      for (let done = 0; done < data.length;) {
        done += writeSync(file, data, done, data.length - done, targetOffsetBytes + done);
      }
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw toDiskError(thrown);
  }
}

function unusable(reason: string, tensor: string): AppError {
  return new AppError('checkpoint-unreadable', reason, { tensor });
}

/**
 * Converts slices one at a time: reads the rows, widens them, quantizes them and writes them to their place.
 *
 * @throws AppError `checkpoint-unreadable` (no numbers, file gone or too short), or as `toDiskError` tells
 */
export function createSliceConverter(ggml: Ggml): (slice: Slice) => void {
  const sourceScratch = createScratch();
  const widenedScratch = createScratch();
  const targetScratch = createScratch();

  function widen(source: Uint8Array, elementType: ElementType, count: number): Float32Array {
    if (elementType === 'f32') return new Float32Array(source.buffer, source.byteOffset, count);
    const bytes = widenedScratch(count * Float32Array.BYTES_PER_ELEMENT);
    const widened = new Float32Array(bytes.buffer, 0, count);
    if (elementType === 'f16') ggml.fp16ToFp32Row(source, widened, count);
    else ggml.bf16ToFp32Row(source, widened, count);
    return widened;
  }

  function quantize({ elementType, rows, rowWeights, type }: Slice, source: Uint8Array): Uint8Array {
    const sourceRowBytes = rowWeights * elementBytes[elementType];
    const targetRowBytes = rowBytes(type, rowWeights);
    const target = targetScratch(rows * targetRowBytes);
    const pieceRows = Math.max(1, Math.floor(pieceWeights / rowWeights));
    for (let row = 0; row < rows; row += pieceRows) {
      const count = Math.min(pieceRows, rows - row);
      const piece = source.subarray(row * sourceRowBytes, (row + count) * sourceRowBytes);
      const widened = widen(piece, elementType, count * rowWeights);
      ggml.quantizeChunk(type, widened, target.subarray(row * targetRowBytes), count, rowWeights);
    }
    return target;
  }

  return (slice) => {
    const { tensor, elementType, rows, rowWeights, type } = slice;
    const source = sourceScratch(rows * rowWeights * elementBytes[elementType]);
    try {
      readSource(slice, source);
    } catch (thrown) {
      const cause = thrown instanceof Error ? thrown.message : String(thrown);
      throw unusable(`A weight file can no longer be read (${cause}). What is converted so far is kept.`, tensor);
    }
    if (!ggml.validateRow(elementType, source)) {
      const reason = `The checkpoint is damaged: ${tensor} holds values that are no numbers. Fetch it again.`;
      throw unusable(reason, tensor);
    }
    const isSame = type.toLowerCase() === elementType;
    const target = isSame ? source : quantize(slice, source);
    if (!isSame && !ggml.validateRow(type, target)) {
      throw unusable(`This checkpoint cannot be converted: ${tensor} holds values too large for ${type}.`, tensor);
    }
    writeTarget(slice, target);
  };
}
