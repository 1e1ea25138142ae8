import { AppError } from '../../../preload/contract/errors.ts';
import type { GgufSummary } from './gguf-header.ts';
import type { Token } from './prompt.ts';

/** The tokens that give Open-Assistant's prompts their shape. Ids differ between its models, so they come from the file. */
export interface Markers {
  prompter: Token;
  assistant: Token;
  endOfText: Token;
  /** Those and the other marks that the file has: none of them may ever come out of text, all of them end a reply. */
  all: ReadonlySet<Token>;
}

/** Texts of the markers that Open-Assistant's models were trained with (their `tokenizer.json`). */
export const markerTexts = {
  prefixBegin: '<|prefix_begin|>',
  prompter: '<|prompter|>',
  system: '<|system|>',
  prefixEnd: '<|prefix_end|>',
  assistant: '<|assistant|>',
} as const;

/** `LLAMA_TOKEN_TYPE_CONTROL`: only such tokens are kept out of ordinary text when special parsing is off. */
export const controlType = 3;
const endOfTextText = '<|endoftext|>';

/**
 * Finds the turn marks of an Open-Assistant model by their texts.
 *
 * @throws AppError `model-unsupported` when one is missing, or is stored so that a user's words could turn into it
 */
export function findMarkers(summary: Pick<GgufSummary, 'tokens' | 'tokenTypes'>): Markers {
  const idOf = (text: string): number => {
    const id = summary.tokens.indexOf(text);
    if (id === -1) {
      throw new AppError(
        'model-unsupported',
        `This model does not know the turn mark ${text}, so it is not an Open-Assistant model. Choose a file of one.`,
        { marker: text },
      );
    }
    if (summary.tokenTypes[id] !== controlType) {
      throw new AppError(
        'model-unsupported',
        `In this file the turn mark ${text} is stored as an ordinary word, so typed text could act as a turn mark. ` +
          'Choose a file that was converted with it as a control token.',
        { marker: text },
      );
    }
    return id;
  };
  const prompter = idOf(markerTexts.prompter);
  const assistant = idOf(markerTexts.assistant);
  const endOfText = idOf(endOfTextText);
  const others = [markerTexts.prefixBegin, markerTexts.system, markerTexts.prefixEnd]
    .map((text) => summary.tokens.indexOf(text))
    .filter((id) => id !== -1);
  return { prompter, assistant, endOfText, all: new Set([prompter, assistant, endOfText, ...others]) };
}

/** Whether a file has all that Open-Assistant's prompts are made of, as whatever kind of token. */
export function hasMarkers({ tokens }: Pick<GgufSummary, 'tokens'>): boolean {
  return [markerTexts.prompter, markerTexts.assistant, endOfTextText].every((text) => tokens.includes(text));
}
