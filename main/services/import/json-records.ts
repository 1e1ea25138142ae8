import { AppError } from '../../../preload/contract/errors.ts';
import type { Tally } from './tally.ts';

/** Longest record in UTF-16 units, and deepest nesting: a conversation of thousands of turns nests twice as deep. */
const maxRecordLength = 64 * 1024 ** 2;
const maxDepth = 20_000;
/** As much of the end of what was read as tells which array begins there. */
const tailLength = 200;

/** A parsed record, or what stands around the records once they are taken out. */
export type JsonPart = { kind: 'record'; value: unknown } | { kind: 'envelope'; value: unknown };

/**
 * The records of a JSON file, one after the other, without ever holding more than one: the lines of a JSON Lines file,
 * the elements of an array, or those of the array "conversations" in an object, however the file is laid out. Any other
 * object is one record itself. What cannot be read is counted and passed over.
 *
 * @throws AppError `invalid-input` when the file is no JSON at all
 */
export async function* jsonRecords(
  pieces: AsyncIterable<string>,
  isLines: boolean,
  tally: Tally,
): AsyncGenerator<JsonPart> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    let head = '';
    // A first line that is a record tells lines from a document; nothing but an object can be one.
    for (let isClear = false; !isClear && head.length <= maxRecordLength;) {
      const next = await iterator.next();
      if (next.done === true) break;
      const piece = head === '' ? next.value.trimStart() : next.value;
      isClear = piece.includes('\n') || (head === '' && piece !== '' && !piece.startsWith('{'));
      head += piece;
    }
    const rest = async function* (): AsyncGenerator<string> {
      yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    };
    yield* isLines || beginsWithRecord(head) ? lines(rest(), tally) : elements(rest(), tally);
  } finally {
    await iterator.return?.();
  }
}

function beginsWithRecord(head: string): boolean {
  const [line = ''] = head.trimStart().split('\n', 1);
  if (!line.startsWith('{')) return false;
  const value = parsed(line);
  return typeof value === 'object' && value !== null && !('conversations' in value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* recordOf(text: string, tally: Tally): Generator<JsonPart> {
  tally.record += 1;
  const value = isDeeperThan(text, maxDepth) ? null : parsed(text);
  if (value === null) tally.skip('too-deep');
  else if (value === undefined) tally.skip('not-json');
  else yield { kind: 'record', value };
}

async function* lines(pieces: AsyncIterable<string>, tally: Tally): AsyncGenerator<JsonPart> {
  let line = '';
  let isTooLong = false;
  const take = function* (end: string): Generator<JsonPart> {
    const whole = line + end;
    line = '';
    if (isTooLong || whole.length > maxRecordLength) {
      tally.record += 1;
      tally.skip('too-large');
    } else if (whole.trim() !== '') yield* recordOf(whole, tally);
    isTooLong = false;
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      yield* take(piece.slice(start, end));
      start = end + 1;
    }
    if (!isTooLong) line += piece.slice(start);
    if (line.length > maxRecordLength) {
      isTooLong = true;
      line = '';
    }
  }
  yield* take('');
}

/** Whether brackets outside of strings nest deeper than this. */
export function isDeeperThan(text: string, limit: number): boolean {
  const nesting = createNesting();
  for (let index = 0; index < text.length; index += 1) {
    if (nesting.step(text.charCodeAt(index)) > limit) return true;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;

/** Follows the nesting of JSON, character by character. */
function createNesting() {
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  return {
    isString: (): boolean => isString,
    step(code: number): number {
      if (isString) {
        if (isEscaped) isEscaped = false;
        else if (code === backslash) isEscaped = true;
        else if (code === quote) isString = false;
      } else if (code === quote) isString = true;
      else if (code === 0x7b || code === 0x5b) depth += 1;
      else if (code === 0x7d || code === 0x5d) depth -= 1;
      return depth;
    },
  };
}

async function* elements(pieces: AsyncIterable<string>, tally: Tally): AsyncGenerator<JsonPart> {
  const nesting = createNesting();
  let envelope = '';
  let tail = '';
  let hasRecords = false;
  const record = { text: '', isTooLong: false };
  /** Depth of the array whose elements are records; 0 outside of it. */
  let arrayDepth = 0;
  let depth = 0;
  for await (const piece of pieces) {
    let start = 0;
    const keep = (end: number): void => {
      if (depth > arrayDepth && arrayDepth > 0) {
        if (!record.isTooLong) record.text += piece.slice(start, end);
        record.isTooLong ||= record.text.length > maxRecordLength;
        if (record.isTooLong) record.text = '';
      } else if (arrayDepth === 0) {
        envelope += piece.slice(start, end);
        tail = `${tail}${piece.slice(Math.max(start, end - tailLength), end)}`.slice(-tailLength);
      }
      if (envelope.length > maxRecordLength) throw notReadable();
      start = end;
    };
    for (let index = 0; index < piece.length; index += 1) {
      const before = depth;
      const wasString = nesting.isString();
      const code = piece.charCodeAt(index);
      const after = nesting.step(code);
      if (wasString || after === before) continue;
      if (after > before) {
        // A record begins with its bracket, the array ends behind its own.
        keep(arrayDepth === 0 ? index + 1 : before === arrayDepth ? index : start);
        depth = after;
        if (arrayDepth === 0 && code === 0x5b && opensRecords(tail, after)) {
          arrayDepth = after;
          hasRecords = true;
        }
      } else if (before === arrayDepth + 1 && arrayDepth > 0) {
        keep(index + 1);
        depth = after;
        if (record.isTooLong) {
          tally.record += 1;
          tally.skip('too-large');
        } else yield* recordOf(record.text, tally);
        record.text = '';
        record.isTooLong = false;
      } else if (before === arrayDepth) {
        arrayDepth = 0;
        start = index;
        depth = after;
      } else depth = after;
    }
    keep(piece.length);
  }
  if (arrayDepth > 0) {
    tally.record += 1;
    tally.skip('cut-off');
  }
  const text = arrayDepth > 0 ? `${envelope}]${arrayDepth === 2 ? '}' : ''}` : envelope;
  const value = isDeeperThan(text, maxDepth) ? undefined : parsed(text);
  if (value === undefined) throw notReadable();
  if (!hasRecords) tally.record += 1;
  yield { kind: hasRecords ? 'envelope' : 'record', value };
}

function opensRecords(tail: string, depth: number): boolean {
  return depth === 1 || (depth === 2 && /"conversations"\s*:\s*\[$/.test(tail));
}

function notReadable(): AppError {
  return new AppError(
    'invalid-input',
    'This file holds no conversations in a form that can be read. Nothing was imported.',
  );
}
