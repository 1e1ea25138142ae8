import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSavedStates } from '../../../main/services/saved-states.ts';
import { newId, temporaryFolder } from '../../support/database.ts';

const endings = ['state', 'json', 'state.part', 'json.part'];

it('drops everything of some conversations and nothing else', async () => {
  const folder = temporaryFolder();
  const [gone, kept] = [newId(), newId()];
  for (const id of [gone, kept]) for (const ending of endings) writeFileSync(join(folder, `${id}.${ending}`), 'x');
  writeFileSync(join(folder, 'calibrations.json'), '{}');
  const states = createSavedStates(folder);
  await states.drop([gone]);
  await states.drop([newId()]);
  await states.drop(['..']);
  expect(readdirSync(folder).sort()).toEqual(
    ['calibrations.json', ...endings.map((ending) => `${kept}.${ending}`)].sort(),
  );
  const asked: string[][] = [];
  await states.dropOrphans(async (ids) => {
    asked.push(ids);
    return [{ id: kept }, { id: newId() }];
  });
  expect(asked).toEqual([[kept]]);
  expect(readdirSync(folder)).toHaveLength(5);
  await states.dropOrphans(async () => []);
  expect(readdirSync(folder)).toEqual(['calibrations.json']);
});

it('has nothing to do before anything was saved', async () => {
  const states = createSavedStates(join(temporaryFolder(), 'none'));
  await expect(states.drop([newId()])).resolves.toBeUndefined();
  await states.dropOrphans(() => {
    throw new Error('There is nothing to ask about.');
  });
});
