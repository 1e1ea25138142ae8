import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openCore } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import { temporaryFolder } from '../support/database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Opens and closes the app's core as this version; answers why there are backups afterwards. */
async function runAs(dataFolder: string, version: string | undefined): Promise<string[]> {
  const core = await openCore({ ...appPlaces(root, 'sources'), dataFolder, modelOverride: null, version });
  const { backups } = await core.backups.list();
  await core.dispose();
  return backups.map(({ reason }) => reason);
}

it('a copy of the database is made before another version goes on with it, and at no other start', async () => {
  const dataFolder = temporaryFolder();
  expect(await runAs(dataFolder, '0.1.0')).toEqual([]);
  expect(await runAs(dataFolder, '0.1.0')).toEqual([]);
  expect(await runAs(dataFolder, '0.2.0')).toEqual(['migration']);
  // The terminal says nothing of its version.
  expect(await runAs(dataFolder, undefined)).toEqual(['migration']);
  expect(await runAs(dataFolder, '0.2.0')).toEqual(['migration']);
});
