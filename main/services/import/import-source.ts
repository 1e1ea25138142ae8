import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import { isWanted, wantedOrder } from './wanted-files.ts';
import { isZip, openZip } from './zip-source.ts';

/** A file to be read. */
export interface ImportFile {
  /** As seen from what was chosen, with slashes. */
  name: string;
  sizeBytes: number;
  /** @throws AppError `invalid-input` where it cannot be read, `cancelled` */
  bytes: () => AsyncGenerator<Buffer>;
}

export interface ImportSource {
  kind: 'file' | 'folder' | 'zip';
  files: ImportFile[];
  close: () => Promise<void>;
}

/** Most files and folders in a folder that is looked through, and how deep they may lie. */
const maxEntries = 200_000;
const deepestFolder = 8;

const pieceBytes = 256 * 1024;

/**
 * What was chosen to be imported: a file, or those files of a zip or of a folder that may hold conversations. Links in
 * a folder are not followed.
 *
 * @throws AppError `not-found` when there is nothing, `invalid-input` when it cannot be read, `cancelled`
 */
export async function openSource(path: string, signal: AbortSignal): Promise<ImportSource> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return await openFolder(path, signal);
    if (!found.isFile()) throw new AppError('invalid-input', 'This is no file and no folder. Nothing was imported.');
    if (await isZip(path)) return await openZip(path, signal);
    const file = { name: basename(path), sizeBytes: found.size, bytes: () => readBytes(path, signal) };
    return { kind: 'file', files: [file], close: async () => undefined };
  } catch (error) {
    throw toReadError(error, signal);
  }
}

async function openFolder(path: string, signal: AbortSignal): Promise<ImportSource> {
  const files: ImportFile[] = [];
  const folders = [{ name: '', depth: 0 }];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(path, folder.name), { withFileTypes: true })) {
      signal.throwIfAborted();
      entries += 1;
      if (entries > maxEntries) throw tooManyFiles();
      const name = folder.name === '' ? entry.name : `${folder.name}/${entry.name}`;
      if (entry.isDirectory() && folder.depth < deepestFolder) folders.push({ name, depth: folder.depth + 1 });
      if (!entry.isFile() || !isWanted(name)) continue;
      const filePath = join(path, name);
      files.push({ name, sizeBytes: (await stat(filePath)).size, bytes: () => readBytes(filePath, signal) });
    }
  }
  return { kind: 'folder', files: files.toSorted(wantedOrder), close: async () => undefined };
}

async function* readBytes(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw toReadError(error, signal);
  } finally {
    await file?.close();
  }
}

function toReadError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new AppError('cancelled', 'The import was cancelled. Nothing was imported.');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new AppError('not-found', 'There is no such file. Nothing was imported.');
  if (/^(EACCES|EPERM|EISDIR|EIO|ENOTDIR|ELOOP|ENAMETOOLONG)$/.test(code)) {
    return new AppError('invalid-input', `This file cannot be read (${code}). Nothing was imported.`);
  }
  return error;
}

function tooManyFiles(): AppError {
  const most = maxEntries.toLocaleString('en');
  return new AppError(
    'invalid-input',
    `This folder holds more than ${most} files. Nothing was imported. Choose a folder that holds only conversations.`,
  );
}
