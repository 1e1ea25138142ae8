import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toDiskError } from './quantization/disk-errors.ts';

/**
 * What survives a kill: a text file with the fingerprint of the job, and then the name of every tensor whose bytes are
 * known to be on disk, a line each.
 */
export interface ConversionJournal {
  /**
   * Notes that a tensor is written. The line follows when its data has reached the disk; tensors that come in the
   * meantime share the next trip.
   *
   * @throws what the last trip failed with
   */
  note(tensor: string): void;
  /** Resolves when everything noted is on disk. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

function firstLine(fingerprint: string): string {
  return `oasst-desktop conversion ${fingerprint}`;
}

/** Makes a rename or a new file last through a power cut. Windows has no such thing for folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The tensors that a journal names as finished, up to the first line that is not whole.
 *
 * @param isTensor whether the job has a tensor of this name
 * @returns null when there is no journal, or it is not of this job
 */
export async function readJournal(
  path: string,
  fingerprint: string,
  isTensor: (name: string) => boolean,
): Promise<Set<string> | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  // What follows the last line break was cut off.
  const [head, ...names] = text.split('\n').slice(0, -1);
  if (head !== firstLine(fingerprint)) return null;
  const end = names.findIndex((name) => !isTensor(name));
  return new Set(end === -1 ? names : names.slice(0, end));
}

function freshPathOf(path: string): string {
  return `${path}.new`;
}

/** Removes a journal, wherever the work on it ended. */
export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(freshPathOf(path), { force: true });
}

/**
 * Opens a journal that begins with what is finished already. The file is replaced as a whole, so that nothing of a line
 * that was cut off is left in it.
 *
 * @param syncData brings everything written so far to the disk
 * @throws AppError as `toDiskError` tells
 */
export async function openJournal(
  path: string,
  fingerprint: string,
  finished: ReadonlySet<string>,
  syncData: () => Promise<void>,
): Promise<ConversionJournal> {
  const freshPath = freshPathOf(path);
  const file = await open(freshPath, 'w').catch((thrown: unknown) => {
    throw toDiskError(thrown);
  });
  try {
    await file.writeFile([firstLine(fingerprint), ...finished, ''].join('\n'));
    await file.sync();
    await rename(freshPath, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    await file.close();
    await rm(freshPath, { force: true });
    throw toDiskError(thrown);
  }
  return journalOn(file, syncData);
}

function journalOn(file: FileHandle, syncData: () => Promise<void>): ConversionJournal {
  let waiting: string[] = [];
  let trip: Promise<void> | null = null;
  let failure: Error | null = null;

  async function bringToDisk(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const names = waiting;
        waiting = [];
        await syncData();
        await file.writeFile(names.map((name) => `${name}\n`).join(''));
        await file.datasync();
      }
    } catch (thrown) {
      failure = toDiskError(thrown);
    }
    trip = null;
  }

  function throwFailure(): void {
    if (failure !== null) throw failure;
  }

  return {
    note(tensor) {
      throwFailure();
      waiting.push(tensor);
      trip ??= bringToDisk();
    },
    async settle() {
      await trip;
      throwFailure();
    },
    async close() {
      await trip;
      await file.close();
    },
  };
}
