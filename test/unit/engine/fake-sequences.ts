import { readFile, writeFile } from 'node:fs/promises';
import { createContextKeeper, type ContextKeeper } from '../../../main/engine/process/context-keeper.ts';
import type { EngineSequence } from '../../../main/engine/process/model.ts';
import type { Token, Vocabulary } from '../../../main/engine/process/prompt.ts';
import { createReplies, type Replies } from '../../../main/engine/process/replies.ts';
import { createStateCache, type StateCache } from '../../../main/engine/process/state-cache.ts';

/** Words as tokens: a word and the space before it are one, and text comes back as it was. */
export function wordVocabulary(): Vocabulary {
  const markers = { prompter: 1, assistant: 2, endOfText: 0 };
  const words: string[] = ['', '', '', '', '', '', '', '', '', ''];
  const ids = new Map<string, Token>();
  return {
    markers: { ...markers, all: new Set(Object.values(markers)) },
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
    async forgetFirst(count) {
      if (count <= 0 || count >= held.length) throw new RangeError(`Cannot forget ${count} of ${held.length} tokens.`);
      if (held[count] !== held[0]) throw new Error('What is left would begin with another token.');
      held = held.slice(count);
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
  const { folder, stateBytesPerToken = 6, readMsPerToken = 5, limitBytes = 1e9 } = options;
  const sequences = Array.from({ length: options.sequences }, fakeSequence);
  const replies = createReplies();
  const cache = folder === null ? null : createStateCache(folder, limitBytes, 'fingerprint');
  const keeper = createContextKeeper({
    model: { sequences, stateBytesPerToken },
    replies,
    cache,
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
