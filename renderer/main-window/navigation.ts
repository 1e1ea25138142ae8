import { tick } from 'svelte';
import type { Stores } from '../stores/stores.ts';

/**
 * Shows or hides the list of conversations. The button that did it goes away with the old state; the focus it had moves to
 * the one that takes it back.
 */
export async function toggleSidebar({ layout }: Stores): Promise<void> {
  layout.toggleSidebar();
  await tick();
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>('[data-sidebar-toggle]')?.focus();
}

/** Shows the models in place of the transcript. @param from where the focus belongs afterwards */
export function showModels({ layout, library }: Stores, from: Element | null = document.activeElement): void {
  layout.closeOverlay();
  if (layout.page !== 'models') {
    layout.cameFrom = from instanceof HTMLElement && from !== document.body ? from : null;
    layout.page = 'models';
    void library.refresh();
  }
  void tick().then(() => {
    document.querySelector<HTMLElement>('[data-models-page]')?.focus();
  });
}

/** Goes back to the transcript, and to where the focus was. */
export function leaveModels({ layout }: Stores): void {
  layout.page = 'transcript';
  void tick().then(() => {
    if (layout.cameFrom?.isConnected === true) layout.cameFrom.focus();
    else layout.focusComposer();
    layout.cameFrom = null;
  });
}

/** Opens a conversation and remembers it for the next start. */
export function showConversation({ layout, settings, transcript }: Stores, conversationId: string): void {
  if (layout.isOverlay) {
    layout.closeOverlay();
    void tick().then(() => {
      layout.focusComposer();
    });
  }
  layout.page = 'transcript';
  if (transcript.wantedId === conversationId) return;
  void settings.change({ lastConversationId: conversationId });
  void transcript.open(conversationId);
}

/** Shows the first screen, with the cursor where the first question goes. */
export function showFirstScreen({ layout, settings, transcript }: Stores): void {
  layout.closeOverlay();
  layout.page = 'transcript';
  void settings.change({ lastConversationId: null });
  transcript.close();
  // Under the list that lay over it, the composer can take the focus only after that has gone.
  void tick().then(() => {
    layout.focusComposer();
  });
}

/** Sends a question; a new conversation becomes the one to reopen. False when it was not accepted. */
export async function sendQuestion({ settings, transcript }: Stores, text: string): Promise<boolean> {
  const isNew = transcript.wantedId === null;
  const isAccepted = await transcript.send(text);
  if (isAccepted && isNew && transcript.wantedId !== null) {
    void settings.change({ lastConversationId: transcript.wantedId });
  }
  return isAccepted;
}

/**
 * Deletes a conversation with a way back. When it was the one on the page, the first screen takes its place: nothing
 * opens that was not asked for. Undoing brings it back to the page as well.
 */
export async function deleteConversation(stores: Stores, conversationId: string): Promise<void> {
  const { conversations, transcript } = stores;
  const wasShown = transcript.wantedId === conversationId;
  await conversations.delete(conversationId, () => {
    if (wasShown && transcript.wantedId === null) showConversation(stores, conversationId);
  });
  if (wasShown && conversations.find(conversationId) === null) showFirstScreen(stores);
}

/** Copies text through the main process and says so. */
export async function copyText({ announcer, api, notices }: Stores, text: string): Promise<boolean> {
  const answer = await api.app.copyText({ text });
  if (answer.ok) announcer.say('Copied.');
  else notices.fail(new Error(answer.error.message));
  return answer.ok;
}
