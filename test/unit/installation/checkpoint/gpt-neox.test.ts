import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fusedQkvSourceRow,
  isIgnored,
  parseGptNeoxConfig,
  wantedTensors,
} from '../../../../main/installation/process/checkpoint/gpt-neox.ts';
import { refusalFrom } from './refusal.ts';

/** The fields that matter of OpenAssistant/oasst-sft-1-pythia-12b. */
const pythia12b = {
  architectures: ['GPTNeoXForCausalLM'],
  model_type: 'gpt_neox',
  hidden_act: 'gelu',
  hidden_size: 5120,
  intermediate_size: 20_480,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 2048,
  num_attention_heads: 40,
  num_hidden_layers: 36,
  rotary_emb_base: 10_000,
  rotary_pct: 0.25,
  tie_word_embeddings: false,
  torch_dtype: 'float16',
  use_parallel_residual: true,
  vocab_size: 50_288,
};

describe('config.json', () => {
  it('of the 12B model tells its shape', () => {
    expect(parseGptNeoxConfig(pythia12b)).toEqual({
      layers: 36,
      width: 5120,
      heads: 40,
      feedForwardWidth: 20_480,
      contextTokens: 2048,
      vocabularySize: 50_288,
      rotaryDimensions: 32,
      rotaryBase: 10_000,
      useParallelResidual: true,
      layerNormEpsilon: 1e-5,
      tiedEmbeddings: false,
    });
  });

  it('may put the rotary fields where transformers 5 does', () => {
    const { rotary_emb_base: _base, rotary_pct: _share, ...rest } = pythia12b;
    const rotary = { rope_type: 'default', rope_theta: 20_000, partial_rotary_factor: 0.5 };
    const config = parseGptNeoxConfig({ ...rest, rope_scaling: null, rope_parameters: rotary });
    expect(config).toMatchObject({ rotaryDimensions: 64, rotaryBase: 20_000 });
  });

  it.each([
    ['another architecture', { model_type: 'llama' }, /is a llama model; only GPT-NeoX/],
    ['a head that judges instead of writing', { architectures: ['GPTNeoXRewardModel'] }, /GPTNeoXRewardModel/],
    ['an activation that llama.cpp does not compute', { hidden_act: 'relu' }, /activation relu/],
    ['a stretched context', { rope_scaling: { type: 'linear', factor: 2 } }, /rope scaling/],
    ['a stretched context of transformers 5', { rope_parameters: { rope_type: 'yarn' } }, /rope scaling/],
    ['no attention bias', { attention_bias: false }, /attention bias/],
    ['heads that do not divide the width', { num_attention_heads: 41 }, /divided among its heads/],
    ['an odd number of rotated dimensions', { rotary_pct: 0.26 }, /33 dimensions/],
    ['nothing rotated', { rotary_pct: 0 }, /0 dimensions/],
    ['no layers', { num_hidden_layers: 0 }, /num_hidden_layers/],
    ['a width of 2^60', { hidden_size: 2 ** 60 }, /hidden_size/],
    ['a vocabulary that is a text', { vocab_size: '50288' }, /vocab_size/],
  ])('is refused with %s', (_name, changes, reason) => {
    expect(refusalFrom(() => parseGptNeoxConfig({ ...pythia12b, ...changes }))).toMatch(reason);
  });

  it.each([[null], ['text'], [[]], [{}]])('that is %j is refused', (json) => {
    expect(refusalFrom(() => parseGptNeoxConfig(json))).toMatch(/what kind of model/);
  });
});

describe('the tensors of the GGUF', () => {
  const config = parseGptNeoxConfig(pythia12b);

  it('are those that llama.cpp loads, each with its source', () => {
    const wanted = wantedTensors(config);
    expect(wanted).toHaveLength(36 * 12 + 4);
    expect(new Set(wanted.map(({ ggufName }) => ggufName)).size).toBe(wanted.length);
    const qkv = {
      ggufName: 'blk.35.attn_qkv.weight',
      checkpointName: 'gpt_neox.layers.35.attention.query_key_value.weight',
    };
    expect(wanted).toContainEqual({ ...qkv, shape: [15_360, 5120], rows: 'fused-qkv' });
    expect(wanted).toContainEqual({
      ggufName: 'blk.0.attn_qkv.bias',
      checkpointName: 'gpt_neox.layers.0.attention.query_key_value.bias',
      shape: [15_360],
      rows: 'fused-qkv',
    });
    expect(wanted.filter(({ rows }) => rows === 'fused-qkv')).toHaveLength(72);
  });

  it('have as many weights as Pythia 12B is published with', () => {
    const weights = wantedTensors({ ...config, vocabularySize: 50_688 })
      .map(({ shape }) => shape.reduce((product, length) => product * length, 1))
      .reduce((sum, count) => sum + count, 0);
    expect(weights).toBe(11_846_072_320);
  });

  it('take the output from the embedding where they are one', () => {
    const output = wantedTensors({ ...config, tiedEmbeddings: true }).at(-1);
    expect(output).toMatchObject({ ggufName: 'output.weight', checkpointName: 'gpt_neox.embed_in.weight' });
  });

  it('have queries, keys and values one after the other', () => {
    const shapes = fc.record({ heads: fc.integer({ min: 1, max: 8 }), headWidth: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(shapes, ({ heads, headWidth }) => {
        const width = heads * headWidth;
        let row = 0;
        for (let part = 0; part < 3; part += 1) {
          for (let head = 0; head < heads; head += 1) {
            for (let dimension = 0; dimension < headWidth; dimension += 1) {
              const source = head * 3 * headWidth + part * headWidth + dimension;
              expect(fusedQkvSourceRow({ width, heads }, row)).toBe(source);
              row += 1;
            }
          }
        }
      }),
    );
  });

  it('leave out what old checkpoints carry besides, and nothing that is wanted', () => {
    const attention = 'gpt_neox.layers.3.attention.';
    const buffers = ['bias', 'masked_bias', 'rotary_emb.inv_freq'].map((name) => attention + name);
    expect(buffers.filter(isIgnored)).toEqual(buffers);
    expect(wantedTensors(config).filter(({ checkpointName }) => isIgnored(checkpointName))).toEqual([]);
  });
});
