import type { GgufMetadata } from '../gguf/metadata.ts';
import type { GptNeoxConfig } from './gpt-neox.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What is known of a model besides its files. */
export interface ModelFacts {
  name: string;
  /** An SPDX name in small letters, such as `apache-2.0`. */
  license: string | null;
  /** Where the checkpoint came from, as an address for people. */
  sourceUrl: string | null;
}

/** Version of the K-quants' block layout (`GGML_QNT_VERSION`). */
const quantizationVersion = 2;

/**
 * All metadata of a converted GPT-NeoX model but `general.file_type`, in the order in which llama.cpp's converter writes
 * it. The pre-tokenizer is `trillion` where that writes `olmo`: both split text alike, but with `olmo` llama.cpp takes
 * spaces out of answers (`cd ..` comes back as `cd..`).
 */
export function metadataOf(config: GptNeoxConfig, tokenizer: Tokenizer, facts: ModelFacts): GgufMetadata {
  const { endOfTextId } = tokenizer;
  return [
    ['general.architecture', { type: 'string', value: 'gptneox' }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: facts.name }],
    ...(facts.license === null ? [] : [['general.license', { type: 'string', value: facts.license }] as const]),
    ...(facts.sourceUrl === null ? [] : [['general.source.url', { type: 'string', value: facts.sourceUrl }] as const]),
    ['gptneox.context_length', { type: 'uint32', value: config.contextTokens }],
    ['gptneox.embedding_length', { type: 'uint32', value: config.width }],
    ['gptneox.block_count', { type: 'uint32', value: config.layers }],
    ['gptneox.feed_forward_length', { type: 'uint32', value: config.feedForwardWidth }],
    ['gptneox.rope.dimension_count', { type: 'uint32', value: config.rotaryDimensions }],
    ['gptneox.rope.freq_base', { type: 'float32', value: config.rotaryBase }],
    ['gptneox.attention.head_count', { type: 'uint32', value: config.heads }],
    ['gptneox.use_parallel_residual', { type: 'bool', value: config.useParallelResidual }],
    ['gptneox.attention.layer_norm_epsilon', { type: 'float32', value: config.layerNormEpsilon }],
    ['general.quantization_version', { type: 'uint32', value: quantizationVersion }],
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'trillion' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokenizer.tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: tokenizer.tokenTypes }],
    ['tokenizer.ggml.merges', { type: 'strings', value: tokenizer.merges }],
    ['tokenizer.ggml.bos_token_id', { type: 'uint32', value: endOfTextId }],
    ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: endOfTextId }],
    ['tokenizer.ggml.unknown_token_id', { type: 'uint32', value: endOfTextId }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
}
