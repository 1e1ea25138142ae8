import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpointFolder } from '../../main/installation/process/checkpoint/checkpoint.ts';
import {
  parseGptNeoxConfig,
  wantedTensors,
  type GptNeoxConfig,
} from '../../main/installation/process/checkpoint/gpt-neox.ts';
import { readShard } from '../../main/installation/process/checkpoint/shard.ts';
import { createConversion } from '../../main/installation/process/conversion.ts';
import type { TensorType } from '../../main/installation/process/gguf/tensor-types.ts';
import { loadGgml } from '../../main/installation/process/quantization/ggml.ts';
import { tensorTypeOf } from '../../main/installation/process/quantization/tensor-types.ts';
import { pytorchFixture, randomWeights, writeTorchShard, type SavedTensor } from '../support/checkpoints.ts';
import { benchArguments, note, report, rounded } from './report.ts';

/**
 * How fast a checkpoint becomes a Q4_K_M file, against bare `ggml_quantize_chunk` in as many processes as the conversion
 * has threads: the same weights and types, but already in memory as float32, and with nothing written. The two take turns
 * after every weight file. The matrices are those of the 12B model, of which two layers are enough: one of them is among
 * those that get more bits, as half of the real ones are.
 *
 * npm run bench -- convert [--rounds N] [--json]
 */

const bar = 0.85;
const memoryBarBytes = 2e9;
const type = 'Q4_K_M';
const threads = availableParallelism();
const workerUrl = new URL('../../main/installation/process/quantization/worker.ts', import.meta.url);

/** oasst-sft-1-pythia-12b. */
const realConfig = {
  architectures: ['GPTNeoXForCausalLM'],
  model_type: 'gpt_neox',
  num_hidden_layers: 36,
  hidden_size: 5120,
  num_attention_heads: 40,
  intermediate_size: 20_480,
  max_position_embeddings: 2048,
  vocab_size: 50_288,
};
const benchConfig = { ...realConfig, num_hidden_layers: 2, vocab_size: 4096 };

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function weightsOf(config: GptNeoxConfig): number {
  return wantedTensors(config).reduce((sum, { shape }) => sum + elementsOf(shape), 0);
}

/** Rows of one matrix, for one of the rival's processes. */
interface Rows {
  path: string;
  offsetBytes: number;
  rows: number;
  rowWeights: number;
  type: TensorType;
}

/** The rival: reads its rows, says so, waits for the start and tells how many milliseconds it took. */
function serveAsRival(): void {
  const ggml = loadGgml();
  /** As many weights at a time as the conversion takes: its output goes to the same memory again and again. */
  const pieceWeights = 2 ** 21;
  let widened = new Float32Array(0);
  let job: Rows | null = null;
  const tell = (value: number): void => void process.send?.(value);
  process.on('message', (message: Rows | 'go') => {
    if (message !== 'go') {
      job = message;
      const halves = new Uint8Array(job.rows * job.rowWeights * 2);
      const file = openSync(job.path, 'r');
      readSync(file, halves, 0, halves.length, job.offsetBytes);
      closeSync(file);
      widened = new Float32Array(halves.length / 2);
      ggml.fp16ToFp32Row(halves, widened, widened.length);
      tell(0);
      return;
    }
    if (job === null) throw new Error('there is nothing to quantize yet');
    const { rows, rowWeights } = job;
    const pieceRows = Math.floor(pieceWeights / rowWeights);
    const target = new Uint8Array(pieceWeights * 4);
    const startedMs = performance.now();
    for (let row = 0; row < rows; row += pieceRows) {
      const count = Math.min(pieceRows, rows - row);
      ggml.quantizeChunk(job.type, widened.subarray(row * rowWeights), target, count, rowWeights);
    }
    tell(performance.now() - startedMs);
  });
}

function answerOf(child: ChildProcess): Promise<number> {
  return once(child, 'message').then(([value]) => Number(value));
}

/** Milliseconds that the rival needs for the matrices of a weight file. */
async function rivalMs(rivals: readonly ChildProcess[], path: string, config: GptNeoxConfig): Promise<number> {
  const wanted = new Map(wantedTensors(config).map((tensor) => [tensor.checkpointName, tensor]));
  const spent = rivals.map(() => 0);
  for (const { name, shape, offsetBytes } of await readShard(path)) {
    const tensor = wanted.get(name);
    const [allRows = 0, rowWeights = 0] = shape;
    if (tensor === undefined || shape.length < 2) continue;
    const share = Math.ceil(allRows / rivals.length);
    const ready = rivals.map(async (child, index) => {
      const first = Math.min(allRows, index * share);
      const rows: Rows = {
        path,
        offsetBytes: offsetBytes + first * rowWeights * 2,
        rows: Math.min(share, allRows - first),
        rowWeights,
        type: tensorTypeOf(tensor, config, type),
      };
      const answer = answerOf(child);
      child.send(rows);
      await answer;
    });
    await Promise.all(ready);
    const times = await Promise.all(
      rivals.map((child) => {
        const answer = answerOf(child);
        child.send('go');
        return answer;
      }),
    );
    times.forEach((ms, index) => (spent[index] = (spent[index] ?? 0) + ms));
  }
  return Math.max(...spent);
}

/** A weight file for each matrix of a layer and one for the rest, in PyTorch's form: the two take turns often. */
function writeCheckpoint(folder: string): void {
  const config = parseGptNeoxConfig(benchConfig);
  // Long enough that no two neighbouring rows are alike; repeating it is quicker than drawing 671 million numbers.
  const pattern = randomWeights('f16', 2 ** 22 + 5, 1);
  const fileOf = (name: string): string => {
    const [, layer = '', matrix = ''] = /layers\.(\d+)\.(?:attention|mlp)\.(\w+)/.exec(name) ?? [];
    return `pytorch_model-${matrix === '' ? 'rest' : `${layer}-${matrix}`}.bin`;
  };
  const tensors = wantedTensors(config).map(({ checkpointName, shape }): SavedTensor => {
    return {
      name: checkpointName,
      shape,
      elementType: 'f16',
      bytes: () => Buffer.alloc(elementsOf(shape) * 2, pattern),
    };
  });
  for (const [file, part] of Map.groupBy(tensors, ({ name }) => fileOf(name))) {
    writeTorchShard(join(folder, file), part);
  }
  const weightMap = Object.fromEntries(tensors.map(({ name }) => [name, fileOf(name)]));
  writeFileSync(join(folder, 'pytorch_model.bin.index.json'), JSON.stringify({ weight_map: weightMap }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(benchConfig));
  copyFileSync(join(pytorchFixture, 'tokenizer.json'), join(folder, 'tokenizer.json'));
}

/** Highest memory use of this process so far; null where the system does not tell. */
function peakBytes(): number | null {
  if (process.platform !== 'linux') return null;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

async function main(): Promise<void> {
  const options = benchArguments();
  const rounds = options.rounds ?? 2;
  const folder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
  const rivals = Array.from({ length: threads }, () => fork(import.meta.filename, ['rival']));
  const spentMs = { own: 0, rival: 0 };
  const ratios: number[] = [];
  try {
    note('Writing a checkpoint of 1.3 GB …');
    // In a process of its own, whose memory is not counted here.
    await once(fork(import.meta.filename, ['checkpoint', folder]), 'exit');
    const { config, tokenizer, weightFiles } = await readCheckpointFolder(folder);
    for (let round = 1; round <= rounds; round += 1) {
      const conversion = await createConversion({
        config,
        tokenizer,
        facts: { name: 'bench', license: null, sourceUrl: null },
        source: `round ${round}`,
        type,
        outPath: join(folder, 'model.gguf'),
        threads,
        workerUrl,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      for (const name of weightFiles) {
        const path = join(folder, name);
        const startedMs = performance.now();
        await conversion.addShard(path);
        const ownMs = performance.now() - startedMs;
        const bareMs = await rivalMs(rivals, path, config);
        spentMs.own += ownMs;
        spentMs.rival += bareMs;
        ratios.push(rounded(bareMs / ownMs, 3));
        note(`round ${round}, ${name}: ${(ownMs / 1000).toFixed(1)} s, bare ${(bareMs / 1000).toFixed(1)} s`);
      }
      await conversion.finish(() => undefined);
    }
  } finally {
    for (const child of rivals) child.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }

  const weights = rounds * weightsOf(parseGptNeoxConfig(benchConfig));
  const realWeights = weightsOf(parseGptNeoxConfig(realConfig));
  const memoryBytes = peakBytes();
  const ratio = spentMs.rival / spentMs.own;
  const weightsPerSecond = (weights / spentMs.own) * 1000;
  report(
    {
      name: 'convert',
      pass: ratio >= bar && (memoryBytes ?? 0) < memoryBarBytes,
      ratio: rounded(ratio, 3),
      bar,
      ratios,
      millionWeightsPerSecond: rounded(weightsPerSecond / 1e6),
      bareMillionWeightsPerSecond: rounded((weights / spentMs.rival) * 1e-3),
      predictedMinutesFor12B: rounded(realWeights / weightsPerSecond / 60, 1),
      peakMemoryMB: memoryBytes === null ? null : rounded(memoryBytes / 1e6, 0),
      memoryBarMB: memoryBarBytes / 1e6,
      threads,
      type,
    },
    options,
  );
}

const [, , role, targetFolder = ''] = process.argv;
if (role === 'rival') serveAsRival();
else if (role === 'checkpoint') writeCheckpoint(targetFolder);
else await main();
