import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../../preload/contract/errors.ts';
import { archivePathIn, contentPathIn } from '../../addon-content.ts';
import type { AddonJob, JobProgress } from '../../protocol.ts';
import { downloadFile, fetchedBytesOf } from '../download/download.ts';
import { syncFolder } from '../download/part.ts';
import { unpack } from './unpack.ts';

export interface InstallAddonOptions {
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
}

const connections = 4;
/** For journals and the file system's own needs. */
const spareBytes = 50e6;

/**
 * Fetches an add-on, compares it with its SHA-256, unpacks it and gives it its folder. Goes on from what an earlier try
 * left in the work folder, which is gone afterwards.
 *
 * @throws AppError `network-failed`, `not-found`, `hash-mismatch`, `disk-full`, `internal` for an archive that is no
 * add-on; `cancelled` by the signal. What was fetched is kept, but for what is wrong.
 */
export async function installAddon(job: AddonJob, { signal, onProgress }: InstallAddonOptions): Promise<void> {
  const { archive, workFolder, outFolder } = job;
  const { url, sizeBytes, sha256, unpackedBytes } = archive;
  const tell = (change: Partial<JobProgress>): void =>
    onProgress({ phase: 'downloading', fetchedBytes: 0, totalBytes: sizeBytes, fraction: 0, ...change });
  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  const archivePath = archivePathIn(workFolder, url);
  const unpackedFolder = join(workFolder, 'unpacked');
  await rm(unpackedFolder, { recursive: true, force: true });
  await checkRoom(workFolder, unpackedBytes + sizeBytes - (await fetchedBytesOf(archivePath)));

  await downloadFile({
    // All that is to be known of it came with the app, so nothing is asked before it is fetched.
    file: { url, path: basename(archivePath), sizeBytes, checksum: { kind: 'sha256', hex: sha256 }, commit: null },
    ...{ expectedSha256: sha256, targetPath: archivePath, connections, signal },
    onProgress: (fetchedBytes) => tell({ fetchedBytes }),
  });
  const fetched = { fetchedBytes: sizeBytes, phase: 'verifying' } as const;
  tell(fetched);
  try {
    const files = await unpack(archivePath, unpackedFolder, {
      ...{ unpackedBytes, signal },
      onProgress: (fraction) => tell({ ...fetched, fraction }),
    });
    await writeFile(contentPathIn(unpackedFolder), JSON.stringify({ version: 1, files }), { mode: 0o600, flush: true });
  } catch (error) {
    await rm(unpackedFolder, { recursive: true, force: true });
    // What cannot be unpacked now cannot be later.
    if (error instanceof AppError && error.code === 'internal') await rm(archivePath, { force: true });
    throw isFull(error) ? diskFull() : error;
  }
  // One that is not complete, or it would not be fetched.
  await rm(outFolder, { recursive: true, force: true });
  await rename(unpackedFolder, outFolder);
  await syncFolder(dirname(outFolder));
  await rm(workFolder, { recursive: true, force: true });
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(): AppError {
  return new AppError('disk-full', 'The disk is full. What was fetched is kept: free some space and go on.');
}

/** @throws AppError `disk-full` when the whole job does not fit, before anything is fetched */
async function checkRoom(folder: string, wantedBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const neededBytes = wantedBytes + spareBytes;
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new AppError(
    'disk-full',
    `This needs ${megabytes(neededBytes)} more on the disk; ${megabytes(freeBytes)} are free. What was fetched so far is ` +
      'kept: free some space and go on.',
    { neededBytes, freeBytes },
  );
}
