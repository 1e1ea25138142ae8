import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newId, temporaryFolder } from '../support/database.ts';
import { writeSyntheticGguf, type SyntheticGguf } from '../support/synthetic-gguf.ts';
import { answer, greedy, loadModel, startRealEngine } from './real-engine.ts';

const shape = { layers: 2, width: 64, heads: 4, vocabularySize: 1000 };

function synthetic(options: Partial<SyntheticGguf> = {}): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeSyntheticGguf({ path, ...shape, ...options });
  return path;
}

function written(bytes: Buffer): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeFileSync(path, bytes);
  return path;
}

function withMetadata(change: (bytes: Buffer) => void): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeSyntheticGguf({ path, ...shape });
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  return path;
}

describe('a file that is no usable model', () => {
  it.each([
    ['missing', 'model-missing', () => join(temporaryFolder(), 'none.gguf')],
    ['a folder', 'model-unreadable', temporaryFolder],
    ['empty', 'model-unreadable', () => written(Buffer.alloc(0))],
    ['zeros', 'model-unreadable', () => written(Buffer.alloc(1_000_000))],
    [
      'a web page',
      'model-unreadable',
      () => written(Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>')),
    ],
    ['cut short in its header', 'model-unreadable', () => synthetic({ truncateTo: 5000 })],
    ['cut short in its weights', 'model-unreadable', () => synthetic({ truncateTo: 100_000 })],
    ['without turn marks', 'model-unsupported', () => synthetic({ markers: 'missing' })],
    ['with turn marks that typed text can become', 'model-unsupported', () => synthetic({ markers: 'user-defined' })],
    [
      'of another architecture',
      'model-unsupported',
      () => withMetadata((bytes) => bytes.write('gptnope', bytes.indexOf('gptneox'))),
    ],
    [
      'of an impossible shape',
      'model-unreadable',
      () =>
        withMetadata((bytes) => {
          const key = 'gptneox.embedding_length';
          bytes.writeUInt32LE(96, bytes.indexOf(key) + key.length + 4);
        }),
    ],
  ])('%s ends in %s', async (_name, code, makePath) => {
    const engine = startRealEngine();
    await expect(loadModel(engine, makePath())).rejects.toMatchObject({ name: 'AppError', code });
    const question = {
      conversationId: newId(),
      turns: [{ id: 'q', role: 'prompter' as const, text: 'Hi' }],
      answerId: 'a',
    };
    await expect(answer(engine, question), 'asked all the same').rejects.toMatchObject({ code });
    await engine.shutDown();
    expect(await engine.gone).toBeNull();
  });

  it('does not keep the next engine from loading a good one', async () => {
    const path = synthetic({ truncateTo: 100_000 });
    await expect(loadModel(startRealEngine(), path)).rejects.toMatchObject({ code: 'model-unreadable' });
    writeSyntheticGguf({ path, ...shape });
    const engine = startRealEngine();
    expect(await loadModel(engine, path)).toMatchObject({
      name: 'synthetic GPT-NeoX 2x64',
      quantization: 'Q4_0',
      contextTokens: 2048,
      threads: 1,
    });
    const reply = await answer(engine, {
      conversationId: newId(),
      turns: [{ id: 'q', role: 'prompter', text: 'Hi' }],
      answerId: 'a',
      parameters: { ...greedy, maxNewTokens: 3 },
    });
    expect(reply.replyTokens).toBe(3);
  });

  it('a file without a name goes by its own', async () => {
    expect((await loadModel(startRealEngine(), synthetic({ name: null }))).name).toBe('model.gguf');
  });
});
