import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../preload/contract/errors.ts';

const gibBytes = 1024 ** 3;
/** Most that one import may hold once it is unpacked: a few kilobytes of gzip can stand for terabytes. */
const maxBytes = gibBytes;

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** How much may still be unpacked in one import, of however many files. */
export function createBudget(limitBytes = maxBytes) {
  let leftBytes = limitBytes;
  return {
    isSpent: (): boolean => leftBytes < 0,
    /** @throws AppError `invalid-input` when this is more than what is left */
    spend(bytes: number): void {
      leftBytes -= bytes;
      if (leftBytes >= 0) return;
      const [unitBytes, unit] = limitBytes >= gibBytes ? [gibBytes, 'GiB'] : [1024 ** 2, 'MiB'];
      const most = `${String(Math.floor(limitBytes / unitBytes))} ${unit}`;
      throw new AppError('invalid-input', `There is more than ${most} of text here. Nothing was imported.`);
    },
  };
}

export type Budget = ReturnType<typeof createBudget>;

/** The first bytes of a file, as many as were asked for where there are so many, and all of it. */
export async function peek(
  bytes: AsyncIterable<Buffer>,
  length: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { head: head.subarray(0, length), all: all() };
}

/**
 * The text of a file, piece by piece, unpacked when it is gzip, whatever it is called.
 *
 * @throws AppError `invalid-input` for what is no text or more than the budget
 */
export async function* importText(bytes: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<string> {
  try {
    const { head, all } = await peek(bytes, gzipMagic.length);
    // The callback is for nobody: a failure of either side ends the loop below.
    const source = head.equals(gzipMagic) ? pipeline(Readable.from(all), createGunzip(), () => undefined) : all;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const piece of source as AsyncIterable<Buffer>) {
      budget.spend(piece.length);
      yield decoder.decode(piece, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw toTextError(error);
  }
}

function toTextError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new AppError('invalid-input', 'This file is no text in UTF-8. Nothing was imported.');
  }
  if (code.startsWith('Z_')) {
    return new AppError('invalid-input', 'This compressed file is damaged or cut off. Nothing was imported.');
  }
  return error;
}
