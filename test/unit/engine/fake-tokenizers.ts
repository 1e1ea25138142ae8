import type { RawTokenizer } from '../../../main/engine/process/spelling.ts';
import type { Token } from '../../../main/engine/process/prompt.ts';

/** Texts between control tokens, and those tokens, in order. */
function partsOf(text: string, controls: readonly string[]): string[] {
  const escaped = controls.map((control) => control.replaceAll(/[|[\]()]/g, String.raw`\$&`));
  return text.split(new RegExp(`(${escaped.join('|')})`)).filter((part) => part !== '');
}

/**
 * A tokenizer that spells words as a byte-level BPE does (`Hello`, ` world`), or as SentencePiece does, with a space put
 * before every text and taken from the front of what is put together. Control tokens are the first ids.
 */
export function fakeTokenizer(controls: readonly string[], kind: 'bpe' | 'sentencepiece'): RawTokenizer {
  const texts = [...controls];
  const idOf = (text: string): Token => {
    const known = texts.indexOf(text, controls.length);
    return known === -1 ? texts.push(text) - 1 : known;
  };
  const words = (text: string): Token[] => (text.match(/\uE000| ?[^\s\uE000]+|\s/g) ?? []).map((word) => idOf(word));
  return {
    tokenize(text, parseSpecial) {
      if (text === '') return [];
      const parts = parseSpecial ? partsOf(text, controls) : [text];
      const tokens: Token[] = [];
      let isAfterControl = true;
      for (const part of parts) {
        const control = parseSpecial ? controls.indexOf(part) : -1;
        if (control !== -1) tokens.push(control);
        else tokens.push(...words(kind === 'sentencepiece' && isAfterControl ? ` ${part}` : part));
        isAfterControl = control !== -1;
      }
      return tokens;
    },
    detokenize(tokens, showSpecial) {
      const text = tokens
        .map((token) => (token < controls.length && !showSpecial ? '' : (texts[token] ?? '')))
        .join('');
      return kind === 'sentencepiece' && text.startsWith(' ') ? text.slice(1) : text;
    },
  };
}
