import { describe, expect, it } from 'vitest';
import { transcriptPageLength } from '../../preload/contract/conversations.ts';
import { completeOutcome, newTurn, nextTurn } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

/** A conversation of this many exchanges, as the database holds it. */
async function converse({ database }: Services, count: number) {
  const turns = [newTurn({ text: 'Question 0?' })];
  for (let turn = turns[0]; turn !== undefined && turns.length < count; turn = turns.at(-1)) {
    turns.push(nextTurn(turn, { text: `Question ${turns.length}?` }));
  }
  for (const turn of turns) {
    await database.startTurn(turn);
    await database.finishAnswer(completeOutcome(turn.answerId, { text: 'Yes.' }));
  }
  const ids = turns.flatMap(({ questionId, answerId }) => [questionId, answerId]);
  return { conversationId: turns[0]?.conversationId ?? '', ids };
}

describe('the transcript of a long conversation', () => {
  it('is its end, and comes page by page from there', async () => {
    const services = await openServices();
    const { conversationId, ids } = await converse(services, 130);
    const { messages, earlierCount, live } = await services.conversations.open(conversationId);
    expect([messages.length, earlierCount, live]).toEqual([transcriptPageLength, 160, null]);
    const found = messages.map(({ id }) => id);
    let left = earlierCount;
    while (left > 0) {
      const page = await services.conversations.earlier(conversationId, found[0] ?? '');
      expect(page.messages.length + page.earlierCount).toBe(left);
      found.unshift(...page.messages.map(({ id }) => id));
      left = page.earlierCount;
    }
    expect(found).toEqual(ids);
    const elsewhere = await converse(services, 1);
    const wrong = services.conversations.earlier(elsewhere.conversationId, ids[9] ?? '');
    await expect(wrong).rejects.toMatchObject({ code: 'not-found' });
  });

  it('begins above the message of the branch that was chosen', async () => {
    const services = await openServices();
    const { conversationId, ids } = await converse(services, 130);
    const { messages, earlierCount } = await services.conversations.selectBranch(conversationId, ids[60] ?? '');
    expect([messages[0]?.id, earlierCount]).toEqual([ids[40], 40]);
    expect(messages.at(-1)?.id).toBe(ids.at(-1));
  });

  it('holds the answer that is being written, also one that goes on far above its end', async () => {
    const services = await openServices();
    const { conversationId, ids } = await converse(services, 130);
    const messageId = ids[21] ?? '';
    await services.database.resumeAnswer(messageId);
    await services.database.finishAnswer(completeOutcome(messageId, { status: 'stopped', text: 'Ye' }));
    await services.generations.continue({ messageId });
    const generation = await services.engines.nextGeneration();
    generation.text('ah.');
    const { messages, live } = await services.conversations.open(conversationId);
    expect(messages[0]).toMatchObject({ id: messageId, text: 'Yeah.', status: 'generating' });
    expect(live?.messageId).toBe(messageId);
    const page = await services.conversations.earlier(conversationId, ids[22] ?? '');
    expect(
      lastMessage({ ...page, conversation: await services.database.getConversation(conversationId), live }),
    ).toEqual(messages[0]);
    generation.finish();
    await finished(services, messageId);
  });
});

describe('what a model is sent of a long conversation', () => {
  it('is as much as its window can hold, and the same for a draft as for its question', async () => {
    const services = await openServices();
    const { conversationId } = await converse(services, 800);
    await services.models.ensureLoaded();
    await services.generations.preview({ conversationId, text: 'And?' });
    const prepared = services.engines.engines[0]?.prepared[0]?.turns ?? [];
    expect(prepared.length).toBeLessThan(1400);
    const transcript = await services.generations.start({ conversationId, text: 'And?' });
    const { request, finish } = await services.engines.nextGeneration();
    expect(request.turns.slice(0, -1)).toEqual(prepared);

    // From then on it begins where that answer began.
    finish('end-of-text', { firstVisibleTurnId: prepared.at(-6)?.id ?? '' });
    await finished(services, lastMessage(transcript).id);
    await services.generations.start({ conversationId, text: 'So?' });
    const next = await services.engines.nextGeneration();
    expect(next.request.turns.map(({ id }) => id)).toEqual([
      ...prepared.slice(-6).map(({ id }) => id),
      ...transcript.messages.slice(-2, -1).map(({ id }) => id),
      expect.any(String),
    ]);
    next.finish();
  });
});
