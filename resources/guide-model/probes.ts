/** What the guide is asked when it is measured: questions that it was never trained on, alone and in conversations. */
import { Random } from './augment.ts';
import { hash, intentsOf, OFF_TOPIC, split } from './dataset.ts';
import type { Dataset, Group } from './dataset.ts';
import type { Turn } from './runner.ts';

/** A question to ask after some turns, and the group whose answer is right. */
export interface Probe {
  turns: Turn[];
  question: string;
  group: Group;
}

export type SetName = 'heldOut' | 'offTopic' | 'followUps' | 'laterTurns';

export const setWords: Record<SetName, string> = {
  heldOut: 'phrasings never trained on',
  offTopic: 'off-topic questions never trained on',
  followUps: 'follow-ups never trained on, as second turn',
  laterTurns: 'a sample of all these as second to sixth turn',
};

const LATER_SAMPLE = 600;

/** A turn of the group; the answers of a group that has several come in turn, as in training. */
function turnOf(group: Group, random: Random, before: readonly Turn[] = []): Turn {
  const times = before.filter(([, answer]) => group.answers.includes(answer)).length;
  return [random.pick(split(group).train), group.answers[times % group.answers.length] ?? ''];
}

/** The held-out questions of some groups; a follow-up comes after its parent's turn. */
function heldOut(data: Dataset, groups: readonly Group[], random: Random): Probe[] {
  return groups.flatMap((group) => {
    const parent = data.groups.find((g) => g.id === group.parent);
    const turns = (): Turn[] => (parent ? [turnOf(parent, random)] : []);
    return split(group).heldOut.map((question) => ({ turns: turns(), question, group }));
  });
}

/** A fixed sample of questions as second to sixth turn of a conversation of other things, off-topic ones among them. */
function later(probes: readonly Probe[], groups: readonly Group[], random: Random): Probe[] {
  const sample = [...probes].sort((a, b) => hash(a.question) - hash(b.question)).slice(0, LATER_SAMPLE);
  return sample.map((probe) => {
    const turns: Turn[] = [];
    const count = 1 + Math.floor(random.next() * 5);
    while (turns.length < count) turns.push(turnOf(random.pick(groups), random, turns));
    return { ...probe, turns: [...turns, ...probe.turns] };
  });
}

/** All sets of questions, the same at every call. */
export function probeSets(data: Dataset): Record<SetName, Probe[]> {
  const random = new Random(7);
  const intents = intentsOf(data);
  const offTopic = data.groups.filter((g) => g.id === OFF_TOPIC);
  const followUps = data.groups.filter((g) => g.parent !== undefined);
  const sets = {
    heldOut: heldOut(data, intents, random),
    offTopic: heldOut(data, offTopic, random),
    followUps: heldOut(data, followUps, random),
  };
  const fillers = [...intents, ...offTopic, ...offTopic];
  return { ...sets, laterTurns: later(Object.values(sets).flat(), fillers, random) };
}
