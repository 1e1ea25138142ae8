import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import {
  getLlama,
  getModuleVersion,
  InsufficientMemoryError,
  LlamaLogLevel,
  type LlamaContextSequence,
  type LlamaModel,
  type SequenceEvaluateOptions,
  type Token as LlamaToken,
} from 'node-llama-cpp';
import { AppError } from '../../../preload/contract/errors.ts';
import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import { readGgufSummary } from './gguf-header.ts';
import { findMarkers } from './markers.ts';
import type { EngineModel, LoadOptions } from './model.ts';
import { markerTexts, MarkerInTextError, tokenizeText, type Token, type Vocabulary } from './prompt.ts';
import type { Candidate } from './sampling.ts';
import { chooseThreads } from './threads.ts';

/**
 * The pre-tokenizer name that converters write for GPT-NeoX ("olmo") makes llama.cpp's detokenizer eat spaces before
 * punctuation. Under this name it splits text the same way, ids are equal, and text comes back whole.
 */
const losslessPreTokenizer = 'trillion';

/** Most tokens that one call of llama.cpp reads. */
const batchTokens = 512;

const f16Bytes = 2;

/** llama.cpp's `general.file_type` numbers that occur for this model family. */
const fileTypeNames = new Map([
  [0, 'F32'],
  [1, 'F16'],
  [2, 'Q4_0'],
  [3, 'Q4_1'],
  [7, 'Q8_0'],
  [8, 'Q5_0'],
  [9, 'Q5_1'],
  [10, 'Q2_K'],
  [11, 'Q3_K_S'],
  [12, 'Q3_K_M'],
  [13, 'Q3_K_L'],
  [14, 'Q4_K_S'],
  [15, 'Q4_K_M'],
  [16, 'Q5_K_S'],
  [17, 'Q5_K_M'],
  [18, 'Q6_K'],
  [32, 'BF16'],
]);

function createVocabulary(model: LlamaModel, markers: Vocabulary['markers']): Vocabulary {
  return {
    markers,
    tokenize: (text) => model.tokenize(text, false),
    detokenize: (tokens) => model.detokenize(tokens as LlamaToken[]),
  };
}

/** Refuses a vocabulary in which typed marker text becomes the marker, whatever its token types claim. */
function checkMarkersStayText(vocabulary: Vocabulary): void {
  try {
    for (const text of Object.values(markerTexts)) tokenizeText(vocabulary, text);
  } catch (error) {
    if (!(error instanceof MarkerInTextError)) throw error;
    throw new AppError(
      'model-unsupported',
      'In this file typed text can turn into turn marks. Choose a file that was converted with them as control tokens.',
    );
  }
}

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
    minP: 0,
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
      const candidates =
        probabilities === undefined
          ? [{ token, probability: 1 }]
          : Array.from(probabilities, ([id, probability]) => ({ token: id, probability }));
      const chosen = yield candidates;
      step = await places.next(chosen as LlamaToken);
    }
  } finally {
    await places.return();
  }
}

/**
 * Loads a GGUF on the CPU with one context of one sequence. The header is checked before llama.cpp sees the file.
 *
 * @throws AppError `model-missing`, `model-unreadable`, `model-unsupported` or `out-of-memory`
 */
export async function loadLlamaModel({ modelPath, contextTokens, onProgress }: LoadOptions): Promise<EngineModel> {
  const summary = readGgufSummary(modelPath);
  const markers = findMarkers(summary);
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => process.stderr.write(`${message}\n`),
    maxThreads: availableParallelism(),
  });
  const threads = chooseThreads(availableParallelism(), llama.cpuMathCores, summary.sizeBytes);
  llama.maxThreads = threads;

  try {
    const model = await llama.loadModel({
      modelPath,
      gpuLayers: 0,
      metadataOverrides: { tokenizer: { ggml: { pre: losslessPreTokenizer } } },
      onLoadProgress: onProgress,
    });
    const vocabulary = createVocabulary(model, markers);
    checkMarkersStayText(vocabulary);
    const context = await model.createContext({
      contextSize: Math.min(contextTokens, model.trainContextSize),
      batchSize: batchTokens,
      sequences: 1,
      threads,
    });
    const sequence = context.getSequence();
    const windowTokens = Math.min(sequence.contextSize, contextTokens);
    const version = await getModuleVersion();
    return {
      facts: {
        name: summary.name ?? basename(modelPath),
        quantization: fileTypeNames.get(summary.fileType ?? -1) ?? null,
        sizeBytes: summary.sizeBytes,
        contextTokens: windowTokens,
        threads,
      },
      vocabulary,
      stateBytesPerToken: 2 * f16Bytes * summary.layers * summary.width,
      stateFormat: `node-llama-cpp ${version}, ${sequence.contextSize} tokens, f16`,
      held: () => sequence.contextTokens,
      async keep(count) {
        if (count < sequence.nextTokenIndex) {
          await sequence.eraseContextTokenRanges([{ start: count, end: sequence.nextTokenIndex }]);
        }
      },
      read: (tokens) => sequence.evaluateWithoutGeneratingNewTokens(tokens as LlamaToken[]),
      continueFrom: (tokens, parameters, penalised) => candidatesOf(sequence, tokens, parameters, penalised),
      async saveState(path) {
        await sequence.saveStateToFile(path);
      },
      restoreState: (path) => sequence.loadStateFromFile(path, { acceptRisk: true }),
      dispose: () => llama.dispose(),
    };
  } catch (error) {
    await llama.dispose();
    throw loadFailure(error);
  }
}

function loadFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof InsufficientMemoryError) {
    return new AppError(
      'out-of-memory',
      'There is not enough free memory for this model. Close other programs or choose a smaller file.',
    );
  }
  const cause = error instanceof Error ? error.message : String(error);
  return new AppError(
    'model-unreadable',
    'llama.cpp could not load this file. Choose another file or fetch it again.',
    {
      cause,
    },
  );
}
