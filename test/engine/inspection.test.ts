import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset, topicsOf } from '../../resources/guide-model/dataset.ts';
import { chatMl, chatMlMarks, instruct } from '../support/chat-templates.ts';
import { temporaryFolder } from '../support/database.ts';
import { writeGguf } from '../support/gguf-writer.ts';
import { writeSyntheticGguf, type SyntheticGguf } from '../support/synthetic-gguf.ts';
import { llamaStateBytesPerToken, writeSyntheticLlama } from '../support/synthetic-llama.ts';
import { guidePath, inspect } from './real-engine.ts';

const shape = { layers: 2, width: 64, heads: 4, vocabularySize: 1000 };

function synthetic(options: Partial<SyntheticGguf> = {}): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeSyntheticGguf({ path, ...shape, ...options });
  return path;
}

function written(start: string | Buffer, sizeBytes = 4096): string {
  const path = join(temporaryFolder(), 'model.gguf');
  const bytes = Buffer.alloc(sizeBytes);
  Buffer.from(start).copy(bytes);
  writeFileSync(path, bytes);
  return path;
}

function changed(path: string, change: (bytes: Buffer) => void): string {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  return path;
}

/** A header of a few entries and nothing behind it. */
function headerOnly(parts: number): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeGguf({
    path,
    tensors: [],
    quiet: { first: 0, last: 0, weights: 'zero' },
    truncateTo: undefined,
    putEntries(header) {
      header.text('general.architecture', 'llama');
      header.number('split.count', parts);
      header.strings('tokenizer.ggml.tokens', ['a']);
    },
  });
  return path;
}

describe('a file that can be used', () => {
  it('of Open-Assistant is known by its turn marks', async () => {
    expect(await inspect(guidePath)).toMatchObject({
      name: 'OASST Desktop guide',
      architecture: 'gptneox',
      contextTokens: 2048,
      vocabularySize: 50_288 + topicsOf(readDataset()).size,
      promptFormat: { kind: 'open-assistant' },
      withoutFormat: null,
    });
  });

  it('with a chat template tells its turns', async () => {
    expect(await inspect(synthetic({ marks: chatMlMarks, chatTemplate: chatMl }))).toMatchObject({
      quantization: 'Q4_0',
      layers: 2,
      width: 64,
      stateBytesPerToken: 2 * 2 * 2 * 64,
      promptFormat: { kind: 'chat-template', texts: { beforeQuestion: '<|im_start|>user\n' } },
    });
  });

  it('of the Llama architecture counts the heads that have keys and values of their own', async () => {
    const path = join(temporaryFolder(), 'llama.gguf');
    writeSyntheticLlama({ path, chatTemplate: instruct });
    expect(await inspect(path)).toMatchObject({
      architecture: 'llama',
      stateBytesPerToken: llamaStateBytesPerToken,
      promptFormat: { kind: 'chat-template', texts: { start: '<s>', beforeQuestion: '[INST] ' } },
    });
  });

  it('without marks and template says that it has none', async () => {
    const facts = await inspect(synthetic({ markers: 'missing' }));
    expect(facts.promptFormat).toBeNull();
    expect(facts.withoutFormat).toMatch(/neither .* nor a chat template/);
  });

  it('with a template that cannot be followed says why', async () => {
    const facts = await inspect(synthetic({ markers: 'missing', chatTemplate: `{{ raise_exception('No') }}` }));
    expect(facts.promptFormat).toBeNull();
    expect(facts.withoutFormat).toMatch(/stops with “No”/);
  });

  it('is still one when its template never ends', async () => {
    const loop = '{% for i in range(9999) %}'.repeat(4) + '{% endfor %}'.repeat(4);
    const facts = await inspect(synthetic({ markers: 'missing', chatTemplate: loop }), { timeLimitMs: 6000 });
    expect(facts).toMatchObject({ architecture: 'gptneox', promptFormat: null });
    expect(facts.withoutFormat).toMatch(/does not come to an end/);
  });
});

describe('a file that cannot be used', () => {
  const marker = 'gptneox.embedding_length';
  it.each([
    ['missing', 'model-missing', /not there/, () => join(temporaryFolder(), 'none.gguf')],
    ['a folder', 'model-unreadable', /not a file/, temporaryFolder],
    ['empty', 'model-unreadable', /is empty/, () => written('', 0)],
    ['a web page', 'model-unreadable', /web page/, () => written('\n<!DOCTYPE html><html>')],
    [
      'an LFS pointer',
      'model-unreadable',
      /pointer/,
      () => written('version https://git-lfs.github.com/spec/v1\n', 130),
    ],
    ['a PyTorch checkpoint', 'model-unsupported', /Convert it/, () => written('PK\u0003\u0004')],
    ['an old PyTorch checkpoint', 'model-unsupported', /Convert it/, () => written(Buffer.from([0x80, 2, 0x8a]))],
    [
      'a safetensors checkpoint',
      'model-unsupported',
      /Convert it/,
      () => written(Buffer.from('\u0040\0\0\0\0\0\0\0{"a":{}}', 'latin1')),
    ],
    ['cut short', 'model-unreadable', /0\.1 MB of 0\.2 MB/, () => synthetic({ truncateTo: 100_000 })],
    ['one of several', 'model-unsupported', /one of 3 files/, () => headerOnly(3)],
    ['a vocabulary alone', 'model-unsupported', /without a model/, () => headerOnly(1)],
    [
      'with marks that can be typed',
      'model-unsupported',
      /typed text could act/,
      () => synthetic({ markers: 'user-defined' }),
    ],
    [
      'of another architecture',
      'model-unsupported',
      /“gptnope”/,
      () => changed(synthetic(), (bytes) => bytes.write('gptnope', bytes.indexOf('gptneox'))),
    ],
    [
      'of a header that says nothing',
      'model-unreadable',
      /does not say how large/,
      () => changed(synthetic(), (bytes) => bytes.write('x', bytes.indexOf(marker))),
    ],
  ])('because it is %s ends in %s', async (_name, code, message, makePath) => {
    const refused = { name: 'AppError', code, message: expect.stringMatching(message) as string };
    await expect(inspect(makePath())).rejects.toMatchObject(refused);
  });

  it('because it takes too much memory harms nothing else', async () => {
    await expect(inspect(guidePath, { memoryLimitBytes: 60 * 1024 ** 2 })).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringMatching(/made the reader stop.*nothing else was affected/) as string,
    });
  });

  it('because it takes too long is given up', async () => {
    await expect(inspect(guidePath, { timeLimitMs: 50 })).rejects.toMatchObject({ code: 'model-unreadable' });
  });
});

it('an inspection is given up when it is cancelled, before or during it', async () => {
  const control = new AbortController();
  const during = inspect(guidePath, { signal: control.signal });
  control.abort();
  await expect(during).rejects.toMatchObject({ code: 'cancelled' });
  await expect(inspect(guidePath, { signal: control.signal })).rejects.toMatchObject({ code: 'cancelled' });
});
