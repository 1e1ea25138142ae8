import type {
  PickleDictionary,
  PickleGlobal,
  PickleStorage,
  PickleTensor,
  PickleTuple,
  PickleValue,
} from './pickle-values.ts';
import { refusal, shown } from './refusal.ts';
import type { ElementType } from './tensors.ts';

/**
 * The few things that a pickle of weights needs besides plain data (torch/serialization.py, torch/_utils.py), each as a
 * description: nothing of PyTorch runs here.
 */
const orderedDict = 'collections.OrderedDict';
const rebuildTensor = 'torch._utils._rebuild_tensor_v2';
const rebuildParameter = 'torch._utils._rebuild_parameter';

/** The storages whose numbers can be converted, with their format. */
export const convertibleStorages: ReadonlyMap<string, ElementType> = new Map([
  ['torch.HalfStorage', 'f16'],
  ['torch.BFloat16Storage', 'bf16'],
  ['torch.FloatStorage', 'f32'],
]);

const otherStorages = ['Double', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool', 'ComplexFloat', 'ComplexDouble'];

const storages: ReadonlySet<string> = new Set([
  ...convertibleStorages.keys(),
  // Old checkpoints keep masks as bytes. These are known so that such a tensor can be named, or left out.
  ...otherStorages.map((type) => `torch.${type}Storage`),
]);

const known: ReadonlySet<string> = new Set([...storages, orderedDict, rebuildTensor, rebuildParameter]);

const maxDimensions = 8;
const persistentIdParts = 5;

/** The refusal of a file that names code. It says which, because that tells damage from an attack. */
export function refusedCode(name: string, fileName: string): ReturnType<typeof refusal> {
  return refusal(
    `${fileName} wants to run ${shown(name)}, which no weights need. It was not run. ` +
      'Delete the file, and fetch the checkpoint from a source that you trust.',
    { file: fileName, code: shown(name) },
  );
}

/** @throws AppError `checkpoint-unreadable` for every name that weights do not need */
export function findGlobal(module: string, name: string, fileName: string): PickleGlobal {
  const fullName = `${module}.${name}`;
  if (!known.has(fullName)) throw refusedCode(fullName, fileName);
  return { kind: 'global', name: fullName };
}

function damaged(fileName: string): ReturnType<typeof refusal> {
  return refusal(`${fileName} is damaged: it describes a tensor that cannot be. Fetch it again.`, { file: fileName });
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function kindOf(value: PickleValue | undefined): string {
  return typeof value === 'object' && value !== null ? value.kind : typeof value;
}

function isTensor(value: PickleValue | undefined): value is PickleTensor {
  return kindOf(value) === 'tensor';
}

function isStorage(value: PickleValue | undefined): value is PickleStorage {
  return kindOf(value) === 'storage';
}

function isTuple(value: PickleValue | undefined): value is PickleTuple {
  return kindOf(value) === 'tuple';
}

function readCounts(value: PickleValue | undefined, fileName: string): number[] {
  if (!isTuple(value) || value.items.length > maxDimensions) throw damaged(fileName);
  const counts = value.items.filter(isCount);
  if (counts.length !== value.items.length) throw damaged(fileName);
  return counts;
}

/** Arguments: storage, offset, size, strides, requires_grad, backward hooks, and since 2.0 optional metadata. */
function describeTensor(items: readonly PickleValue[], fileName: string): PickleTensor {
  const [storage, offset, size, strides] = items;
  if ((items.length !== 6 && items.length !== 7) || !isStorage(storage) || !isCount(offset)) throw damaged(fileName);
  const tensor: PickleTensor = {
    kind: 'tensor',
    storage,
    offset,
    shape: readCounts(size, fileName),
    strides: readCounts(strides, fileName),
  };
  if (tensor.shape.length !== tensor.strides.length) throw damaged(fileName);
  return tensor;
}

/**
 * What calling a known name with these arguments comes to.
 *
 * @throws AppError `checkpoint-unreadable` when the call is none that weights need
 */
export function callGlobal(callee: PickleValue, args: PickleValue, fileName: string): PickleDictionary | PickleTensor {
  const isCall = typeof callee === 'object' && callee?.kind === 'global' && isTuple(args);
  if (!isCall) throw damaged(fileName);
  const { items } = args;
  switch (callee.name) {
    case orderedDict:
      if (items.length > 0) throw damaged(fileName);
      return { kind: 'dictionary', entries: new Map() };
    case rebuildTensor:
      return describeTensor(items, fileName);
    case rebuildParameter: {
      // Arguments: the tensor, requires_grad, backward hooks.
      const [tensor] = items;
      if (items.length !== 3 || !isTensor(tensor)) throw damaged(fileName);
      return tensor;
    }
    default:
      throw damaged(fileName);
  }
}

/**
 * A persistent id names a storage: `('storage', type, key, location, number of elements)`. The location, such as
 * `cuda:0`, is of no use here.
 */
export function findStorage(id: PickleValue, fileName: string): PickleStorage {
  if (!isTuple(id) || id.items.length !== persistentIdParts) throw damaged(fileName);
  const [tag, type, key, , elements] = id.items;
  const isStorageType = typeof type === 'object' && type?.kind === 'global' && storages.has(type.name);
  if (tag !== 'storage' || !isStorageType || typeof key !== 'string' || !isCount(elements)) throw damaged(fileName);
  return { kind: 'storage', type: type.name, key, elements };
}
