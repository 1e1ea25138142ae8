import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../../preload/contract/errors.ts';
import type { Downloaded, DownloadOptions } from './download.ts';
import { openJournal, type Journal } from './journal.ts';
import { discardDownload, finishPart, partPaths, sizeOf, syncFolder } from './part.ts';
import type { DownloadLimits } from './requests.ts';
import { fetchMissing, type Transfer } from './transfer.ts';
import { compareFile, damagedPieces, type Comparison } from './verification.ts';

/** Most often that pieces which the disk did not keep are fetched again. */
const mostRepairs = 3;
const progressIntervalMs = 250;

/**
 * Fetches one version of the file, verifies it and gives it its name.
 *
 * @throws VersionSuspicion when the server may have another one by now, and whatever else ends a download
 */
export async function fetchVersion(options: DownloadOptions, limits: DownloadLimits): Promise<Downloaded> {
  const { file, targetPath } = options;
  const { partPath, journalPath } = partPaths(targetPath);
  await mkdir(dirname(targetPath), { recursive: true });
  const partBytes = (await sizeOf(partPath)) ?? 0;
  const part = await open(partPath, partBytes === 0 ? 'w+' : 'r+');
  let comparison: Comparison;
  try {
    const journal = await openJournal(journalPath, file, partBytes);
    try {
      await syncFolder(dirname(targetPath));
      if (journal.startedOver) options.onNotice?.(`${file.path} changed since it was begun. It starts over.`);
      if (partBytes > 0 && journal.heldBytes() === 0) await part.truncate(0);
      const progress = createProgress(journal, file.sizeBytes, options.onProgress);
      comparison = await fetchRight({ ...options, part, journal, limits, onLoose: progress.add }, options);
      await part.sync();
      progress.tell();
    } finally {
      await journal.close();
    }
  } finally {
    await part.close();
  }
  if (comparison.mismatch !== null) {
    await discardDownload(targetPath);
    const { expected, found } = comparison.mismatch;
    throw new AppError(
      'hash-mismatch',
      `${file.path} was fetched twice and is not the right file: ${found} in place of ${expected}. It was deleted. ` +
        `Choose another mirror or try again later.`,
      { path: file.path, expected, found },
    );
  }
  await finishPart(targetPath);
  return { sha256: comparison.sha256, isVerified: comparison.isVerified, file };
}

/**
 * Fetches until the part is right: pieces that the disk did not keep come again, and when all are as they came in, the
 * whole comes once more.
 *
 * @returns a mismatch when the second copy is wrong as well
 */
async function fetchRight(transfer: Transfer, options: DownloadOptions): Promise<Comparison> {
  const { part, journal, file, signal } = transfer;
  let repairs = 0;
  let isSecondCopy = false;
  for (;;) {
    await fetchMissing(transfer);
    await part.truncate(file.sizeBytes);
    const comparison = await compareFile(part, options, signal);
    if (comparison.isVerified && comparison.mismatch === null) return comparison;
    // Also where nobody knows a checksum: what came in is then all that the disk can be compared with.
    const damaged = await damagedPieces(part, journal.pieces(), signal);
    if (damaged.length > 0) {
      if (repairs === mostRepairs) throw diskFailure(file.path);
      repairs += 1;
      await journal.drop(damaged);
    } else {
      if (comparison.mismatch === null || isSecondCopy) return comparison;
      isSecondCopy = true;
      options.onNotice?.(`${file.path} came with the wrong content. It is fetched once more.`);
      await journal.drop(journal.pieces());
    }
  }
}

function diskFailure(path: string): AppError {
  return new AppError(
    'hash-mismatch',
    `The disk gives back other bytes of ${path} than were written. Check the disk, or choose a folder on another one.`,
    { path },
  );
}

/** Adds up what is noted and what is still loose, and tells of it now and then. */
function createProgress(journal: Journal, sizeBytes: number, onProgress: (fetchedBytes: number) => void) {
  let looseBytes = 0;
  let toldMs = 0;

  const tell = (): void => {
    toldMs = performance.now();
    onProgress(Math.min(sizeBytes, journal.heldBytes() + looseBytes));
  };

  tell();
  return {
    tell,
    add(bytes: number): void {
      looseBytes += bytes;
      if (performance.now() - toldMs >= progressIntervalMs) tell();
    },
  };
}
