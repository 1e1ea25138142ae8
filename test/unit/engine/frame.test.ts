import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrame, type FrameSource } from '../../../main/engine/process/frame.ts';
import { buildPrompt, type Token, type Vocabulary } from '../../../main/engine/process/prompt.ts';
import { createSpelling } from '../../../main/engine/process/spelling.ts';
import type { PromptFormat, TurnTexts } from '../../../preload/contract/library.ts';
import { fakeTokenizer } from './fake-tokenizers.ts';

const chatMl: TurnTexts = {
  start: '',
  beforeQuestion: '<|im_start|>user\n',
  afterQuestion: '<|im_end|>\n',
  beforeAnswer: '<|im_start|>assistant\n',
  afterAnswer: '<|im_end|>\n',
};
const instruct: TurnTexts = {
  start: '<s>',
  beforeQuestion: '[INST] ',
  afterQuestion: ' [/INST]',
  beforeAnswer: ' ',
  afterAnswer: '</s>',
};

interface Model {
  vocabulary: Vocabulary;
  /** Ids of a whole text, as a tokenizer that was given all of it at once spells it. */
  whole: (text: string) => Token[];
  idOf: (control: string) => Token;
}

function model(
  format: PromptFormat,
  controls: string[],
  kind: 'bpe' | 'sentencepiece',
  source: Partial<FrameSource> = {},
): Model {
  const raw = fakeTokenizer(controls, kind);
  const spelling = createSpelling(raw);
  const ids = new Set(controls.keys());
  const frame = createFrame(format, {
    spelling,
    bos: null,
    controls: ids,
    endTokens: [],
    markers: null,
    ...source,
  });
  return {
    vocabulary: {
      frame,
      controls: ids,
      tokenize: (text) => spelling.tokenize(text, false),
      detokenize: (tokens) => spelling.detokenize(tokens, false),
    },
    whole: (text) => raw.tokenize(text, true),
    idOf: (control) => controls.indexOf(control),
  };
}

const template = (texts: TurnTexts): PromptFormat => ({ kind: 'chat-template', texts });
const turns = [
  { id: '1', role: 'prompter' as const, text: 'Who are you?' },
  { id: '2', role: 'assistant' as const, text: 'A model of words' },
  { id: '3', role: 'prompter' as const, text: 'And then?' },
];

function promptOf({ vocabulary }: Model): Token[] {
  const { start, turns: spelled, opening } = buildPrompt(vocabulary, turns, [], () => null);
  return [...start, ...spelled.flat(), ...opening];
}

describe('a prompt in a chat template’s format', () => {
  it.each(['bpe', 'sentencepiece'] as const)('is what the whole text is spelled as (%s)', (kind) => {
    const chat = model(template(instruct), ['<s>', '</s>'], kind);
    const text = '<s>[INST] Who are you? [/INST] A model of words</s>[INST] And then? [/INST]';
    expect(promptOf(chat)).toEqual(chat.whole(text));
    const marked = model(template(chatMl), ['<|im_start|>', '<|im_end|>'], 'bpe');
    const shown =
      '<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\nA model of words<|im_end|>\n' +
      '<|im_start|>user\nAnd then?<|im_end|>\n<|im_start|>assistant\n';
    expect(promptOf(marked)).toEqual(marked.whole(shown));
  });

  it('begins with the token that the file wants there, once', () => {
    const controls = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
    const without = model(template(chatMl), controls, 'bpe', { bos: 0 });
    expect(without.vocabulary.frame.start).toEqual([0]);
    expect(model(template(instruct), controls, 'bpe', { bos: 0 }).vocabulary.frame.start).toEqual([0]);
    const eachTurn = { ...instruct, start: '', beforeQuestion: '<s>[INST] ' };
    expect(model(template(eachTurn), controls, 'bpe', { bos: 0 }).vocabulary.frame.start).toEqual([]);
  });

  it('ends a reply at its own end, at a turn that is not its own, and at every end of the vocabulary', () => {
    const { vocabulary, idOf } = model(template(chatMl), ['<|im_start|>', '<|im_end|>', '<eos>'], 'bpe', {
      endTokens: [2],
    });
    expect(vocabulary.frame.ends).toEqual(
      new Map([
        [idOf('<|im_start|>'), 'marker'],
        [idOf('<|im_end|>'), 'end-of-text'],
        [idOf('<eos>'), 'end-of-text'],
      ]),
    );
  });
});

describe('plain completion', () => {
  it('puts nothing around the turns but a new line after an answer', () => {
    const plain = model({ kind: 'completion' }, ['<s>'], 'bpe', { bos: 0 });
    expect(plain.vocabulary.frame.start).toEqual([0]);
    expect(promptOf(plain)).toEqual([
      0,
      ...['Who are you?', 'A model of words', '\n', 'And then?'].flatMap((text) => plain.vocabulary.tokenize(text)),
    ]);
  });
});

describe('Open-Assistant’s format', () => {
  const markers = { prompter: 1, assistant: 2, endOfText: 0, all: new Set([0, 1, 2, 3]) };

  it('puts nothing before the first turn, whatever the file wants', () => {
    const { vocabulary } = model({ kind: 'open-assistant' }, ['<e>', '<p>', '<a>', '<s>'], 'bpe', { bos: 3, markers });
    expect(vocabulary.frame).toEqual({
      start: [],
      question: { before: [1], space: '', after: [0] },
      answer: { before: [2], space: '', after: [0] },
      ends: new Map([
        [0, 'end-of-text'],
        [1, 'marker'],
        [2, 'marker'],
        [3, 'marker'],
      ]),
    });
  });
});

describe('spelling in pieces', () => {
  const word = fc.constantFrom('a', 'is', 'meme', ' ', '  ', '\n', '?', ' x');
  const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));

  it.each(['bpe', 'sentencepiece'] as const)('loses and adds nothing, token by token or at once (%s)', (kind) => {
    const spelling = createSpelling(fakeTokenizer(['<s>'], kind));
    fc.assert(
      fc.property(text, (wanted) => {
        const tokens = spelling.tokenize(wanted, false);
        expect(spelling.detokenize(tokens, false)).toBe(wanted);
        expect(tokens.map((token) => spelling.detokenize([token], false)).join('')).toBe(wanted);
      }),
    );
  });
});
