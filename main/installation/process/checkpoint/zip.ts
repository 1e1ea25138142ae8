import { endsEarly, type CheckpointFile } from './checkpoint-file.ts';
import { refusal, shown } from './refusal.ts';

/**
 * The directory of a zip archive whose entries are stored as they are, which is how PyTorch writes weights.
 * Format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.6 to 4.3.16 and 4.5.3 (zip64).
 */
export interface ZipEntry {
  name: string;
  /** Where its bytes begin in the file. */
  offsetBytes: number;
  sizeBytes: number;
}

const localSignature = 0x04034b50;
const directorySignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const end64LocatorSignature = 0x07064b50;
const localBytes = 30;
const directoryBytes = 46;
const endBytes = 22;
const end64Bytes = 56;
const end64LocatorBytes = 20;
const longestCommentBytes = 0xffff;
/** What a 32-bit field holds when the real value is in a zip64 one. */
const saturated32 = 0xffff_ffff;
const saturated16 = 0xffff;
const zip64Extra = 0x0001;
const flagEncrypted = 0x0001;
/** A shard has one entry per tensor: some hundreds, a few thousand in models of very many experts. */
const maxEntries = 100_000;
/** Room for that many entries with long names and extra fields. */
const maxDirectoryBytes = 64 * 1024 ** 2;

interface Directory {
  entries: number;
  offsetBytes: number;
  sizeBytes: number;
  /** Where the end records begin: the directory has to lie before. */
  limitBytes: number;
}

interface ListedEntry {
  name: string;
  localOffsetBytes: number;
  sizeBytes: number;
}

export function isZip(file: CheckpointFile): boolean {
  return file.sizeBytes >= 4 && file.read(0, 4).readUInt32LE() === localSignature;
}

function damaged(file: CheckpointFile): ReturnType<typeof refusal> {
  return refusal(`The directory of ${file.name} is damaged. Fetch it again.`, { file: file.name });
}

/** A 64-bit field; what no file offset can be is damage. */
function uint64(file: CheckpointFile, bytes: Buffer, offset: number): number {
  const value = bytes.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(file);
  return Number(value);
}

/** The end record is the last thing in the file but for a comment, whose length it tells. */
function findEnd(file: CheckpointFile): { record: Buffer; offsetBytes: number } {
  const tailBytes = Math.min(file.sizeBytes, endBytes + longestCommentBytes);
  const tailOffset = file.sizeBytes - tailBytes;
  const tail = file.read(tailOffset, tailBytes);
  for (let at = tailBytes - endBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === endSignature && at + endBytes + tail.readUInt16LE(at + 20) === tailBytes) {
      return { record: tail.subarray(at), offsetBytes: tailOffset + at };
    }
  }
  throw endsEarly(file.name);
}

function findDirectory(file: CheckpointFile): Directory {
  const { record, offsetBytes: endOffset } = findEnd(file);
  const narrow: Directory = {
    entries: record.readUInt16LE(10),
    sizeBytes: record.readUInt32LE(12),
    offsetBytes: record.readUInt32LE(16),
    limitBytes: endOffset,
  };
  const locatorOffset = endOffset - end64LocatorBytes;
  const locator = locatorOffset < 0 ? null : file.read(locatorOffset, end64LocatorBytes);
  if (locator?.readUInt32LE(0) !== end64LocatorSignature) return narrow;
  const wideOffset = uint64(file, locator, 8);
  if (wideOffset + end64Bytes > locatorOffset) throw damaged(file);
  const wideRecord = file.read(wideOffset, end64Bytes);
  const wide: Directory = {
    entries: uint64(file, wideRecord, 32),
    sizeBytes: uint64(file, wideRecord, 40),
    offsetBytes: uint64(file, wideRecord, 48),
    limitBytes: wideOffset,
  };
  // Readers that know zip64 and readers that do not must see the same archive.
  const agree = (short: number, long: number, saturated: number): boolean => short === saturated || short === long;
  if (
    wideRecord.readUInt32LE(0) !== end64Signature ||
    !agree(narrow.entries, wide.entries, saturated16) ||
    !agree(narrow.sizeBytes, wide.sizeBytes, saturated32) ||
    !agree(narrow.offsetBytes, wide.offsetBytes, saturated32)
  ) {
    throw damaged(file);
  }
  return wide;
}

/** The fields of the zip64 extra, which holds only those that are saturated in the entry itself, in this order. */
function widen(file: CheckpointFile, extra: Buffer, narrow: readonly number[]): number[] {
  if (!narrow.includes(saturated32)) return [...narrow];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) !== zip64Extra || end > extra.length) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== saturated32) return value;
      if (next + 8 > end) throw damaged(file);
      next += 8;
      return uint64(file, extra, next - 8);
    });
  }
  throw damaged(file);
}

function checkStored(file: CheckpointFile, name: string, flags: number, method: number): void {
  if ((flags & flagEncrypted) !== 0) throw refusal(`${file.name} is encrypted (${shown(name)}) and cannot be read.`);
  if (method !== 0) {
    throw refusal(
      `${file.name} is a compressed archive (${shown(name)}); weights are stored uncompressed. ` +
        'Unpack it and choose the files in it.',
    );
  }
}

function listEntries(file: CheckpointFile, directory: Directory): ListedEntry[] {
  const { entries: count, offsetBytes, sizeBytes, limitBytes } = directory;
  if (count > maxEntries || sizeBytes > maxDirectoryBytes || offsetBytes + sizeBytes > limitBytes) throw damaged(file);
  const bytes = file.read(offsetBytes, sizeBytes);
  const entries: ListedEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + directoryBytes > bytes.length || bytes.readUInt32LE(at) !== directorySignature) throw damaged(file);
    const nameEnd = at + directoryBytes + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const end = extraEnd + bytes.readUInt16LE(at + 32);
    if (end > bytes.length) throw damaged(file);
    const name = bytes.toString('utf8', at + directoryBytes, nameEnd);
    checkStored(file, name, bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10));
    const [whole = 0, stored = 0, localOffsetBytes = 0] = widen(file, bytes.subarray(nameEnd, extraEnd), [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ]);
    if (whole !== stored) throw damaged(file);
    entries.push({ name, localOffsetBytes, sizeBytes: stored });
    at = end;
  }
  if (at !== bytes.length) throw damaged(file);
  return entries;
}

/** Where an entry's bytes begin: its own header stands before them and has to tell the same story as the directory. */
function locate(file: CheckpointFile, { name, localOffsetBytes, sizeBytes }: ListedEntry): ZipEntry {
  const header = file.read(localOffsetBytes, localBytes);
  if (header.readUInt32LE(0) !== localSignature) throw damaged(file);
  checkStored(file, name, header.readUInt16LE(6), header.readUInt16LE(8));
  const nameBytes = header.readUInt16LE(26);
  const isNamed =
    nameBytes === Buffer.byteLength(name) &&
    file.read(localOffsetBytes + localBytes, nameBytes).toString('utf8') === name;
  if (!isNamed) throw damaged(file);
  const offsetBytes = localOffsetBytes + localBytes + nameBytes + header.readUInt16LE(28);
  return { name, offsetBytes, sizeBytes };
}

/**
 * Every entry of an archive by name. No two share a name or a byte, none reaches into the directory.
 *
 * @throws AppError `checkpoint-unreadable` when the archive is damaged, compressed or encrypted
 */
export function readZipDirectory(file: CheckpointFile): Map<string, ZipEntry> {
  const directory = findDirectory(file);
  const listed = listEntries(file, directory).sort((left, right) => left.localOffsetBytes - right.localOffsetBytes);
  const entries = new Map<string, ZipEntry>();
  let freeFrom = 0;
  for (const item of listed) {
    if (item.localOffsetBytes < freeFrom || entries.has(item.name)) throw damaged(file);
    const entry = locate(file, item);
    freeFrom = entry.offsetBytes + entry.sizeBytes;
    if (freeFrom > directory.offsetBytes) throw damaged(file);
    entries.set(entry.name, entry);
  }
  return entries;
}
