import type { CheckpointFile } from './checkpoint-file.ts';
import { isIgnored } from './gpt-neox.ts';
import { readPickle } from './pickle.ts';
import type { PickleTensor } from './pickle-values.ts';
import { refusal, shown } from './refusal.ts';
import { elementBytes, type CheckpointTensor } from './tensors.ts';
import { convertibleStorages } from './torch-objects.ts';
import { readZipDirectory, type ZipEntry } from './zip.ts';

/**
 * The zip form in which `torch.save` writes since PyTorch 1.6 (caffe2/serialize/inline_container.h): everything in one
 * folder of any name, `data.pkl` describes the tensors, `data/<key>` are their numbers.
 */
const pickleName = 'data.pkl';
/** A tensor takes some 150 bytes of it, so that real ones have some ten kilobytes. */
const maxPickleBytes = 16 * 1024 ** 2;
const maxByteOrderBytes = 16;

/** The folder that everything is in, with its slash. */
function findRoot(file: CheckpointFile, entries: ReadonlyMap<string, ZipEntry>): string {
  const pickles = [...entries.keys()].filter((name) => name.endsWith(`/${pickleName}`));
  const [name] = pickles;
  if (name === undefined || pickles.length > 1) {
    throw refusal(`${file.name} is an archive, but not one of PyTorch weights. Choose another file.`, {
      file: file.name,
    });
  }
  return name.slice(0, -pickleName.length);
}

function checkByteOrder(file: CheckpointFile, entry: ZipEntry | undefined): void {
  // Files from before PyTorch 2.1 do not say; they were written on little-endian machines.
  if (entry === undefined) return;
  const order = file.read(entry.offsetBytes, Math.min(entry.sizeBytes, maxByteOrderBytes)).toString('latin1');
  if (order !== 'little') {
    throw refusal(`${file.name} was saved on a big-endian machine and cannot be read here.`, { file: file.name });
  }
}

/** Whether the elements lie one after the other. The stride of a dimension of one element is never used. */
function isContiguous({ shape, strides }: PickleTensor): boolean {
  let expected = 1;
  for (let dimension = shape.length - 1; dimension >= 0; dimension -= 1) {
    const length = shape[dimension] ?? 1;
    if (length !== 1 && strides[dimension] !== expected) return false;
    expected *= length;
  }
  return true;
}

function placeTensor(
  file: CheckpointFile,
  name: string,
  tensor: PickleTensor,
  entry: ZipEntry | undefined,
): CheckpointTensor {
  const { storage, offset, shape } = tensor;
  const details = { file: file.name, tensor: shown(name) };
  const elementType = convertibleStorages.get(storage.type);
  if (elementType === undefined) {
    const type = storage.type.replace(/^torch\.|Storage$/g, '');
    throw refusal(
      `The tensor ${shown(name)} in ${file.name} has the type ${type}, which cannot be converted.`,
      details,
    );
  }
  const elements = shape.reduce((product, length) => product * length, 1);
  const bytes = elementBytes[elementType];
  const isInside =
    Number.isSafeInteger(elements) &&
    offset + elements <= storage.elements &&
    storage.elements * bytes === entry?.sizeBytes;
  if (!isInside) {
    throw refusal(`${file.name} is damaged: the tensor ${shown(name)} is not wholly in it. Fetch it again.`, details);
  }
  if (elements > 0 && !isContiguous(tensor)) {
    throw refusal(
      `The tensor ${shown(name)} in ${file.name} is stored out of order (a transposed view) and cannot be converted. ` +
        'Choose the checkpoint as it was published.',
      details,
    );
  }
  return { name, shape, elementType, path: file.path, offsetBytes: entry.offsetBytes + offset * bytes };
}

/**
 * The tensors of a PyTorch archive, without those that no conversion needs.
 *
 * @throws AppError `checkpoint-unreadable` with the reason
 */
export function readTorchArchive(file: CheckpointFile): CheckpointTensor[] {
  const entries = readZipDirectory(file);
  const root = findRoot(file, entries);
  checkByteOrder(file, entries.get(`${root}byteorder`));
  const pickle = entries.get(`${root}${pickleName}`);
  if (pickle === undefined || pickle.sizeBytes > maxPickleBytes) {
    throw refusal(`${file.name} describes more tensors than any model has.`, { file: file.name });
  }
  const value = readPickle(file.read(pickle.offsetBytes, pickle.sizeBytes), file.name);
  if (typeof value !== 'object' || value?.kind !== 'dictionary') {
    throw refusal(`${file.name} holds something else than named tensors. Choose the weights as published.`, {
      file: file.name,
    });
  }
  return [...value.entries]
    .filter(([name]) => !isIgnored(name))
    .map(([name, tensor]) => {
      if (typeof tensor !== 'object' || tensor?.kind !== 'tensor') {
        throw refusal(
          `${file.name} holds something else than named tensors (${shown(name)}). Choose the weights as published.`,
          { file: file.name },
        );
      }
      return placeTensor(file, name, tensor, entries.get(`${root}data/${tensor.storage.key}`));
    });
}
