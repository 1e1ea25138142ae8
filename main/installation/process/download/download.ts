import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { downloadError } from './failures.ts';
import { assertExpected, describeUrl, isSameContent, type HubFile } from './hub.ts';
import { discardDownload, heldBytesOf, sizeOf } from './part.ts';
import { defaultLimits, RequestFailure, type DownloadLimits } from './requests.ts';
import { VersionSuspicion } from './transfer.ts';
import { compareFile } from './verification.ts';
import { fetchVersion } from './version.ts';

/** Most often that a file is begun because it changed on the server. */
const mostVersions = 3;
/** Most often in a row that the server seems to have another file and then says that it has not. */
const mostSuspicions = 5;

export interface DownloadOptions {
  file: HubFile;
  /** Beyond what the hub says; null where it is not known. */
  expectedSha256: string | null;
  targetPath: string;
  /** Most requests at a time. */
  connections: number;
  signal: AbortSignal;
  /**
   * Bytes of the file that are here: at the start, up to four times a second, and at the end. Goes back when something
   * that came cannot be kept.
   */
  onProgress: (fetchedBytes: number) => void;
  /** A sentence about what the owner should know and what did not end the download. */
  onNotice?: (sentence: string) => void;
  limits?: Partial<DownloadLimits>;
}

export interface Downloaded {
  sha256: string;
  /** False when neither the hub nor the caller knew a checksum: then only the size is sure. */
  isVerified: boolean;
  /** What was fetched: not what was asked for when the file changed on the server meanwhile. */
  file: HubFile;
}

/**
 * Fetches a file to `targetPath`; goes on from what an earlier try left. Resolves when the verified, flushed file has
 * its name; until then it is called `<target>.part`. A file that is already there and right is not fetched again.
 *
 * @throws AppError `network-failed`, `not-found`, `disk-full`, or `cancelled` when the signal is aborted: what was
 * fetched is kept, and the next call goes on from there. `hash-mismatch` when the server has another file than the
 * expected one, or the second copy is wrong as well; wrong copies are deleted.
 */
export async function downloadFile(options: DownloadOptions): Promise<Downloaded> {
  const { expectedSha256, targetPath, signal } = options;
  const limits = { ...defaultLimits, ...options.limits };
  let { file } = options;
  let versions = 1;
  let suspicions = 0;
  try {
    assertExpected(file, expectedSha256);
    const present = await takePresent(options);
    if (present !== null) return present;
    for (;;) {
      const heldBytes = await heldBytesOf(targetPath);
      try {
        return await fetchVersion({ ...options, file }, limits);
      } catch (error) {
        if (!(error instanceof VersionSuspicion)) throw error;
      }
      const current = await describeUrl(file.url, file.path, signal, limits);
      // Without a checksum, nothing tells a false alarm from another version of the same size.
      if (file.checksum !== null && isSameContent(file, current)) {
        suspicions = (await heldBytesOf(targetPath)) > heldBytes ? 1 : suspicions + 1;
        if (suspicions === mostSuspicions) throw changed(`The server sends another ${file.path} than it says.`);
        await pause(limits.backoffMs * suspicions, undefined, { signal });
      } else {
        if (versions === mostVersions) throw changed(`${file.path} keeps changing on the server.`);
        versions += 1;
        assertExpected(current, expectedSha256);
        file = current;
        await discardDownload(targetPath);
        options.onNotice?.(`${file.path} changed on the server while it was fetched. It starts over.`);
      }
    }
  } catch (error) {
    const held = { heldBytes: await heldBytesOf(targetPath), sizeBytes: file.sizeBytes };
    throw downloadError(error, file.path, held, signal);
  }
}

/** Bytes of it that are already here, finished or not, for progress before anything is fetched. */
export async function fetchedBytesOf(targetPath: string): Promise<number> {
  return (await sizeOf(targetPath)) ?? (await heldBytesOf(targetPath));
}

function changed(sentence: string): RequestFailure {
  return new RequestFailure(`${sentence} Choose another mirror or try again later.`, 'version', { isLasting: true });
}

/** The file itself when it is there and proves to be the right one, as after a kill just before that was noted. */
async function takePresent(options: DownloadOptions): Promise<Downloaded | null> {
  const { file, targetPath, signal } = options;
  if ((await sizeOf(targetPath)) !== file.sizeBytes) return null;
  const handle = await open(targetPath, 'r');
  try {
    const { sha256, isVerified, mismatch } = await compareFile(handle, options, signal);
    if (!isVerified || mismatch !== null) return null;
    await discardDownload(targetPath);
    return { sha256, isVerified, file };
  } finally {
    await handle.close();
  }
}
