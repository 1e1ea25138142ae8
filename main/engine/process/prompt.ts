import type { Turn } from '../protocol.ts';

/** A token id of the loaded model's vocabulary. */
export type Token = number;

/** What stands around the turns of one role. */
export interface TurnFrame {
  before: Token[];
  /** A space in front of the text that its first word takes along, because most words are tokens with their space. */
  space: '' | ' ';
  after: Token[];
}

/** How a model ends a reply: with the end that it was trained on, or by beginning a turn that is not its own. */
export type ReplyEnd = 'end-of-text' | 'marker';

/** A prompt format in the tokens of one model: `start`, then each turn in its frame. */
export interface PromptFrame {
  start: Token[];
  question: TurnFrame;
  answer: TurnFrame;
  /** Tokens that end a reply and are no part of it. */
  ends: ReadonlyMap<Token, ReplyEnd>;
}

/** What the prompt needs of a model. */
export interface Vocabulary {
  frame: PromptFrame;
  /** Tokens that no text may ever become. */
  controls: ReadonlySet<Token>;
  /** Text to ids with special parsing off: marker-like text stays text. */
  tokenize(text: string): Token[];
  /** Ids to text; incomplete UTF-8 comes out as U+FFFD. */
  detokenize(tokens: readonly Token[]): string;
}

/** A prompt in pieces: one array per turn, so that a window can drop whole turns. */
export interface Prompt {
  /** What every prompt of the model begins with: never dropped. */
  start: Token[];
  /** Each finished turn in its frame, in the order of the turns given. */
  turns: Token[][];
  /** What stands before an answer, and what the answer already says: never dropped. */
  opening: Token[];
}

/** Thrown when text turned into a control token: the file's vocabulary would let a user's words act as turn marks. */
export class MarkerInTextError extends Error {
  constructor() {
    super('The vocabulary turns ordinary text into a turn marker.');
    this.name = 'MarkerInTextError';
  }
}

/** Ids of a text that must not contain markers, whatever it says. @throws MarkerInTextError */
export function tokenizeText({ tokenize, controls }: Vocabulary, text: string): Token[] {
  const tokens = tokenize(text);
  if (tokens.some((token) => controls.has(token))) throw new MarkerInTextError();
  return tokens;
}

/** Ids of the text of a turn, or of its beginning. @throws MarkerInTextError */
export function tokenizeTurn(vocabulary: Vocabulary, { space }: TurnFrame, text: string): Token[] {
  return text === '' ? [] : tokenizeText(vocabulary, space + text);
}

/**
 * Builds a prompt as ids. With Open-Assistant's marks it is
 * `<|prompter|>…<|endoftext|><|assistant|>…<|endoftext|> … <|assistant|>`, with nothing between the turns and nothing
 * before them (the format of the model card).
 *
 * @param writtenAs ids under which the model itself wrote a turn, or null. A reply may be spelled by other ids than its
 *   text tokenizes to; with the original ones, turns already read need not be read again
 */
export function buildPrompt(
  vocabulary: Vocabulary,
  turns: readonly Turn[],
  answerSoFar: readonly Token[],
  writtenAs: (turn: Turn) => readonly Token[] | null,
): Prompt {
  const { start, question, answer } = vocabulary.frame;
  return {
    start,
    turns: turns.map((turn) => {
      const frame = turn.role === 'prompter' ? question : answer;
      return [...frame.before, ...(writtenAs(turn) ?? tokenizeTurn(vocabulary, frame, turn.text)), ...frame.after];
    }),
    opening: [...answer.before, ...answerSoFar],
  };
}
