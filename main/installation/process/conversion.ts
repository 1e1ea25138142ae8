import { createHash } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { ConversionType } from '../../../preload/contract/library.ts';
import { readCheckpointFolder } from './checkpoint/checkpoint.ts';
import type { GptNeoxConfig } from './checkpoint/gpt-neox.ts';
import type { ModelFacts } from './checkpoint/metadata.ts';
import { refusal, shown } from './checkpoint/refusal.ts';
import { readShard } from './checkpoint/shard.ts';
import type { CheckpointTensor } from './checkpoint/tensors.ts';
import type { Tokenizer } from './checkpoint/tokenizer.ts';
import { openJournal, readJournal, removeJournal, syncFolder, type ConversionJournal } from './conversion-journal.ts';
import { hashFile } from './hash-file.ts';
import { isOfPlan, startPart } from './quantization/part-file.ts';
import { planFile, type FilePlan, type PlannedTensor } from './quantization/plan.ts';
import { createQuantizationPool } from './quantization/pool.ts';
import type { Slice } from './quantization/slice.ts';
import { slicesOf } from './quantization/slices.ts';

/** Changes whenever the same job would give other bytes, or the journal another form. */
const formatVersion = 1;

export interface ConversionProgress {
  /** Weights that are converted, those of earlier runs included. */
  doneWeights: number;
  totalWeights: number;
  /** Of this run, while it was at work. */
  weightsPerSecond: number;
}

interface ConversionWork {
  type: ConversionType;
  /** Name of the finished file. While it is made, `<outPath>.part` and `<outPath>.journal` lie beside it. */
  outPath: string;
  /** As many as there are physical cores is best. */
  threads: number;
  /** The module of a quantization thread: the source `quantization/worker.ts`, or what it was built into. */
  workerUrl: URL;
  /** After every slice, so many times a second. */
  onProgress: (progress: ConversionProgress) => void;
  signal: AbortSignal;
}

export interface ConversionOptions extends ConversionWork {
  config: GptNeoxConfig;
  tokenizer: Tokenizer;
  facts: ModelFacts;
  /** What the weights are, such as a repository and its revision. A file of other weights is not continued. */
  source: string;
}

/** Converts a checkpoint to one GGUF, a weight file after the other; they need not be there at the same time. */
export interface Conversion {
  sizeBytes: number;
  /**
   * Converts every tensor of a weight file that is not finished yet; when it resolves they are on the disk, and the
   * weight file is not needed any more. One call at a time. What was finished before a failure or a cancellation is
   * kept for the next conversion.
   *
   * @throws AppError `checkpoint-unreadable`, `disk-full` or `cancelled`
   */
  addShard(path: string): Promise<void>;
  /** Whether a weight file with tensors of these names (the checkpoint's) has nothing more to give. */
  isShardDone(tensorNames: readonly string[]): boolean;
  /**
   * Puts the file under its name, where it only ever is whole, after reading it once for its hash.
   *
   * @param onRead share of the file that has been read
   * @returns its SHA-256 in hexadecimal digits
   * @throws AppError `checkpoint-unreadable` when tensors are missing, `disk-full` or `cancelled`
   */
  finish(onRead: (fraction: number) => void): Promise<{ sizeBytes: number; sha256: string }>;
  /** Lets go of threads and files; what there is stays, for a later conversion with the same options. */
  close(): Promise<void>;
  /** Lets go as well, and removes what there is of an unfinished file. */
  discard(): Promise<void>;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The conversion was stopped. What is converted so far is kept.');
}

function fingerprintOf(header: Buffer, source: string): string {
  return createHash('sha256').update(`${formatVersion}\n${source}\n`).update(header).digest('hex');
}

/** Refuses a weight file that is not of the planned model, before anything of it is converted. */
function checkTensors(tensors: readonly CheckpointTensor[], bySource: ReadonlyMap<string, PlannedTensor[]>): void {
  const unknown = tensors.filter(({ name }) => !bySource.has(name)).map(({ name }) => shown(name));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 3).join(', ');
    throw refusal(
      `This checkpoint has ${unknown.length} tensors that a GPT-NeoX model does not have, such as ${names}. ` +
        'It is of another kind and cannot be converted.',
      { tensor: names },
    );
  }
  for (const { name, shape } of tensors) {
    const wanted = bySource.get(name)?.[0]?.shape ?? [];
    if (shape.join() === wanted.join()) continue;
    throw refusal(
      `The weights of this checkpoint do not fit its config.json: ${shown(name)} is ${shape.join(' x ')} ` +
        `and should be ${wanted.join(' x ')}. Fetch both again from the same place.`,
      { tensor: shown(name) },
    );
  }
}

function partPathOf(outPath: string): string {
  return `${outPath}.part`;
}

function journalPathOf(outPath: string): string {
  return `${outPath}.journal`;
}

interface Work {
  part: FileHandle;
  journal: ConversionJournal;
  /** Names of the tensors that are finished. */
  done: Set<string>;
}

/** Takes up what an earlier conversion left, where it is of the same job, and begins anew otherwise. */
async function openWork(outPath: string, plan: FilePlan, fingerprint: string): Promise<Work> {
  const [partPath, journalPath] = [partPathOf(outPath), journalPathOf(outPath)];
  const names = new Set(plan.tensors.map(({ name }) => name));
  const known = await readJournal(journalPath, fingerprint, (name) => names.has(name));
  // A kill between the last two steps of `finish` leaves a finished file and its journal.
  if (known?.size === names.size && !(await isOfPlan(partPath, plan)) && (await isOfPlan(outPath, plan))) {
    await rename(outPath, partPath);
  }
  const isContinued = known !== null && (await isOfPlan(partPath, plan));
  const done = isContinued ? known : new Set<string>();
  if (!isContinued) {
    // Not even after a power cut may the old journal speak of the new file.
    await removeJournal(journalPath);
    if (known !== null) await syncFolder(dirname(journalPath));
  }
  const part = isContinued ? await open(partPath, 'r+') : await startPart(partPath, plan);
  try {
    return { part, journal: await openJournal(journalPath, fingerprint, done, () => part.datasync()), done };
  } catch (thrown) {
    await part.close();
    throw thrown;
  }
}

/**
 * Begins a conversion, or goes on with one that was stopped or killed: everything that had reached the disk is kept, and
 * the finished file has the same bytes as without the interruption.
 *
 * @throws AppError `disk-full` when the file would not fit, `invalid-input` when it cannot be written there
 */
export async function createConversion(options: ConversionOptions): Promise<Conversion> {
  const { config, tokenizer, facts, source, type, outPath, threads, workerUrl, onProgress, signal } = options;
  const plan = planFile(config, tokenizer, facts, type);
  const byName = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  const bySource = Map.groupBy(plan.tensors, ({ wanted }) => wanted.checkpointName);
  const { part, journal, done } = await openWork(outPath, plan, fingerprintOf(plan.header, source));
  const pool = createQuantizationPool(workerUrl, threads);

  let doneWeights = plan.tensors.reduce((sum, { name, weights }) => sum + (done.has(name) ? weights : 0), 0);
  let runWeights = 0;
  let runMs = 0;

  function* slicesFrom(tensors: readonly CheckpointTensor[], left: Map<string, number>): Generator<Slice> {
    for (const tensor of tensors) {
      for (const planned of bySource.get(tensor.name) ?? []) {
        if (done.has(planned.name)) continue;
        left.set(planned.name, planned.weights);
        yield* slicesOf(config, planned, tensor, partPathOf(outPath));
      }
    }
  }

  async function addShard(path: string): Promise<void> {
    const tensors = await readShard(path);
    // A model that shares its embedding may be saved with the second name of it as well.
    const own = tensors.filter(({ name }) => !(config.tiedEmbeddings && name === 'embed_out.weight'));
    checkTensors(own, bySource);
    const left = new Map<string, number>();
    const msBefore = runMs;
    const startedMs = performance.now();
    try {
      await pool.convert(slicesFrom(own, left), signal, ({ tensor, rows, rowWeights }) => {
        const weights = rows * rowWeights;
        const weightsLeft = (left.get(tensor) ?? 0) - weights;
        left.set(tensor, weightsLeft);
        if (weightsLeft === 0) {
          done.add(tensor);
          journal.note(tensor);
        }
        doneWeights += weights;
        runWeights += weights;
        runMs = msBefore + performance.now() - startedMs;
        onProgress({ doneWeights, totalWeights: plan.weights, weightsPerSecond: (runWeights / runMs) * 1000 });
      });
    } finally {
      // Of a tensor that is not finished nothing counts.
      for (const [tensor, weights] of left) {
        if (!done.has(tensor)) doneWeights -= (byName.get(tensor)?.weights ?? 0) - weights;
      }
      await journal.settle();
    }
  }

  let closing: Promise<void> | null = null;
  function close(): Promise<void> {
    closing ??= Promise.all([pool.close(), journal.close()]).then(() => part.close());
    return closing;
  }

  return {
    sizeBytes: plan.sizeBytes,
    addShard,
    isShardDone: (names) =>
      names.every((name) => (bySource.get(name) ?? []).every((planned) => done.has(planned.name))),
    async finish(onRead) {
      const missing = plan.tensors.find(({ name }) => !done.has(name));
      if (missing !== undefined) {
        const { checkpointName } = missing.wanted;
        throw refusal(
          `This checkpoint is not whole: ${byName.size - done.size} of its tensors are missing, such as ` +
            `${checkpointName}. Fetch the missing weight files.`,
          { tensor: checkpointName },
        );
      }
      await journal.settle();
      const sha256 = await hashFile(partPathOf(outPath), null, signal, onRead).catch((thrown: unknown) => {
        throw signal.aborted ? cancelled() : thrown;
      });
      await close();
      await rename(partPathOf(outPath), outPath);
      await syncFolder(dirname(outPath));
      await removeJournal(journalPathOf(outPath));
      return { sizeBytes: plan.sizeBytes, sha256 };
    },
    close,
    async discard() {
      await close();
      await rm(partPathOf(outPath), { force: true });
      await removeJournal(journalPathOf(outPath));
    },
  };
}

export interface FolderConversionOptions extends ConversionWork {
  /** A checkpoint as Hugging Face publishes it. */
  folder: string;
  /** At the end, while the finished file is read once for its hash: share that has been read. */
  onRead: (fraction: number) => void;
}

/** A checkpoint in a folder is the same as long as its files have the same sizes and times of change. */
async function identityOf(paths: readonly string[]): Promise<string> {
  const infos = await Promise.all(paths.map((path) => stat(path)));
  return infos.map((info, index) => `${basename(paths[index] ?? '')} ${info.size} ${info.mtimeMs}`).join('\n');
}

/**
 * Converts a whole folder. Interrupted, the same call goes on where it was.
 *
 * @throws AppError as `createConversion` and its methods do
 */
export async function convertFolder(options: FolderConversionOptions): Promise<{ sizeBytes: number; sha256: string }> {
  const { onRead } = options;
  const folder = resolve(options.folder);
  const { config, tokenizer, weightFiles } = await readCheckpointFolder(folder);
  const paths = weightFiles.map((name) => join(folder, name));
  const facts: ModelFacts = { name: basename(folder), license: null, sourceUrl: null };
  const conversion = await createConversion({ ...options, config, tokenizer, facts, source: await identityOf(paths) });
  try {
    for (const path of paths) await conversion.addShard(path);
    return await conversion.finish(onRead);
  } finally {
    await conversion.close();
  }
}
