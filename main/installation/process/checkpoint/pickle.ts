import { PickleReader } from './pickle-reader.ts';
import type { PickleTuple, PickleValue } from './pickle-values.ts';
import { refusal } from './refusal.ts';
import { callGlobal, findGlobal, findStorage, refusedCode } from './torch-objects.ts';

/**
 * A reader of pickles that makes descriptions and runs nothing. Only the instructions that `torch.save` writes for a
 * state dict are known (protocols 2 to 5; Python's pickletools.py describes each); anything else ends the reading.
 * Values are never walked, so it does not matter how deep they are nested.
 */
type Operation = (reader: PickleReader) => void;

const newestProtocol = 5;
const noItems: PickleTuple = { kind: 'tuple', items: [] };

function protocol(reader: PickleReader): void {
  if (reader.byte() > newestProtocol) throw reader.damaged();
}

function append(reader: PickleReader): void {
  const item = reader.pop();
  reader.topList().items.push(item);
}

function appends(reader: PickleReader): void {
  const added = reader.popToMark();
  const { items } = reader.topList();
  for (const item of added) items.push(item);
}

function setItem(reader: PickleReader): void {
  const value = reader.pop();
  const key = reader.pop();
  reader.setItems([key, value]);
}

function global(reader: PickleReader): void {
  reader.push(findGlobal(reader.line(), reader.line(), reader.fileName));
}

function stackGlobal(reader: PickleReader): void {
  const name = reader.popText();
  reader.push(findGlobal(reader.popText(), name, reader.fileName));
}

/** Names and calls in one; nothing that weights need is called this way. */
function instance(reader: PickleReader): void {
  throw refusedCode(`${reader.line()}.${reader.line()}`, reader.fileName);
}

function reduce(reader: PickleReader): void {
  const args = reader.pop();
  reader.push(callGlobal(reader.pop(), args, reader.fileName));
}

/** State that is set on an OrderedDict: the versions of modules, of no use here. Nothing else may get state. */
function build(reader: PickleReader): void {
  const state = reader.pop();
  reader.topDictionary();
  if (typeof state !== 'object' || state?.kind !== 'dictionary') throw reader.damaged();
}

/** By their numbers, with the names that Python gives them. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // PROTO, FRAME (whose length only helps who reads from a stream), MARK
  [0x80, protocol],
  [0x95, (reader) => void reader.take(8)],
  [0x28, (reader) => reader.mark()],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, (reader) => reader.push(null)],
  [0x88, (reader) => reader.push(true)],
  [0x89, (reader) => reader.push(false)],
  // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
  [0x4a, (reader) => reader.push(reader.integer(4))],
  [0x4b, (reader) => reader.push(reader.byte())],
  [0x4d, (reader) => reader.push(reader.take(2).readUInt16LE())],
  [0x8a, (reader) => reader.push(reader.integer(reader.byte()))],
  [0x8b, (reader) => reader.push(reader.integer(reader.uint32()))],
  [0x47, (reader) => reader.push(reader.take(8).readDoubleBE())],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x8c, (reader) => reader.push(reader.text(reader.byte()))],
  [0x58, (reader) => reader.push(reader.text(reader.uint32()))],
  [0x8d, (reader) => reader.push(reader.text(reader.length64()))],
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  [0x29, (reader) => reader.push(noItems)],
  [0x85, (reader) => reader.shortTuple(1)],
  [0x86, (reader) => reader.shortTuple(2)],
  [0x87, (reader) => reader.shortTuple(3)],
  [0x74, (reader) => reader.tuple(reader.popToMark())],
  // EMPTY_LIST, APPEND, APPENDS
  [0x5d, (reader) => reader.push({ kind: 'list', items: [] })],
  [0x61, append],
  [0x65, appends],
  // EMPTY_DICT, SETITEM, SETITEMS
  [0x7d, (reader) => reader.push({ kind: 'dictionary', entries: new Map() })],
  [0x73, setItem],
  [0x75, (reader) => reader.setItems(reader.popToMark())],
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  [0x71, (reader) => reader.remember(reader.byte())],
  [0x72, (reader) => reader.remember(reader.uint32())],
  [0x94, (reader) => reader.rememberNext()],
  [0x68, (reader) => reader.recall(reader.byte())],
  [0x6a, (reader) => reader.recall(reader.uint32())],
  // GLOBAL, STACK_GLOBAL, INST, REDUCE, BUILD, BINPERSID
  [0x63, global],
  [0x93, stackGlobal],
  [0x69, instance],
  [0x52, reduce],
  [0x62, build],
  [0x51, (reader) => reader.push(findStorage(reader.pop(), reader.fileName))],
]);

const stop = 0x2e;

/**
 * Reads a pickle of weights into plain data and descriptions of tensors.
 *
 * @param fileName for the sentences
 * @throws AppError `checkpoint-unreadable` when it is damaged or wants anything else
 */
export function readPickle(bytes: Buffer, fileName: string): PickleValue {
  const reader = new PickleReader(bytes, fileName);
  for (let code = reader.byte(); code !== stop; code = reader.byte()) {
    const operation = operations.get(code);
    if (operation === undefined) {
      throw refusal(
        `${fileName} holds an instruction (0x${code.toString(16).padStart(2, '0')}) that no weights need. ` +
          'Nothing of it was run. Fetch the checkpoint from a source that you trust.',
        { file: fileName },
      );
    }
    operation(reader);
  }
  return reader.result();
}
