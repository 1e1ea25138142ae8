import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readShard } from '../../main/installation/process/checkpoint/shard.ts';
import { elementBytes, type CheckpointTensor } from '../../main/installation/process/checkpoint/tensors.ts';
import { AppError } from '../../preload/contract/errors.ts';
import {
  pickle,
  pickledTensor,
  pytorchFixture,
  randomWeights,
  writeSafetensorsShard,
  writeTorchArchive,
  writeTorchShard,
  type SavedTensor,
} from '../support/checkpoints.ts';
import { createRandom } from '../support/random.ts';

/** What reading many damaged shards came to. */
export interface MutationReport {
  tried: number;
  refused: number;
  /** Read, with every tensor inside the file. */
  read: number;
  /** Anything else: another error than an AppError, or a tensor that leaves the file. */
  wrong: string[];
  slowestMs: number;
}

type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[below(random, items.length)] ?? items[0];
}

const tensors = (['f16', 'bf16', 'f32'] as const).map((elementType, index): SavedTensor => {
  const shape = [index + 2, 4];
  return {
    name: `layer.${index}.weight`,
    shape,
    elementType,
    bytes: () => randomWeights(elementType, (index + 2) * 4, index),
  };
});

/** Good shards of every form; real ones of PyTorch among them. */
function writeGoodShards(folder: string): readonly [Buffer, ...Buffer[]] {
  const torch = join(folder, 'torch.bin');
  const wide = join(folder, 'wide.bin');
  const safetensors = join(folder, 'good.safetensors');
  writeTorchShard(torch, tensors);
  writeTorchShard(wide, tensors, { zip64: true });
  writeSafetensorsShard(safetensors, tensors);
  const real = ['single-f32', 'single-bf16'].map((name) => join(pytorchFixture, name, 'pytorch_model.bin'));
  return [readFileSync(torch), ...[wide, safetensors, ...real].map((path) => readFileSync(path))];
}

function flipBytes(random: Random, good: Buffer): Buffer {
  const bytes = Buffer.from(good);
  for (let left = 1 + below(random, 4); left > 0; left -= 1) bytes[below(random, bytes.length)] = below(random, 256);
  return bytes;
}

function truncate(random: Random, good: Buffer): Buffer {
  return good.subarray(0, below(random, good.length));
}

/** Takes a piece out, or puts it in a second time somewhere else. */
function movePiece(random: Random, good: Buffer): Buffer {
  const start = below(random, good.length);
  const piece = good.subarray(start, start + 1 + below(random, 100));
  const rest = Buffer.concat([good.subarray(0, start), good.subarray(start + piece.length)]);
  if (random() < 0.5) return rest;
  const at = below(random, good.length);
  return Buffer.concat([good.subarray(0, at), piece, good.subarray(at)]);
}

const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
] as const;

/** Overwrites what may be a length, a count or an offset. */
function changeField(random: Random, good: Buffer): Buffer {
  const bytes = Buffer.from(good);
  const field = Buffer.alloc(8);
  field.writeBigUInt64LE(pick(random, extremes));
  const width = pick(random, [2, 4, 8]);
  // Half of them where archives keep their directory, at the end.
  const from = random() < 0.5 ? 0 : Math.max(0, bytes.length - 500);
  const at = from + below(random, bytes.length - from - width);
  field.copy(bytes, at, 0, width);
  return bytes;
}

const entrySignature = Buffer.from('PK\x01\x02');
const endSignature = Buffer.from('PK\x05\x06');
const wideEndSignature = Buffer.from('PK\x06\x06');

/** Repeats, drops or reorders entries of the directory, with a count that fits; other files come back as they are. */
function shuffleDirectory(random: Random, good: Buffer): Buffer {
  const starts: number[] = [];
  for (let at = good.indexOf(entrySignature); at >= 0; at = good.indexOf(entrySignature, at + 4)) starts.push(at);
  const end = good.lastIndexOf(endSignature);
  // The wide end records stand between the entries and the end record, and belong to no entry.
  const wideEnd = good.lastIndexOf(wideEndSignature);
  const [first, ...others] = starts.map((start, index) =>
    good.subarray(start, starts[index + 1] ?? (wideEnd < 0 ? end : wideEnd)),
  );
  if (first === undefined || end < 0) return good;
  const listed = Array.from({ length: below(random, starts.length + 3) }, () => pick(random, [first, ...others]));
  const size = listed.reduce((sum, entry) => sum + entry.length, 0);
  const record = Buffer.from(good.subarray(end));
  record.writeUInt16LE(listed.length, 8);
  record.writeUInt16LE(listed.length, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(starts[0] ?? 0, 16);
  return Buffer.concat([good.subarray(0, starts[0]), ...listed, record]);
}

/** Instructions with and without operands, good and evil. */
const instructions: readonly [Buffer, ...Buffer[]] = [
  Buffer.from('cos\nsystem\n'),
  Buffer.from('cbuiltins\neval\n'),
  Buffer.from('ios\nsystem\n'),
  Buffer.from('ccollections\nOrderedDict\n'),
  ...Array.from('()RbQ}]aesu0125.NltodpqrhjX\x80\x81\x85\x86\x87\x88\x8a\x8b\x8c\x8d\x92\x93\x94\x95', (code) =>
    Buffer.from(code, 'latin1'),
  ),
  pickle.text('__proto__'),
  pickle.integer(-1),
  pickle.integer(Number.MAX_SAFE_INTEGER),
  Buffer.from([0x8d, 255, 255, 255, 255, 255, 255, 255, 127]),
];

/** A shard whose pickle has instructions added or bytes taken out. */
function mutatePickle(random: Random, path: string): Buffer {
  const storage = { type: 'HalfStorage', key: '0', elements: 8 };
  let data = pickle.whole(
    pickle.dictionary([
      ['a', pickledTensor(storage, [2, 4])],
      ['b', pickledTensor(storage, [3], { offset: 5 })],
    ]),
  );
  for (let left = 1 + below(random, 3); left > 0; left -= 1) {
    const at = below(random, data.length);
    const removed = random() < 0.5 ? 0 : below(random, 12);
    data = Buffer.concat([data.subarray(0, at), pick(random, instructions), data.subarray(at + removed)]);
  }
  writeTorchArchive(path, data, [{ name: '0', bytes: () => randomWeights('f16', 8, 1) }]);
  return readFileSync(path);
}

function leavesFile({ shape, elementType, offsetBytes }: CheckpointTensor, sizeBytes: number): boolean {
  const end = shape.reduce((product, length) => product * length, elementBytes[elementType]) + offsetBytes;
  const isSound = Number.isSafeInteger(end) && Number.isSafeInteger(offsetBytes) && offsetBytes >= 0;
  return !isSound || end > sizeBytes;
}

/**
 * Damages good PyTorch and safetensors shards in many ways and reads them.
 *
 * @param seed the same seed makes the same files
 */
export async function mutateCheckpoints(times: number, seed: number): Promise<MutationReport> {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'oasst-mutations-'));
  const path = join(folder, 'damaged.bin');
  const report: MutationReport = { tried: 0, refused: 0, read: 0, wrong: [], slowestMs: 0 };
  try {
    const shards = writeGoodShards(folder);
    const ways = [flipBytes, truncate, movePiece, changeField, shuffleDirectory] as const;
    while (report.tried < times) {
      const bytes =
        random() < 0.25
          ? mutatePickle(random, join(folder, 'pickle.bin'))
          : pick(random, ways)(random, pick(random, shards));
      writeFileSync(path, bytes);
      report.tried += 1;
      const startedMs = performance.now();
      try {
        const read = await readShard(path);
        const { size } = statSync(path);
        const outside = read.find((tensor) => leavesFile(tensor, size));
        if (outside === undefined) report.read += 1;
        else report.wrong.push(`number ${report.tried}: ${outside.name} leaves the file`);
      } catch (error) {
        if (error instanceof AppError) report.refused += 1;
        else report.wrong.push(`number ${report.tried}: ${String(error)}`);
      }
      report.slowestMs = Math.max(report.slowestMs, performance.now() - startedMs);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report;
}
