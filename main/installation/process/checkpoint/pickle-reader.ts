import type { PickleDictionary, PickleList, PickleValue } from './pickle-values.ts';
import { refusal } from './refusal.ts';

/** A tensor makes about ten objects; real shards have a few hundred tensors. */
const maxObjects = 500_000;
const maxStack = 500_000;
/** Lists, dicts and tuples that are begun and not yet closed; a state dict needs three. */
const maxOpen = 64;
const maxNameBytes = 256;

/** A pickle, and the stack and memory that its instructions work on. What they may hold is bounded. */
export class PickleReader {
  private position = 0;
  private objects = 0;
  private readonly bytes: Buffer;
  private readonly stack: PickleValue[] = [];
  /** Heights of the stack at which something was begun. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly texts = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly fileName: string;

  constructor(bytes: Buffer, fileName: string) {
    this.bytes = bytes;
    this.fileName = fileName;
  }

  damaged(): ReturnType<typeof refusal> {
    const { fileName } = this;
    return refusal(`${fileName} is damaged: its list of tensors cannot be read. Fetch it again.`, { file: fileName });
  }

  take(length: number): Buffer {
    const start = this.position;
    if (length > this.bytes.length - start) throw this.damaged();
    this.position = start + length;
    return this.bytes.subarray(start, this.position);
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A length of eight bytes; what the pickle cannot hold is refused by `take`. */
  length64(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  text(length: number): string {
    try {
      return this.texts.decode(this.take(length));
    } catch {
      throw this.damaged();
    }
  }

  /** A name up to the end of its line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0 || end - this.position > maxNameBytes) throw this.damaged();
    const line = this.text(end - this.position);
    this.position = end + 1;
    return line;
  }

  /** A signed little-endian integer; none that weights need is beyond what a number holds. */
  integer(length: number): number {
    if (length > 8) throw this.damaged();
    const raw = this.take(length).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const value = Number(BigInt.asIntN(8 * length, raw));
    if (!Number.isSafeInteger(value)) throw this.damaged();
    return value;
  }

  push(value: PickleValue): void {
    if (typeof value === 'object' || typeof value === 'string') this.objects += 1;
    if (this.objects > maxObjects || this.stack.length >= maxStack) throw this.damaged();
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  /** The newest value since the last mark. */
  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged();
    return value;
  }

  popText(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw this.damaged();
    return value;
  }

  mark(): void {
    if (this.marks.length >= maxOpen) throw this.damaged();
    this.marks.push(this.stack.length);
  }

  /** Everything since the last mark. */
  popToMark(): PickleValue[] {
    const height = this.marks.pop();
    if (height === undefined) throw this.damaged();
    return this.stack.splice(height);
  }

  remember(index: number): void {
    if (this.memo.size >= maxObjects) throw this.damaged();
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.damaged();
    this.push(value);
  }

  topDictionary(): PickleDictionary {
    const value = this.top();
    if (typeof value !== 'object' || value?.kind !== 'dictionary') throw this.damaged();
    return value;
  }

  topList(): PickleList {
    const value = this.top();
    if (typeof value !== 'object' || value?.kind !== 'list') throw this.damaged();
    return value;
  }

  tuple(items: PickleValue[]): void {
    this.push({ kind: 'tuple', items });
  }

  /** The last `length` values as a tuple. */
  shortTuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.tuple(items.reverse());
  }

  setItems(items: readonly PickleValue[]): void {
    const { entries } = this.topDictionary();
    if (items.length % 2 !== 0) throw this.damaged();
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      const value = items[index + 1];
      if (typeof key !== 'string' || value === undefined) throw this.damaged();
      entries.set(key, value);
    }
  }

  /** Only the value that the pickle is about may be left. */
  result(): PickleValue {
    if (this.marks.length > 0 || this.stack.length !== 1) throw this.damaged();
    return this.pop();
  }
}
