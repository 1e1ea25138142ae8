import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpointFolder } from '../../../../main/installation/process/checkpoint/checkpoint.ts';
import { wantedTensors } from '../../../../main/installation/process/checkpoint/gpt-neox.ts';
import { readShard } from '../../../../main/installation/process/checkpoint/shard.ts';
import { pytorchFixture, writeCheckpoint, type SyntheticCheckpoint } from '../../../support/checkpoints.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { refusalOf } from './refusal.ts';

const indexName = 'pytorch_model.bin.index.json';

/** A copy of the fixture that a test may change. */
function copyFixture(): string {
  const folder = temporaryFolder();
  cpSync(pytorchFixture, folder, { recursive: true });
  return folder;
}

function synthetic(changes: Partial<SyntheticCheckpoint>): string {
  const folder = temporaryFolder();
  const shape = { layers: 2, width: 32, heads: 2, vocabularySize: 608 };
  writeCheckpoint({ folder, ...shape, elementType: 'f16', form: 'torch', shards: 1, ...changes });
  return folder;
}

describe('a checkpoint', () => {
  it('of PyTorch holds every tensor that the GGUF needs, in the shape that it needs', async () => {
    const { config, tokenizer, weightFiles } = await readCheckpointFolder(pytorchFixture);
    expect(weightFiles.toSorted()).toEqual(['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin']);
    const tensors = (await Promise.all(weightFiles.map((name) => readShard(join(pytorchFixture, name))))).flat();
    const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
    for (const { checkpointName, shape } of wantedTensors(config)) expect(shapes.get(checkpointName)).toEqual(shape);
    expect(shapes.size).toBe(wantedTensors(config).length);
    expect(tokenizer.tokens[tokenizer.endOfTextId]).toBe('<|endoftext|>');
    expect(tokenizer.tokens.filter((_text, id) => tokenizer.tokenTypes[id] === 3)).toEqual([
      '<|endoftext|>',
      '<|padding|>',
      '<|prefix_begin|>',
      '<|prompter|>',
      '<|system|>',
      '<|prefix_end|>',
      '<|assistant|>',
    ]);
  });

  it.each([
    ['one PyTorch file', {}, ['pytorch_model.bin']],
    ['one safetensors file', { form: 'safetensors' as const }, ['model.safetensors']],
    [
      'three safetensors files',
      { form: 'safetensors' as const, shards: 3 },
      ['model-00001-of-00003.safetensors', 'model-00002-of-00003.safetensors', 'model-00003-of-00003.safetensors'],
    ],
  ])('may be %s', async (_name, changes, files) => {
    const folder = synthetic(changes);
    const { weightFiles, config } = await readCheckpointFolder(folder);
    expect(weightFiles).toEqual(files);
    const tensors = (await Promise.all(weightFiles.map((name) => readShard(join(folder, name))))).flat();
    expect(tensors).toHaveLength(wantedTensors(config).length);
  });

  it('names its files in the order of their first tensor, before they are there', async () => {
    const folder = copyFixture();
    writeFileSync(join(folder, indexName), '{"weight_map":{"c":"2.bin","a":"1.bin","b":"2.bin","__proto__":"3.bin"}}');
    expect((await readCheckpointFolder(folder)).weightFiles).toEqual(['2.bin', '1.bin', '3.bin']);
  });

  it('may lack special_tokens_map.json, or have objects in it', async () => {
    const folder = copyFixture();
    const path = join(folder, 'special_tokens_map.json');
    writeFileSync(path, JSON.stringify({ eos_token: { content: '    ', lstrip: false }, others: ['   '] }));
    const { tokenTypes, tokens } = (await readCheckpointFolder(folder)).tokenizer;
    expect([4, 3, 2].map((length) => tokenTypes[tokens.indexOf(' '.repeat(length))])).toEqual([3, 3, 4]);
    rmSync(path);
    expect((await readCheckpointFolder(folder)).tokenizer.tokenTypes).toContain(3);
  });
});

describe('a folder', () => {
  it.each<[string, (folder: string) => void, RegExp]>([
    ['that is empty', (folder) => rmSync(join(folder, 'config.json')), /config\.json is missing/],
    ['without a tokenizer', (folder) => rmSync(join(folder, 'tokenizer.json')), /tokenizer\.json is missing/],
    ['without weights', (folder) => rmSync(join(folder, indexName)), /has no weights/],
    [
      'with a web page for a config',
      (folder) => writeFileSync(join(folder, 'config.json'), '<html>404</html>'),
      /web page/,
    ],
    [
      'with half a tokenizer',
      (folder) => {
        const path = join(folder, 'tokenizer.json');
        writeFileSync(path, readFileSync(path).subarray(0, 5000));
      },
      /tokenizer\.json is not whole/,
    ],
    [
      'with a folder for a config',
      (folder) => {
        rmSync(join(folder, 'config.json'));
        mkdirSync(join(folder, 'config.json'));
      },
      /config\.json is not a file/,
    ],
    [
      'with a config of two megabytes',
      (folder) => writeFileSync(join(folder, 'config.json'), `{${' '.repeat(2e6)}}`),
      /too large/,
    ],
    [
      'with special tokens that are numbers',
      (folder) => writeFileSync(join(folder, 'special_tokens_map.json'), '{"a":1}'),
      /special_tokens_map\.json of this checkpoint is damaged/,
    ],
    [
      'with an index of nothing',
      (folder) => writeFileSync(join(folder, indexName), '{"weight_map":{}}'),
      /does not name/,
    ],
    ['with an index that is a list', (folder) => writeFileSync(join(folder, indexName), '[]'), /does not name/],
    [
      'with an index that leads out of it',
      (folder) => writeFileSync(join(folder, indexName), '{"weight_map":{"a":"1.bin","b":"../2.bin"}}'),
      /does not name/,
    ],
    [
      'with an index that leads to a device',
      (folder) => writeFileSync(join(folder, indexName), '{"weight_map":{"a":"/dev/zero"}}'),
      /does not name/,
    ],
    [
      'with an index of numbers',
      (folder) => writeFileSync(join(folder, indexName), '{"weight_map":{"a":1}}'),
      /does not name/,
    ],
  ])('%s is refused', async (_name, change, reason) => {
    const folder = copyFixture();
    change(folder);
    expect(await refusalOf(readCheckpointFolder(folder))).toMatch(reason);
  });
});
