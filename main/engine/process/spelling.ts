import type { Token } from './prompt.ts';

/** A tokenizer as llama.cpp offers it. */
export interface RawTokenizer {
  tokenize(text: string, parseSpecial: boolean): Token[];
  detokenize(tokens: readonly Token[], showSpecial: boolean): string;
}

/** Stands before a piece of text while it is taken apart or put together; never merges with what follows. */
const anchor = '\uE000';

/**
 * A tokenizer for pieces of a prompt. Vocabularies of SentencePiece models put a space before every text that they are
 * given and take one away from the front of every text that they give back, which is right for whole texts only: a turn
 * would gain a space, and a reply that streams token by token would lose them all. Pieces are therefore spelled behind
 * an anchor, which is cut off again.
 */
export function createSpelling({ tokenize, detokenize }: RawTokenizer) {
  const addsSpace = detokenize([...tokenize('y', false), ...tokenize('x', false)], false) === 'y x';
  if (!addsSpace) return { tokenize, tokenizeWhole: tokenize, detokenize };
  const anchorTokens = tokenize(anchor, false);
  const anchorLength = detokenize(anchorTokens, false).length;
  return {
    tokenize: (text: string, parseSpecial: boolean): Token[] =>
      tokenize(anchor + text, parseSpecial).slice(anchorTokens.length),
    /** With the space in front that such a vocabulary gives to the beginning of a text. */
    tokenizeWhole: tokenize,
    detokenize: (tokens: readonly Token[], showSpecial: boolean): string =>
      detokenize([...anchorTokens, ...tokens], showSpecial).slice(anchorLength),
  };
}

export type Spelling = ReturnType<typeof createSpelling>;
