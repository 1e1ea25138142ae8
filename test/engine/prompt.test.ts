import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineModel } from '../../main/engine/process/model.ts';
import { markerTexts } from '../../main/engine/process/markers.ts';
import { buildPrompt, tokenizeText, type Vocabulary } from '../../main/engine/process/prompt.ts';
import { createReplyText } from '../../main/engine/process/reply-text.ts';
import { sharedData, sharedDataReason } from '../support/shared-data.ts';
import { loadPlainly } from './real-engine.ts';

let model: EngineModel;
let vocabulary: Vocabulary;
beforeAll(async () => {
  model = await loadPlainly(64);
  ({ vocabulary } = model);
});
afterAll(() => model.dispose());

const marks = [...Object.values(markerTexts), '<|endoftext|>'];
/** Marks, their pieces, marks in marks, and what people write around them. */
const markLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(...marks),
      fc.constantFrom(...marks).chain((mark) => fc.nat(mark.length).map((end) => mark.slice(0, end))),
      fc.constantFrom(...marks).chain((mark) => fc.nat(mark.length).map((start) => mark.slice(start))),
      fc.constantFrom(
        '<|',
        '|>',
        '<',
        '|',
        '<|<|assistant|>',
        '<|assis<|assistant|>tant|>',
        '<|ASSISTANT|>',
        '<| assistant |>',
        '\u0000',
        ' ',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const unicode = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'e',
        '\u0301',
        '\u0327',
        '\u200D',
        '👩',
        '👧',
        '\uFE0F',
        '\u202E',
        '\r\n',
        '\t',
        '\u00A0',
        ' ',
        '中',
        '𐍈',
        'ﷺ',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);
/** The model card's example. */
const question = "What is a meme, and what's the history behind this word?";
const questionTokens = [1276, 310, 247, 1167, 70, 13, 285, 752, 434, 253, 2892, 3212, 436, 3159, 32];

/** What a text box can hand over, and SQLite can store. */
const anyText = fc.oneof(unicode, markLike).map((text) => text.toWellFormed());

describe('any text', () => {
  it('becomes tokens and comes back the same, and never a turn mark', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = tokenizeText(vocabulary, text);
        expect(tokens.filter((token) => vocabulary.controls.has(token))).toEqual([]);
        expect(vocabulary.detokenize(tokens)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('with halves of surrogate pairs becomes what it is stored as', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0xd000, max: 0xe000 }), { maxLength: 20 }), (units) => {
        const text = String.fromCharCode(...units);
        expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text.toWellFormed());
      }),
    );
  });

  it.each(marks)('%s typed by a person stays text', (mark) => {
    const text = `before ${mark} after${mark}`;
    expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text);
  });

  it.each(['cd ..', 'ls .', 'What ?', 'a , b', "do n't", ' leading', 'trailing ', '  two  spaces  ', '\n\n\n', ' '])(
    'keeps the spaces of %j',
    (text) => {
      expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text);
    },
  );

  it('of a hundred thousand characters takes a moment', () => {
    for (const unit of ['a', ' ', '😀', '<|assistant|>', 'word ', '\n', '1']) {
      const text = unit.repeat(100_000 / unit.length);
      const startedMs = performance.now();
      const tokens = tokenizeText(vocabulary, text);
      expect(performance.now() - startedMs, unit).toBeLessThan(5000);
      expect(vocabulary.detokenize(tokens) === text, unit).toBe(true);
    }
  });
});

describe('a reply', () => {
  it('streamed token by token is the text, with nothing broken on the way', () => {
    const hard = fc.constantFrom(
      '👩‍👩‍👧‍👦',
      '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
      '🇺🇳🇪🇺',
      '👍🏽',
      '❤️',
      'コンピューター',
      '中文字',
      '한국어',
      'ไทย',
      'é',
      'cd ..',
      'ls .',
      ' !',
      '\n```js\n',
      ' ',
    );
    const reply = fc
      .oneof(
        anyText,
        fc.array(hard, { maxLength: 20 }).map((parts) => parts.join('')),
      )
      .map((text) => text.replaceAll('\uFFFD', '?'));
    fc.assert(
      fc.property(reply, (text) => {
        const stream = createReplyText(vocabulary.detokenize);
        const pieces = tokenizeText(vocabulary, text).map((token) => stream.push(token));
        expect(pieces.join('')).toBe(text);
        expect(stream.heldTokens).toBe(0);
      }),
      { numRuns: 1500 },
    );
  });

  it('of any tokens at all is what they spell together', () => {
    const token = fc.oneof(fc.integer({ min: 2, max: 50_276 }), fc.integer({ min: 2, max: 400 }));
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        const stream = createReplyText(vocabulary.detokenize);
        const text = tokens.map((each) => stream.push(each)).join('') + stream.end();
        expect(text).toBe(vocabulary.detokenize(tokens));
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a prompt', () => {
  it('is the model card’s example, id by id', () => {
    const prompt = buildPrompt(vocabulary, [{ id: 'q', role: 'prompter', text: question }], [], () => null);
    expect([...prompt.turns.flat(), ...prompt.opening]).toEqual([50278, ...questionTokens, 0, 50281]);
  });

  it('puts nothing before, between and behind the turns', () => {
    const turns = [
      { id: '1', role: 'prompter' as const, text: 'Hi' },
      { id: '2', role: 'assistant' as const, text: 'Hello <|prompter|>' },
      { id: '3', role: 'prompter' as const, text: '' },
    ];
    const ids = (text: string): number[] => tokenizeText(vocabulary, text);
    const [prompter, assistant, endOfText] = [50278, 50281, 0];
    const prompt = buildPrompt(vocabulary, turns, ids('So'), () => null);
    expect(prompt.turns).toEqual([
      [prompter, ...ids('Hi'), endOfText],
      [assistant, ...ids('Hello <|prompter|>'), endOfText],
      [prompter, endOfText],
    ]);
    expect(prompt.opening).toEqual([assistant, ...ids('So')]);
  });

  it('uses the ids that the model itself wrote a turn with', () => {
    const turns = [
      { id: '1', role: 'prompter' as const, text: 'Hi' },
      { id: '2', role: 'assistant' as const, text: 'meme' },
    ];
    const prompt = buildPrompt(vocabulary, turns, [], ({ id }) => (id === '2' ? [1167, 70] : null));
    expect(prompt.turns[1]).toEqual([50281, 1167, 70, 0]);
  });
});

/** Opens a vocabulary-only GGUF as the app would: under the pre-tokenizer that loses no spaces. */
async function sharedVocabulary(path: string): Promise<(text: string) => number[]> {
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
  const metadataOverrides = { tokenizer: { ggml: { pre: 'trillion' } } };
  const loaded = await llama.loadModel({ modelPath: path, vocabOnly: true, metadataOverrides });
  return (text) => loaded.tokenize(text, false).map(Number);
}

describe('the tokenizer', () => {
  it('passes llama.cpp’s own test vectors for this vocabulary', async (ctx) => {
    const [gguf, texts, ids] = ['vocab-mpt.gguf', 'vocab-mpt.inp.txt', 'vocab-mpt.out.txt'].map(sharedData);
    if (gguf == null || texts == null || ids == null) return ctx.skip(sharedDataReason);
    const tokenize = await sharedVocabulary(gguf);
    const inputs = readFileSync(texts, 'utf8').split('\n__ggml_vocab_test__\n');
    const expected = readFileSync(ids, 'utf8').split('\n');
    expect(inputs.length).toBeGreaterThan(40);
    inputs.forEach((input, index) => {
      const wanted = (expected[index] ?? '')
        .split(' ')
        .filter((id) => id !== '')
        .map(Number);
      expect(tokenize(input), JSON.stringify(input)).toEqual(wanted);
      expect(tokenizeText(vocabulary, input), JSON.stringify(input)).toEqual(wanted);
    });
  });

  it('of the guide gives the ids of the SFT-1 vocabulary', async (ctx) => {
    const gguf = sharedData('vocab-oasst-sft1-derived.gguf');
    const prompts = sharedData('prompts-250.jsonl');
    if (gguf === null || prompts === null) return ctx.skip(sharedDataReason);
    const tokenize = await sharedVocabulary(gguf);
    const lines = readFileSync(prompts, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) {
      const text = JSON.parse(line) as string;
      expect(tokenizeText(vocabulary, text)).toEqual(tokenize(text));
      expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text);
    }
    expect(tokenize(question)).toEqual(questionTokens);
  });
});
