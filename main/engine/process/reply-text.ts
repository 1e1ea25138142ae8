import type { Token } from './prompt.ts';

const replacement = '\uFFFD';

/**
 * Turns a stream of tokens into text without losing anything: a character whose bytes are spread over several tokens is
 * held back until it is whole. A token may end one character and begin the next, so tokens are kept as long as their
 * last character is incomplete, while the text before it is given out. An incomplete end comes out of the detokenizer as
 * exactly one U+FFFD; bytes that are broken for good stop being the end with the next token, and then show as such.
 */
export function createReplyText(detokenize: (tokens: readonly Token[]) => string) {
  let held: Token[] = [];
  let given = 0;

  return {
    /** Tokens that wait for the rest of their character; null when text before it came from one of them. */
    get heldTokens(): number | null {
      return given === 0 ? held.length : null;
    },
    /** Takes the next token; returns the text that is certain now, which may be empty. */
    push(token: Token): string {
      held.push(token);
      const text = detokenize(held);
      const certain = text.endsWith(replacement) ? text.slice(0, -1) : text;
      const fresh = certain.slice(given);
      if (certain === text) held = [];
      given = certain === text ? 0 : certain.length;
      return fresh;
    },
    /** The rest, when the model has ended its reply. */
    end(): string {
      const rest = detokenize(held).slice(given);
      held = [];
      given = 0;
      return rest;
    },
  };
}
