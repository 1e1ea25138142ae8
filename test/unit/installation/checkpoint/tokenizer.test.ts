import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGgufSummary } from '../../../../main/engine/process/gguf-header.ts';
import { parseGptNeoxConfig } from '../../../../main/installation/process/checkpoint/gpt-neox.ts';
import { metadataOf } from '../../../../main/installation/process/checkpoint/metadata.ts';
import { readTokenizer } from '../../../../main/installation/process/checkpoint/tokenizer.ts';
import { pytorchFixture } from '../../../support/checkpoints.ts';
import { sharedData, sharedDataReason } from '../../../support/shared-data.ts';
import { refusalFrom } from './refusal.ts';

interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };

/** A tokenizer.json with this vocabulary. */
function tokenizerJson(vocab: object, merges: unknown[], added: AddedToken[], model: object = {}): object {
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: byteLevel,
    model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, vocab, merges, ...model },
  };
}

const vocab = { '<|endoftext|>': 0, a: 1, b: 2, ab: 3, Ġ: 4, Ġab: 5 };
const endOfText = { id: 0, content: '<|endoftext|>', special: true };
const marker = { id: 7, content: '<|prompter|>', special: true };
const spaces = { id: 6, content: '  ', special: false };
const good = tokenizerJson(vocab, ['a b', 'Ġ ab'], [endOfText, spaces, marker]);

describe('tokenizer.json', () => {
  it('becomes tokens, types and merges, with the rest of the rows unused', () => {
    expect(readTokenizer(good, 10)).toEqual({
      tokens: ['<|endoftext|>', 'a', 'b', 'ab', 'Ġ', 'Ġab', '  ', '<|prompter|>', '[PAD8]', '[PAD9]'],
      tokenTypes: [3, 1, 1, 1, 1, 1, 4, 3, 5, 5],
      merges: ['a b', 'Ġ ab'],
      endOfTextId: 0,
    });
  });

  it('may write merges as pairs', () => {
    const pairs = tokenizerJson(
      vocab,
      [
        ['a', 'b'],
        ['Ġ', 'ab'],
      ],
      [endOfText, spaces, marker],
    );
    expect(readTokenizer(pairs, 10)).toEqual(readTokenizer(good, 10));
  });

  it('has marks as control tokens whatever it says, and what special_tokens_map.json names', () => {
    const careless = tokenizerJson(
      vocab,
      [],
      [{ ...endOfText, special: false }, spaces, { ...marker, special: false }],
    );
    expect(readTokenizer(careless, 8).tokenTypes).toEqual([3, 1, 1, 1, 1, 1, 4, 3]);
    expect(readTokenizer(careless, 8, new Set(['  '])).tokenTypes[6]).toBe(3);
  });

  it('may have gaps, and a token called __proto__', () => {
    const odd = JSON.parse('{"<|endoftext|>":0,"__proto__":2,"7":1}') as object;
    const { tokens, tokenTypes } = readTokenizer(tokenizerJson(odd, [], [{ ...marker, id: 4 }]), 5);
    expect(tokens).toEqual(['<|endoftext|>', '7', '__proto__', '[PAD3]', '<|prompter|>']);
    expect(tokenTypes).toEqual([3, 1, 1, 5, 3]);
  });

  it('of the real model gives the tokens and types that llama.cpp’s converter gives', (ctx) => {
    const path = sharedData('vocab-oasst-sft1-derived.gguf');
    if (path === null) return ctx.skip(sharedDataReason);
    const { tokens, tokenTypes } = readGgufSummary(path);
    const plain = tokens.map((text, id) => [text, id] as const).filter(([, id]) => tokenTypes[id] === 1);
    const added = tokens
      .map((content, id) => ({ id, content, special: tokenTypes[id] === 3 }))
      .filter(({ id }) => tokenTypes[id] === 3 || tokenTypes[id] === 4);
    const read = readTokenizer(tokenizerJson(Object.fromEntries(plain), [], added), tokens.length);
    expect(read.tokens).toEqual(tokens);
    expect(read.tokenTypes).toEqual(tokenTypes);
  });

  it.each([
    ['of another kind', tokenizerJson(vocab, [], [], { type: 'Unigram' }), /byte-level BPE.*model\.type/],
    [
      'that puts a space before the text',
      { ...good, pre_tokenizer: { ...byteLevel, add_prefix_space: true } },
      /byte-level BPE/,
    ],
    ['that splits text in another way', { ...good, pre_tokenizer: { type: 'Whitespace' } }, /byte-level BPE/],
    ['that changes text', { ...good, normalizer: { type: 'Lowercase' } }, /byte-level BPE/],
    [
      'with more tokens than the weights have rows',
      tokenizerJson({ ...vocab, x: 10 }, [], []),
      /not of the same model/,
    ],
    ['with an id twice', tokenizerJson({ ...vocab, x: 1 }, [], []), /token 1 twice/],
    ['with an added token in another’s place', tokenizerJson(vocab, [], [{ ...marker, id: 3 }]), /token 3 twice/],
    ['with a text at two ids', tokenizerJson(vocab, [], [{ ...endOfText, id: 8 }]), /token 8 twice/],
    ['with an id that is a text', tokenizerJson({ ...vocab, x: '8' }, [], []), /gives x no usable number/],
    ['with a negative id', tokenizerJson({ ...vocab, x: -1 }, [], []), /gives x no usable number/],
    ['with a merge of unknown parts', tokenizerJson(vocab, ['a x'], []), /merges what is not in its vocabulary/],
    ['with a merge that makes no token', tokenizerJson(vocab, ['b a'], []), /merges what is not/],
    ['with a merge of three', tokenizerJson(vocab, ['a b b'], []), /merges what is not/],
    ['with a merge of one', tokenizerJson(vocab, ['a'], []), /merges what is not/],
    ['without an end', tokenizerJson({ a: 1 }, [], []), /no <\|endoftext\|>/],
    ['that is no object', 'text', /byte-level BPE/],
  ])('%s is refused', (_name, json, reason) => {
    expect(refusalFrom(() => readTokenizer(json, 10))).toMatch(reason);
  });
});

describe('the metadata', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(pytorchFixture, name), 'utf8'));
  const config = parseGptNeoxConfig(read('config.json'));
  const tokenizer = readTokenizer(read('tokenizer.json'), config.vocabularySize);

  it('says what llama.cpp needs to know, each key once', () => {
    const facts = { name: 'Tiny', license: 'apache-2.0', sourceUrl: 'https://example.org/tiny' };
    const metadata = metadataOf(config, tokenizer, facts);
    const values = Object.fromEntries(metadata.map(([key, { value }]) => [key, value]));
    expect(Object.keys(values)).toHaveLength(metadata.length);
    expect(values).toMatchObject({
      'general.architecture': 'gptneox',
      'general.name': 'Tiny',
      'general.license': 'apache-2.0',
      'general.source.url': 'https://example.org/tiny',
      'gptneox.context_length': 64,
      'gptneox.embedding_length': 64,
      'gptneox.block_count': 2,
      'gptneox.feed_forward_length': 256,
      'gptneox.rope.dimension_count': 4,
      'gptneox.attention.head_count': 4,
      'gptneox.use_parallel_residual': true,
      'gptneox.attention.layer_norm_epsilon': 1e-5,
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'trillion',
      'tokenizer.ggml.bos_token_id': 0,
      'tokenizer.ggml.eos_token_id': 0,
      'tokenizer.ggml.unknown_token_id': 0,
      'tokenizer.ggml.add_bos_token': false,
    });
    expect(values['tokenizer.ggml.tokens']).toHaveLength(608);
    expect(values['tokenizer.ggml.token_type']).toHaveLength(608);
    expect(values['tokenizer.ggml.merges']).toHaveLength(330);
  });

  it('leaves out what is not known', () => {
    const keys = metadataOf(config, tokenizer, { name: 'Tiny', license: null, sourceUrl: null }).map(([key]) => key);
    expect(keys.filter((key) => key.startsWith('general.'))).toEqual([
      'general.architecture',
      'general.type',
      'general.name',
      'general.quantization_version',
    ]);
  });
});
