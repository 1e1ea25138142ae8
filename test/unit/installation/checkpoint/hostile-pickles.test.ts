import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readShard } from '../../../../main/installation/process/checkpoint/shard.ts';
import { pickle, pickledTensor, randomWeights, writeTorchArchive } from '../../../support/checkpoints.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { refusalOf } from './refusal.ts';

const { op, text, shortText, integer, global, tuple, call, dictionary, whole } = pickle;
const all = (...pieces: Buffer[]): Buffer => Buffer.concat(pieces);
const mark = op('(');
const none = op('N');
const emptyDict = op('}');
const emptyTuple = op(')');
const orderedDict = call(global('collections', 'OrderedDict'));
const command = text('touch /tmp/owned');
const tensor = pickledTensor({ type: 'HalfStorage', key: '0', elements: 4 }, [4]);
const rebuild = global('torch._utils', '_rebuild_tensor_v2');

/** Reads a shard whose pickle is this and answers the refusal. */
async function refusalOfPickle(data: Buffer): Promise<string> {
  const path = join(temporaryFolder(), 'shard.bin');
  writeTorchArchive(path, data, [{ name: '0', bytes: () => randomWeights('f16', 4, 1) }]);
  return refusalOf(readShard(path));
}

/** `('storage', type, key, location, elements)`, with any part changed. */
function storageId(...parts: Buffer[]): Buffer {
  return whole(dictionary([['t', all(tuple(...parts), op('Q'))]]));
}

function repeated(code: Buffer, times: number): Buffer {
  return Buffer.alloc(times * code.length, code);
}

describe('a pickle that names code', () => {
  it.each([
    ['GLOBAL and REDUCE', whole(call(global('os', 'system'), command)), 'os.system'],
    [
      'inside a good state dict',
      whole(
        dictionary([
          ['t', tensor],
          ['u', call(global('os', 'system'), command)],
        ]),
      ),
      'os.system',
    ],
    ['without calling it', whole(global('subprocess', 'Popen')), 'subprocess.Popen'],
    ['STACK_GLOBAL', whole(all(shortText('os'), shortText('system'), op(0x93), tuple(command), op('R'))), 'os.system'],
    ['INST', whole(all(mark, command, Buffer.from('ios\nsystem\n'))), 'os.system'],
    ['__import__', whole(call(global('builtins', '__import__'), text('os'))), 'builtins.__import__'],
    ['eval of Python 2', whole(call(global('__builtin__', 'eval'), text('1'))), '__builtin__.eval'],
    ['getattr on an allowed module', whole(global('torch._utils', '__globals__')), 'torch._utils.__globals__'],
    [
      'a dotted path into an allowed module',
      whole(global('torch', 'serialization.os.system')),
      'torch.serialization.os.system',
    ],
    [
      'an allowed name split elsewhere',
      whole(global('torch._utils._rebuild_tensor_v2', 'x')),
      'torch._utils._rebuild_tensor_v2.x',
    ],
    [
      'another loader of PyTorch',
      whole(call(global('torch.storage', '_load_from_bytes'), text(''))),
      'torch.storage._load_from_bytes',
    ],
    ['a name of JavaScript', whole(call(global('constructor', 'constructor'), text('1'))), 'constructor.constructor'],
  ])('is refused with the name: %s', async (_name, data, named) => {
    const sentence = await refusalOfPickle(data);
    expect(sentence).toContain(`shard.bin wants to run ${named}, which no weights need. It was not run.`);
  });

  it('cannot put its own words into the sentence', async () => {
    const name = `\u001b[31mx\u202e${'y'.repeat(150)}`;
    const sentence = await refusalOfPickle(whole(global('a', name)));
    expect(sentence).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(sentence.length).toBeLessThan(300);
  });
});

describe('a pickle that misuses what is allowed', () => {
  it.each([
    ['a call of a storage type', whole(call(global('torch', 'HalfStorage'), integer(1)))],
    ['a call of a text', whole(call(text('os.system'), command))],
    ['a call of a tensor', whole(call(tensor, integer(1)))],
    ['a call with a list for arguments', whole(all(global('collections', 'OrderedDict'), op(']'), op('R')))],
    ['an OrderedDict made of something', whole(call(global('collections', 'OrderedDict'), tuple()))],
    ['a tensor of a text', whole(call(rebuild, text('0'), integer(0), tuple(), tuple(), none, none))],
    ['a tensor of too few arguments', whole(call(rebuild))],
    ['a parameter of a dict', whole(call(global('torch._utils', '_rebuild_parameter'), emptyDict, none, none))],
    ['state for a tensor', whole(all(tensor, dictionary([['__class__', none]]), op('b')))],
    ['state for a name', whole(all(global('torch', 'HalfStorage'), dictionary([['__reduce__', none]]), op('b')))],
    ['state that is no dict', whole(all(orderedDict, tuple(none, emptyDict), op('b')))],
    ['an instruction that makes objects', whole(all(global('collections', 'OrderedDict'), emptyTuple, op(0x81)))],
    ['an instruction that calls a class', whole(all(mark, global('collections', 'OrderedDict'), op('o')))],
    ['an extension of copyreg', whole(Buffer.from([0x82, 1]))],
    ['a persistent id as text', whole(Buffer.from('P0\n'))],
  ])('is refused: %s', async (_name, data) => {
    expect(await refusalOfPickle(data)).toMatch(/^shard\.bin (is damaged|holds)/);
  });

  const half = global('torch', 'HalfStorage');
  it.each([
    ['another kind of object', storageId(text('module'), half, text('0'), text('cpu'), integer(4))],
    ['a type that is a text', storageId(text('storage'), text('HalfStorage'), text('0'), text('cpu'), integer(4))],
    ['a type that is a function', storageId(text('storage'), rebuild, text('0'), text('cpu'), integer(4))],
    ['a key that is a number', storageId(text('storage'), half, integer(0), text('cpu'), integer(4))],
    ['a negative length', storageId(text('storage'), half, text('0'), text('cpu'), integer(-4))],
    ['too few parts', storageId(text('storage'), half, text('0'))],
    ['an old view', storageId(text('storage'), half, text('0'), text('cpu'), integer(4), none)],
    ['no tuple', whole(all(text('0'), op('Q')))],
  ])('a persistent id that lies is refused: %s', async (_name, data) => {
    expect(await refusalOfPickle(data)).toMatch(/^shard\.bin is damaged/);
  });

  it('a top value or an entry that is no tensor is refused', async () => {
    expect(await refusalOfPickle(whole(tensor))).toMatch(/something else than named tensors/);
    expect(await refusalOfPickle(whole(dictionary([['epoch', integer(3)]])))).toMatch(/named tensors \(epoch\)/);
    expect(await refusalOfPickle(whole(all(emptyDict, integer(1), tensor, op('s'))))).toMatch(/is damaged/);
  });
});

describe('a pickle that wants to take memory or time', () => {
  const million = 1_000_000;
  const length64 = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  };
  it.each([
    ['marks within marks', whole(repeated(mark, million))],
    ['tuples within tuples', whole(all(emptyTuple, repeated(op(0x85), million)))],
    ['lists within lists', whole(repeated(op(']'), million))],
    ['dicts without end', whole(repeated(emptyDict, million))],
    ['values without end', whole(repeated(none, 4 * million))],
    ['one value remembered without end', whole(all(none, repeated(op(0x94), 4 * million)))],
    ['one value used without end', whole(all(text('x'), op('q'), op(0), repeated(Buffer.from('h\0'), 4 * million)))],
    ['a list that holds itself', whole(all(op(']'), op('q'), op(0), Buffer.from('h\0'), op('a')))],
    [
      'a tuple that holds itself',
      whole(all(op(']q\0'), Buffer.from('h\0'), op(0x85), op('q\x01a'), Buffer.from('h\x01'), op(0x86))),
    ],
    ['a text of 2^63 bytes', whole(all(op(0x8d), length64(2n ** 63n)))],
    ['a text of 4 GB', whole(all(op('X'), Buffer.alloc(4, 255)))],
    ['an integer of 2 GB', whole(all(op(0x8b), Buffer.from([255, 255, 255, 127])))],
    ['an integer of 255 bytes', whole(all(op(0x8a), Buffer.alloc(256, 255)))],
    ['an integer beyond 2^53', whole(all(op(0x8a), op(8), length64(2n ** 62n)))],
    ['a name without end', whole(all(op('c'), repeated(op('x'), million)))],
    ['a pickle of 17 MB', whole(repeated(none, 17 * million))],
  ])('is refused: %s', async (_name, data) => {
    const before = process.memoryUsage().rss;
    expect(await refusalOfPickle(data)).toMatch(/^shard\.bin (is damaged|holds|describes)/);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 ** 2);
  });
});

describe('a pickle that ends or reaches where it must not', () => {
  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['no end', whole(dictionary([['t', tensor]])).subarray(0, -1)],
    ['an end with nothing made', whole(Buffer.alloc(0))],
    ['two values at the end', whole(all(emptyDict, emptyDict))],
    ['an open mark at the end', whole(all(mark, emptyDict))],
    ['a value from below a mark', whole(all(emptyDict, mark, op('s')))],
    ['a tuple from below a mark', whole(all(none, mark, none, op(0x86)))],
    ['a memory that was never filled', whole(Buffer.from('h\x07'))],
    ['entries without a dict', whole(all(none, mark, text('a'), none, op('u')))],
    ['an odd number of entries', whole(all(emptyDict, mark, text('a'), op('u')))],
    ['a newer protocol', Buffer.from([0x80, 6, 0x7d, 0x2e])],
    ['text that is not UTF-8', whole(all(op(0x8c), op(2), Buffer.from([0xc3, 0x28])))],
  ])('is refused: %s', async (_name, data) => {
    expect(await refusalOfPickle(data)).toMatch(/^shard\.bin is damaged/);
  });

  it('is read in newer protocols too', async () => {
    const newer = all(Buffer.from([0x80, 4, 0x95]), Buffer.alloc(8), dictionary([['t', tensor]]), op(0x94), op('.'));
    expect(await refusalOfPickle(newer)).toBe('');
  });

  it('names a tensor __proto__ without anything happening', async () => {
    expect(await refusalOfPickle(whole(dictionary([['__proto__', tensor]])))).toBe('');
    expect(await refusalOfPickle(whole(dictionary([['__proto__', emptyDict]])))).toMatch(/\(__proto__\)/);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
