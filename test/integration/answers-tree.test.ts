import { describe, expect, it, vi } from 'vitest';
import { createMessageHandlers } from '../../main/ipc/handlers/messages.ts';
import type { Sender } from '../../main/ipc/router.ts';
import type { Transcript } from '../../preload/contract/conversations.ts';
import { newId } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

/** Asks, and ends the answer after `text`. */
async function say(services: Services, question: string, text: string, conversationId: string | null = null) {
  const transcript = await services.generations.start({ conversationId, text: question });
  return finish(services, transcript, text);
}

async function finish(services: Services, transcript: Transcript, text: string) {
  const generation = await services.engines.nextGeneration();
  generation.text(text);
  generation.finish();
  const answer = await finished(services, lastMessage(transcript).id);
  return { conversationId: transcript.conversation.id, questionId: answer.parentId ?? '', answerId: answer.id };
}

const textsOf = ({ messages }: Pick<Transcript, 'messages'>) => messages.map(({ text }) => text);

describe('a question in other words', () => {
  it('stands beside the one it replaces, which stays with all that followed', async () => {
    const services = await openServices();
    const { conversationId } = await say(services, 'First?', 'One.');
    const { questionId } = await say(services, 'Second?', 'Two.', conversationId);
    await say(services, 'Third?', 'Three.', conversationId);
    const again = await services.generations.start({ conversationId, text: 'Or second?', insteadOf: questionId });
    expect(textsOf(again)).toEqual(['First?', 'One.', 'Or second?', '']);
    const [, , asked] = again.messages;
    expect(asked?.siblingIds).toEqual([questionId, asked?.id]);
    const generation = await services.engines.nextGeneration();
    expect(generation.request.turns.map(({ text }) => text)).toEqual(['First?', 'One.', 'Or second?']);
    generation.finish();
    await finished(services, lastMessage(again).id);
    const back = await services.conversations.selectBranch(conversationId, questionId);
    expect(textsOf(back)).toEqual(['First?', 'One.', 'Second?', 'Two.', 'Third?', 'Three.']);
  });

  it('may be the first of its conversation', async () => {
    const services = await openServices();
    const { conversationId, questionId } = await say(services, 'First?', 'One.');
    const again = await services.generations.start({ conversationId, text: 'Or first?', insteadOf: questionId });
    expect(again.messages[0]).toMatchObject({ parentId: null, text: 'Or first?' });
    expect(again.messages[0]?.siblingIds[0]).toBe(questionId);
    expect(again.conversation.title).toBe('First?');
    await finish(services, again, 'Or one.');
  });

  it('is refused in place of an answer, of what is elsewhere, and of nothing', async () => {
    const services = await openServices();
    const { conversationId, answerId } = await say(services, 'First?', 'One.');
    const other = await say(services, 'Other?', 'One.');
    const start = (insteadOf: string, of: string | null = conversationId) =>
      services.generations.start({ conversationId: of, text: 'x', insteadOf });
    await expect(start(answerId)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(start(other.questionId)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(start(other.questionId, null)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(start(newId())).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('several answers to one question', () => {
  it('are written one after the other, each with a seed of its own, and the first is shown', async () => {
    const services = await openServices();
    const { conversationId, questionId, answerId } = await say(services, 'First?', 'One.');
    const transcript = await services.generations.retry({ messageId: answerId, count: 3 });
    const shown = lastMessage(transcript);
    const [, ...newIds] = shown.siblingIds;
    expect(newIds).toHaveLength(3);
    expect(newIds[0]).toBe(shown.id);
    expect(transcript.live?.messageId).toBe(shown.id);
    const seeds = new Set<number>();
    for (const [index, id] of newIds.entries()) {
      await expect(services.generations.start({ conversationId, text: 'x' })).rejects.toMatchObject({ code: 'busy' });
      const generation = await services.engines.nextGeneration();
      expect(generation.request).toMatchObject({ answerId: id, turns: [{ id: questionId }] });
      seeds.add(generation.request.seed);
      generation.text(`Answer ${index}`);
      const versions = await services.messages.versions(answerId);
      expect(versions.map(({ message }) => message.id)).toEqual([answerId, ...newIds]);
      expect(versions[index + 1]?.message).toMatchObject({ text: `Answer ${index}`, status: 'generating' });
      expect(versions.map(({ seq }) => seq !== null)).toEqual([false, ...newIds.map((_, each) => each >= index)]);
      generation.finish();
      await finished(services, id);
    }
    expect(seeds.size).toBe(3);
    expect(lastMessage(await services.conversations.open(conversationId)).id).toBe(shown.id);
    const versions = await services.messages.versions(questionId);
    expect(versions.map(({ message, seq }) => [message.id, seq])).toEqual([[questionId, null]]);
  });

  it('can be stopped one by one', async () => {
    const services = await openServices();
    const { answerId } = await say(services, 'First?', 'One.');
    const transcript = await services.generations.retry({ messageId: answerId, count: 2 });
    const [, first = '', second = ''] = lastMessage(transcript).siblingIds;
    await services.generations.stop({ messageId: second });
    expect(await finished(services, second)).toMatchObject({ status: 'stopped' });
    (await services.engines.nextGeneration()).finish();
    expect(await finished(services, first)).toMatchObject({ status: 'complete' });
  });

  it('are all of them refused when they cannot be saved', async () => {
    const fails = { startReplies: false };
    const services = await openServices({
      around: (database) => ({
        ...database,
        startReplies: (replies) =>
          fails.startReplies ? Promise.reject(new Error('no room')) : database.startReplies(replies),
      }),
    });
    const { conversationId, answerId } = await say(services, 'First?', 'One.');
    fails.startReplies = true;
    await expect(services.generations.retry({ messageId: answerId, count: 3 })).rejects.toThrow('no room');
    fails.startReplies = false;
    expect(services.live.of(conversationId)).toEqual([]);
    await finish(services, await services.generations.retry({ messageId: answerId }), 'Two.');
  });

  it('are never the same one again', async () => {
    const services = await openServices();
    const { answerId } = await say(services, 'First?', 'One.');
    const repeats = services.generations.retry({ messageId: answerId, repeat: true, count: 2 });
    await expect(repeats).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('a question that lost its answers', () => {
  it('can be answered, and nothing can be asked behind it before', async () => {
    const services = await openServices();
    const { conversationId, questionId, answerId } = await say(services, 'First?', 'One.');
    const left = await services.messages.deleteBranch(answerId);
    expect(textsOf(left)).toEqual(['First?']);
    const start = services.generations.start({ conversationId, text: 'x' });
    await expect(start).rejects.toMatchObject({ code: 'invalid-input' });
    const transcript = await services.generations.retry({ messageId: questionId });
    expect(lastMessage(transcript).siblingIds).toHaveLength(1);
    await finish(services, transcript, 'Another one.');
    expect(textsOf(await services.messages.restoreBranch(answerId))).toEqual(['First?', 'One.']);
  });
});

describe('deleting a branch', () => {
  it('stops the answers in it first, keeps what they said, and leaves the others alone', async () => {
    const services = await openServices();
    const { conversationId, answerId } = await say(services, 'First?', 'One.');
    const elsewhere = await services.generations.start({ conversationId: null, text: 'Elsewhere?' });
    const running = await services.engines.nextGeneration();
    const retried = await services.generations.retry({ messageId: answerId, count: 2 });
    const [, , waitingId = ''] = lastMessage(retried).siblingIds;
    const left = await services.messages.deleteBranch(waitingId);
    expect(await finished(services, waitingId)).toMatchObject({ status: 'stopped' });
    expect(lastMessage(left).siblingIds).not.toContain(waitingId);
    running.finish();
    expect(await finished(services, lastMessage(elsewhere).id)).toMatchObject({ status: 'complete' });

    const generation = await services.engines.nextGeneration();
    generation.text('half a word');
    const shownId = lastMessage(retried).id;
    expect(lastMessage(await services.messages.deleteBranch(shownId)).id).toBe(answerId);
    expect(generation.cancels()).toBe(1);
    const back = await services.messages.restoreBranch(shownId);
    expect(lastMessage(back)).toMatchObject({ id: shownId, status: 'stopped', text: 'half a word' });
    expect(services.live.of(conversationId)).toEqual([]);
  });
});

describe('a rating', () => {
  it('can be given while the answer is being written, and stays when it ends', async () => {
    const services = await openServices();
    const transcript = await services.generations.start({ conversationId: null, text: 'First?' });
    const answerId = lastMessage(transcript).id;
    const generation = await services.engines.nextGeneration();
    generation.text('So far');
    expect(await services.messages.rate(answerId, 1)).toMatchObject({ rating: 1, text: 'So far' });
    generation.finish();
    expect(await finished(services, answerId)).toMatchObject({ rating: 1, status: 'complete' });
    const rate = services.messages.rate(transcript.messages[0]?.id ?? '', 1);
    await expect(rate).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('a fork', () => {
  it('is opened, listed, and goes on without the original', async () => {
    const services = await openServices();
    const { conversationId, answerId } = await say(services, 'First?', 'One.');
    await say(services, 'Second?', 'Two.', conversationId);
    const changed = vi.fn();
    services.conversations.onChanged(changed);
    const copy = await services.messages.fork(answerId);
    expect(textsOf(copy)).toEqual(['First?', 'One.']);
    expect(changed).toHaveBeenCalledWith({ kind: 'saved', conversation: copy.conversation });
    await say(services, 'Or second?', 'Or two.', copy.conversation.id);
    expect(textsOf(await services.conversations.open(conversationId))).toEqual(['First?', 'One.', 'Second?', 'Two.']);
  });
});

describe('a link to a message', () => {
  it('is put on the clipboard for a message that is there', async () => {
    const services = await openServices();
    const { answerId } = await say(services, 'First?', 'One.');
    const copyText = vi.fn();
    const handlers = createMessageHandlers<Sender>(services, copyText);
    await handlers['messages:copy-link']({ messageId: answerId }, { trusted: true });
    expect(copyText).toHaveBeenCalledExactlyOnceWith(`oasst://message/${answerId}`);
    const gone = handlers['messages:copy-link']({ messageId: newId() }, { trusted: true });
    await expect(gone).rejects.toMatchObject({ code: 'not-found' });
  });
});
