import { crc32, deflateRawSync } from 'node:zlib';

const localFields = 26;

export interface PackedFile {
  name: string;
  content: Buffer | string;
  /** Says in its head that it is locked with a password. */
  isLocked?: boolean;
  /** What its head says that it holds, when that is not true. */
  claimedBytes?: number;
}

/** A zip as programs write it for people to download: each file deflated, then the directory. */
export function packZip(files: readonly PackedFile[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, isLocked = false, claimedBytes } of files) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const head = Buffer.alloc(localFields);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(isLocked ? 0x801 : 0x800, 2);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(claimedBytes ?? bytes.length, 18);
    head.writeUInt16LE(nameBytes.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), head, place, nameBytes);
    pieces.push(Buffer.from('PK\u0003\u0004', 'latin1'), head, nameBytes, packed);
    offset += 4 + localFields + nameBytes.length + packed.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...pieces, ...directory, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}
