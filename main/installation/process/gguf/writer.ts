import { aligned, type PlacedTensor } from './layout.ts';
import type { GgufMetadata, GgufValue } from './metadata.ts';
import { tensorFormats } from './tensor-types.ts';

/**
 * The header of a GGUF file, version 3, little endian.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */

const magic = 'GGUF';
const version = 3;
/** `gguf_metadata_value_type` numbers. */
const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function int32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32LE(value, index * 4));
  return bytes;
}

/** A value behind the number of its type; lists also tell the type and the count of what is in them. */
function typedValue(entry: GgufValue): Buffer[] {
  switch (entry.type) {
    case 'string':
      return [uint32(valueTypes.string), string(entry.value)];
    case 'uint32':
      return [uint32(valueTypes.uint32), uint32(entry.value)];
    case 'float32':
      return [uint32(valueTypes.float32), float32(entry.value)];
    case 'bool':
      return [uint32(valueTypes.bool), Buffer.from([entry.value ? 1 : 0])];
    case 'strings': {
      const head = [uint32(valueTypes.array), uint32(valueTypes.string), uint64(entry.value.length)];
      return [...head, ...entry.value.map(string)];
    }
    case 'int32s': {
      const head = [uint32(valueTypes.array), uint32(valueTypes.int32), uint64(entry.value.length)];
      return [...head, int32s(entry.value)];
    }
  }
}

function tensorInfo({ name, shape, type, offsetBytes }: PlacedTensor): Buffer[] {
  const dimensions = shape.toReversed().map(uint64);
  return [string(name), uint32(dimensions.length), ...dimensions, uint32(tensorFormats[type].id), uint64(offsetBytes)];
}

/** Everything before the tensor data, padded so that the data begins right behind it. */
export function ggufHeader(metadata: GgufMetadata, tensors: readonly PlacedTensor[]): Buffer {
  const header = Buffer.concat([
    Buffer.from(magic, 'latin1'),
    uint32(version),
    uint64(tensors.length),
    uint64(metadata.length),
    ...metadata.flatMap(([key, value]) => [string(key), ...typedValue(value)]),
    ...tensors.flatMap(tensorInfo),
  ]);
  return Buffer.concat([header], aligned(header.length));
}
