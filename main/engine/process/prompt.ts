import type { Turn } from '../protocol.ts';

/** A token id of the loaded model's vocabulary. */
export type Token = number;

/** The tokens that give a prompt its shape. Ids differ between Open-Assistant models, so they come from the file. */
export interface Markers {
  prompter: Token;
  assistant: Token;
  endOfText: Token;
  /** Every marker and end-of-generation token: none of them may ever come out of text, all of them end a reply. */
  all: ReadonlySet<Token>;
}

/** What the prompt needs of a model. */
export interface Vocabulary {
  markers: Markers;
  /** Text to ids with special parsing off: marker-like text stays text. */
  tokenize(text: string): Token[];
  /** Ids to text; incomplete UTF-8 comes out as U+FFFD. */
  detokenize(tokens: readonly Token[]): string;
}

/** Texts of the markers that Open-Assistant's models were trained with (their `tokenizer.json`). */
export const markerTexts = {
  prefixBegin: '<|prefix_begin|>',
  prompter: '<|prompter|>',
  system: '<|system|>',
  prefixEnd: '<|prefix_end|>',
  assistant: '<|assistant|>',
} as const;

/** A prompt in pieces: one array per turn, so that a window can drop whole turns. */
export interface Prompt {
  /** Marker, text and `<|endoftext|>` of each finished turn, in the order of the turns given. */
  turns: Token[][];
  /** `<|assistant|>` and what the answer already says: never dropped. */
  opening: Token[];
}

/** Thrown when text turned into a marker id: the file's vocabulary would let a user's words act as turn marks. */
export class MarkerInTextError extends Error {
  constructor() {
    super('The vocabulary turns ordinary text into a turn marker.');
    this.name = 'MarkerInTextError';
  }
}

/** Ids of a text that must not contain markers, whatever it says. @throws MarkerInTextError */
export function tokenizeText(vocabulary: Vocabulary, text: string): Token[] {
  const tokens = vocabulary.tokenize(text);
  if (tokens.some((token) => vocabulary.markers.all.has(token))) throw new MarkerInTextError();
  return tokens;
}

/**
 * Builds `<|prompter|>…<|endoftext|><|assistant|>…<|endoftext|> … <|assistant|>` as ids, with nothing between the turns
 * and nothing before them (the format of the model card).
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
  const { markers } = vocabulary;
  return {
    turns: turns.map((turn) => [
      turn.role === 'prompter' ? markers.prompter : markers.assistant,
      ...(writtenAs(turn) ?? tokenizeText(vocabulary, turn.text)),
      markers.endOfText,
    ]),
    opening: [markers.assistant, ...answerSoFar],
  };
}
