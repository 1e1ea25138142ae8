import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../preload/contract/errors.ts';

/** Most that one file may hold once it is unpacked: a few kilobytes of gzip can stand for terabytes. */
const maxTextBytes = 1024 ** 3;

const pieceBytes = 256 * 1024;
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * The text of a file, piece by piece, unpacked when it is gzip, whatever it is called.
 *
 * @param onRead share of the file that has been read
 * @throws AppError `not-found`, `invalid-input` for what is no text or more than `limitBytes`, `cancelled`
 */
export async function* importText(
  path: string,
  signal: AbortSignal,
  onRead: (fraction: number) => void,
  limitBytes = maxTextBytes,
): AsyncGenerator<string> {
  const file = await openToRead(path);
  try {
    const bytes = readBytes(file, signal, onRead);
    // The callback is for nobody: a failure of either side ends the loop below.
    const source = (await isGzip(file)) ? pipeline(Readable.from(bytes), createGunzip(), () => undefined) : bytes;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let total = 0;
    for await (const piece of source as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > limitBytes) {
        const most = `${String(Math.floor(limitBytes / 1024 ** 2))} MiB`;
        throw new AppError('invalid-input', `This file holds more than ${most} of text. Nothing was imported.`);
      }
      yield decoder.decode(piece, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw toReadError(error, signal);
  } finally {
    await file.close();
  }
}

async function* readBytes(
  file: FileHandle,
  signal: AbortSignal,
  onRead: (fraction: number) => void,
): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    onRead(Math.min(1, position / Math.max(1, size)));
    yield buffer.subarray(0, bytesRead);
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw new AppError('not-found', 'There is no such file. Nothing was imported.');
    throw toReadError(error, null);
  }
}

async function isGzip(file: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(gzipMagic.length);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return bytesRead === head.length && head.equals(gzipMagic);
}

function toReadError(error: unknown, signal: AbortSignal | null): unknown {
  if (signal?.aborted === true) return new AppError('cancelled', 'The import was cancelled. Nothing was imported.');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new AppError('invalid-input', 'This file is no text in UTF-8. Nothing was imported.');
  }
  if (code.startsWith('Z_')) {
    return new AppError('invalid-input', 'This compressed file is damaged or cut off. Nothing was imported.');
  }
  if (/^(EACCES|EPERM|EISDIR|EIO|ENOTDIR|ELOOP|ENAMETOOLONG)$/.test(code)) {
    return new AppError('invalid-input', `This file cannot be read (${code}). Nothing was imported.`);
  }
  return error;
}
