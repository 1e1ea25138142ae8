import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The pages of a database that may be damaged, as its last complete transaction left them. Numbers begin with 1. */
export interface Pages {
  count: number;
  pageBytes: number;
  /** Null where the file ends before it. */
  read(number: number): Buffer | null;
  close(): void;
}

const magic = 'SQLite format 3\0';
const headerBytes = 100;
const defaultPageBytes = 4096;
const logHeaderBytes = 32;
const frameHeaderBytes = 24;
/** The lowest bit tells in which order of bytes the checksums are. */
const logMagic = 0x377f0682;

/** The newest place of each page in the log, and how many pages the database had after its last transaction. */
interface Log {
  pageBytes: number;
  places: Map<number, number>;
  pageCount: number;
}

/**
 * Opens a database and its log for reading, without SQLite: nothing is written, not even beside them.
 *
 * @throws the file system's error
 */
export function openPages(databasePath: string): Pages {
  const file = openSync(databasePath, 'r');
  const logFile = openLog(`${databasePath}-wal`);
  const header = readAt(file, 0, headerBytes);
  const isKnown = header?.toString('latin1', 0, magic.length) === magic;
  const log = logFile === null ? null : readLog(logFile);
  const headerPageBytes = header !== null && isKnown ? pageBytesIn(header.readUInt16BE(16)) : null;
  const pageBytes = headerPageBytes ?? log?.pageBytes ?? defaultPageBytes;
  const inFile = Math.ceil(fstatSync(file).size / pageBytes);
  const readPage = (number: number): Buffer | null => {
    const place = log?.pageBytes === pageBytes ? log.places.get(number) : undefined;
    if (logFile !== null && place !== undefined) return readAt(logFile, place, pageBytes);
    return readAt(file, (number - 1) * pageBytes, pageBytes);
  };
  // The cells of a page are read one after the other.
  let last: { number: number; page: Buffer | null } = { number: 0, page: null };
  return {
    count: log !== null && log.pageCount > 0 ? log.pageCount : inFile,
    pageBytes,
    read(number) {
      if (last.number !== number) last = { number, page: readPage(number) };
      return last.page;
    },
    close() {
      closeSync(file);
      if (logFile !== null) closeSync(logFile);
    },
  };
}

function openLog(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

function pageBytesIn(stored: number): number | null {
  const bytes = stored === 1 ? 65_536 : stored;
  return bytes >= 512 && (bytes & (bytes - 1)) === 0 ? bytes : null;
}

/** All of these bytes, or null where they cannot be read. */
function readAt(file: number, position: number, length: number): Buffer | null {
  const bytes = Buffer.alloc(length);
  try {
    return readSync(file, bytes, 0, length, position) === length ? bytes : null;
  } catch {
    // A sector that the disk cannot read any more.
    return null;
  }
}

/** Reads the log as SQLite does: as far as its checksums hold, and of that what was committed. */
function readLog(file: number): Log | null {
  const header = readAt(file, 0, logHeaderBytes);
  if (header === null) return null;
  const stored = header.readUInt32BE(0);
  const pageBytes = pageBytesIn(header.readUInt32BE(8) === 65_536 ? 1 : header.readUInt32BE(8));
  if ((stored & ~1) >>> 0 !== logMagic || pageBytes === null) return null;
  const sum = createChecksum((stored & 1) === 1);
  sum.add(header.subarray(0, 24));
  if (!sum.matches(header, 24)) return null;

  const log: Log = { pageBytes, places: new Map(), pageCount: 0 };
  const pending = new Map<number, number>();
  const salt = header.subarray(16, 24);
  for (let at = logHeaderBytes; ; at += frameHeaderBytes + pageBytes) {
    const frame = readAt(file, at, frameHeaderBytes + pageBytes);
    if (frame?.subarray(8, 16).equals(salt) !== true) return log;
    sum.add(frame.subarray(0, 8));
    sum.add(frame.subarray(frameHeaderBytes));
    if (!sum.matches(frame, 16)) return log;
    pending.set(frame.readUInt32BE(0), at + frameHeaderBytes);
    const pageCount = frame.readUInt32BE(4);
    if (pageCount === 0) continue;
    for (const [number, place] of pending) log.places.set(number, place);
    pending.clear();
    log.pageCount = pageCount;
  }
}

/** The running checksum of a log. */
function createChecksum(isBigEndian: boolean) {
  let [first, second] = [0, 0];
  return {
    add(bytes: Buffer): void {
      for (let at = 0; at < bytes.length; at += 8) {
        first = (first + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
        second = (second + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
      }
    },
    matches: (bytes: Buffer, at: number): boolean =>
      bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second,
  };
}
