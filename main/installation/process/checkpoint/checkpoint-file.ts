import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { refusal, shown } from './refusal.ts';

/** A file opened for reading at given places. It is not trusted: every length is checked before memory is taken for it. */
export interface CheckpointFile {
  path: string;
  /** The file's name, fit for a sentence. */
  name: string;
  sizeBytes: number;
  /** @throws AppError `checkpoint-unreadable` when the range is not wholly inside the file */
  read(offsetBytes: number, lengthBytes: number): Buffer;
}

/** Enough to tell a web page or a pointer file from weights. */
const openingBytes = 512;

export function endsEarly(name: string): ReturnType<typeof refusal> {
  return refusal(`${name} ends early or is damaged. Fetch it again.`, { file: name });
}

/** Downloads that went wrong in a way that people can mend, once they are told. */
function checkOpening(file: CheckpointFile): void {
  const { name, sizeBytes } = file;
  if (sizeBytes === 0) throw refusal(`${name} is empty. Fetch it again.`, { file: name });
  const opening = file.read(0, Math.min(sizeBytes, openingBytes)).toString('latin1').trimStart();
  if (opening.startsWith('version https://git-lfs')) {
    throw refusal(
      `${name} is only a pointer to the real file, left by a git clone without Git LFS. ` +
        'Run "git lfs pull" in its folder, or fetch the file itself.',
      { file: name },
    );
  }
  if (/^<(!doctype|html|\?xml)/i.test(opening)) {
    throw refusal(
      `${name} is a web page, saved in place of the file: the download did not go through. Fetch it again.`,
      { file: name },
    );
  }
}

/**
 * Opens a file, hands it to `use` and closes it.
 *
 * @throws AppError `checkpoint-unreadable` when there is no such file, or a web page or a Git LFS pointer in its place
 */
export function withCheckpointFile<T>(path: string, use: (file: CheckpointFile) => T): T {
  const name = shown(basename(path));
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) throw refusal(`${name} is missing from the checkpoint. Fetch it.`, { file: name });
  // Opening a pipe or a device could wait for ever.
  if (!info.isFile()) throw refusal(`${name} is not a file. Fetch it again.`, { file: name });
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unknown';
    throw refusal(`${name} could not be opened (${cause}).`, { file: name });
  }
  const file: CheckpointFile = {
    path,
    name,
    sizeBytes: info.size,
    read(offsetBytes, lengthBytes) {
      if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes + lengthBytes > info.size) throw endsEarly(name);
      const bytes = Buffer.alloc(lengthBytes);
      if (readSync(handle, bytes, 0, lengthBytes, offsetBytes) < lengthBytes) throw endsEarly(name);
      return bytes;
    },
  };
  try {
    checkOpening(file);
    return use(file);
  } finally {
    closeSync(handle);
  }
}

/**
 * The parsed content of a JSON file.
 *
 * @param limitBytes a larger file is refused unread
 */
export function readJsonFile(path: string, limitBytes: number): unknown {
  return withCheckpointFile(path, (file) => {
    const { name, sizeBytes } = file;
    if (sizeBytes > limitBytes) throw refusal(`${name} is too large to be what its name says.`, { file: name });
    return parseJson(file.read(0, sizeBytes), name);
  });
}

/** Parses UTF-8 JSON out of the file with this name. */
export function parseJson(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw refusal(`${name} is not whole: its JSON cannot be read. Fetch it again.`, { file: name });
  }
}
