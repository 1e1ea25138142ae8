import { tick } from 'svelte';
import type { Message, Rating } from '../../preload/contract/conversations.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import type { CopyScope } from '../../preload/contract/exchange.ts';
import { unwrap } from '../lib/api.ts';
import type { Stores } from '../stores/stores.ts';
import { deleteConversation, showComposer, showVersions } from './navigation.ts';

/** Writes several answers to the same question, side by side. */
export async function compareNewAnswers(stores: Stores, messageId: string, count: number): Promise<void> {
  const { transcript } = stores;
  const before = transcript.newestAnswer?.id;
  await transcript.retry(messageId, count);
  const first = transcript.newestAnswer?.id;
  if (first !== undefined && first !== before) showVersions(stores, first);
}

/** Leaves the comparison with this answer on the page. */
export async function goOnWith(stores: Stores, messageId: string): Promise<void> {
  await stores.transcript.selectBranch(messageId);
  showComposer(stores);
}

/** Says what the owner thinks of an answer; the same again takes it back. */
export async function rate(
  { api, notices, transcript, versions }: Stores,
  message: Message,
  rating: Rating,
): Promise<void> {
  const wanted = message.rating === rating ? null : rating;
  try {
    await unwrap(api.messages.rate({ messageId: message.id, rating: wanted }));
    transcript.setRating(message.id, wanted);
    versions.setRating(message.id, wanted);
  } catch (failure) {
    notices.fail(failure);
  }
}

/** Whether a message with all that follows it is the whole conversation. */
export function isWholeConversation({ parentId, siblingIds }: Message): boolean {
  return parentId === null && siblingIds.length <= 1;
}

/** Deletes a message and what follows it, with a way back. Where nothing would be left, the conversation goes. */
export async function deleteBranch(stores: Stores, message: Message): Promise<void> {
  const { api, notices, transcript } = stores;
  if (isWholeConversation(message)) {
    await deleteConversation(stores, message.conversationId);
    return;
  }
  const input = { messageId: message.id };
  const isDone = await transcript.follow(() => api.messages.deleteBranch(input), 'stay');
  if (!isDone) return;
  const what = message.role === 'prompter' ? 'The question' : 'The answer';
  notices.undoable(`${what} was deleted, with everything that follows it.`, () => {
    void restoreBranch(stores, message);
  });
  if (transcript.wantedId === message.conversationId) await focusTurn(message.parentId);
}

/** Copies the branch down to a message into a conversation of its own, and shows that. */
export async function forkBranch(stores: Stores, messageId: string): Promise<void> {
  const { api, notices, settings, transcript } = stores;
  if (!(await transcript.follow(() => api.messages.fork({ messageId }), 'arrive'))) return;
  void settings.change({ lastConversationId: transcript.wantedId });
  notices.say('This is a copy of the branch, in a conversation of its own.');
  showComposer(stores);
}

/** Puts the address of a message on the clipboard. */
export async function copyLink({ api, notices }: Stores, messageId: string): Promise<void> {
  await sayDone(notices, api.messages.copyLink({ messageId }), 'The link to this message is on the clipboard.');
}

/** Puts Markdown on the clipboard. */
export async function copyMarkdown({ api, notices }: Stores, scope: CopyScope, id: string): Promise<void> {
  await sayDone(notices, api.exchange.copy({ scope, id }), 'The Markdown is on the clipboard.');
}

async function restoreBranch({ api, notices, transcript }: Stores, { id, conversationId }: Message): Promise<void> {
  const restore = (): ReturnType<typeof api.messages.restoreBranch> => api.messages.restoreBranch({ messageId: id });
  // The reader may be in another conversation by now: that one stays on the page.
  if (transcript.wantedId === conversationId) await transcript.follow(restore, 'stay');
  else await sayDone(notices, restore(), 'The branch is back in its conversation.');
}

async function sayDone(notices: Stores['notices'], call: Promise<Envelope<unknown>>, text: string): Promise<void> {
  try {
    await unwrap(call);
    notices.say(text);
  } catch (failure) {
    notices.fail(failure);
  }
}

/** The message that had the focus is gone; it goes on to the one before. */
async function focusTurn(messageId: string | null): Promise<void> {
  await tick();
  const turn =
    messageId === null ? null : document.querySelector<HTMLElement>(`[data-turn="${CSS.escape(messageId)}"]`);
  (turn ?? document.querySelector<HTMLElement>('[data-turn]'))?.focus({ preventScroll: true });
}
