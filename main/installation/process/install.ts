import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { InstallJob, JobProgress, JobResults } from '../protocol.ts';
import { readDescription, readIndex } from './checkpoint/checkpoint.ts';
import { wantedTensors } from './checkpoint/gpt-neox.ts';
import { createConversion, type Conversion } from './conversion.ts';
import { downloadFile, type Downloaded } from './download/download.ts';
import { describeHubFile, type HubFile } from './download/hub.ts';
import { hashFile } from './hash-file.ts';

export interface InstallOptions {
  threads: number;
  /** Worker thread of the conversion. */
  workerUrl: URL;
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
}

const connections = 4;

/** What stands beside the weights of a checkpoint; the second list may be missing. */
const neededFiles = ['config.json', 'tokenizer.json'];
const optionalFiles = ['special_tokens_map.json'];
/** Ways in which weights are published, each an index of several files or one file. The first that is there counts. */
const indexFiles = ['pytorch_model.bin.index.json', 'model.safetensors.index.json'];
const singleFiles = ['pytorch_model.bin', 'model.safetensors'];

/** Room for the tokenizer's files, journals and the file system's own needs. */
const spareBytes = 100e6;
/** Unit of `stat`'s block count (POSIX). */
const blockBytes = 512;

/** A weight file and the tensors in it, as the checkpoint names them. */
interface WeightFile {
  file: HubFile;
  path: string;
  tensors: readonly string[];
}

/**
 * The files of one commit of a repository. The commit is settled by the first answer and kept in the work folder, so that
 * nothing is mixed with what is published during a pause.
 */
async function openRepository(job: InstallJob, signal: AbortSignal) {
  const commitFile = join(job.workFolder, 'commit');
  const known = (await readFile(commitFile, 'utf8').catch(() => '')).trim();
  const hub = { hubUrl: job.hubUrl, repository: job.repository, revision: known === '' ? job.revision : known };
  const describe = async (path: string): Promise<HubFile> => {
    const file = await describeHubFile(hub, path, signal);
    if (file.commit !== null && hub.revision !== file.commit) {
      hub.revision = file.commit;
      await writeFile(commitFile, file.commit, { mode: 0o600 });
    }
    return file;
  };
  const find = (path: string): Promise<HubFile | null> =>
    describe(path).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'not-found') return null;
      throw error;
    });
  return {
    revision: (): string => hub.revision,
    describe,
    find,
    async findFirst(paths: readonly string[]): Promise<HubFile | null> {
      for (const path of paths) {
        const file = await find(path);
        if (file !== null) return file;
      }
      return null;
    },
    fetch: (file: HubFile, parallel: number, onProgress: (bytes: number) => void): Promise<Downloaded> =>
      downloadFile({
        ...{ file, targetPath: join(job.workFolder, file.path), connections: parallel, signal, onProgress },
        expectedSha256: file.checksum?.kind === 'sha256' ? file.checksum.hex : null,
      }),
  };
}

type Repository = Awaited<ReturnType<typeof openRepository>>;

/** Fetches everything but the weights, and says which weight files there are. */
async function fetchDescription(
  repository: Repository,
  job: InstallJob,
): Promise<{ path: string; tensors: string[] }[]> {
  const fetchSmall = (file: HubFile): Promise<Downloaded> => repository.fetch(file, 1, () => undefined);
  for (const path of neededFiles) await fetchSmall(await repository.describe(path));
  for (const path of optionalFiles) {
    const file = await repository.find(path);
    if (file !== null) await fetchSmall(file);
  }
  const index = await repository.findFirst(indexFiles);
  if (index !== null) {
    await fetchSmall(index);
    return [...readIndex(join(job.workFolder, index.path))].map(([path, tensors]) => ({ path, tensors }));
  }
  const single = await repository.findFirst(singleFiles);
  if (single === null) {
    throw new AppError('checkpoint-unreadable', `${job.repository} has no weights in a form that can be converted.`);
  }
  const { config } = readDescription(job.workFolder);
  return [{ path: single.path, tensors: wantedTensors(config).map(({ checkpointName }) => checkpointName) }];
}

/** Bytes that a file really takes; it may have holes, or not be there. */
async function takenBytes(path: string): Promise<number> {
  return ((await stat(path).catch(() => null))?.blocks ?? 0) * blockBytes;
}

/** @throws AppError `disk-full` when the whole job does not fit, before anything large is fetched */
async function checkRoom(job: InstallJob, conversion: Conversion, missing: readonly WeightFile[]): Promise<void> {
  const held = await Promise.all(missing.map(({ path }) => takenBytes(`${path}.part`)));
  const peaks = missing.map(({ file }, index) => file.sizeBytes - (held[index] ?? 0));
  const outBytes = conversion.sizeBytes - (await takenBytes(`${job.outPath}.part`));
  const neededBytes = Math.max(0, ...peaks) + Math.max(0, outBytes) + spareBytes;
  const { bavail, bsize } = await statfs(job.workFolder);
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new AppError(
    'disk-full',
    `Getting this model needs ${gigabytes(neededBytes)} more on the disk; ${gigabytes(freeBytes)} are free. What was ` +
      'fetched so far is kept: free some space and resume.',
    { neededBytes, freeBytes },
  );
}

/**
 * Fetches a checkpoint from the hub, one weight file after the other, and converts each as it arrives: it is deleted
 * before the next one is fetched, so that the disk holds no more than the finished file and one of them.
 *
 * @throws AppError `network-failed`, `hash-mismatch`, `checkpoint-unreadable`, `disk-full`; `cancelled` by the signal
 */
export async function install(job: InstallJob, options: InstallOptions): Promise<JobResults['install']> {
  const { workFolder, outPath, name, type } = job;
  const { threads, workerUrl, signal } = options;
  let progress: JobProgress = { phase: 'checking', fetchedBytes: 0, totalBytes: 0, fraction: 0 };
  const tell = (change: Partial<JobProgress>): void => {
    progress = { ...progress, ...change };
    options.onProgress(progress);
  };
  tell({});
  // The file has its name only when it is whole: a kill came after that, and before anybody heard of it.
  const finished = await stat(outPath).catch(() => null);
  if (finished !== null) {
    return {
      sizeBytes: finished.size,
      sha256: await hashFile(outPath, null, signal, (fraction) => tell({ fraction })),
    };
  }

  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  const repository = await openRepository(job, signal);
  const description = await fetchDescription(repository, job);
  const files = await Promise.all(
    description.map(async ({ path, tensors }): Promise<WeightFile> => {
      return { file: await repository.describe(path), path: join(workFolder, path), tensors };
    }),
  );
  const totalBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);

  const conversion = await createConversion({
    ...readDescription(workFolder),
    ...{ type, outPath, threads, workerUrl, signal },
    facts: { name, license: null, sourceUrl: `${job.hubUrl}/${job.repository}` },
    source: `${job.repository} ${repository.revision()}`,
    onProgress: ({ doneWeights, totalWeights }) => tell({ phase: 'converting', fraction: doneWeights / totalWeights }),
  });
  try {
    const isDone = ({ tensors }: WeightFile): boolean => conversion.isShardDone(tensors);
    const missing = files.filter((file) => !isDone(file));
    await checkRoom(job, conversion, missing);
    let fetchedBytes = totalBytes - missing.reduce((sum, { file }) => sum + file.sizeBytes, 0);
    for (const { file, path } of missing) {
      const before = fetchedBytes;
      tell({ phase: 'downloading', fetchedBytes, totalBytes });
      await repository.fetch(file, connections, (bytes) => {
        tell({ phase: 'downloading', fetchedBytes: before + bytes, totalBytes });
      });
      fetchedBytes += file.sizeBytes;
      tell({ phase: 'converting', fetchedBytes });
      await conversion.addShard(path);
      await rm(path, { force: true });
    }
    return await conversion.finish((fraction) => tell({ phase: 'verifying', fraction }));
  } finally {
    await conversion.close();
  }
}
