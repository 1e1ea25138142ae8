import {
  blockWeights,
  matrix,
  tokenTypes,
  vector,
  writeGguf,
  type Header,
  type Tensor,
  type WrittenGguf,
} from './gguf-writer.ts';

/**
 * Writes a GPT-NeoX GGUF of any shape with random Q4_0 weights, the same bytes every time. Its text is noise, but
 * everything else is as in a real file, and it never ends an answer by itself: the turn marks and `<|endoftext|>` can
 * practically not be drawn, so it writes until it is stopped or the limit is reached.
 */
export interface SyntheticGguf {
  path: string;
  layers: number;
  /** A multiple of 32. */
  width: number;
  heads: number;
  vocabularySize: number;
  /** How the turn marks are stored; `missing` leaves them out. */
  markers?: 'control' | 'user-defined' | 'missing';
  /** Turn marks to have instead of Open-Assistant's. */
  marks?: readonly string[];
  /** `tokenizer.chat_template`; left out unless given. */
  chatTemplate?: string;
  /** `general.name`; null leaves it out. */
  name?: string | null;
  /** Cuts the finished file to this many bytes. */
  truncateTo?: number;
}

export const markerTexts = ['<|prefix_begin|>', '<|prompter|>', '<|system|>', '<|prefix_end|>', '<|assistant|>'];

/** GPT-2's printable stand-ins for the 256 bytes, in byte order. */
function byteSymbols(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let extra = 0;
  return Array.from({ length: 256 }, (_value, byte) => String.fromCodePoint(isPrintable(byte) ? byte : 256 + extra++));
}

interface Vocabulary {
  tokens: string[];
  types: number[];
  merges: string[];
}

/** Bytes, letter pairs with their merges, then words of three and more letters, and the turn marks at the end. */
function createVocabulary({ vocabularySize, markers, marks: wanted = markerTexts }: SyntheticGguf): Vocabulary {
  const marks = markers === 'missing' ? [] : wanted;
  const markType = markers === 'user-defined' ? tokenTypes.userDefined : tokenTypes.control;
  const special = ['<|endoftext|>', '<|padding|>'];
  const symbols = byteSymbols();
  const room = vocabularySize - special.length - symbols.length - marks.length;
  if (room < 0) throw new RangeError('A vocabulary needs at least 263 tokens.');
  const letters = symbols.filter((symbol) => /^[A-Za-z]$/.test(symbol));
  const pairs = letters.flatMap((left) => letters.map((right) => [left, right] as const)).slice(0, room);
  const words = Array.from({ length: room - pairs.length }, (_value, index) => `Ġ${index.toString(26)}`);
  const plain = [...symbols, ...pairs.map(([left, right]) => left + right), ...words];
  return {
    tokens: [...special, ...plain, ...marks],
    types: [
      ...special.map(() => tokenTypes.control),
      ...plain.map(() => tokenTypes.normal),
      ...marks.map(() => markType),
    ],
    merges: pairs.map(([left, right]) => `${left} ${right}`),
  };
}

function tensorsOf({ layers, width, vocabularySize }: SyntheticGguf): Tensor[] {
  const layer = (index: number): Tensor[] => {
    const full = (name: string): string => `blk.${index}.${name}`;
    return [
      ...['attn_norm', 'ffn_norm'].flatMap((norm) => [
        vector(full(`${norm}.weight`), width, 1),
        vector(full(`${norm}.bias`), width, 0),
      ]),
      ...(
        [
          ['attn_qkv', 3 * width, width],
          ['attn_output', width, width],
          ['ffn_up', 4 * width, width],
          ['ffn_down', width, 4 * width],
        ] as const
      ).flatMap(([name, rows, columns]) => [
        matrix(full(`${name}.weight`), rows, columns),
        vector(full(`${name}.bias`), rows, 0),
      ]),
    ];
  };
  return [
    matrix('token_embd.weight', vocabularySize, width),
    ...Array.from({ length: layers }, (_value, index) => layer(index)).flat(),
    vector('output_norm.weight', width, 1),
    // Together with the rows of the marks, which are all negative, this keeps the marks from being drawn.
    vector('output_norm.bias', width, 1),
    matrix('output.weight', vocabularySize, width),
  ];
}

function putEntries(header: Header, options: SyntheticGguf): void {
  const { layers, width, heads, name, chatTemplate } = options;
  const { tokens, types, merges } = createVocabulary(options);
  header.text('general.architecture', 'gptneox');
  if (name !== null) header.text('general.name', name ?? `synthetic GPT-NeoX ${layers}x${width}`);
  header.number('general.file_type', 2);
  header.number('gptneox.context_length', 2048);
  header.number('gptneox.embedding_length', width);
  header.number('gptneox.block_count', layers);
  header.number('gptneox.feed_forward_length', 4 * width);
  header.number('gptneox.rope.dimension_count', width / heads / 4);
  header.number('gptneox.attention.head_count', heads);
  header.boolean('gptneox.use_parallel_residual', true);
  header.float('gptneox.attention.layer_norm_epsilon', 1e-5);
  header.text('tokenizer.ggml.model', 'gpt2');
  header.text('tokenizer.ggml.pre', 'olmo');
  header.strings('tokenizer.ggml.tokens', tokens);
  header.integers('tokenizer.ggml.token_type', types);
  header.strings('tokenizer.ggml.merges', merges);
  header.number('tokenizer.ggml.eos_token_id', 0);
  header.boolean('tokenizer.ggml.add_bos_token', false);
  if (chatTemplate !== undefined) header.text('tokenizer.chat_template', chatTemplate);
}

/** Writes the file; it appears under its name only when it is whole. */
export function writeSyntheticGguf(options: SyntheticGguf): WrittenGguf {
  const { path, width, truncateTo } = options;
  if (width % blockWeights !== 0) throw new RangeError('The width must be a multiple of 32.');
  return writeGguf({
    path,
    putEntries: (header) => {
      putEntries(header, options);
    },
    tensors: tensorsOf(options),
    quiet: { first: 2, last: (options.marks ?? markerTexts).length, weights: 'negative' },
    truncateTo,
  });
}
