import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseGptNeoxConfig, wantedTensors } from '../../main/installation/process/checkpoint/gpt-neox.ts';
import { elementBytes, type ElementType } from '../../main/installation/process/checkpoint/tensors.ts';

/** Writes checkpoints as PyTorch and safetensors do, and pickles and archives of any other kind. */

export const pytorchFixture = join(import.meta.dirname, '..', 'fixtures', 'pytorch');

/** A tensor to be saved; its bytes are made when they are written. */
export interface SavedTensor {
  name: string;
  shape: readonly number[];
  /** `u8` is what nothing converts. */
  elementType: ElementType | 'u8';
  bytes: () => Uint8Array;
}

function uint(bytes: 1 | 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

function uint64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

/** Pieces of a pickle; Python's pickletools.py describes each instruction. */
export const pickle = {
  op: (code: string | number): Buffer => (typeof code === 'string' ? Buffer.from(code, 'latin1') : Buffer.from([code])),
  text(value: string): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([pickle.op('X'), uint(4, bytes.length), bytes]);
  },
  shortText(value: string): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([pickle.op(0x8c), uint(1, bytes.length), bytes]);
  },
  /** LONG1 of eight bytes: any integer that a number holds. */
  integer(value: number): Buffer {
    return Buffer.concat([pickle.op(0x8a), uint(1, 8), uint64(BigInt.asUintN(64, BigInt(value)))]);
  },
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  tuple: (...items: Buffer[]): Buffer => Buffer.concat([pickle.op('('), ...items, pickle.op('t')]),
  call: (callee: Buffer, ...args: Buffer[]): Buffer => Buffer.concat([callee, pickle.tuple(...args), pickle.op('R')]),
  /** A dict of the values by their names. */
  dictionary: (entries: readonly (readonly [name: string, value: Buffer])[]): Buffer =>
    Buffer.concat([pickle.op('}('), ...entries.flatMap(([name, value]) => [pickle.text(name), value]), pickle.op('u')]),
  /** A whole pickle of protocol 2. */
  whole: (value: Buffer): Buffer => Buffer.concat([Buffer.from([0x80, 2]), value, pickle.op('.')]),
};

const storageNames = { f16: 'HalfStorage', bf16: 'BFloat16Storage', f32: 'FloatStorage', u8: 'ByteStorage' } as const;

export interface StorageReference {
  type: string;
  key: string;
  elements: number;
}

/** `_rebuild_tensor_v2` on a storage, as `torch.save` writes it; strides are those of contiguous numbers unless given. */
export function pickledTensor(
  storage: StorageReference,
  shape: readonly number[],
  { offset = 0, strides = contiguousStrides(shape) }: { offset?: number; strides?: readonly number[] } = {},
): Buffer {
  const storageId = pickle.tuple(
    pickle.text('storage'),
    pickle.global('torch', storage.type),
    pickle.text(storage.key),
    pickle.text('cpu'),
    pickle.integer(storage.elements),
  );
  return pickle.call(
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    Buffer.concat([storageId, pickle.op('Q')]),
    pickle.integer(offset),
    pickle.tuple(...shape.map(pickle.integer)),
    pickle.tuple(...strides.map(pickle.integer)),
    pickle.op(0x89),
    pickle.call(pickle.global('collections', 'OrderedDict')),
  );
}

function contiguousStrides(shape: readonly number[]): number[] {
  return shape.map((_length, index) => elementsOf(shape.slice(index + 1)));
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export interface ArchiveEntry {
  name: string;
  bytes: () => Uint8Array;
}

const zip64Version = 45;
const utf8Flag = 0x0800;
const saturated = 0xffff_ffff;
const saturated16 = 0xffff;
/** PyTorch begins each entry at a multiple of this, with an extra field "FB" in front. */
const entryAlignment = 64;

interface WrittenEntry {
  name: Buffer;
  sizeBytes: number;
  checksum: number;
  offsetBytes: number;
}

/** What an entry's own header and the directory's have in common: from the version to the lengths that follow. */
function entryFields({ name, sizeBytes, checksum }: WrittenEntry, zip64: boolean, extraBytes: number): Buffer {
  const size = uint(4, zip64 ? saturated : sizeBytes);
  const fields = [zip64Version, utf8Flag, 0, 0, 0].map((field) => uint(2, field));
  return Buffer.concat([...fields, uint(4, checksum), size, size, uint(2, name.length), uint(2, extraBytes)]);
}

function localHeader(entry: WrittenEntry, zip64: boolean): Buffer {
  const unpadded = entry.offsetBytes + 30 + entry.name.length + 4;
  const padding = Buffer.alloc((entryAlignment - (unpadded % entryAlignment)) % entryAlignment, 'Z');
  const extra = Buffer.concat([Buffer.from('FB'), uint(2, padding.length), padding]);
  return Buffer.concat([Buffer.from('PK\x03\x04'), entryFields(entry, zip64, extra.length), entry.name, extra]);
}

function directoryEntry(entry: WrittenEntry, zip64: boolean): Buffer {
  const { name, sizeBytes, offsetBytes } = entry;
  const wide = [uint(2, 1), uint(2, 24), ...[sizeBytes, sizeBytes, offsetBytes].map(uint64)];
  const extra = Buffer.concat(zip64 ? wide : []);
  return Buffer.concat([
    ...[Buffer.from('PK\x01\x02'), uint(2, zip64Version), entryFields(entry, zip64, extra.length)],
    Buffer.alloc(10), // No comment, first disk, no attributes.
    ...[uint(4, zip64 ? saturated : offsetBytes), name, extra],
  ]);
}

function endRecords(count: number, sizeBytes: number, offsetBytes: number, zip64: boolean): Buffer {
  const version = uint(2, zip64Version);
  const numbers = [count, count, sizeBytes, offsetBytes].map(uint64);
  const wide = [Buffer.from('PK\x06\x06'), uint64(44), version, version, Buffer.alloc(8), ...numbers];
  const locator = [Buffer.from('PK\x06\x07'), uint(4, 0), uint64(offsetBytes + sizeBytes), uint(4, 1)];
  const narrowCount = uint(2, zip64 ? saturated16 : count);
  const place = [sizeBytes, offsetBytes].map((value) => uint(4, zip64 ? saturated : value));
  const end = [Buffer.from('PK\x05\x06'), Buffer.alloc(4), narrowCount, narrowCount, ...place, uint(2, 0)];
  return Buffer.concat([...(zip64 ? [...wide, ...locator] : []), ...end]);
}

/**
 * Writes a zip archive of stored entries, as PyTorch's own writer lays it out.
 *
 * @param zip64 puts sizes, offsets and counts into the wide fields, as in files above 4 GB
 */
export function writeArchive(path: string, entries: readonly ArchiveEntry[], { zip64 = false } = {}): void {
  const file = openSync(path, 'w');
  const directory: Buffer[] = [];
  let position = 0;
  try {
    for (const { name, bytes } of entries) {
      const content = bytes();
      const sizeBytes = content.length;
      const entry = { name: Buffer.from(name), sizeBytes, checksum: crc32(content), offsetBytes: position };
      position += writeSync(file, localHeader(entry, zip64));
      position += writeSync(file, content);
      directory.push(directoryEntry(entry, zip64));
    }
    const listed = Buffer.concat(directory);
    writeSync(file, Buffer.concat([listed, endRecords(entries.length, listed.length, position, zip64)]));
  } finally {
    closeSync(file);
  }
}

/** An archive with this pickle and these storages. */
export function writeTorchArchive(
  path: string,
  data: Buffer,
  storages: readonly ArchiveEntry[],
  options: { zip64?: boolean } = {},
): void {
  const entries = [
    { name: 'archive/data.pkl', bytes: () => data },
    { name: 'archive/byteorder', bytes: () => Buffer.from('little') },
    ...storages.map(({ name, bytes }) => ({ name: `archive/data/${name}`, bytes })),
    { name: 'archive/version', bytes: () => Buffer.from('3\n') },
  ];
  writeArchive(path, entries, options);
}

/** Writes tensors as `torch.save(state_dict)` does, each in a storage of its own. */
export function writeTorchShard(
  path: string,
  tensors: readonly SavedTensor[],
  options: { zip64?: boolean } = {},
): void {
  const value = pickle.dictionary(
    tensors.map(({ name, shape, elementType }, index) => [
      name,
      pickledTensor({ type: storageNames[elementType], key: String(index), elements: elementsOf(shape) }, shape),
    ]),
  );
  const storages = tensors.map(({ bytes }, index) => ({ name: String(index), bytes }));
  writeTorchArchive(path, pickle.whole(value), storages, options);
}

/** Writes tensors as safetensors does. */
export function writeSafetensorsShard(path: string, tensors: readonly SavedTensor[]): void {
  let end = 0;
  const described = tensors.map(({ name, shape, elementType }) => {
    const begin = end;
    end += elementsOf(shape) * (elementType === 'u8' ? 1 : elementBytes[elementType]);
    return [name, { dtype: elementType.toUpperCase(), shape, data_offsets: [begin, end] }] as const;
  });
  // Built from entries: a tensor may be called __proto__.
  const header = Buffer.from(JSON.stringify(Object.fromEntries([['__metadata__', { format: 'pt' }], ...described])));
  const file = openSync(path, 'w');
  try {
    writeSync(file, Buffer.concat([uint64(header.length), header]));
    for (const { bytes } of tensors) writeSync(file, bytes());
  } finally {
    closeSync(file);
  }
}

/** Random numbers between 2^-10 and 2^-2 either way (xorshift32), cut to the format: the same for the same seed. */
export function randomWeights(elementType: ElementType, count: number, seed: number): Uint8Array {
  let state = Math.imul(seed + 1, 0x9e37_79b9) | 1;
  const bits = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const exponent = 117 + ((state >>> 23) & 7);
    bits[index] = (state & 0x807f_ffff) | (exponent << 23);
  }
  if (elementType === 'f32') return new Uint8Array(bits.buffer);
  const short = (value: number): number =>
    elementType === 'bf16'
      ? value >>> 16
      : ((value >>> 16) & 0x8000) | ((((value >>> 23) & 0xff) - 112) << 10) | ((value >>> 13) & 0x3ff);
  return new Uint8Array(Uint16Array.from(bits, short).buffer);
}

export interface SyntheticCheckpoint {
  folder: string;
  layers: number;
  width: number;
  heads: number;
  /** At least the 596 tokens that the fixture's tokenizer has. */
  vocabularySize: number;
  elementType: ElementType;
  form: 'torch' | 'safetensors';
  /** Weight files; with one there is no index. */
  shards: number;
  tiedEmbeddings?: boolean;
  seed?: number;
}

/** Writes a whole checkpoint with random weights and the fixture's tokenizer. */
export function writeCheckpoint(options: SyntheticCheckpoint): void {
  const { folder, layers, width, heads, vocabularySize, elementType, form, shards, seed = 1 } = options;
  mkdirSync(folder, { recursive: true });
  const config = {
    architectures: ['GPTNeoXForCausalLM'],
    model_type: 'gpt_neox',
    num_hidden_layers: layers,
    hidden_size: width,
    num_attention_heads: heads,
    intermediate_size: 4 * width,
    max_position_embeddings: 2048,
    vocab_size: vocabularySize,
    tie_word_embeddings: options.tiedEmbeddings ?? false,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  for (const name of ['tokenizer.json', 'special_tokens_map.json']) {
    copyFileSync(join(pytorchFixture, name), join(folder, name));
  }
  const shapes = new Map(
    wantedTensors(parseGptNeoxConfig(config)).map(({ checkpointName, shape }) => [checkpointName, shape]),
  );
  const tensors = [...shapes].map(([name, shape], index): SavedTensor => {
    return {
      name,
      shape,
      elementType,
      bytes: () => randomWeights(elementType, elementsOf(shape), seed * 1000 + index),
    };
  });
  const stem = form === 'torch' ? 'pytorch_model' : 'model';
  const ending = form === 'torch' ? 'bin' : 'safetensors';
  const write = form === 'torch' ? writeTorchShard : writeSafetensorsShard;
  if (shards === 1) {
    write(join(folder, `${stem}.${ending}`), tensors);
    return;
  }
  const number = (value: number): string => String(value).padStart(5, '0');
  const perShard = Math.ceil(tensors.length / shards);
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard += 1) {
    const name = `${stem}-${number(shard + 1)}-of-${number(shards)}.${ending}`;
    const part = tensors.slice(shard * perShard, (shard + 1) * perShard);
    write(join(folder, name), part);
    for (const tensor of part) weightMap[tensor.name] = name;
  }
  writeFileSync(join(folder, `${stem}.${ending}.index.json`), JSON.stringify({ metadata: {}, weight_map: weightMap }));
}
