import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { extract, list, type ReadEntry } from 'tar';
import { AppError } from '../../../../preload/contract/errors.ts';
import type { AddonContent } from '../../addon-content.ts';
import { syncFolder } from '../download/part.ts';

export interface UnpackOptions {
  /** What all files together have to take. */
  unpackedBytes: number;
  signal: AbortSignal;
  onProgress: (fraction: number) => void;
}

const mostFiles = 1000;
/** Files of node-llama-cpp's packages only, with names that mean the same on every system. */
const allowedPath = /^(linux|win)-x64-cuda(-ext)?(\/\w[\w.+-]*)+$/;

/**
 * Unpacks an archive into a folder, which is made. All of it is looked through before anything is written: it may hold
 * nothing but plain files of the two packages, each once, and exactly as many bytes as it should.
 *
 * @returns what lies in the folder now, and on the disk
 * @throws AppError `internal` for another archive; the signal's reason when it fires
 */
export async function unpack(
  archivePath: string,
  folder: string,
  { unpackedBytes, signal, onProgress }: UnpackOptions,
): Promise<AddonContent['files']> {
  const files = await lookThrough(archivePath, unpackedBytes);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let begunBytes = 0;
  await extract({
    file: archivePath,
    cwd: folder,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    dmode: 0o700,
    // What follows a stop is passed over.
    filter: () => !signal.aborted,
    onReadEntry(entry) {
      entry.mode = 0o600;
      onProgress(begunBytes / unpackedBytes);
      begunBytes += entry.size;
    },
  });
  signal.throwIfAborted();
  await putOnDisk(folder, files);
  return files;
}

async function lookThrough(archivePath: string, unpackedBytes: number): Promise<AddonContent['files']> {
  const found = new Map<string, number>();
  let heldBytes = 0;
  const refusals: string[] = [];
  const look = ({ path, type, size }: ReadEntry): void => {
    heldBytes += size;
    // One is enough.
    if (refusals.length > 0) return;
    if (type !== 'File') refusals.push(`a ${type} called ${path}`);
    else if (!allowedPath.test(path)) refusals.push(`a file called ${path}`);
    else if (found.has(path)) refusals.push(`${path} twice`);
    else if (found.size === mostFiles || heldBytes > unpackedBytes) refusals.push('more than it should');
    else found.set(path, size);
  };
  try {
    await list({ file: archivePath, strict: true, onReadEntry: look });
  } catch (error) {
    throw refused('cannot be read', error instanceof Error ? error.message : String(error));
  }
  const [refusal] = refusals;
  if (refusal !== undefined) throw refused('holds something that it should not', refusal);
  if (heldBytes !== unpackedBytes) throw refused('is not whole', `${heldBytes} of ${unpackedBytes} bytes`);
  return [...found].map(([path, sizeBytes]) => ({ path, sizeBytes }));
}

function refused(how: string, cause: string): AppError {
  return new AppError('internal', `The archive ${how}. Nothing of it was unpacked.`, { cause });
}

/** A power cut may take back what the system has not written yet, and leave the names. */
async function putOnDisk(folder: string, files: AddonContent['files']): Promise<void> {
  for (const { path } of files) {
    const file = await open(join(folder, path), 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
  for (const path of new Set(files.map((file) => dirname(file.path)))) await syncFolder(join(folder, path));
}
