/** Runs guide.gguf in Node for evaluation and tests, in Open-Assistant's prompt format. */
import { join } from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { readDataset, topicsOf } from './dataset.ts';
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';

export const GUIDE_FILE = join(import.meta.dirname, 'guide.gguf');
const MAX_TOKENS = 400;

/** One finished turn: a question and its answer. */
export type Turn = readonly [question: string, answer: string];

/** Greedy, or the app's default preset `k50` with its repetition penalty and a seed. */
export type Sampling = { kind: 'greedy' } | { kind: 'k50'; seed: number };

/** Takes an answer so far, and whether it is complete, and says whether to end it here. */
export type IsEnough = (tokens: readonly Token[], hasEnded: boolean) => boolean;

/** How many tokens Open-Assistant's vocabulary has. Behind them are the topics, which no text shows. */
const VOCABULARY = 50_288;

function isTopic(token: Token): boolean {
  return token >= VOCABULARY;
}

export class GuideRunner {
  /** Tokens written after each answer's first, and the seconds that they took. */
  readonly written = { tokens: 0, seconds: 0 };
  readonly model: LlamaModel;
  readonly sequence: LlamaContextSequence;
  private readonly llama: Llama;
  private readonly context: LlamaContext;
  private readonly markers: Record<'prompter' | 'assistant' | 'end', Token>;
  /** The topic that each answer begins with, by the answer. */
  private readonly topics: ReadonlyMap<string, Token>;

  private constructor(llama: Llama, model: LlamaModel, context: LlamaContext) {
    this.llama = llama;
    this.model = model;
    this.context = context;
    this.sequence = context.getSequence();
    this.markers = {
      prompter: this.marker('<|prompter|>'),
      assistant: this.marker('<|assistant|>'),
      end: this.marker('<|endoftext|>'),
    };
    this.topics = new Map(
      [...topicsOf(readDataset())].map(([answer, name]) => [answer, this.marker(`<|topic:${name}|>`)]),
    );
  }

  static async load(file: string = GUIDE_FILE): Promise<GuideRunner> {
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 });
    const model = await llama.loadModel({
      modelPath: file,
      metadataOverrides: { tokenizer: { ggml: { pre: 'trillion' } } },
    });
    return new GuideRunner(llama, model, await model.createContext({ contextSize: 2048, threads: 1 }));
  }

  private marker(text: string): Token {
    const [token, ...rest] = this.model.tokenize(text, true);
    if (token === undefined || rest.length > 0) throw new Error(`${text} is no single token of this model`);
    return token;
  }

  /** An answer as the guide itself writes it, which is how the app goes on from it. */
  private spelled(answer: string): Token[] {
    const topic = this.topics.get(answer);
    return [...(topic === undefined ? [] : [topic]), ...this.model.tokenize(answer, false)];
  }

  /** The token ids of a conversation that ends where the answer to `question` begins. */
  prompt(turns: readonly Turn[], question: string): Token[] {
    const { prompter, assistant, end } = this.markers;
    const ask = (text: string): Token[] => [prompter, ...this.model.tokenize(text, false), end, assistant];
    return [...turns.flatMap(([asked, answer]) => [...ask(asked), ...this.spelled(answer), end]), ...ask(question)];
  }

  /** The model's answer, as text; `isEnough` sees it grow and may end it early. */
  async ask(turns: readonly Turn[], question: string, sampling: Sampling, isEnough?: IsEnough): Promise<string> {
    const window = this.prompt(turns, question);
    await this.sequence.adaptStateToTokens(window.slice(0, -1), false);
    const rest = window.slice(this.sequence.nextTokenIndex);
    const options =
      sampling.kind === 'greedy'
        ? { temperature: 0 }
        : {
            ...{ temperature: 0.75, topK: 50, topP: 0.95, seed: sampling.seed },
            repeatPenalty: { punishTokens: () => window, penalty: 1.2, maxPunishTokens: 2048 },
          };
    const answer: Token[] = [];
    let first = 0;
    let hasEnded = false;
    for await (const token of this.sequence.evaluate(rest, options)) {
      window.push(token);
      if (isTopic(token)) continue;
      if (answer.length === 0) first = performance.now();
      answer.push(token);
      if (answer.length >= MAX_TOKENS || token === this.markers.prompter || token === this.markers.assistant) break;
      if ((hasEnded = isEnough?.(answer, false) === true)) break;
    }
    if (!hasEnded) isEnough?.(answer, true);
    if (answer.length > 0) {
      this.written.tokens += answer.length;
      this.written.seconds += (performance.now() - first) / 1000;
    }
    return this.model.detokenize(answer);
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
    await this.model.dispose();
    await this.llama.dispose();
  }
}
