import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStateCache } from '../../../main/engine/process/state-cache.ts';
import { createSavedStates } from '../../../main/services/saved-states.ts';
import { newId, temporaryFolder } from '../../support/database.ts';

/** Saves as the engine does, in the folder that the service looks after. */
async function save(folder: string, id: string, bytes: number): Promise<void> {
  const cache = createStateCache(folder, 1e9, 'fingerprint');
  await cache.save(id, { tokens: [1, 2], replies: [] }, bytes, async (path) => {
    writeFileSync(path, Buffer.alloc(bytes));
  });
}

describe('the folder of saved states', () => {
  it('that does not exist takes nothing, and can be cleared', async () => {
    const folder = join(temporaryFolder(), 'states');
    const states = createSavedStates(folder);
    expect(await states.usage()).toEqual({ sizeBytes: 0 });
    expect(await states.clear()).toEqual({ sizeBytes: 0 });
    await states.drop([newId()]);
    expect(existsSync(folder)).toBe(false);
  });

  it('is measured with all that is in it, also what a kill has left', async () => {
    const folder = temporaryFolder();
    const states = createSavedStates(folder);
    await save(folder, newId(), 1000);
    const { sizeBytes } = await states.usage();
    expect(sizeBytes).toBeGreaterThan(1000);
    expect(sizeBytes).toBeLessThan(1500);
    writeFileSync(join(folder, `${newId()}.state.part`), Buffer.alloc(500));
    expect(await states.usage()).toEqual({ sizeBytes: sizeBytes + 500 });
  });

  it('is empty after it was cleared, and the engine can save again', async () => {
    const folder = temporaryFolder();
    const states = createSavedStates(folder);
    const [one, two] = [newId(), newId()];
    await save(folder, one, 1000);
    await save(folder, two, 1000);
    writeFileSync(join(folder, `${one}.json.part`), '{');
    expect(await states.clear()).toEqual({ sizeBytes: 0 });
    expect(readdirSync(folder)).toEqual([]);
    const cache = createStateCache(folder, 1e9, 'fingerprint');
    expect(await cache.find(one)).toBeNull();
    await save(folder, one, 10);
    expect(await cache.verify(one)).toBe(true);
  });

  it('loses what is saved of one conversation and of no other', async () => {
    const folder = temporaryFolder();
    const states = createSavedStates(folder);
    const [one, two] = [newId(), newId()];
    await save(folder, one, 100);
    await save(folder, two, 100);
    await states.drop([one]);
    await states.drop([one]);
    expect(readdirSync(folder).sort()).toEqual([`${two}.json`, `${two}.state`]);
  });

  it('keeps its neighbours', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'states');
    mkdirSync(folder);
    writeFileSync(join(root, 'calibrations.json'), '{}');
    const states = createSavedStates(folder);
    await save(folder, newId(), 10);
    expect((await states.usage()).sizeBytes).toBeLessThan(500);
    await states.clear();
    expect(readdirSync(root).sort()).toEqual(['calibrations.json', 'states']);
  });
});
