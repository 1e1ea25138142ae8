import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chatMl, chatMlMarks, instruct } from '../support/chat-templates.ts';
import type { WrittenGguf } from '../support/gguf-writer.ts';
import { writeSyntheticGguf, type SyntheticGguf } from '../support/synthetic-gguf.ts';
import { writeSyntheticLlama } from '../support/synthetic-llama.ts';

/** Good model files, and ways to damage them. */

export type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

/** A good file, and where its parts begin. */
export interface GoodFile {
  name: string;
  bytes: Buffer;
  dataOffset: number;
  boundaries: readonly number[];
}

const shape = { layers: 2, width: 64, heads: 4, vocabularySize: 600 };

/** Templates that never end, fill the memory, dig deep, or fail. */
const hostileTemplates = [
  '{% for i in range(9999) %}'.repeat(5) + '{% endfor %}'.repeat(5),
  `{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}`,
  '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
  '{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}',
  `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`,
  `${'{% if true %}'.repeat(5000)}${'{% endif %}'.repeat(5000)}`,
  `{{ messages[0].content.constructor.constructor('process.exit(9)')() }}`,
  `{% for m in messages %}{{ m.content }}{{ 'y' * 100 }}{% endfor %}{{ raise_exception('no') }}`,
  '{% for m in messages %}',
  '\u0000\uFFFF{{',
];

export function writeGoodFiles(folder: string, guidePath: string): { small: GoodFile[]; guide: GoodFile } {
  const read = (name: string, path: string, { dataOffset, boundaries }: WrittenGguf): GoodFile => ({
    name,
    bytes: readFileSync(path),
    dataOffset,
    boundaries,
  });
  const neox = (name: string, options: Partial<SyntheticGguf> = {}): GoodFile => {
    const path = join(folder, `${name}.gguf`);
    return read(name, path, writeSyntheticGguf({ path, ...shape, ...options }));
  };
  const llamaPath = join(folder, 'llama.gguf');
  const llama = read('llama', llamaPath, writeSyntheticLlama({ path: llamaPath, chatTemplate: instruct }));
  const guide = readFileSync(guidePath);
  return {
    small: [neox('open-assistant'), neox('chatml', { marks: chatMlMarks, chatTemplate: chatMl }), llama],
    // Its header is most of its first two megabytes.
    guide: { name: 'guide', bytes: guide, dataOffset: 2_000_000, boundaries: [0, 4, 8, 16, 24] },
  };
}

/** Values that code forgets about: nothing, one, all ones, and sizes around signs and limits. */
const odd = [0n, 1n, 0x7fn, 0xffn, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 31n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n];

type Mutation = (good: GoodFile, random: Random) => Buffer;

function changed({ bytes }: GoodFile, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** Puts a text of the same length over all that are equal in the header. */
function renamed(good: GoodFile, from: string, to: string): Buffer {
  return changed(good, (copy) => {
    for (let at = copy.indexOf(from); at !== -1 && at < good.dataOffset; at = copy.indexOf(from, at + 1)) {
      copy.write(to.slice(0, from.length).padEnd(from.length), at);
    }
  });
}

function fieldOf({ boundaries, dataOffset }: GoodFile, random: Random): number {
  return random() < 0.3 ? below(random, dataOffset) : pick(random, boundaries);
}

const mutations: Record<string, Mutation> = {
  'header bytes': (good, random) =>
    changed(good, (copy) => {
      const count = 1 + below(random, 6);
      for (let index = 0; index < count; index += 1) copy[fieldOf(good, random)] = below(random, 256);
    }),
  // Numbers lie at the boundaries of fields: lengths, counts, types and values alike.
  'header numbers': (good, random) =>
    changed(good, (copy) => {
      const at = Math.min(fieldOf(good, random), copy.length - 8);
      if (random() < 0.5) copy.writeBigUInt64LE(pick(random, odd), at);
      else copy.writeUInt32LE(Number(pick(random, odd) & 0xffff_ffffn), at);
    }),
  'a key': (good, random) =>
    renamed(
      good,
      pick(random, [
        '.context_length',
        '.embedding_length',
        '.block_count',
        '.head_count',
        '.feed_forward',
        'tokenizer.ggml.model',
      ]),
      'tokenizer.ggml.nope',
    ),
  'text of the vocabulary': (good, random) =>
    changed(good, (copy) => {
      const start = Math.max(0, copy.indexOf('tokenizer.ggml.tokens'));
      for (let index = 0; index < 40; index += 1) copy[start + below(random, 6000)] = below(random, 256);
    }),
  'another architecture': (good, random) =>
    good.name === 'llama'
      ? renamed(good, 'llama', pick(random, ['qwen2', 'gemma', 'mamba', 'bloom', 'none!']))
      : renamed(good, 'gptneox', pick(random, ['chatglm', 'minicpm', 'granite', 'nomodel'])),
  'a cut': ({ bytes, dataOffset }, random) =>
    bytes.subarray(0, random() < 0.5 ? below(random, dataOffset) : below(random, bytes.length)),
  zeroes: (good, random) =>
    changed(good, (copy) => {
      const at = fieldOf(good, random);
      copy.fill(0, at, at + 1 + below(random, 4000));
    }),
  'a web page': () => Buffer.from(`<!DOCTYPE html><html>${'<p>Not found</p>'.repeat(300)}</html>`),
  noise: (_good, random) => Buffer.from(Array.from({ length: 5000 }, () => below(random, 256))),
  'noise behind a good start': ({ bytes }, random) =>
    Buffer.concat([bytes.subarray(0, 24), Buffer.from(Array.from({ length: 20_000 }, () => below(random, 256)))]),
  weights: (good, random) =>
    changed(good, (copy) => {
      const room = copy.length - good.dataOffset;
      for (let index = 0; index < 200; index += 1) copy[good.dataOffset + below(random, room)] = below(random, 256);
    }),
  'a swapped part': (good, random) =>
    changed(good, (copy) => {
      const [from, to] = [fieldOf(good, random), fieldOf(good, random)];
      copy.copyWithin(to, from, from + 1 + below(random, 500));
    }),
};

export interface Mutant {
  kind: string;
  source: string;
  bytes: Buffer;
}

/** One damaged file; every eighth has a hostile template or marks that can be typed, some come from the guide's model. */
export function mutant(random: Random, good: ReturnType<typeof writeGoodFiles>, folder: string): Mutant {
  const kind = random();
  const path = join(folder, 'hostile.gguf');
  if (kind < 0.08) {
    writeSyntheticGguf({ path, ...shape, marks: chatMlMarks, chatTemplate: pick(random, hostileTemplates) });
    return { kind: 'a hostile template', source: 'chatml', bytes: readFileSync(path) };
  }
  if (kind < 0.12) {
    writeSyntheticGguf({ path, ...shape, markers: 'user-defined' });
    return { kind: 'marks that can be typed', source: 'open-assistant', bytes: readFileSync(path) };
  }
  const source = random() < 0.1 ? good.guide : pick(random, good.small);
  const [name, mutate] = pick(random, Object.entries(mutations));
  return { kind: name, source: source.name, bytes: mutate(source, random) };
}
