import { readFile, writeFile } from 'node:fs/promises';
import { createContextKeeper, type ContextKeeper } from '../../../main/engine/process/context-keeper.ts';
import type { EngineSequence } from '../../../main/engine/process/model.ts';
import type { PromptFrame, Token, Vocabulary } from '../../../main/engine/process/prompt.ts';
import { createReplies, type Replies } from '../../../main/engine/process/replies.ts';
import { createStateCache, type StateCache } from '../../../main/engine/process/state-cache.ts';

const [endOfText, prompter, assistant] = [0, 1, 2];

/** Open-Assistant's format. */
const openAssistant: PromptFrame = {
  start: [],
  question: { before: [prompter], space: '', after: [endOfText] },
  answer: { before: [assistant], space: '', after: [endOfText] },
  ends: new Map([
    [endOfText, 'end-of-text'],
    [prompter, 'marker'],
    [assistant, 'marker'],
  ]),
};

/** A format that begins every prompt with two tokens and puts two before each turn. */
export const templateFrame: PromptFrame = {
  start: [3, 4],
  question: { before: [prompter, 5], space: '', after: [endOfText] },
  answer: { before: [assistant, 5], space: '', after: [endOfText, 6] },
  ends: new Map([[endOfText, 'end-of-text']]),
};

/** Words as tokens: a word and the space before it are one, and text comes back as it was. */
export function wordVocabulary(frame = openAssistant): Vocabulary {
  const words: string[] = ['', '', '', '', '', '', '', '', '', ''];
  const ids = new Map<string, Token>();
  return {
    frame,
    controls: new Set([0, 1, 2, 3, 4, 5, 6]),
    tokenize: (text) =>
      (text.match(/\s*\S+|\s+$/g) ?? []).map((word) => {
        const id = ids.get(word) ?? words.push(word) - 1;
        ids.set(word, id);
        return id;
      }),
    detokenize: (tokens) => tokens.map((token) => words[token] ?? '').join(''),
  };
}

/** `count` words that no other call with another `name` gives. */
export function wordsOf(name: string, count: number): string {
  return Array.from({ length: count }, (_value, index) => `${name}${index}`).join(' ');
}

export interface FakeSequence extends EngineSequence {
  /** What was read, in order, since the beginning. */
  readonly readTokens: () => number;
  readonly restores: () => number;
}

/** A sequence that checks itself against the rules of the real one. */
function fakeSequence(): FakeSequence {
  let held: Token[] = [];
  let readTokens = 0;
  let restores = 0;
  return {
    held: () => held,
    readTokens: () => readTokens,
    restores: () => restores,
    async keep(count) {
      if (count < 0) throw new RangeError(`Cannot keep ${count} tokens.`);
      held = held.slice(0, count);
    },
    async forget(kept, count) {
      const isInside = kept >= 1 && count >= 1 && kept + count < held.length;
      if (!isInside) throw new RangeError(`Cannot forget ${count} of ${held.length} tokens behind ${kept}.`);
      held = [...held.slice(0, kept), ...held.slice(kept + count)];
    },
    async read(tokens) {
      if (tokens.some((token) => token < 0)) throw new RangeError('This is no token.');
      held = [...held, ...tokens];
      readTokens += tokens.length;
    },
    continueFrom: () => {
      throw new Error('No reply is written here.');
    },
    saveState: (path) => writeFile(path, JSON.stringify(held)),
    async restoreState(path) {
      held = [];
      restores += 1;
      held = JSON.parse(await readFile(path, 'utf8')) as Token[];
    },
  };
}

export interface KeeperOptions {
  sequences: number;
  /** Null switches saved states off. */
  folder: string | null;
  stateBytesPerToken?: number;
  readMsPerToken?: number;
  limitBytes?: number;
  /** Tokens that every prompt begins with; none unless told. */
  startTokens?: number;
}

export interface KeptModel {
  sequences: FakeSequence[];
  replies: Replies;
  cache: StateCache | null;
  keeper: ContextKeeper;
  /** Takes a sequence for a prompt and reads the rest of it; returns how many tokens need not be read. */
  ask: (id: string, prompt: Token[], reply?: Token[]) => Promise<number>;
}

/** A keeper as an engine process has it: new sequences, and states of earlier ones on disk. */
export function keptModel(options: KeeperOptions): KeptModel {
  const { folder, stateBytesPerToken = 6, readMsPerToken = 5, limitBytes = 1e9, startTokens = 0 } = options;
  const sequences = Array.from({ length: options.sequences }, fakeSequence);
  const replies = createReplies();
  const cache = folder === null ? null : createStateCache(folder, limitBytes, 'fingerprint');
  const keeper = createContextKeeper({
    model: { sequences, stateBytesPerToken },
    replies,
    cache,
    startTokens,
    readMsPerToken: () => readMsPerToken,
  });
  return {
    sequences,
    replies,
    cache,
    keeper,
    async ask(id, prompt, reply = []) {
      const { sequence, reused } = await keeper.take(id, prompt);
      const held = sequence.held();
      const isBeginning = held.length === reused && held.every((token, index) => token === prompt[index]);
      if (!isBeginning || reused >= prompt.length) throw new Error('What is held is not the beginning of the prompt.');
      await sequence.read([...prompt.slice(reused), ...reply]);
      return reused;
    },
  };
}
