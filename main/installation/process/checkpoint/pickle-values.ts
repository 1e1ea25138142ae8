/**
 * What a pickle may make here: plain data, and descriptions of tensors. No value is ever an object of its own class, and
 * names are keys of a Map, so that `__proto__` is a name like any other.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleTuple
  | PickleList
  | PickleDictionary
  | PickleGlobal
  | PickleStorage
  | PickleTensor;

export interface PickleTuple {
  kind: 'tuple';
  items: readonly PickleValue[];
}

export interface PickleList {
  kind: 'list';
  items: PickleValue[];
}

/** A dict or an OrderedDict; keys that are not text do not occur in weights. */
export interface PickleDictionary {
  kind: 'dictionary';
  entries: Map<string, PickleValue>;
}

/** Something that the pickle names; `findGlobal` has the few names that are known. */
export interface PickleGlobal {
  kind: 'global';
  name: string;
}

/** A block of numbers that lies in an archive entry of its own. */
export interface PickleStorage {
  kind: 'storage';
  /** Such as `torch.HalfStorage`. */
  type: string;
  /** Last part of the entry's name. */
  key: string;
  elements: number;
}

/** A view of a storage. Offset and strides count elements. */
export interface PickleTensor {
  kind: 'tensor';
  storage: PickleStorage;
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
}
