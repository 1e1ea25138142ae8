import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeOutcome, newId, newTurn } from '../../../support/database.ts';
import { exchange } from './files.ts';

type Exchange = ReturnType<typeof exchange>;

/** The answer of the only tree, as it leaves. */
async function answerOf({ exports, folder }: Exchange): Promise<Record<string, unknown>> {
  const path = join(folder, `${newId()}.jsonl`);
  await exports.run({ conversationIds: null, branches: 'all', format: 'oasst', path });
  const { prompt } = JSON.parse(readFileSync(path, 'utf8')) as { prompt: { replies: Record<string, unknown>[] } };
  return prompt.replies[0] ?? {};
}

const thumb = (score: number) => ({ type: 'score', user_id: 'someone', score });

/** An answer of Open-Assistant's with these events, imported. */
async function imported(events: unknown) {
  const place = exchange();
  const ids = { questionId: newId(), answerId: newId() };
  const answer = { message_id: ids.answerId, text: 'An idea.', role: 'assistant', events, replies: [] };
  const prompt = { message_id: ids.questionId, text: 'A meme?', role: 'prompter', replies: [answer] };
  await place.lines([{ message_tree_id: newId(), tree_state: 'not_applicable', prompt }]);
  return { ...place, ...ids, rating: () => place.operations.getMessage(ids.answerId).rating };
}

describe("a rating in Open-Assistant's trees", () => {
  it('leaves as the event that Open-Assistant writes, and comes back', async () => {
    const from = exchange();
    const turn = newTurn();
    from.operations.startTurn(turn);
    from.operations.finishAnswer(completeOutcome(turn.answerId));
    expect(await answerOf(from)).not.toHaveProperty('events');
    for (const rating of [1, -1] as const) {
      from.operations.rateAnswer(turn.answerId, rating);
      const answer = await answerOf(from);
      expect(answer['events']).toEqual({ score: [{ type: 'score', score: rating }] });
      expect((await imported(answer['events'])).rating()).toBe(rating);
    }
  });

  it('that came in leaves as it came, and otherwise only when the owner changed it', async () => {
    const emoji = [{ type: 'emoji', emoji: '+1' }];
    const place = await imported({ score: [thumb(1)], emoji });
    expect(place.rating()).toBe(1);
    expect((await answerOf(place))['events']).toEqual({ score: [thumb(1)], emoji });
    place.operations.rateAnswer(place.answerId, -1);
    expect((await answerOf(place))['events']).toEqual({ emoji, score: [{ type: 'score', score: -1 }] });
    place.operations.rateAnswer(place.answerId, null);
    expect((await answerOf(place))['events']).toEqual({ emoji });
  });

  it.each([
    null,
    [],
    'score',
    {},
    { score: null },
    { score: [] },
    { score: 1 },
    { score: [thumb(0)] },
    { score: [thumb(0.5)] },
    { score: [thumb(1), thumb(-1)] },
    { score: [{ type: 'score', score: '1' }] },
    { score: [[1]] },
  ])('is none where the events are %j, which leave as they came', async (events) => {
    const place = await imported(events);
    expect(place.rating()).toBeNull();
    expect((await answerOf(place))['events'] ?? null).toEqual(events);
  });
});
