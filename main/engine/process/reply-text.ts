import type { Token } from './prompt.ts';

/** A character of at most four bytes never needs more tokens than this; whatever is held longer is broken for good. */
const longestCharacterTokens = 8;

const replacement = '\uFFFD';

/**
 * Turns a stream of tokens into text without losing anything: a character whose bytes are spread over several tokens is
 * held back until it is whole.
 */
export function createReplyText(detokenize: (tokens: readonly Token[]) => string) {
  let held: Token[] = [];

  return {
    /** Tokens that wait for the rest of their character. */
    get heldTokens(): number {
      return held.length;
    },
    /** Takes the next token; returns the text that is certain now, which may be empty. */
    push(token: Token): string {
      held.push(token);
      const text = detokenize(held);
      if (text.endsWith(replacement) && held.length < longestCharacterTokens) return '';
      held = [];
      return text;
    },
    /** The rest, when the model has ended its reply. */
    end(): string {
      const rest = held;
      held = [];
      return rest.length === 0 ? '' : detokenize(rest);
    },
  };
}
