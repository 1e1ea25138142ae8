import { AppError } from '../../../preload/contract/errors.ts';

/** Scratch memory of llama.cpp for batches of 512 tokens, and the process itself. */
const overheadBytes = 400 * 1024 ** 2;
/** Left to everything else on the machine. */
const reserveBytes = 512 * 1024 ** 2;
const mostSequences = 4;

export interface MemoryNeeds {
  /** Size of the model file: its weights lie in memory once, mapped or repacked. */
  modelBytes: number;
  stateBytesPerToken: number;
  contextTokens: number;
}

/** Bytes that a model takes with this many sequences. */
export function neededBytes({ modelBytes, stateBytesPerToken, contextTokens }: MemoryNeeds, sequences = 1): number {
  return modelBytes + sequences * stateBytesPerToken * contextTokens + overheadBytes;
}

/** How many conversations can be held at once: as many as leave a good reserve, at least one, at most four. */
export function chooseSequences(needs: MemoryNeeds, freeBytes: number): number {
  let sequences = 1;
  while (sequences < mostSequences && neededBytes(needs, sequences + 1) + reserveBytes <= freeBytes) sequences += 1;
  return sequences;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A window half as long, for machines on which the whole one does not fit. */
const shortContextTokens = 1024;

/**
 * Refuses a model that does not fit, before it pushes everything else out of memory.
 *
 * @throws AppError `out-of-memory` with what is needed, what is free, and what a shorter window would need
 */
export function checkMemory(needs: MemoryNeeds, freeBytes: number): void {
  const needed = neededBytes(needs);
  if (needed <= freeBytes) return;
  const neededShort = neededBytes({ ...needs, contextTokens: shortContextTokens });
  throw new AppError(
    'out-of-memory',
    `This model needs about ${gigabytes(needed)} of memory; ${gigabytes(freeBytes)} are free. Close other programs, ` +
      'choose a smaller file, or load it with a shorter window.',
    { neededBytes: needed, freeBytes, neededShortBytes: neededShort, fitsShort: neededShort <= freeBytes },
  );
}
