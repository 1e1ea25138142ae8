import { open, readFile, rename, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';

const megabyte = 1e6;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** What the file system says about a file that cannot be written, in a sentence. */
export function writeFailure(path: string, error: unknown): AppError {
  const cause = codeOf(error);
  const name = basename(path);
  if (cause === 'ENOSPC' || cause === 'EDQUOT') {
    return new AppError('disk-full', `The disk is full, so "${name}" could not be written. Make room and try again.`);
  }
  if (cause === 'ENOENT') return new AppError('not-found', `The folder that "${name}" should go into is not there.`);
  return new AppError('invalid-input', `"${name}" could not be written (${cause}). Choose another place.`, { cause });
}

/**
 * Reads a text file that was named on the command line.
 *
 * @param limitBytes more than this is not read at all
 * @throws AppError with a sentence for the terminal
 */
export async function readTextFile(path: string, limitBytes: number): Promise<string> {
  const name = basename(path);
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > limitBytes) {
      const most = Math.round(limitBytes / megabyte);
      throw new AppError(
        'invalid-input',
        `"${name}" has ${Math.ceil(size / megabyte)} MB; at most ${most} MB can be read.`,
      );
    }
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const cause = codeOf(error);
    if (cause === 'ENOENT') throw new AppError('not-found', `There is no file "${name}". Check the path.`);
    if (cause === 'EISDIR') throw new AppError('invalid-input', `"${name}" is a folder, not a file.`);
    throw new AppError('invalid-input', `"${name}" could not be read (${cause}).`, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('invalid-input', `"${name}" is not text in UTF-8.`);
  }
}

/**
 * The value of a JSON text.
 *
 * @param what names the text in the sentence that says that it is none
 * @throws AppError `invalid-input`
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('invalid-input', `${what} is not JSON.`);
  }
}

/** Hours of work may lie under that name already. @throws AppError `invalid-input` */
export async function refuseExisting(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) === null) return;
  throw new AppError('invalid-input', `There is already a file "${basename(path)}". Choose another name with --out.`);
}

/** Writes a file that gets its name only when it is whole. @throws AppError */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinishedPath = `${path}.unfinished`;
  try {
    const file = await open(unfinishedPath, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinishedPath, path);
  } catch (error) {
    throw writeFailure(path, error);
  }
}
