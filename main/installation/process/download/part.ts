import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bytesOf, readJournal, removeJournal } from './journal.ts';

/** The names under which a file lies while it is not finished. */
export function partPaths(targetPath: string): { partPath: string; journalPath: string } {
  return { partPath: `${targetPath}.part`, journalPath: `${targetPath}.part.journal` };
}

/** Removes what an unfinished download left. Does not touch a finished file. */
export async function discardDownload(targetPath: string): Promise<void> {
  const { partPath, journalPath } = partPaths(targetPath);
  await rm(partPath, { force: true });
  await removeJournal(journalPath);
}

/** Bytes that the next try need not fetch again. */
export async function heldBytesOf(targetPath: string): Promise<number> {
  const { partPath, journalPath } = partPaths(targetPath);
  const journal = await readJournal(journalPath, (await sizeOf(partPath)) ?? 0);
  return journal === null ? 0 : bytesOf(journal.pieces);
}

/** Null when there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Gives the finished part its name, for good: the entry in the folder is on disk as well when this resolves. */
export async function finishPart(targetPath: string): Promise<void> {
  const { partPath, journalPath } = partPaths(targetPath);
  await rename(partPath, targetPath);
  await syncFolder(dirname(targetPath));
  await removeJournal(journalPath);
}

/** Puts the names in a folder on disk, as they are now. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no folders that can be opened, and writes their entries by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
