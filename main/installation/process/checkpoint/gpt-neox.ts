import { z } from 'zod';
import { refusal, shown } from './refusal.ts';

/** The shape of a GPT-NeoX model, as its `config.json` gives it. */
export interface GptNeoxConfig {
  layers: number;
  width: number;
  heads: number;
  feedForwardWidth: number;
  contextTokens: number;
  /** Rows of the embedding: the tokenizer's tokens and padding up to a round number. */
  vocabularySize: number;
  /** How many of each head's dimensions are rotated. */
  rotaryDimensions: number;
  rotaryBase: number;
  useParallelResidual: boolean;
  layerNormEpsilon: number;
  /** The output layer has no weights of its own; the embedding's are used. */
  tiedEmbeddings: boolean;
}

/** A tensor of the GGUF and where its numbers come from. */
export interface WantedTensor {
  ggufName: string;
  checkpointName: string;
  /** Outermost dimension first; the same in both files. */
  shape: readonly number[];
  /** `fused-qkv`: row r of the GGUF is the checkpoint's row `fusedQkvSourceRow(config, r)`. */
  rows: 'plain' | 'fused-qkv';
}

const size = (limit: number) => z.int().min(1).max(limit);

/**
 * Field names and defaults are those of transformers' GPTNeoXConfig; version 5 moved the rotary fields into
 * `rope_parameters`. The limits are far above any model of this family and keep every product a safe integer.
 */
const configSchema = z.object({
  num_hidden_layers: size(1024),
  hidden_size: size(65_536),
  num_attention_heads: size(1024),
  intermediate_size: size(1_048_576),
  max_position_embeddings: size(16_777_216),
  vocab_size: size(4_194_304),
  hidden_act: z.string().default('gelu'),
  rotary_pct: z.number().min(0).max(1).default(0.25),
  rotary_emb_base: z.number().positive().default(10_000),
  rope_scaling: z.unknown().optional(),
  rope_parameters: z
    .object({
      rope_type: z.string().default('default'),
      rope_theta: z.number().positive().optional(),
      partial_rotary_factor: z.number().min(0).max(1).optional(),
    })
    .nullish(),
  use_parallel_residual: z.boolean().default(true),
  layer_norm_eps: z.number().positive().max(1).default(1e-5),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
});

const kindSchema = z.object({ model_type: z.string(), architectures: z.array(z.string()).nullish() });

/** llama.cpp computes this architecture with GELU whatever the config says; these are its names and near twins. */
const knownActivations = new Set(['gelu', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh']);

function checkKind(json: unknown): void {
  const kind = kindSchema.safeParse(json);
  if (!kind.success) {
    throw refusal('The config.json of this checkpoint does not say what kind of model it is. Fetch it again.');
  }
  const { model_type: type, architectures } = kind.data;
  if (type !== 'gpt_neox') {
    throw refusal(
      `This checkpoint is a ${shown(type)} model; only GPT-NeoX models (gpt_neox) can be converted. ` +
        'Choose another one, or a GGUF file of this one.',
      { modelType: shown(type) },
    );
  }
  const other = architectures?.find((name) => name !== 'GPTNeoXForCausalLM');
  if (other !== undefined) {
    throw refusal(`This checkpoint is a ${shown(other)}, which does not write text. Choose a GPTNeoXForCausalLM.`);
  }
}

/**
 * Reads the parsed `config.json`.
 *
 * @throws AppError `checkpoint-unreadable` when it is another kind of model, or one that llama.cpp computes differently
 */
export function parseGptNeoxConfig(json: unknown): GptNeoxConfig {
  checkKind(json);
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const field = shown(parsed.error.issues[0]?.path.join('.') ?? '');
    throw refusal(`The config.json of this checkpoint has no usable value for ${field}. Fetch it again.`, { field });
  }
  const config = parsed.data;
  const headWidth = config.hidden_size / config.num_attention_heads;
  if (!Number.isInteger(headWidth)) throw refusal('The width of this model cannot be divided among its heads.');
  const rotaryDimensions = Math.trunc(headWidth * (config.rope_parameters?.partial_rotary_factor ?? config.rotary_pct));
  if (rotaryDimensions === 0 || rotaryDimensions % 2 !== 0) {
    throw refusal(`This model rotates ${rotaryDimensions} dimensions of each head, which cannot be converted.`);
  }
  if (!knownActivations.has(config.hidden_act)) {
    throw refusal(`This model uses the activation ${shown(config.hidden_act)}; only GELU can be converted.`);
  }
  if (config.rope_scaling != null || (config.rope_parameters?.rope_type ?? 'default') !== 'default') {
    throw refusal('This model stretches its context (rope scaling), which cannot be converted.');
  }
  if (!config.attention_bias) throw refusal('This model has no attention bias, which llama.cpp needs for GPT-NeoX.');
  return {
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    heads: config.num_attention_heads,
    feedForwardWidth: config.intermediate_size,
    contextTokens: config.max_position_embeddings,
    vocabularySize: config.vocab_size,
    rotaryDimensions,
    rotaryBase: config.rope_parameters?.rope_theta ?? config.rotary_emb_base,
    useParallelResidual: config.use_parallel_residual,
    layerNormEpsilon: config.layer_norm_eps,
    tiedEmbeddings: config.tie_word_embeddings,
  };
}

function layerTensors({ width, feedForwardWidth }: GptNeoxConfig, layer: number): WantedTensor[] {
  const pair = (gguf: string, module: string, rows: number, columns: number | null): WantedTensor[] =>
    (['weight', 'bias'] as const).map((part) => ({
      ggufName: `blk.${layer}.${gguf}.${part}`,
      checkpointName: `gpt_neox.layers.${layer}.${module}.${part}`,
      shape: part === 'weight' && columns !== null ? [rows, columns] : [rows],
      rows: gguf === 'attn_qkv' ? 'fused-qkv' : 'plain',
    }));
  return [
    ...pair('attn_norm', 'input_layernorm', width, null),
    ...pair('ffn_norm', 'post_attention_layernorm', width, null),
    ...pair('attn_qkv', 'attention.query_key_value', 3 * width, width),
    ...pair('attn_output', 'attention.dense', width, width),
    ...pair('ffn_up', 'mlp.dense_h_to_4h', feedForwardWidth, width),
    ...pair('ffn_down', 'mlp.dense_4h_to_h', width, feedForwardWidth),
  ];
}

/**
 * Every tensor that the GGUF must have, in the order in which llama.cpp's converter writes them (the order of a saved
 * state dict; names from gguf-py's tensor_mapping.py). With tied embeddings two of them have the same source.
 */
export function wantedTensors(config: GptNeoxConfig): WantedTensor[] {
  const { layers, width, vocabularySize, tiedEmbeddings } = config;
  const plain = (ggufName: string, checkpointName: string, shape: number[]): WantedTensor => ({
    ggufName,
    checkpointName,
    shape,
    rows: 'plain',
  });
  const embedding = 'gpt_neox.embed_in.weight';
  return [
    plain('token_embd.weight', embedding, [vocabularySize, width]),
    ...Array.from({ length: layers }, (_value, layer) => layerTensors(config, layer)).flat(),
    plain('output_norm.weight', 'gpt_neox.final_layer_norm.weight', [width]),
    plain('output_norm.bias', 'gpt_neox.final_layer_norm.bias', [width]),
    // llama.cpp has no form of this architecture without an output layer of its own.
    plain('output.weight', tiedEmbeddings ? embedding : 'embed_out.weight', [vocabularySize, width]),
  ];
}

/**
 * The checkpoint stores queries, keys and values per head (head x [q, k, v] x dimension), GGUF one after the other
 * (Q | K | V, each head x dimension): for a row of the GGUF's matrix, the row of the checkpoint's.
 */
export function fusedQkvSourceRow({ width, heads }: Pick<GptNeoxConfig, 'width' | 'heads'>, row: number): number {
  const headWidth = width / heads;
  const part = Math.floor(row / width);
  const head = Math.floor((row % width) / headWidth);
  return (head * 3 + part) * headWidth + (row % headWidth);
}

const ignoredEndings = ['.attention.bias', '.attention.masked_bias', '.rotary_emb.inv_freq'];

/** Whether a tensor is left out on purpose: old checkpoints store what the code computes anyway (mask, angles). */
export function isIgnored(name: string): boolean {
  return ignoredEndings.some((ending) => name.endsWith(ending));
}
