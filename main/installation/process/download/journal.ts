import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { isSameContent, type HubFile } from './hub.ts';

/**
 * What of a file is on disk, noted beside its part: a first line that says which file it is, then a line for each piece
 * that was received and flushed. Lines are only appended; one that was cut off or damaged is as if it had never been
 * written, and what it stood for is fetched again.
 */

/** Bytes from `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** A received stretch and the hash that it had when it came in. */
export interface Piece extends Span {
  sha256: string;
}

const wholeNumber = z.int().nonnegative();
const headerSchema = z.object({
  version: z.literal(1),
  path: z.string(),
  sizeBytes: wholeNumber,
  checksum: z.object({ kind: z.enum(['sha256', 'git-blob-sha1']), hex: z.string() }).nullable(),
  commit: z.string().nullable(),
});
const pieceSchema = z.object({ start: wholeNumber, end: wholeNumber, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const etagSchema = z.object({ etag: z.string() });

export interface JournalContent {
  header: z.infer<typeof headerSchema>;
  /** In the order of the file, none overlapping another. */
  pieces: Piece[];
  etag: string | null;
}

/**
 * Reads a journal. Pieces beyond the end of the part are left out: they are not there.
 *
 * @returns null when there is none, or its first line cannot be read
 */
export async function readJournal(path: string, partBytes: number): Promise<JournalContent | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  // What follows the last line break was cut off.
  const [first, ...lines] = text.split('\n').slice(0, -1).map(parseLine);
  const header = headerSchema.safeParse(first).data;
  if (header === undefined) return null;
  const limitBytes = Math.min(partBytes, header.sizeBytes);
  const noted = lines.flatMap((line) => pieceSchema.safeParse(line).data ?? []);
  const pieces: Piece[] = [];
  for (const piece of noted.sort((left, right) => left.start - right.start)) {
    const isThere = piece.end > piece.start && piece.end <= limitBytes;
    if (isThere && piece.start >= (pieces.at(-1)?.end ?? 0)) pieces.push(piece);
  }
  const etag = lines.map((line) => etagSchema.safeParse(line).data?.etag).findLast((value) => value !== undefined);
  return { header, pieces, etag: etag ?? null };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** What of the file is still to come, in its order. `taken` may be in any order and may overlap. */
export function gapsBetween(taken: readonly Span[], sizeBytes: number): Span[] {
  const gaps: Span[] = [];
  let end = 0;
  for (const span of taken.toSorted((left, right) => left.start - right.start)) {
    if (span.start > end) gaps.push({ start: end, end: span.start });
    end = Math.max(end, span.end);
  }
  if (end < sizeBytes) gaps.push({ start: end, end: sizeBytes });
  return gaps;
}

export function bytesOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Size alone does not make two versions one: where only one of them has a checksum, the commit has to be the same. */
function isSameVersion(noted: JournalContent['header'], file: HubFile): boolean {
  const isComparable = (noted.checksum === null) === (file.checksum === null);
  return isSameContent(noted, file) && (isComparable || (noted.commit !== null && noted.commit === file.commit));
}

export type Journal = Awaited<ReturnType<typeof openJournal>>;

/**
 * Opens the journal of a part for writing, as a fresh one when what is there belongs to another file.
 *
 * @returns the journal, and whether pieces of another file were noted in it
 */
export async function openJournal(path: string, file: HubFile, partBytes: number) {
  const found = await readJournal(path, partBytes);
  const isOurs = found !== null && isSameVersion(found.header, file);
  let pieces = isOurs ? found.pieces : [];
  let etag = isOurs ? found.etag : null;
  const { path: name, sizeBytes, checksum, commit } = file;

  const rewrite = async (): Promise<FileHandle> => {
    const lines = [{ version: 1, path: name, sizeBytes, checksum, commit }, ...(etag === null ? [] : [{ etag }])];
    const unfinishedPath = `${path}.unfinished`;
    const text = [...lines, ...pieces].map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(unfinishedPath, text, { flush: true });
    await rename(unfinishedPath, path);
    return open(path, 'a');
  };
  let handle = await rewrite();

  const keepOnly = async (kept: Piece[]): Promise<void> => {
    pieces = kept;
    await handle.close();
    handle = await rewrite();
  };

  return {
    startedOver: found !== null && !isOurs && found.pieces.length > 0,
    pieces: (): readonly Piece[] => pieces,
    heldBytes: (): number => bytesOf(pieces),
    etag: (): string | null => etag,
    async noteEtag(value: string): Promise<void> {
      etag = value;
      await handle.appendFile(`${JSON.stringify({ etag })}\n`);
    },
    /** The bytes of the piece have to be flushed by now. */
    async add(piece: Piece): Promise<void> {
      await handle.appendFile(`${JSON.stringify(piece)}\n`);
      await handle.datasync();
      pieces.push(piece);
    },
    /** Forgets pieces, so that they are fetched again. */
    drop: (gone: readonly Piece[]): Promise<void> => keepOnly(pieces.filter((piece) => !gone.includes(piece))),
    close: (): Promise<void> => handle.close(),
  };
}

export async function removeJournal(path: string): Promise<void> {
  await Promise.all([path, `${path}.unfinished`].map((each) => rm(each, { force: true })));
}
