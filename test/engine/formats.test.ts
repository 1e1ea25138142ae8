import { join } from 'node:path';
import fc from 'fast-check';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { buildPrompt } from '../../main/engine/process/prompt.ts';
import { createReplyText } from '../../main/engine/process/reply-text.ts';
import type { Turn } from '../../main/engine/protocol.ts';
import type { PromptFormat } from '../../preload/contract/library.ts';
import { chatMl, chatMlMarks, instruct } from '../support/chat-templates.ts';
import { newId, temporaryFolder } from '../support/database.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';
import { writeSyntheticLlama } from '../support/synthetic-llama.ts';
import { answer, greedy, inspect, loadModel, loadPlainly, startRealEngine } from './real-engine.ts';

const shape = { layers: 2, width: 64, heads: 4, vocabularySize: 1000 };
const briefly = { ...greedy, maxNewTokens: 12 };

function chatMlModel(): string {
  const path = join(temporaryFolder(), 'chatml.gguf');
  writeSyntheticGguf({ path, ...shape, marks: chatMlMarks, chatTemplate: chatMl });
  return path;
}

function llamaModel(): string {
  const path = join(temporaryFolder(), 'llama.gguf');
  writeSyntheticLlama({ path, chatTemplate: instruct });
  return path;
}

async function formatOf(path: string): Promise<PromptFormat> {
  const { promptFormat } = await inspect(path);
  if (promptFormat === null) throw new Error('The file has no format.');
  return promptFormat;
}

const turns: Turn[] = [
  { id: '1', role: 'prompter', text: 'Who are you?' },
  { id: '2', role: 'assistant', text: 'A heap of noise' },
  { id: '3', role: 'prompter', text: 'And then, what?' },
];

/** The ids that llama.cpp gives to a whole text, control tokens and all. */
async function spelledAtOnce(path: string, text: string): Promise<number[]> {
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
  const model = await llama.loadModel({ modelPath: path, vocabOnly: true });
  const tokens = model.tokenize(text, true).map(Number);
  await llama.dispose();
  return tokens;
}

describe('a prompt in the format of a chat template', () => {
  it.each([
    [
      'with control tokens',
      chatMlModel,
      '<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\nA heap of noise<|im_end|>\n' +
        '<|im_start|>user\nAnd then, what?<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'with text, in a SentencePiece vocabulary',
      llamaModel,
      '<s>[INST] Who are you? [/INST] A heap of noise</s>[INST] And then, what? [/INST]',
    ],
  ])('%s is, id by id, the text that the template makes', async (_name, write, text) => {
    const path = write();
    const model = await loadPlainly(256, path, await formatOf(path));
    const prompt = buildPrompt(model.vocabulary, turns, [], () => null);
    const tokens = [...prompt.start, ...prompt.turns.flat(), ...prompt.opening];
    await model.dispose();
    expect(tokens).toEqual(await spelledAtOnce(path, text));
  });

  it.each([
    ['ChatML', chatMlModel, chatMlMarks],
    ['Llama', llamaModel, ['<s>', '</s>']],
  ])('keeps typed marks of %s as text, and loses no space of a reply', async (_name, write, marks) => {
    const path = write();
    const { vocabulary, dispose } = await loadPlainly(256, path, await formatOf(path));
    const word = fc.constantFrom(...marks, ' ', '  ', '\n', 'so', ' so', 'é', '👍', '?', ' .');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join('');
        const tokens = vocabulary.tokenize(text);
        expect(tokens.filter((token) => vocabulary.controls.has(token))).toEqual([]);
        expect(vocabulary.detokenize(tokens)).toBe(text);
        const stream = createReplyText(vocabulary.detokenize);
        expect(tokens.map((token) => stream.push(token)).join('') + stream.end()).toBe(text);
      }),
    );
    await dispose();
  });
});

describe('a model with a chat template', () => {
  it.each([
    ['ChatML', chatMlModel],
    ['Llama', llamaModel],
  ])('of %s answers, goes on, and reads nothing twice', async (_name, write) => {
    const path = write();
    const engine = startRealEngine();
    await loadModel(engine, path, { promptFormat: await formatOf(path) });
    const conversationId = newId();
    const first = await answer(engine, {
      conversationId,
      turns: turns.slice(0, 1),
      answerId: 'a',
      parameters: briefly,
    });
    expect(first).toMatchObject({ replyTokens: 12, stopReason: 'length' });
    expect(first.text).not.toBe('');
    const next: Turn[] = [
      ...turns.slice(0, 1),
      { id: 'a', role: 'assistant', text: first.text },
      { id: '3', role: 'prompter', text: 'And then?' },
    ];
    const second = await answer(engine, { conversationId, turns: next, answerId: 'b', parameters: briefly });
    expect(second.reusedTokens).toBe(first.promptTokens + first.replyTokens - 1);
  });

  it('keeps its beginning when turns leave the window', async () => {
    const path = llamaModel();
    const engine = startRealEngine();
    await loadModel(engine, path, { promptFormat: await formatOf(path) });
    const conversationId = newId();
    const said: Turn[] = [];
    let [read, fresh, firstVisible] = [0, 0, 'q0'];
    for (let turn = 0; turn < 14; turn += 1) {
      const draft = `Turn ${turn}: ${'so it is and then '.repeat(12)}`;
      const measure = await engine.measure({ turns: [], draft });
      said.push({ id: `q${turn}`, role: 'prompter', text: draft });
      const done = await answer(engine, { conversationId, turns: said, answerId: `a${turn}`, parameters: briefly });
      said.push({ id: `a${turn}`, role: 'assistant', text: done.text });
      read += done.promptTokens - done.reusedTokens;
      fresh += measure.draftTokens;
      firstVisible = done.firstVisibleTurnId;
    }
    expect(firstVisible).not.toBe('q0');
    expect(read / fresh).toBeLessThan(1.3);
  });
});

describe('a model without turn marks and template', () => {
  function bareModel(): string {
    const path = join(temporaryFolder(), 'bare.gguf');
    writeSyntheticGguf({ path, ...shape, markers: 'missing' });
    return path;
  }

  it('is refused as it is, and goes on with plain text when that is asked for', async () => {
    const path = bareModel();
    await expect(loadModel(startRealEngine(), path)).rejects.toMatchObject({ code: 'model-unsupported' });
    const engine = startRealEngine();
    await loadModel(engine, path, { promptFormat: { kind: 'completion' } });
    expect(await engine.measure({ turns: [], draft: 'a b' })).toMatchObject({ historyTokens: 0, draftTokens: 3 });
    const asked = { conversationId: newId(), turns: turns.slice(0, 1), answerId: 'a', parameters: briefly };
    expect(await answer(engine, asked)).toMatchObject({ replyTokens: 12, stopReason: 'length' });
  });
});

it('a saved state serves the format that it was made in only', async () => {
  const path = chatMlModel();
  const stateFolder = temporaryFolder();
  const conversationId = newId();
  const longTurns: Turn[] = [{ id: 'q', role: 'prompter', text: 'so it is and then '.repeat(30) }];
  const reusedIn = async (promptFormat: PromptFormat): Promise<number> => {
    const engine = startRealEngine();
    await loadModel(engine, path, { stateFolder, promptFormat });
    const asked = { conversationId, turns: longTurns, answerId: 'a', parameters: briefly };
    const { reusedTokens } = await answer(engine, asked);
    await engine.shutDown();
    return reusedTokens;
  };
  const chat = await formatOf(path);
  if (chat.kind !== 'chat-template') throw new Error('This file has a chat template.');
  expect(await reusedIn(chat)).toBe(0);
  expect(await reusedIn(chat), 'in the same format').toBeGreaterThan(100);
  // Its prompts begin with the same tokens, up to the end of the question.
  const other: PromptFormat = { ...chat, texts: { ...chat.texts, afterQuestion: '<|im_end|>' } };
  expect(await reusedIn(other), 'in another format').toBe(0);
});
