import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError } from '../../../preload/contract/errors.ts';
import type { ImportFile, ImportSource } from './import-source.ts';
import { isWanted, wantedOrder } from './wanted-files.ts';

/** What a zip begins with: a file, or the end of one that holds nothing. */
const zipMagics = [Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0005\u0006')];

/** Most entries, pictures and all. */
const maxEntries = 200_000;
/** Most that the wanted ones may hold: far more than the text of an import, as some keep a model's memory beside it. */
const maxBytes = 2 * 1024 ** 3;
/** Text shrinks to a tenth or so; what shrinks to less than this part of it was made to fill disks. */
const maxRatio = 200;
const freeBytes = 1024 ** 2;

export async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return zipMagics.some((magic) => magic.equals(buffer.subarray(0, bytesRead)));
  } finally {
    await file.close();
  }
}

/**
 * Those files of a zip that may hold conversations. They are unpacked while they are read, and nothing else is: no name
 * in a zip becomes a name on the disk.
 *
 * @throws AppError `invalid-input` when it is damaged, locked, or holds too much
 */
export async function openZip(path: string, signal: AbortSignal): Promise<ImportSource> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { autoClose: false });
  } catch (error) {
    throw toZipError(error);
  }
  try {
    return {
      kind: 'zip',
      files: (await wantedEntries(zip, signal)).map((entry) => toFile(zip, entry, signal)).toSorted(wantedOrder),
      close: async () => {
        zip.close();
      },
    };
  } catch (error) {
    zip.close();
    throw signal.aborted ? error : toZipError(error);
  }
}

async function wantedEntries(zip: ZipFile, signal: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  let isNested = false;
  let bytes = 0;
  if (zip.entryCount > maxEntries) throw refusal(`holds more than ${maxEntries.toLocaleString('en')} files`);
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    isNested ||= /\.zip$/i.test(entry.fileName);
    if (!isWanted(entry.fileName)) continue;
    if (entry.isEncrypted()) throw refusal('is locked with a password', 'Unpack it and import what is in it.');
    if (!entry.canDecodeFileData()) throw refusal('is packed in a way that cannot be read', 'Unpack it first.');
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes) throw refusal('holds more than 2 GiB of conversations', 'Unpack it and import the folder.');
    if (entry.uncompressedSize > freeBytes + entry.compressedSize * maxRatio) {
      throw refusal('claims to hold far more than text can be packed into it');
    }
    entries.push(entry);
  }
  if (entries.length > 0) return entries;
  if (isNested) throw refusal('holds other zip files', 'Unpack it and import those.');
  throw refusal('holds no conversations in a form that can be read');
}

function toFile(zip: ZipFile, entry: Entry, signal: AbortSignal): ImportFile {
  return {
    name: entry.fileName,
    sizeBytes: entry.uncompressedSize,
    bytes: async function* (): AsyncGenerator<Buffer> {
      let sum = 0;
      try {
        for await (const piece of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
          signal.throwIfAborted();
          sum = crc32(piece, sum);
          yield piece;
        }
        if (sum !== entry.crc32) throw new Error('The checksum is another one.');
      } catch (error) {
        if (signal.aborted) throw new AppError('cancelled', 'The import was cancelled. Nothing was imported.');
        throw toZipError(error);
      }
    },
  };
}

function refusal(what: string, advice = ''): AppError {
  return new AppError('invalid-input', `This zip ${what}. Nothing was imported.${advice === '' ? '' : ` ${advice}`}`);
}

/** Whatever the reader of zips stumbles over is a fault of the zip, or of the disk below it. */
function toZipError(error: unknown): AppError {
  return error instanceof AppError ? error : refusal('is damaged or cut off', 'Download it again.');
}
