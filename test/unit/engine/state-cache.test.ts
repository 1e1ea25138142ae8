import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStateCache, stateFingerprint } from '../../../main/engine/process/state-cache.ts';
import { newId, temporaryFolder } from '../../support/database.ts';

const fingerprint = stateFingerprint('a'.repeat(64), 'node-llama-cpp 3.22.1, 2048 tokens, f16');
const tokens = [50278, 1276, 310, 0];
const replies = [{ turnId: 'answer', textSha256: 'h', tokens: [1, 2, 3] }];

function cacheIn(folder: string, limitBytes = 10_000) {
  return createStateCache(folder, limitBytes, fingerprint);
}

async function saveBytes(cache: ReturnType<typeof cacheIn>, id: string, bytes: number): Promise<void> {
  await cache.save(id, { tokens, replies }, bytes, (path) => writeFile(path, Buffer.alloc(bytes, 7)));
}

function totalBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Sets the time of a saved state back, as if it had been saved long ago. */
function age(folder: string, id: string, days: number): void {
  const time = new Date(Date.now() - days * 86_400_000);
  for (const ending of ['state', 'json']) utimesSync(join(folder, `${id}.${ending}`), time, time);
}

describe('a saved state', () => {
  it('is found again with all that was saved', async () => {
    const folder = join(temporaryFolder(), 'states');
    const id = newId();
    await saveBytes(cacheIn(folder), id, 1000);
    const cache = cacheIn(folder);
    expect(await cache.find(id)).toEqual({ path: join(folder, `${id}.state`), tokens, replies });
    expect(await cache.verify(id)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([`${id}.json`, `${id}.state`]);
    expect(statSync(folder).mode & 0o077, 'readable by its owner only').toBe(0);
    await cache.drop(id);
    expect(await cache.find(id)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a conversation that was never saved, or without a folder, is not found', async () => {
    const cache = cacheIn(join(temporaryFolder(), 'none'));
    expect(await cache.find(newId())).toBeNull();
    expect(await cache.verify(newId())).toBe(false);
  });

  it.each([
    ['model', stateFingerprint('b'.repeat(64), 'node-llama-cpp 3.22.1, 2048 tokens, f16')],
    ['library', stateFingerprint('a'.repeat(64), 'node-llama-cpp 3.23.0, 2048 tokens, f16')],
    ['window', stateFingerprint('a'.repeat(64), 'node-llama-cpp 3.22.1, 1024 tokens, f16')],
  ])('of another %s is dropped', async (_name, other) => {
    const folder = temporaryFolder();
    const id = newId();
    await saveBytes(cacheIn(folder), id, 100);
    expect(await createStateCache(folder, 10_000, other).find(id)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that was damaged or cut short is dropped before anything reads it', async () => {
    const folder = temporaryFolder();
    const id = newId();
    const cache = cacheIn(folder);
    for (const damage of [
      Buffer.alloc(99, 7),
      Buffer.concat([Buffer.alloc(99, 7), Buffer.from([8])]),
      Buffer.alloc(0),
    ]) {
      await saveBytes(cache, id, 100);
      writeFileSync(join(folder, `${id}.state`), damage);
      expect(await cache.verify(id)).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('with an unreadable record is dropped', async () => {
    const folder = temporaryFolder();
    const id = newId();
    const cache = cacheIn(folder);
    const good = { fingerprint, sha256: 'x', tokens, replies };
    for (const record of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      { ...good, tokens: [1.5] },
      { ...good, tokens: 'x' },
      { ...good, replies: [{}] },
    ]) {
      await saveBytes(cache, id, 100);
      writeFileSync(join(folder, `${id}.json`), typeof record === 'string' ? record : JSON.stringify(record));
      expect(await cache.find(id), JSON.stringify(record)).toBeNull();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('whose writing was cut off by a kill is never found', async () => {
    const folder = temporaryFolder();
    const id = newId();
    const cache = cacheIn(folder);
    // Killed while llama.cpp was writing, then before the record was there.
    writeFileSync(join(folder, `${id}.state.part`), Buffer.alloc(50));
    expect(await cache.find(id)).toBeNull();
    writeFileSync(join(folder, `${id}.state`), Buffer.alloc(100));
    expect(await cache.find(id)).toBeNull();
    writeFileSync(join(folder, `${id}.json.part`), '{"fingerprint"');
    expect(await cache.find(id)).toBeNull();
    // The next save takes their place.
    await saveBytes(cache, id, 100);
    expect(await cache.verify(id)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([`${id}.json`, `${id}.state`]);
  });

  it('whose writing failed leaves the one before dropped and throws', async () => {
    const folder = temporaryFolder();
    const id = newId();
    const cache = cacheIn(folder);
    await saveBytes(cache, id, 100);
    const failing = cache.save(id, { tokens, replies }, 100, () => Promise.reject(new Error('disk')));
    await expect(failing).rejects.toThrow('disk');
    expect(await cache.find(id)).toBeNull();
  });
});

describe('the limit', () => {
  it('is kept by removing the oldest first', async () => {
    const folder = temporaryFolder();
    const ids = [newId(), newId(), newId()] as const;
    const cache = cacheIn(folder, 5000);
    await saveBytes(cache, ids[0], 1000);
    await saveBytes(cache, ids[1], 1000);
    age(folder, ids[0], 1);
    age(folder, ids[1], 2);
    await saveBytes(cache, ids[2], 2500);
    expect(await cache.verify(ids[0])).toBe(true);
    expect(await cache.verify(ids[1])).toBe(false);
    expect(await cache.verify(ids[2])).toBe(true);
    expect(totalBytes(folder)).toBeLessThanOrEqual(5000);
  });

  it('holds for a state that came out larger than expected', async () => {
    const folder = temporaryFolder();
    const cache = cacheIn(folder, 4000);
    const [first, second] = [newId(), newId()];
    await saveBytes(cache, first, 1500);
    age(folder, first, 1);
    await cache.save(second, { tokens, replies }, 2000, (path) => writeFile(path, Buffer.alloc(3200)));
    expect(totalBytes(folder)).toBeLessThanOrEqual(4000);
    expect(await cache.verify(second)).toBe(true);
  });

  it('refuses a state that is larger than all of it, and keeps the others', async () => {
    const folder = temporaryFolder();
    const cache = cacheIn(folder, 2000);
    const [small, large] = [newId(), newId()];
    await saveBytes(cache, small, 500);
    await saveBytes(cache, large, 2001);
    expect(await cache.find(large)).toBeNull();
    expect(await cache.verify(small)).toBe(true);
  });

  it('counts what a kill has left behind', async () => {
    const folder = temporaryFolder();
    const left = join(folder, `${newId()}.state.part`);
    writeFileSync(left, Buffer.alloc(5000));
    const yesterday = new Date(Date.now() - 86_400_000);
    utimesSync(left, yesterday, yesterday);
    await saveBytes(cacheIn(folder, 4000), newId(), 1000);
    expect(existsSync(left)).toBe(false);
  });

  it('of zero saves nothing', async () => {
    const folder = join(temporaryFolder(), 'states');
    await saveBytes(cacheIn(folder, 0), newId(), 10);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a hostile conversation id', () => {
  it.each([
    '../../escape',
    '/etc/passwd',
    '..',
    '',
    'a'.repeat(36),
    `${newId()}/x`,
    `${newId().slice(0, 35)}.`,
    'A'.repeat(36),
  ])('%j leads nowhere', async (id) => {
    const root = temporaryFolder();
    const folder = join(root, 'states');
    mkdirSync(folder);
    writeFileSync(join(root, 'escape.json'), JSON.stringify({ fingerprint, sha256: '', tokens, replies }));
    const cache = cacheIn(folder);
    await saveBytes(cache, id, 10);
    expect(readdirSync(root).sort()).toEqual(['escape.json', 'states']);
    if (!/^[0-9a-f-]{36}$/.test(id)) {
      expect(readdirSync(folder)).toEqual([]);
      expect(await cache.find(id)).toBeNull();
    }
    expect(readFileSync(join(root, 'escape.json'), 'utf8')).toContain(fingerprint);
  });
});
