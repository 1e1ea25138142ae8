/**
 * Questions built like those that the guide knows, about something else: made with the words of the whole language, so
 * that a word which no text of the guide holds says to it that the question is none of its own.
 */
import { estrange, fill, Random, variants } from './augment.ts';
import { intentsOf, normalize, OFF_TOPIC, split } from './dataset.ts';
import type { Dataset } from './dataset.ts';

const STRANGE = 14_000;
const FILLED = 6_000;
/** So often one of the telling words stays: "how do I pin a note" has one, and is not about the app. */
const KEPT = 0.5;
const MOST_KEPT = 4;

/** The same for the same data and words. */
export function strangers(data: Dataset, words: readonly string[]): string[] {
  const random = new Random(20230307);
  const known = new Set(data.groups.flatMap((g) => g.phrasings.map((p) => normalize(p.text))));
  const asked = intentsOf(data).flatMap((g) => split(g).train);
  const unknown = data.groups.filter((g) => g.id === OFF_TOPIC).flatMap((g) => split(g).train);
  const own = new Set(asked.flatMap((text) => normalize(text).split(' ')));
  const foreign = words.filter((word) => !own.has(word));
  const out: string[] = [];
  for (let i = 0; i < STRANGE; i++) {
    const kept = random.chance(KEPT) ? Math.floor(random.next() * MOST_KEPT) : -1;
    const strange = estrange(random.pick(random.chance(0.7) ? asked : unknown), foreign, random, kept);
    if (strange !== undefined) out.push(strange);
  }
  const lists = new Map([...data.lists.keys()].map((list) => [list, foreign]));
  for (let i = 0; i < FILLED; i++) out.push(fill(random.pick(data.templates), { ...data, lists }, random));
  return out.flatMap((text) => variants(text, 1, random).slice(-1)).filter((text) => !known.has(normalize(text)));
}
