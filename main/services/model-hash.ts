import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DatabaseClient } from '../database/protocol.ts';

const pieceBytes = 4 * 1024 ** 2;

/**
 * The SHA-256 of a model file, computed once and remembered as long as its size and time of change stay the same.
 *
 * @param onProgress share of the file that has been read; not called when the hash was known
 * @throws the file system's error when the file cannot be read
 */
export async function modelSha256(
  database: Pick<DatabaseClient, 'findModelFile' | 'saveModelFile'>,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const info = await stat(path);
  const identity = { path, sizeBytes: info.size, modifiedMs: Math.trunc(info.mtimeMs) };
  const known = await database.findModelFile(path);
  if (known?.sizeBytes === identity.sizeBytes && known.modifiedMs === identity.modifiedMs) return known.sha256;

  const hash = createHash('sha256');
  let readBytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    hash.update(piece as Buffer);
    readBytes += (piece as Buffer).length;
    onProgress(readBytes / Math.max(1, info.size));
  }
  const sha256 = hash.digest('hex');
  await database.saveModelFile({ ...identity, sha256 });
  return sha256;
}
