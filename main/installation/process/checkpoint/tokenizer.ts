import { z } from 'zod';
import { refusal, shown } from './refusal.ts';

/** A byte-level BPE vocabulary in the form in which GGUF stores it. */
export interface Tokenizer {
  /** Text by id; normal tokens in GPT-2's printable stand-ins for bytes, added ones as they are. */
  tokens: string[];
  /** llama.cpp's token type by id (`tokenTypes`). */
  tokenTypes: number[];
  /** `left right`, in order of preference. */
  merges: string[];
  endOfTextId: number;
}

/** llama.cpp's numbers (`llama_token_type`). */
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

const endOfText = '<|endoftext|>';

/** What would make other ids of the same text than llama.cpp's `gpt2` with the pre-tokenizer `trillion` does. */
const schema = z.object({
  normalizer: z.object({ type: z.literal('NFC') }).nullish(),
  pre_tokenizer: z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.literal(false),
    use_regex: z.literal(true).optional(),
  }),
  model: z.object({
    type: z.literal('BPE'),
    // A record of zod would lose a token named __proto__.
    vocab: z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    dropout: z.null().optional(),
    continuing_subword_prefix: z.literal('').nullish(),
    end_of_word_suffix: z.literal('').nullish(),
    byte_fallback: z.literal(false).optional(),
    ignore_merges: z.literal(false).optional(),
  }),
  added_tokens: z.array(z.object({ id: z.int().min(0), content: z.string().min(1), special: z.boolean() })).default([]),
});

type TokenizerJson = z.infer<typeof schema>;

/** Ids and texts, each once. */
function createVocabulary(size: number) {
  const texts = new Map<number, string>();
  const ids = new Map<string, number>();
  return {
    texts,
    ids,
    add(text: string, id: unknown): number {
      if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
        throw refusal(`The tokenizer.json of this checkpoint gives ${shown(text)} no usable number. Fetch it again.`);
      }
      if (id >= size) {
        throw refusal(
          `The tokenizer of this checkpoint has a token ${id}, but its weights only have ${size} rows. ` +
            'config.json and tokenizer.json are not of the same model.',
          { id, vocabularySize: size },
        );
      }
      if ((texts.get(id) ?? text) !== text || (ids.get(text) ?? id) !== id) {
        throw refusal(`The tokenizer.json of this checkpoint gives token ${id} twice. Fetch it again.`, { id });
      }
      texts.set(id, text);
      ids.set(text, id);
      return id;
    },
  };
}

function isMarker(text: string): boolean {
  return text.startsWith('<|') && text.endsWith('|>');
}

/** Both forms of a merge come out as `left right`; no part holds a space, which the stand-ins for bytes never do. */
function readMerges(merges: TokenizerJson['model']['merges'], ids: ReadonlyMap<string, number>): string[] {
  return merges.map((merge) => {
    const [left = '', right = '', ...rest] = typeof merge === 'string' ? merge.split(' ') : merge;
    const isAmbiguous = rest.length > 0 || left.includes(' ') || right.includes(' ');
    if (isAmbiguous || !ids.has(left) || !ids.has(right) || !ids.has(left + right)) {
      throw refusal('The tokenizer.json of this checkpoint merges what is not in its vocabulary. Fetch it again.', {
        merge: shown(`${left} ${right}`),
      });
    }
    return `${left} ${right}`;
  });
}

/**
 * Reads Hugging Face's parsed `tokenizer.json` (byte-level BPE as GPT-NeoX has it).
 *
 * Marks such as `<|prompter|>` are control tokens whatever the file says: as ordinary ones, a user's words could act as
 * turn marks. Ids that the weights have and the tokenizer lacks become unused `[PADn]`, as in llama.cpp's converter.
 *
 * @param specialTexts texts that special_tokens_map.json declares as special
 * @throws AppError `checkpoint-unreadable` when it is of another kind or does not fit the weights
 */
export function readTokenizer(
  tokenizerJson: unknown,
  vocabularySize: number,
  specialTexts: ReadonlySet<string> = new Set(),
): Tokenizer {
  const parsed = schema.safeParse(tokenizerJson);
  if (!parsed.success) {
    const field = shown(parsed.error.issues[0]?.path.join('.') ?? '');
    throw refusal(
      `The tokenizer.json of this checkpoint is not a byte-level BPE as GPT-NeoX has it (see ${field}), ` +
        'and cannot be converted.',
      { field },
    );
  }
  const { model, added_tokens: addedTokens } = parsed.data;
  const { texts, ids, add } = createVocabulary(vocabularySize);
  for (const [text, id] of Object.entries(model.vocab)) add(text, id);
  const merges = readMerges(model.merges, ids);
  const types = new Map<number, number>();
  for (const { id, content, special } of addedTokens) {
    const isControl = special || isMarker(content) || specialTexts.has(content);
    types.set(add(content, id), isControl ? tokenTypes.control : tokenTypes.userDefined);
  }
  const endOfTextId = ids.get(endOfText);
  if (endOfTextId === undefined) {
    throw refusal(`The tokenizer of this checkpoint has no ${endOfText}, so answers could not end.`);
  }
  types.set(endOfTextId, tokenTypes.control);
  const tokens: string[] = [];
  const tokenTypesById: number[] = [];
  for (let id = 0; id < vocabularySize; id += 1) {
    const text = texts.get(id);
    tokens.push(text ?? `[PAD${id}]`);
    tokenTypesById.push(text === undefined ? tokenTypes.unused : (types.get(id) ?? tokenTypes.normal));
  }
  return { tokens, tokenTypes: tokenTypesById, merges, endOfTextId };
}
