import { matrix, tokenTypes, vector, writeGguf, type Header, type Tensor, type WrittenGguf } from './gguf-writer.ts';

/**
 * Writes a GGUF of the Llama architecture with random weights and a SentencePiece vocabulary: what most models other than
 * Open-Assistant's first ones look like. Two heads share each key and value. Read greedily it never ends an answer.
 */
export interface SyntheticLlama {
  path: string;
  /** `tokenizer.chat_template`; left out unless given. */
  chatTemplate?: string;
}

const [layers, width, heads, keyValueHeads] = [2, 64, 4, 2];
/** Bytes of a token's keys and values at 16 bits. */
export const llamaStateBytesPerToken = 2 * layers * keyValueHeads * 2 * (width / heads);

interface Piece {
  text: string;
  type: number;
  score: number;
}

/** Begin, end and unknown, all bytes, then letters and pairs, each with and without a space in front. */
function pieces(): Piece[] {
  const controls = ['<s>', '</s>'].map((text) => ({ text, type: tokenTypes.control, score: 0 }));
  const bytes = Array.from({ length: 256 }, (_value, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    type: tokenTypes.byte,
    score: 0,
  }));
  const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ[]/,.?');
  const pairs = letters.flatMap((left) => Array.from('aeiounst').map((right) => left + right));
  const words = ['▁', ...letters, ...letters.map((letter) => `▁${letter}`), ...pairs];
  // The rarer a piece, the lower its score; merging takes the highest first.
  const plain = words.map((text, index) => ({ text, type: tokenTypes.normal, score: -1 - index }));
  return [{ text: '<unk>', type: tokenTypes.unknown, score: 0 }, ...controls, ...bytes, ...plain];
}

function tensors(vocabularySize: number): Tensor[] {
  const keyValueWidth = (width / heads) * keyValueHeads;
  const layer = (index: number): Tensor[] => [
    vector(`blk.${index}.attn_norm.weight`, width, 1),
    vector(`blk.${index}.ffn_norm.weight`, width, 1),
    matrix(`blk.${index}.attn_q.weight`, width, width),
    matrix(`blk.${index}.attn_k.weight`, keyValueWidth, width),
    matrix(`blk.${index}.attn_v.weight`, keyValueWidth, width),
    matrix(`blk.${index}.attn_output.weight`, width, width),
    matrix(`blk.${index}.ffn_gate.weight`, 2 * width, width),
    matrix(`blk.${index}.ffn_up.weight`, 2 * width, width),
    matrix(`blk.${index}.ffn_down.weight`, width, 2 * width),
  ];
  return [
    matrix('token_embd.weight', vocabularySize, width),
    ...Array.from({ length: layers }, (_value, index) => layer(index)).flat(),
    vector('output_norm.weight', width, 1),
    matrix('output.weight', vocabularySize, width),
  ];
}

function putEntries(header: Header, vocabulary: readonly Piece[], chatTemplate: string | undefined): void {
  header.text('general.architecture', 'llama');
  header.text('general.name', 'synthetic Llama');
  header.number('general.file_type', 2);
  header.number('llama.context_length', 2048);
  header.number('llama.embedding_length', width);
  header.number('llama.block_count', layers);
  header.number('llama.feed_forward_length', 2 * width);
  header.number('llama.rope.dimension_count', width / heads);
  header.number('llama.attention.head_count', heads);
  header.number('llama.attention.head_count_kv', keyValueHeads);
  header.float('llama.attention.layer_norm_rms_epsilon', 1e-5);
  header.text('tokenizer.ggml.model', 'llama');
  header.strings(
    'tokenizer.ggml.tokens',
    vocabulary.map(({ text }) => text),
  );
  header.floats(
    'tokenizer.ggml.scores',
    vocabulary.map(({ score }) => score),
  );
  header.integers(
    'tokenizer.ggml.token_type',
    vocabulary.map(({ type }) => type),
  );
  header.number('tokenizer.ggml.unknown_token_id', 0);
  header.number('tokenizer.ggml.bos_token_id', 1);
  header.number('tokenizer.ggml.eos_token_id', 2);
  header.boolean('tokenizer.ggml.add_bos_token', true);
  if (chatTemplate !== undefined) header.text('tokenizer.chat_template', chatTemplate);
}

export function writeSyntheticLlama({ path, chatTemplate }: SyntheticLlama): WrittenGguf {
  const vocabulary = pieces();
  return writeGguf({
    path,
    putEntries: (header) => {
      putEntries(header, vocabulary, chatTemplate);
    },
    tensors: tensors(vocabulary.length),
    quiet: { first: 3, last: 0, weights: 'zero' },
    truncateTo: undefined,
  });
}
