import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Token } from './prompt.ts';
import type { WrittenReply } from './replies.ts';

/**
 * Saved states of conversations on disk: what llama.cpp computed while reading, so that a conversation can go on after
 * a restart without being read again (512 tokens of the 12B: 0.1 s instead of 24 s). Each state has a JSON file beside
 * it that says what it holds. A state that belongs to another model, library or setting can crash llama.cpp, so it is
 * only used when its fingerprint and its hash are right; anything else is dropped without a word, for it is only a cache.
 */

interface StateRecord {
  fingerprint: string;
  sha256: string;
  tokens: Token[];
  replies: WrittenReply[];
}

export interface SavedState {
  path: string;
  tokens: Token[];
  replies: WrittenReply[];
}

const conversationIdPattern = /^[0-9a-f-]{36}$/;

/** Identity of everything that a state depends on. */
export function stateFingerprint(modelSha256: string, stateFormat: string): string {
  return createHash('sha256').update(`${modelSha256}\n${stateFormat}`).digest('hex');
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 4 * 1024 ** 2 }), hash);
  return hash.digest('hex');
}

function isTokenList(value: unknown): value is Token[] {
  return Array.isArray(value) && value.every((item) => Number.isInteger(item));
}

function isWrittenReply(value: unknown): value is WrittenReply {
  if (typeof value !== 'object' || value === null) return false;
  const { turnId, textSha256, tokens } = value as Record<string, unknown>;
  return typeof turnId === 'string' && typeof textSha256 === 'string' && isTokenList(tokens);
}

function parseRecord(json: string): StateRecord | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return null;
    const { fingerprint, sha256, tokens, replies } = value as Record<string, unknown>;
    if (typeof fingerprint !== 'string' || typeof sha256 !== 'string' || !isTokenList(tokens)) return null;
    if (!Array.isArray(replies) || !replies.every(isWrittenReply)) return null;
    return { fingerprint, sha256, tokens, replies };
  } catch {
    return null;
  }
}

/**
 * @param folder private to the cache; made when first needed
 * @param limitBytes most that all states together may take
 */
export function createStateCache(folder: string, limitBytes: number, fingerprint: string) {
  const statePath = (conversationId: string): string => join(folder, `${conversationId}.state`);
  const recordPath = (conversationId: string): string => join(folder, `${conversationId}.json`);

  const drop = async (conversationId: string): Promise<void> => {
    await Promise.all([
      rm(recordPath(conversationId), { force: true }),
      rm(statePath(conversationId), { force: true }),
    ]);
  };

  const shrinkTo = async (allowedBytes: number): Promise<void> => {
    const states = await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const info = await stat(join(folder, name)).catch(() => null);
        return { name, sizeBytes: info?.size ?? 0, usedMs: info?.mtimeMs ?? 0 };
      }),
    );
    let total = states.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const { name, sizeBytes } of states.sort((left, right) => left.usedMs - right.usedMs)) {
      if (total <= allowedBytes) return;
      await rm(join(folder, name), { force: true });
      total -= sizeBytes;
    }
  };

  return {
    /** What is saved of a conversation, if it can serve this model; the file's hash is checked by `verify`. */
    async find(conversationId: string): Promise<SavedState | null> {
      if (!conversationIdPattern.test(conversationId)) return null;
      const json = await readFile(recordPath(conversationId), 'utf8').catch(() => null);
      if (json === null) return null;
      const record = parseRecord(json);
      if (record?.fingerprint !== fingerprint) {
        await drop(conversationId);
        return null;
      }
      return { path: statePath(conversationId), tokens: record.tokens, replies: record.replies };
    },

    /** Whether the state file is, byte for byte, the one that was saved. It counts as just used then, and others go first. */
    async verify(conversationId: string): Promise<boolean> {
      const json = await readFile(recordPath(conversationId), 'utf8').catch(() => '');
      const expected = parseRecord(json)?.sha256;
      const actual = await sha256Of(statePath(conversationId)).catch(() => null);
      if (expected !== undefined && expected === actual) {
        const now = new Date();
        const paths = [statePath(conversationId), recordPath(conversationId)];
        await Promise.all(paths.map((path) => utimes(path, now, now).catch(() => undefined)));
        return true;
      }
      await drop(conversationId);
      return false;
    },

    /**
     * Saves a state. The record is written last, so a state cut short by a kill is never found.
     *
     * @param write writes the state to the path given
     * @param expectedBytes an estimate; nothing is written when limit or disk cannot hold twice as much
     */
    async save(
      conversationId: string,
      state: { tokens: readonly Token[]; replies: WrittenReply[] },
      expectedBytes: number,
      write: (path: string) => Promise<void>,
    ): Promise<void> {
      if (!conversationIdPattern.test(conversationId) || expectedBytes > limitBytes) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const disk = await statfs(folder);
      if (disk.bavail * disk.bsize < 2 * expectedBytes) return;
      await drop(conversationId);
      await shrinkTo(limitBytes - expectedBytes);
      const unfinished = `${statePath(conversationId)}.part`;
      await write(unfinished);
      const sha256 = await sha256Of(unfinished);
      await rename(unfinished, statePath(conversationId));
      const record: StateRecord = { fingerprint, sha256, tokens: [...state.tokens], replies: state.replies };
      await writeFile(`${recordPath(conversationId)}.part`, JSON.stringify(record), { mode: 0o600 });
      await rename(`${recordPath(conversationId)}.part`, recordPath(conversationId));
      await shrinkTo(limitBytes); // The estimate may have been too low.
    },

    drop,
  };
}

export type StateCache = ReturnType<typeof createStateCache>;
