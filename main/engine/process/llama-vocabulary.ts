import { availableParallelism } from 'node:os';
import { getLlama, LlamaLogLevel, type Llama, type LlamaModel, type Token as LlamaToken } from 'node-llama-cpp';
import { AppError } from '../../../preload/contract/errors.ts';
import type { PromptFormat } from '../../../preload/contract/library.ts';
import { createFrame } from './frame.ts';
import type { GgufSummary } from './gguf-header.ts';
import { controlType, findMarkers, hasMarkers } from './markers.ts';
import { MarkerInTextError, tokenizeText, type Token, type Vocabulary } from './prompt.ts';
import { createSpelling } from './spelling.ts';

/** What the engine and the inspection of unknown files both do with llama.cpp. */

/** llama.cpp, and what it complains about: it tells its reasons to the log only. */
export interface OpenLlama {
  llama: Llama;
  complaints: string[];
}

const keptComplaints = 40;

export async function openLlama(gpu: 'auto' | false): Promise<OpenLlama> {
  const complaints: string[] = [];
  const llama = await getLlama({
    gpu,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => {
      complaints.push(message);
      complaints.splice(0, complaints.length - keptComplaints);
      process.stderr.write(`${message}\n`);
    },
    maxThreads: availableParallelism(),
  });
  return { llama, complaints };
}

/** Words for a file that llama.cpp does not load. */
export function refusalOf(error: unknown, complaints: readonly string[], architecture: string): AppError {
  const log = complaints.join('\n');
  const cause = error instanceof Error ? error.message : String(error);
  if (/unknown model architecture/i.test(log)) {
    return new AppError(
      'model-unsupported',
      `This model is built in a way (“${architecture}”) that this version of the app cannot run. Choose another file.`,
      { architecture },
    );
  }
  if (/unknown (pre-)?tokenizer/i.test(log)) {
    return new AppError(
      'model-unsupported',
      'This model splits text in a way that this version of the app does not know. Choose another file.',
      { architecture },
    );
  }
  return new AppError(
    'model-unreadable',
    'llama.cpp could not load this file. Choose another file or fetch it again.',
    { cause },
  );
}

/**
 * The pre-tokenizer name that converters write for GPT-NeoX ("olmo") makes llama.cpp's detokenizer eat spaces before
 * punctuation. Under this name it splits text the same way, ids are equal, and text comes back whole.
 */
const losslessPreTokenizer = 'trillion';
const lossyPreTokenizers = new Set([null, 'default', 'olmo']);

/** What has to be read differently from how a file says it. */
export function metadataOverridesFor({ architecture, preTokenizer }: GgufSummary) {
  if (architecture !== 'gptneox' || !lossyPreTokenizers.has(preTokenizer)) return {};
  return { metadataOverrides: { tokenizer: { ggml: { pre: losslessPreTokenizer } } } };
}

/**
 * The vocabulary of a loaded model, with a prompt format in its tokens.
 *
 * @throws AppError `model-unsupported` when marks are missing, or typed text can turn into them
 */
export function createVocabulary(model: LlamaModel, summary: GgufSummary, format: PromptFormat): Vocabulary {
  const spelling = createSpelling({
    tokenize: (text, parseSpecial) => model.tokenize(text, parseSpecial),
    detokenize: (tokens, showSpecial) => model.detokenize(tokens as LlamaToken[], showSpecial),
  });
  const isPresent = format.kind === 'open-assistant' || hasMarkers(summary);
  const ids = summary.tokens.map((_text, id) => id as LlamaToken);
  const endTokens = ids.filter((id) => model.isEogToken(id));
  // llama.cpp makes control tokens of some ends that the file declares as words.
  const controls = new Set<Token>([
    ...ids.filter((id) => summary.tokenTypes[id] === controlType),
    ...endTokens.filter((id) => model.getTokenAttributes(id).control),
  ]);
  const vocabulary: Vocabulary = {
    frame: createFrame(format, {
      spelling,
      bos: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
      controls,
      endTokens,
      markers: isPresent ? findMarkers(summary) : null,
    }),
    controls,
    tokenize: (text) => spelling.tokenize(text, false),
    detokenize: (tokens) => spelling.detokenize(tokens, false),
  };
  checkMarksStayText(vocabulary, (token) => spelling.detokenize([token], true));
  return vocabulary;
}

/** Refuses a vocabulary in which typed text becomes one of the format's control tokens, whatever its token types claim. */
function checkMarksStayText(vocabulary: Vocabulary, textOf: (token: Token) => string): void {
  const { start, question, answer, ends } = vocabulary.frame;
  const used = [start, question.before, question.after, answer.before, answer.after, [...ends.keys()]].flat();
  try {
    for (const token of new Set(used)) if (vocabulary.controls.has(token)) tokenizeText(vocabulary, textOf(token));
  } catch (error) {
    if (!(error instanceof MarkerInTextError)) throw error;
    throw new AppError(
      'model-unsupported',
      'In this file typed text can turn into turn marks. Choose a file that was converted with them as control tokens.',
    );
  }
}

/**
 * Opens the vocabulary of a file without its weights, to see what can be made of it. The process that does this ends
 * soon, so nothing is freed.
 *
 * @throws AppError `model-unreadable` or `model-unsupported`
 */
export async function openVocabulary(path: string, summary: GgufSummary) {
  const { llama, complaints } = await openLlama(false);
  const model = await llama
    .loadModel({
      modelPath: path,
      vocabOnly: true,
      ignoreMemorySafetyChecks: true,
      ...metadataOverridesFor(summary),
    })
    .catch((error: unknown) => {
      throw refusalOf(error, complaints, summary.architecture);
    });
  return {
    /** @throws AppError `model-unsupported` when the vocabulary cannot hold this format */
    inFormat: (format: PromptFormat): Vocabulary => createVocabulary(model, summary, format),
    bosText: model.tokens.bosString ?? '',
    eosText: model.tokens.eosString ?? '',
  };
}

export type OpenVocabulary = Awaited<ReturnType<typeof openVocabulary>>;
