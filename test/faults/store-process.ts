import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Message } from '../../preload/contract/conversations.ts';
import { openCore } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import { createRandom } from '../support/random.ts';
import { slowModel } from '../support/slow-model.ts';

/**
 * A process made to be killed: the app without its windows, which answers questions and meanwhile renames, files, rates,
 * deletes and restores at random. Each line on stdout is what test/faults/store.ts reads: what is about to be changed,
 * what is changed for good, and what was shown of an answer.
 */
const { values } = parseArgs({ options: { folder: { type: 'string' }, seed: { type: 'string' } } });
if (values.folder === undefined || values.seed === undefined) {
  throw new Error('usage: store-process --folder FOLDER --seed N');
}
const random = createRandom(Number(values.seed));
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const core = await openCore({
  ...appPlaces(resolve(import.meta.dirname, '..', '..'), 'sources'),
  dataFolder: values.folder,
  modelOverride: slowModel(),
});
const { conversations, generations, messages, folders, drafts } = core;

/** Does something and tells for certain what is true afterwards. Between the two lines both states are. */
async function change(keys: string[], act: () => Promise<Record<string, unknown>>): Promise<void> {
  tell({ begin: keys });
  const facts = await act();
  tell({ facts, end: keys });
}

const shown = new Map<string, number>();
const live = new Set<string>();
core.onGenerationEvent((event) => {
  if (event.kind === 'text') {
    const length = (shown.get(event.messageId) ?? 0) + event.text.length;
    shown.set(event.messageId, length);
    tell({ shown: event.messageId, length, atMs: Date.now() });
  }
  if (event.kind === 'finished') {
    live.delete(event.message.conversationId);
    tell({ facts: { [`answer ${event.message.id}`]: event.message.text }, end: [] });
  }
});

let count = 0;
const resting = async (): Promise<string | undefined> => {
  const list = await conversations.list({ isArchived: below(4) === 0, after: null, limit: 50 });
  return pick(list.filter(({ id }) => !live.has(id)))?.id;
};

async function ask(conversationId: string | null, insteadOf?: string): Promise<void> {
  count += 1;
  const text = `Question ${values.seed ?? ''}-${String(count)}`;
  if (conversationId !== null) live.add(conversationId);
  try {
    await change([], async () => {
      const { conversation, messages: branch } = await generations.start({ conversationId, text, insteadOf });
      live.add(conversation.id);
      // Another change may have shown another branch in the same moment.
      const question = branch.findLast((message) => message.text === text);
      return question === undefined ? {} : { [`question ${question.id}`]: text };
    });
  } catch {
    // The engine was killed, or the question before has no answer.
    if (conversationId !== null) live.delete(conversationId);
  }
}

/** The branch on the page; none when the conversation was deleted a moment ago. */
async function shownOf(conversationId: string): Promise<Message[]> {
  return conversations.open(conversationId).then(
    ({ messages: branch }) => branch,
    () => [],
  );
}

/** Keeps an answer under way, or two. */
async function keepAsking(): Promise<void> {
  for (;;) {
    if (live.size < 2) {
      const conversationId = below(3) === 0 ? null : ((await resting()) ?? null);
      const branch = conversationId === null ? [] : await shownOf(conversationId);
      const edited = below(2) === 0 ? pick(branch.filter(({ role }) => role === 'prompter'))?.id : undefined;
      await ask(conversationId, edited);
    } else {
      const [running] = live;
      if (below(3) === 0 && running !== undefined) await generations.stopAllOf(running);
    }
    await pause(40 + below(400));
  }
}

async function moveSomething(id: string): Promise<void> {
  const folder = pick(await folders.list());
  const input = { conversationIds: [id], isPinned: below(2) === 0, isArchived: below(4) === 0 };
  const place = { ...input, folderId: below(2) === 0 ? null : (folder?.id ?? null) };
  await change([`place ${id}`], async () => {
    await conversations.organise(place);
    return { [`place ${id}`]: [Number(place.isPinned), Number(place.isArchived), place.folderId] };
  });
}

async function deleteBranchOf(id: string): Promise<void> {
  const { messages: branch } = await conversations.open(id);
  const message = pick(branch.slice(1));
  if (message === undefined) return;
  const key = `gone ${message.id}`;
  await change([key], async () => {
    await messages.deleteBranch(message.id);
    return { [key]: true };
  });
  if (below(2) === 0) return;
  await change([key], async () => {
    await messages.restoreBranch(message.id);
    return { [key]: false };
  });
}

async function deleteAndRestore(id: string): Promise<void> {
  const key = `trashed ${id}`;
  await change([key], async () => {
    await conversations.delete([id]);
    return { [key]: true };
  });
  if (below(4) === 0) return;
  await change([key], async () => {
    await conversations.restore([id]);
    return { [key]: false };
  });
}

async function rateSomething(id: string): Promise<void> {
  const answer = pick((await conversations.open(id)).messages.filter(({ role }) => role === 'assistant'));
  if (answer === undefined) return;
  const rating = below(2) === 0 ? 1 : -1;
  await change([`rating ${answer.id}`], async () => {
    await messages.rate(answer.id, rating);
    return { [`rating ${answer.id}`]: rating };
  });
}

async function changeSomething(id: string): Promise<void> {
  const text = `Text ${String(below(1e6))}`;
  switch (below(7)) {
    case 0:
      return change([`title ${id}`], async () => {
        await conversations.rename(id, text);
        return { [`title ${id}`]: text };
      });
    case 1:
      return change([`draft ${id}`], async () => {
        await drafts.save({ conversationId: id, text });
        return { [`draft ${id}`]: text };
      });
    case 2:
      return moveSomething(id);
    case 3:
      return deleteBranchOf(id);
    case 4:
      return deleteAndRestore(id);
    case 5:
      return rateSomething(id);
    default:
      if ((await folders.list()).length >= 5) return;
      return change([], async () => ({ [`folder ${(await folders.create(text)).id}`]: text }));
  }
}

void keepAsking();
for (;;) {
  const id = await resting();
  if (id !== undefined) {
    // A question may be asked there in the same moment; it then says so, and nothing is changed.
    await changeSomething(id).catch(() => undefined);
  }
  await pause(below(30));
}
