import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Token } from '../../../main/engine/process/prompt.ts';
import { newId, temporaryFolder } from '../../support/database.ts';
import { keptModel, type KeptModel } from './fake-sequences.ts';

/** `count` tokens that no other block has. */
const block = (number: number, count: number): Token[] =>
  Array.from({ length: count }, (_value, index) => 100 + number * 1000 + index);

/** Reads a prompt of a temporary conversation; returns how many tokens of it were known. */
async function readTemporary({ keeper }: KeptModel, id: string, prompt: Token[]): Promise<number> {
  const { sequence, reused } = await keeper.take(id, prompt, true);
  await sequence.read(prompt.slice(reused));
  return reused;
}

describe('a temporary conversation', () => {
  it('is never saved: not when it goes idle, not when another one takes its place', async () => {
    const folder = temporaryFolder();
    const kept = keptModel({ sequences: 1, folder });
    const id = newId();
    await readTemporary(kept, id, block(1, 50));
    await kept.keeper.save();
    expect(readdirSync(folder)).toEqual([]);

    const other = newId();
    await kept.ask(other, block(2, 50));
    await kept.keeper.save();
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !name.startsWith(other))).toEqual([]);
  });

  it('goes on with what is held of it, as others do', async () => {
    const kept = keptModel({ sequences: 2, folder: temporaryFolder() });
    const id = newId();
    await readTemporary(kept, id, block(1, 50));
    await kept.ask(newId(), block(2, 50));
    expect(await readTemporary(kept, id, [...block(1, 50), ...block(3, 20)])).toBe(50);
  });

  it('does not keep the conversation before it from being saved, and is saved itself once it is kept', async () => {
    const folder = temporaryFolder();
    const kept = keptModel({ sequences: 1, folder });
    const [before, id] = [newId(), newId()];
    await kept.ask(before, block(1, 50));
    await readTemporary(kept, id, block(2, 50));
    expect(readdirSync(folder).some((name) => name.startsWith(before))).toBe(true);
    await kept.ask(id, [...block(2, 50), ...block(3, 20)]);
    await kept.keeper.save();
    expect(readdirSync(folder).some((name) => name.startsWith(id))).toBe(true);
  });
});
