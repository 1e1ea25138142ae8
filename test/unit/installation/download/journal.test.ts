import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HubFile } from '../../../../main/installation/process/download/hub.ts';
import {
  bytesOf,
  gapsBetween,
  openJournal,
  readJournal,
  type Piece,
} from '../../../../main/installation/process/download/journal.ts';
import { temporaryFolder } from '../../../support/database.ts';

const sizeBytes = 1000;
const sha256 = 'ab'.repeat(32);
const file: HubFile = {
  url: 'https://hub.example/owner/name/resolve/main/a.bin',
  path: 'a.bin',
  sizeBytes,
  checksum: { kind: 'sha256', hex: 'cd'.repeat(32) },
  commit: 'ef'.repeat(20),
};

const piece = (start: number, end: number): Piece => ({ start, end, sha256 });
const journalPath = (): string => join(temporaryFolder(), 'a.bin.part.journal');

async function writtenJournal(path: string, pieces: readonly Piece[], of = file): Promise<void> {
  const journal = await openJournal(path, of, sizeBytes);
  for (const each of pieces) await journal.add(each);
  await journal.close();
}

describe('gaps', () => {
  it('and what is taken make up the file, whatever is taken', () => {
    const spans = fc.array(fc.tuple(fc.nat(50), fc.nat(20)).map(([start, length]) => ({ start, end: start + length })));
    fc.assert(
      fc.property(spans, fc.nat(60), (taken, size) => {
        const isTaken = (at: number): boolean => taken.some(({ start, end }) => start <= at && at < end);
        const gaps = gapsBetween(taken, size);
        const isMissing = (at: number): boolean => gaps.some(({ start, end }) => start <= at && at < end);
        for (let at = 0; at < size; at += 1) expect(isMissing(at)).toBe(!isTaken(at));
        expect(gaps.every(({ start, end }) => start < end && end <= Math.max(size, 70))).toBe(true);
      }),
    );
  });
});

describe('the journal of a download', () => {
  it('is read as it was written', async () => {
    const path = journalPath();
    await writtenJournal(path, [piece(200, 300), piece(0, 100)]);
    expect(await readJournal(path, sizeBytes)).toMatchObject({ pieces: [piece(0, 100), piece(200, 300)], etag: null });
    const journal = await openJournal(path, file, sizeBytes);
    await journal.noteEtag('"one"');
    await journal.drop(journal.pieces().filter(({ start }) => start === 0));
    await journal.add(piece(500, 600));
    await journal.close();
    expect(await readJournal(path, sizeBytes)).toMatchObject({
      pieces: [piece(200, 300), piece(500, 600)],
      etag: '"one"',
    });
  });

  it('claims nothing beyond the end of the part, and nothing where there is no journal', async () => {
    const path = journalPath();
    expect(await readJournal(path, sizeBytes)).toBeNull();
    await writtenJournal(path, [piece(0, 100), piece(100, 200)]);
    expect((await readJournal(path, 199))?.pieces).toEqual([piece(0, 100)]);
    expect((await readJournal(path, 0))?.pieces).toEqual([]);
  });

  it('is begun afresh for another file, and says so', async () => {
    const path = journalPath();
    await writtenJournal(path, [piece(0, 100)]);
    const others: HubFile[] = [
      { ...file, sizeBytes: sizeBytes + 1 },
      { ...file, checksum: { kind: 'sha256', hex: '00'.repeat(32) } },
      { ...file, checksum: null, commit: null },
    ];
    for (const other of others) {
      const journal = await openJournal(path, other, sizeBytes);
      expect(journal).toMatchObject({ startedOver: true });
      expect(journal.pieces()).toEqual([]);
      await journal.close();
      await writtenJournal(path, [piece(0, 100)]);
    }
    // The same content from another address, at another commit, goes on.
    const moved = await openJournal(path, { ...file, url: 'https://mirror.example/a', commit: null }, sizeBytes);
    expect(moved.startedOver).toBe(false);
    expect(moved.heldBytes()).toBe(100);
    await moved.close();
  });

  it('survives any damage: no piece comes out that was not noted, and none overlaps another', async () => {
    const path = journalPath();
    const noted = [piece(0, 100), piece(100, 200), piece(200, 300), piece(300, 400)];
    await writtenJournal(path, noted);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.option(fc.uint8Array({ maxLength: 30 })), async (at, bytes) => {
        const damaged = Buffer.from(whole);
        damaged.set((bytes ?? new Uint8Array()).subarray(0, whole.length - at), at);
        writeFileSync(path, bytes === null ? whole.subarray(0, at) : damaged);
        const pieces = (await readJournal(path, sizeBytes))?.pieces ?? [];
        expect(bytesOf(pieces) + bytesOf(gapsBetween(pieces, sizeBytes))).toBe(sizeBytes);
        if (bytes === null) expect(noted).toEqual(expect.arrayContaining(pieces));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on behind a line that was cut off', async () => {
    const path = journalPath();
    await writtenJournal(path, [piece(0, 100)]);
    appendFileSync(path, '{"start":100,"en');
    await writtenJournal(path, [piece(100, 200)]);
    expect((await readJournal(path, sizeBytes))?.pieces).toEqual([piece(0, 100), piece(100, 200)]);
  });
});
