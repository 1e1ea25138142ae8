import { z } from 'zod';
import { parseJson, type CheckpointFile } from './checkpoint-file.ts';
import { isIgnored } from './gpt-neox.ts';
import { refusal, shown } from './refusal.ts';
import { elementBytes, type CheckpointTensor, type ElementType } from './tensors.ts';

/**
 * safetensors: the header's length in eight bytes, a header of JSON, then the numbers
 * (https://github.com/huggingface/safetensors, "Format").
 */
const lengthBytes = 8;
/** The format allows 100 MB; the header of the largest published models takes a few megabytes. */
const maxHeaderBytes = 32 * 1024 ** 2;
const openingBrace = 0x7b;
const metadataKey = '__metadata__';

const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['F32', 'f32'],
]);

const offset = z.int().min(0);
const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(8),
  data_offsets: z.tuple([offset, offset]),
});
const headerSchema = z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

export function isSafetensors(file: CheckpointFile): boolean {
  if (file.sizeBytes <= lengthBytes) return false;
  const opening = file.read(0, lengthBytes + 1);
  // The upper half of the length is zero in all that can be read; with the brace it makes the form unmistakable.
  return opening.readUInt32LE(4) === 0 && opening[lengthBytes] === openingBrace;
}

function notInside(file: CheckpointFile, name: string): ReturnType<typeof refusal> {
  return refusal(
    `${file.name} ends early or is damaged: the tensor ${shown(name)} is not wholly in it. Fetch it again.`,
    { file: file.name, tensor: shown(name) },
  );
}

function placeTensor(file: CheckpointFile, name: string, description: unknown, dataOffset: number): CheckpointTensor {
  const parsed = tensorSchema.safeParse(description);
  if (!parsed.success) throw notInside(file, name);
  const { dtype, shape, data_offsets: range } = parsed.data;
  const elementType = elementTypes.get(dtype);
  if (elementType === undefined) {
    throw refusal(
      `The tensor ${shown(name)} in ${file.name} has the type ${shown(dtype)}, which cannot be converted.`,
      { file: file.name, tensor: shown(name) },
    );
  }
  const [begin, end] = range;
  const sizeBytes = shape.reduce((product, length) => product * length, elementBytes[elementType]);
  if (end - begin !== sizeBytes || dataOffset + end > file.sizeBytes) throw notInside(file, name);
  return { name, shape, elementType, path: file.path, offsetBytes: dataOffset + begin };
}

/**
 * The tensors of a safetensors file, without those that no conversion needs.
 *
 * @throws AppError `checkpoint-unreadable` with the reason
 */
export function readSafetensors(file: CheckpointFile): CheckpointTensor[] {
  const headerBytes = file.read(0, lengthBytes).readUInt32LE(0);
  if (headerBytes > maxHeaderBytes) {
    throw refusal(`${file.name} is damaged: its header has an impossible length. Fetch it again.`, { file: file.name });
  }
  const header = headerSchema.safeParse(parseJson(file.read(lengthBytes, headerBytes), file.name));
  if (!header.success) throw refusal(`${file.name} is damaged: it lists no tensors. Fetch it again.`);
  return Object.entries(header.data)
    .filter(([name]) => name !== metadataKey && !isIgnored(name))
    .map(([name, description]) => placeTensor(file, name, description, lengthBytes + headerBytes));
}
