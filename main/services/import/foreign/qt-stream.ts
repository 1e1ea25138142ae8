/** Longest text in bytes, two for each UTF-16 unit. */
const longestText = 128 * 1024 ** 2;
/** Lengths that mean something else: no text at all, and a length beyond what 32 bits hold. */
const nullLength = 0xffffffff;
const extendedLength = 0xfffffffe;

/** Why a stream is not read on: it ends too early, it says what cannot be, or it holds too much. */
export class QtStreamError extends Error {
  readonly reason: 'cut-off' | 'unknown-form' | 'too-large';

  constructor(reason: QtStreamError['reason']) {
    super(reason);
    this.name = 'QtStreamError';
    this.reason = reason;
  }
}

/**
 * Reads what Qt's QDataStream wrote: numbers with their first byte first, texts as their length in bytes and UTF-16.
 * Nothing but the value at hand is held.
 *
 * @throws QtStreamError from every function
 */
export function createQtReader(bytes: AsyncIterable<Buffer>) {
  const iterator = bytes[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  const fill = async (): Promise<void> => {
    const next = await iterator.next();
    if (next.done === true) throw new QtStreamError('cut-off');
    held = next.value;
  };

  const take = async (length: number): Promise<Buffer> => {
    if (length > longestText) throw new QtStreamError('unknown-form');
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      if (held.length === 0) await fill();
      const piece = held.subarray(0, missing);
      held = held.subarray(piece.length);
      missing -= piece.length;
      pieces.push(piece);
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  };

  const skip = async (length: number): Promise<void> => {
    for (let missing = length; missing > 0;) {
      if (held.length === 0) await fill();
      const passed = Math.min(missing, held.length);
      held = held.subarray(passed);
      missing -= passed;
    }
  };

  /** Bytes that follow, of a text or of a byte array. */
  const lengthOf = async (): Promise<number> => {
    const length = (await take(4)).readUInt32BE();
    if (length === nullLength) return 0;
    return length === extendedLength ? count() : length;
  };

  /** A number of things, which 64 bits hold. */
  const count = async (): Promise<number> => {
    const value = (await take(8)).readBigInt64BE();
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new QtStreamError('unknown-form');
    return Number(value);
  };

  return {
    skip,
    count,
    uint32: async () => (await take(4)).readUInt32BE(),
    int32: async () => (await take(4)).readInt32BE(),
    isTrue: async () => (await take(1)).readUInt8() !== 0,
    async text(): Promise<string> {
      const length = await lengthOf();
      if (length % 2 !== 0) throw new QtStreamError('unknown-form');
      return Buffer.from(await take(length))
        .swap16()
        .toString('utf16le');
    },
    skipBytes: async () => skip(await lengthOf()),
    /** Ends the source. */
    close: async (): Promise<void> => {
      await iterator.return?.();
    },
  };
}

export type QtReader = ReturnType<typeof createQtReader>;
