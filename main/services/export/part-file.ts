import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AppError } from '../../../preload/contract/errors.ts';

/**
 * Writes a file from its pieces, as fast as the disk takes them. It lies beside its place as `<name>.part` and gets
 * its name when it is whole and on the disk; when that fails nothing is left, and an older file of that name stays.
 *
 * @throws AppError `disk-full`, `cancelled` when the signal fires, `invalid-input` for a place that cannot be written
 */
export async function writePartFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const partPath = `${path}.part`;
  const source = Readable.from(pieces, { objectMode: true, highWaterMark: 2 });
  const target = createWriteStream(partPath, { mode: 0o600, flush: true });
  try {
    if (path.toLowerCase().endsWith('.gz')) await pipeline(source, createGzip(), target, { signal });
    else await pipeline(source, target, { signal });
    await rename(partPath, path);
    await syncFolder(dirname(path));
  } catch (error) {
    // A folder in the place of the part is not ours; nothing of it is removed.
    await rm(partPath, { force: true }).catch(() => undefined);
    throw toWriteError(error, signal);
  }
}

/** Puts the new name on disk as well. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no folders that can be opened, and writes their entries by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What went wrong with a file or folder to export to, as the owner should hear it. */
export function toWriteError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new AppError('cancelled', 'The export was cancelled. No unfinished file was left.');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('disk-full', 'The disk is full. The unfinished file was removed. Make room and export again.');
  }
  if (/^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|EEXIST|ENAMETOOLONG)$/.test(code)) {
    return new AppError(
      'invalid-input',
      `The file cannot be written there (${code}). Choose a folder that is there and can be written to.`,
    );
  }
  return error;
}
