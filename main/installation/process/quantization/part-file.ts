import { open, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../../preload/contract/errors.ts';
import { toDiskError } from './disk-errors.ts';
import type { FilePlan } from './plan.ts';

/** Whether there is a file of the planned size that begins with the planned header. */
export async function isOfPlan(path: string, { header, sizeBytes }: FilePlan): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  if (info?.size !== sizeBytes) return false;
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
    return bytesRead === header.length && buffer.equals(header);
  } finally {
    await file.close();
  }
}

/** Sizes that are compared are told in the same unit. */
function sizeTexts(sizes: readonly number[]): string[] {
  const [unitBytes, unit] = Math.max(...sizes) >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  return sizes.map((bytes) => `${(bytes / unitBytes).toFixed(1)} ${unit}`);
}

async function checkRoom(folder: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= sizeBytes) return;
  const [size = '', free = ''] = sizeTexts([sizeBytes, freeBytes]);
  throw new AppError(
    'disk-full',
    `The converted model takes ${size}, and the disk has ${free} left. Make room or choose a smaller type.`,
    { sizeBytes, freeBytes },
  );
}

/** Creates the file, and leaves nothing of it when that fails. */
async function createFile(path: string, { header, sizeBytes }: FilePlan): Promise<FileHandle> {
  const file = await open(path, 'wx+');
  try {
    await file.truncate(sizeBytes);
    await file.write(header, 0, header.length, 0);
    await file.sync();
    return file;
  } catch (thrown) {
    await file.close();
    await rm(path, { force: true });
    throw thrown;
  }
}

/**
 * Starts a file over: the header, and the full length from the beginning. What is not written yet, the padding between
 * tensors among it, reads as zeros.
 *
 * @returns the file, open for writing
 * @throws AppError as `toDiskError` tells; nothing is left of the file then
 */
export async function startPart(path: string, plan: FilePlan): Promise<FileHandle> {
  try {
    await rm(path, { force: true });
    await checkRoom(dirname(path), plan.sizeBytes);
    return await createFile(path, plan);
  } catch (thrown) {
    throw toDiskError(thrown);
  }
}
