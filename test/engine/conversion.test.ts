import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadLlamaModel } from '../../main/engine/process/llama.ts';
import type { EngineModel } from '../../main/engine/process/model.ts';
import { markerTexts } from '../../main/engine/process/markers.ts';
import { tokenizeText } from '../../main/engine/process/prompt.ts';
import { presets } from '../../preload/contract/presets.ts';
import { pytorchFixture, writeCheckpoint } from '../support/checkpoints.ts';
import { temporaryFolder } from '../support/database.ts';
import { sharedData, sharedDataReason } from '../support/shared-data.ts';
import { convert } from './conversion-run.ts';

/** What PyTorch computed, one entry for each prompt. */
interface Expected {
  text: string;
  ids: number[];
  /** Of every token to come next. */
  probabilities: number[];
}
const expectations = JSON.parse(readFileSync(join(pytorchFixture, 'expected.json'), 'utf8')) as Expected[];

async function load(modelPath: string): Promise<EngineModel> {
  const model = await loadLlamaModel({
    modelPath,
    modelSha256: null,
    promptFormat: null,
    contextTokens: 64,
    device: 'cpu',
    ignoreMemory: false,
    cache: null,
    onProgress: () => undefined,
    onDevice: () => undefined,
  });
  onTestFinished(() => model.dispose());
  return model;
}

/** Probabilities of what comes next, as the engine sees them with nothing changed by sampling. */
async function nextProbabilities(model: EngineModel, ids: number[]): Promise<Map<number, number>> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new Error('The model has no sequence.');
  await sequence.keep(0);
  const parameters = { ...presets.k50, temperature: 1, topK: null, topP: null, repetitionPenalty: 1 };
  const places = sequence.continueFrom(ids, parameters, () => []);
  const { value } = await places.next();
  await places.return();
  return new Map((value ?? []).map(({ token, probability }) => [token, probability]));
}

describe('a model that PyTorch saved', () => {
  it('gives the probabilities that PyTorch gave', async () => {
    const path = join(temporaryFolder(), 'model.gguf');
    await convert(pytorchFixture, 'F16', path);
    const model = await load(path);
    expect(expectations.length).toBeGreaterThan(1);
    for (const { text, ids, probabilities } of expectations) {
      const next = await nextProbabilities(model, ids);
      const differences = probabilities.map((probability, token) => Math.abs((next.get(token) ?? 0) - probability));
      expect(Math.max(...probabilities), 'a flat distribution would show nothing').toBeGreaterThan(0.05);
      expect(Math.max(...differences), text).toBeLessThan(1e-3);
    }
  });

  it('splits prompts as its own tokenizer does', async () => {
    const path = join(temporaryFolder(), 'model.gguf');
    await convert(pytorchFixture, 'Q8_0', path);
    const { vocabulary } = await load(path);
    for (const { text, ids } of expectations) {
      const { question, answer } = vocabulary.frame;
      const asked = [...question.before, ...tokenizeText(vocabulary, text), ...question.after, ...answer.before];
      expect(asked).toEqual(ids);
      expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text);
    }
  });
});

describe('the vocabulary of GPT-NeoX', () => {
  it('passes llama.cpp’s own test vectors after conversion, with turn marks that text cannot become', async (ctx) => {
    const paths = ['vocab-gpt-neox.gguf', 'vocab-mpt.inp.txt', 'vocab-mpt.out.txt'].map(sharedData);
    const [gguf, texts, ids] = paths;
    if (gguf == null || texts == null || ids == null) return ctx.skip(sharedDataReason);
    const { tokens, merges, token_type: types } = (await readGgufFileInfo(gguf)).metadata.tokenizer.ggml;
    const vocab = new Map<string, number>();
    // The file has padding where Open-Assistant put its marks.
    const added = new Map(Object.values(markerTexts).map((text, index) => [text as string, 50_277 + index]));
    tokens.forEach((text, id) => {
      if (Number(types[id]) === 1) vocab.set(text, id);
      else if (!text.startsWith('[PAD')) added.set(text, id);
    });
    const tokenizer = {
      added_tokens: Array.from(added, ([content, id]) => ({ id, content, special: id < 2 })),
      normalizer: { type: 'NFC' },
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
      model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges },
    };
    const folder = temporaryFolder();
    const shape = { layers: 1, width: 64, heads: 2, vocabularySize: 50_288, elementType: 'f16' as const };
    writeCheckpoint({ folder, ...shape, form: 'torch', shards: 1 });
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
    const path = join(folder, 'model.gguf');
    await convert(folder, 'Q4_0', path);

    const { vocabulary } = await load(path);
    expect(vocabulary.frame).toMatchObject({
      start: [],
      question: { before: [50_278], after: [0] },
      answer: { before: [50_281], after: [0] },
    });
    const inputs = readFileSync(texts, 'utf8').split('\n__ggml_vocab_test__\n');
    const expected = readFileSync(ids, 'utf8').split('\n');
    expect(inputs.length).toBeGreaterThan(40);
    inputs.forEach((input, index) => {
      const wanted = expected[index]?.split(' ').filter((id) => id !== '');
      expect(tokenizeText(vocabulary, input).map(String), JSON.stringify(input)).toEqual(wanted);
      expect(vocabulary.detokenize(tokenizeText(vocabulary, input))).toBe(input);
    });
    for (const text of ['cd ..', 'ls .', 'What ?', '<|prompter|> typed <|assistant|>']) {
      expect(vocabulary.detokenize(tokenizeText(vocabulary, text))).toBe(text);
    }
    const written = await readGgufFileInfo(path);
    const { token_type: writtenTypes } = written.metadata.tokenizer.ggml;
    for (let id = 50_277; id <= 50_281; id += 1) expect(Number(writtenTypes[id])).toBe(3);
    expect(Number(writtenTypes[50_282]), 'padding').toBe(5);
    expect(Number(writtenTypes[50_276]), 'two spaces').toBe(4);
  });
});
