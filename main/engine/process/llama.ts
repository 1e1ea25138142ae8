import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import {
  getModuleVersion,
  InsufficientMemoryError,
  type LlamaContextSequence,
  type SequenceEvaluateOptions,
  type Token as LlamaToken,
} from 'node-llama-cpp';
import { AppError } from '../../../preload/contract/errors.ts';
import type { PromptFormat } from '../../../preload/contract/library.ts';
import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import type { DeviceStep } from '../../../preload/contract/settings.ts';
import { calibrationKey, findPace, threadCandidates } from './calibration.ts';
import { readCpu } from './cpu-load.ts';
import { displayName, fileTypeNames, readGgufSummary } from './gguf-header.ts';
import { createVocabulary, metadataOverridesFor, openLlama, refusalOf } from './llama-vocabulary.ts';
import { findMarkers } from './markers.ts';
import { checkMemory, chooseSequences } from './memory.ts';
import type { EngineModel, EngineSequence, LoadOptions } from './model.ts';
import type { Token } from './prompt.ts';
import type { Candidate } from './sampling.ts';
import { createThreadGovernor, type ThreadGovernor } from './thread-governor.ts';
import { chooseThreads } from './threads.ts';

/** Most tokens that one call of llama.cpp reads. */
const batchTokens = 512;

/**
 * Tokens less likely than this share of the likeliest one are not handed over: all 50,288 together weigh less than five
 * ten-thousandths, and handing them over takes longer than everything else about a token.
 */
const negligible = 1e-8;

/** One place of a reply: llama.cpp's own choice, and what else was possible. */
interface Place {
  token: LlamaToken;
  probabilities?: Map<LlamaToken, number>;
}

async function* candidatesOf(
  sequence: LlamaContextSequence,
  tokens: Token[],
  parameters: SamplingParameters,
  penalised: () => Token[],
): AsyncGenerator<Candidate[], void, Token> {
  const options: SequenceEvaluateOptions = {
    temperature: parameters.temperature,
    topK: parameters.topK ?? 0,
    // Top-p and typical-p come after temperature here (see sampling.ts); llama.cpp would apply them before it.
    topP: 1,
    minP: negligible,
    repeatPenalty: { penalty: parameters.repetitionPenalty, punishTokens: () => penalised() as LlamaToken[] },
    yieldEogToken: true,
  };
  const greedy = parameters.temperature === 0;
  const places: AsyncGenerator<Place, void, LlamaToken> = greedy
    ? sequence.evaluateWithMetadata(tokens as LlamaToken[], {}, options)
    : sequence.evaluateWithMetadata(tokens as LlamaToken[], { probabilities: true }, options);
  try {
    let step = await places.next();
    while (step.done !== true) {
      const { token, probabilities } = step.value;
      const candidates: Candidate[] = [];
      if (probabilities === undefined) candidates.push({ token, probability: 1 });
      // With the whole vocabulary this is most of the work per token; `forEach` makes no array for each entry.
      else probabilities.forEach((probability, id) => candidates.push({ token: id, probability }));
      const chosen = yield candidates;
      step = await places.next(chosen as LlamaToken);
    }
  } finally {
    await places.return();
  }
}

/** After a pause this long, what was seen of the machine's load says nothing any more. */
const pauseMs = 1_000;

/** What a sequence needs besides llama.cpp's: how many threads the next step gets, decided from the steps before. */
interface Pace {
  decode: ThreadGovernor;
  read: ThreadGovernor;
}

function createSequence(
  sequence: LlamaContextSequence,
  pace: Pace,
  useThreads: (count: number) => void,
): EngineSequence {
  let lastReadMs = -Infinity;
  return {
    held: () => sequence.contextTokens,
    async keep(count) {
      if (count < sequence.nextTokenIndex) {
        await sequence.eraseContextTokenRanges([{ start: count, end: sequence.nextTokenIndex }]);
      }
    },
    forget: (kept, count) => sequence.eraseContextTokenRanges([{ start: kept, end: kept + count }]),
    async read(tokens) {
      // Pieces differ in size, so only the load of the machine steers here, not the time a piece takes.
      if (performance.now() - lastReadMs > pauseMs) pace.read.begin();
      pace.read.step(0);
      useThreads(pace.read.threads);
      await sequence.evaluateWithoutGeneratingNewTokens(tokens as LlamaToken[]);
      lastReadMs = performance.now();
    },
    async *continueFrom(tokens, parameters, penalised) {
      const places = candidatesOf(sequence, tokens, parameters, penalised);
      pace.decode.begin();
      useThreads(pace.decode.threads);
      try {
        let step = await places.next();
        while (step.done !== true) {
          const chosen = yield step.value;
          const startedMs = performance.now();
          step = await places.next(chosen);
          pace.decode.step(performance.now() - startedMs);
          useThreads(pace.decode.threads);
        }
      } finally {
        await places.return();
      }
    },
    async saveState(path) {
      await sequence.saveStateToFile(path);
    },
    restoreState: (path) => sequence.loadStateFromFile(path, { acceptRisk: true }),
  };
}

/** Layers for the GPU at each step down; undefined lets the library fit as many as there is room for. */
function gpuLayersFor(device: DeviceStep, layers: number): number | undefined {
  switch (device) {
    case 'gpu':
      return undefined;
    case 'gpu-half':
      return Math.floor(layers / 2);
    case 'cpu':
      return 0;
  }
}

/**
 * Loads a GGUF with one context. The header is checked before llama.cpp sees the file, and the memory before it is taken.
 *
 * @throws AppError `model-missing`, `model-unreadable`, `model-unsupported` or `out-of-memory`
 */
export async function loadLlamaModel(options: LoadOptions): Promise<EngineModel> {
  const { modelPath, device, onProgress, onDevice } = options;
  const summary = readGgufSummary(modelPath);
  const format: PromptFormat = options.promptFormat ?? { kind: 'open-assistant' };
  if (format.kind === 'open-assistant') findMarkers(summary);
  const contextTokens = Math.min(options.contextTokens, summary.contextTokens);
  const needs = {
    modelBytes: summary.sizeBytes,
    stateBytesPerToken: summary.stateBytesPerToken,
    contextTokens,
  };
  const { llama, complaints } = await openLlama(device === 'cpu' ? false : 'auto');
  try {
    onDevice(llama.gpu === false ? null : llama.gpu);
    if (llama.gpu === false && !options.ignoreMemory) checkMemory(needs, process.availableMemory());
    const gpuLayers = gpuLayersFor(device, summary.layers);
    const model = await llama.loadModel({
      modelPath,
      ...(gpuLayers === undefined ? {} : { gpuLayers }),
      // Checked above, with the app's own words; the library's estimate does not know of the repacking.
      ignoreMemorySafetyChecks: llama.gpu === false,
      ...metadataOverridesFor(summary),
      onLoadProgress: onProgress,
    });
    const vocabulary = createVocabulary(model, summary, format);
    const context = await model.createContext({
      contextSize: contextTokens,
      batchSize: batchTokens,
      sequences: chooseSequences({ ...needs, modelBytes: 0 }, process.availableMemory()),
      threads: availableParallelism(),
    });
    const sequences = Array.from({ length: context.totalSequences }, () => context.getSequence());
    const [first] = sequences;
    if (first === undefined) throw new AppError('engine-failed', 'llama.cpp gave no context for this model.');
    const { modelSha256, cache } = options;
    const calibration = await findPace({
      usualThreads: chooseThreads(availableParallelism(), llama.cpuMathCores, summary.sizeBytes),
      candidates: threadCandidates(availableParallelism(), llama.cpuMathCores),
      stored:
        modelSha256 === null || cache === null
          ? null
          : {
              file: join(cache.folder, 'calibrations.json'),
              key: calibrationKey(modelSha256, await getModuleVersion()),
            },
      async read(tokens, threads) {
        llama.maxThreads = threads;
        await first.clearHistory();
        const startedMs = performance.now();
        await first.evaluateWithoutGeneratingNewTokens(new Array<LlamaToken>(tokens).fill(0 as LlamaToken));
        return performance.now() - startedMs;
      },
    });
    await first.clearHistory();
    const useThreads = (count: number): void => {
      llama.maxThreads = count;
    };
    const govern = (most: number): ThreadGovernor =>
      createThreadGovernor({ most, cores: cpus().length, readCpu, apply: () => undefined });
    const pace = { decode: govern(calibration.decodeThreads), read: govern(calibration.readThreads) };
    const gpuNames = llama.gpu === false || model.gpuLayers === 0 ? [] : await llama.getGpuDeviceNames();
    return {
      facts: {
        name: displayName(summary, modelPath),
        quantization: fileTypeNames.get(summary.fileType ?? -1) ?? null,
        sizeBytes: summary.sizeBytes,
        contextTokens,
        threads: calibration.decodeThreads,
        gpu:
          gpuNames[0] === undefined
            ? null
            : { name: gpuNames[0], layers: model.gpuLayers, totalLayers: summary.layers + 1 },
      },
      vocabulary,
      stateBytesPerToken: needs.stateBytesPerToken,
      stateFormat: `node-llama-cpp ${await getModuleVersion()}, ${first.contextSize} tokens, f16, ${device}, ${JSON.stringify(format)}`,
      sequences: sequences.map((sequence) => createSequence(sequence, pace, useThreads)),
      dispose: () => llama.dispose(),
    };
  } catch (error) {
    await llama.dispose();
    if (error instanceof AppError) throw error;
    if (error instanceof InsufficientMemoryError) {
      throw new AppError(
        'out-of-memory',
        'There is not enough free memory for this model. Close other programs or choose a smaller file.',
      );
    }
    throw refusalOf(error, complaints, summary.architecture);
  }
}
