import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Checksum, HubFile } from './hub.ts';
import type { Piece, Span } from './journal.ts';

const readBytes = 1024 ** 2;

async function readThrough(
  part: FileHandle,
  { start, end }: Span,
  signal: AbortSignal,
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(readBytes);
  let position = start;
  while (position < end) {
    signal.throwIfAborted();
    const { bytesRead } = await part.read(buffer, 0, Math.min(buffer.length, end - position), position);
    // A part that ends early has other content than it should; the hash will say so.
    if (bytesRead === 0) return;
    onBytes(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

export interface Comparison {
  sha256: string;
  /** Whether there was a checksum to compare with. */
  isVerified: boolean;
  mismatch: { expected: string; found: string } | null;
}

/**
 * Reads a file once and compares it with all that is known of it. The SHA-1 is the one that git gives a content: of
 * `blob <size>\0` and then the bytes.
 */
export async function compareFile(
  part: FileHandle,
  { file, expectedSha256 }: { file: HubFile; expectedSha256: string | null },
  signal: AbortSignal,
): Promise<Comparison> {
  const { checksum, sizeBytes } = file;
  const sha256 = createHash('sha256');
  const gitBlob = checksum?.kind === 'git-blob-sha1' ? createHash('sha1').update(`blob ${sizeBytes}\0`) : null;
  await readThrough(part, { start: 0, end: sizeBytes }, signal, (bytes) => {
    sha256.update(bytes);
    gitBlob?.update(bytes);
  });
  const found = { sha256: sha256.digest('hex'), 'git-blob-sha1': gitBlob?.digest('hex') ?? '' };
  const wanted: Checksum[] = checksum === null ? [] : [checksum];
  if (expectedSha256 !== null) wanted.unshift({ kind: 'sha256', hex: expectedSha256 });
  const wrong = wanted.find(({ kind, hex }) => found[kind] !== hex);
  return {
    sha256: found.sha256,
    isVerified: wanted.length > 0,
    mismatch: wrong === undefined ? null : { expected: wrong.hex, found: found[wrong.kind] },
  };
}

/** The pieces whose bytes on disk are not those that came in. */
export async function damagedPieces(part: FileHandle, pieces: readonly Piece[], signal: AbortSignal): Promise<Piece[]> {
  const damaged: Piece[] = [];
  for (const piece of pieces) {
    const hash = createHash('sha256');
    await readThrough(part, piece, signal, (bytes) => hash.update(bytes));
    if (hash.digest('hex') !== piece.sha256) damaged.push(piece);
  }
  return damaged;
}
