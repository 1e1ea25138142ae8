import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { AppError } from '../../../preload/contract/errors.ts';

const pieceBytes = 4 * 1024 ** 2;

function failureOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT')
    return new AppError('model-missing', 'The file is no longer where it was. Nothing was changed.');
  if (code === 'ENOSPC') {
    return new AppError('disk-full', 'The disk is full. The copy was removed, the file itself is as it was.');
  }
  return error;
}

/**
 * The SHA-256 of a file. With `copyTo` the same bytes are written there as they are read: the copy gets its name when it
 * is whole and on the disk.
 *
 * @param onProgress share of the file that has been read
 * @throws AppError `model-missing`, `disk-full`; the signal's reason when it fires
 */
export async function hashFile(
  path: string,
  copyTo: string | null,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const part = copyTo === null ? null : `${copyTo}.part`;
  try {
    await using source = await open(path, 'r');
    await using target = part === null ? null : await open(part, 'w', 0o600);
    const { size } = await source.stat();
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let position = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(piece, 0, pieceBytes, position);
      if (bytesRead === 0) break;
      const read = piece.subarray(0, bytesRead);
      hash.update(read);
      if (target !== null) await target.appendFile(read);
      position += bytesRead;
      onProgress(Math.min(1, position / Math.max(1, size)));
    }
    await target?.sync();
    if (part !== null && copyTo !== null) await rename(part, copyTo);
    return hash.digest('hex');
  } catch (error) {
    if (part !== null) await rm(part, { force: true });
    throw failureOf(error);
  }
}
