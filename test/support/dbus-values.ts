/** Values as D-Bus writes them: little-endian, each aligned to its size. Only what the tests need. */

/** A value that names its own type. */
export interface Variant {
  signature: string;
  value: unknown;
}

const alignments: Record<string, number> = { y: 1, g: 1, v: 1, b: 4, i: 4, u: 4, s: 4, o: 4, a: 4, x: 8, t: 8, d: 8 };

function alignmentOf(signature: string): number {
  return alignments[signature.charAt(0)] ?? 8;
}

/** The first complete type of a signature. */
function firstType(signature: string): string {
  const start = signature.charAt(0);
  if (start === 'a') return start + firstType(signature.slice(1));
  const closing = { '(': ')', '{': '}' }[start];
  if (closing === undefined) return start;
  let depth = 0;
  for (let index = 0; index < signature.length; index += 1) {
    if (signature[index] === start) depth += 1;
    if (signature[index] === closing) depth -= 1;
    if (depth === 0) return signature.slice(0, index + 1);
  }
  throw new Error(`"${signature}" does not end.`);
}

/** The types of a signature, one after the other. */
export function typesOf(signature: string): string[] {
  if (signature === '') return [];
  const first = firstType(signature);
  return [first, ...typesOf(signature.slice(first.length))];
}

/** Writes values one after the other. */
export class DbusWriter {
  #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.#bytes);
  }

  align(size: number): void {
    while (this.#bytes.length % size !== 0) this.#bytes.push(0);
  }

  #number(value: number, size: number): void {
    this.align(size);
    for (let byte = 0; byte < size; byte += 1) this.#bytes.push((value >>> (8 * byte)) & 0xff);
  }

  #text(text: string, lengthSize: number): void {
    const bytes = Buffer.from(text);
    this.#number(bytes.length, lengthSize);
    this.#bytes.push(...bytes, 0);
  }

  write(signature: string, value: unknown): void {
    const kind = signature.charAt(0);
    if (kind === 'y') this.#number(Number(value), 1);
    else if (kind === 'b' || kind === 'i' || kind === 'u') this.#number(Number(value), 4);
    else if (kind === 's' || kind === 'o') this.#text(String(value), 4);
    else if (kind === 'g') this.#text(String(value), 1);
    else if (kind === 'v') {
      const variant = value as Variant;
      this.write('g', variant.signature);
      this.write(variant.signature, variant.value);
    } else if (kind === 'a') {
      this.#array(signature.slice(1), value as Iterable<unknown>);
    } else if (kind === '(' || kind === '{') {
      this.align(8);
      const members = value as unknown[];
      typesOf(signature.slice(1, -1)).forEach((type, index) => this.write(type, members[index]));
    } else {
      throw new Error(`There is no way to write "${signature}" yet.`);
    }
  }

  #array(itemType: string, items: Iterable<unknown>): void {
    this.#number(0, 4);
    const lengthAt = this.#bytes.length - 4;
    this.align(alignmentOf(itemType));
    const start = this.#bytes.length;
    for (const item of items) this.write(itemType, item);
    const length = this.#bytes.length - start;
    for (let byte = 0; byte < 4; byte += 1) this.#bytes[lengthAt + byte] = (length >>> (8 * byte)) & 0xff;
  }
}

/** Reads values one after the other; a dictionary becomes a Map, a variant its value. */
export class DbusReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  align(size: number): void {
    this.#at = Math.ceil(this.#at / size) * size;
  }

  #take(size: number): number {
    this.align(size);
    this.#at += size;
    return this.#at - size;
  }

  #text(length: number): string {
    const text = this.#buffer.toString('utf8', this.#at, this.#at + length);
    this.#at += length + 1;
    return text;
  }

  read(signature: string): unknown {
    switch (signature.charAt(0)) {
      case 'y':
        return this.#buffer.readUInt8(this.#take(1));
      case 'b':
        return this.#buffer.readUInt32LE(this.#take(4)) !== 0;
      case 'i':
        return this.#buffer.readInt32LE(this.#take(4));
      case 'u':
        return this.#buffer.readUInt32LE(this.#take(4));
      case 'x':
      case 't':
        return this.#buffer.readBigInt64LE(this.#take(8));
      case 'd':
        return this.#buffer.readDoubleLE(this.#take(8));
      case 's':
      case 'o':
        return this.#text(this.#buffer.readUInt32LE(this.#take(4)));
      case 'g':
        return this.#text(this.#buffer.readUInt8(this.#take(1)));
      case 'v':
        return this.read(String(this.read('g')));
      case 'a':
        return this.#array(signature.slice(1));
      case '(':
      case '{':
        this.align(8);
        return typesOf(signature.slice(1, -1)).map((type) => this.read(type));
      default:
        throw new Error(`There is no way to read "${signature}" yet.`);
    }
  }

  #array(itemType: string): unknown {
    const length = this.#buffer.readUInt32LE(this.#take(4));
    this.align(alignmentOf(itemType));
    const end = this.#at + length;
    const items: unknown[] = [];
    while (this.#at < end) items.push(this.read(itemType));
    return itemType.startsWith('{') ? new Map(items as [unknown, unknown][]) : items;
  }
}
