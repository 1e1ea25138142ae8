import { tick } from 'svelte';
import { unwrap } from '../lib/api.ts';
import type { Page, SettingsSection } from '../stores/layout.svelte.ts';
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
export function showModels(stores: Stores, from: Element | null = document.activeElement): void {
  if (stores.layout.page !== 'models') void stores.library.refresh();
  showPage(stores, 'models', from);
}

/** Shows a part of the settings, or the one that was shown last. */
export function showSettings(stores: Stores, section: SettingsSection = stores.layout.settingsSection): void {
  stores.layout.settingsSection = section;
  showPage(stores, 'settings', document.activeElement);
}

function showPage({ layout }: Stores, page: Page, from: Element | null): void {
  layout.closeOverlay();
  layout.dialog = null;
  layout.enter(page, from instanceof HTMLElement && from !== document.body ? from : null);
  void tick().then(focusPage);
}

/** Every page beside the transcript says where its keyboard starts. */
function focusPage(): void {
  document.querySelector<HTMLElement>('[data-page-start]')?.focus();
}

/** Goes back to the page before, and to where the focus was there. */
export function leavePage({ layout }: Stores): void {
  const focus = layout.leave();
  void tick().then(() => {
    if (focus?.isConnected === true) focus.focus();
    else if (layout.page === 'transcript') layout.focusComposer();
    else focusPage();
  });
}

/** Shows the transcript with the cursor in the composer. */
export function showComposer({ layout }: Stores): void {
  layout.closeOverlay();
  layout.dialog = null;
  layout.showTranscript();
  // Under what lay over it, the composer can take the focus only after that has gone.
  void tick().then(() => {
    layout.focusComposer();
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
  layout.dialog = null;
  layout.showTranscript();
  if (transcript.wantedId === conversationId) return;
  void settings.change({ lastConversationId: conversationId });
  void transcript.open(conversationId);
}

/** Shows the first screen, with the cursor where the first question goes. */
export function showFirstScreen(stores: Stores): void {
  void stores.settings.change({ lastConversationId: null });
  stores.transcript.close();
  showComposer(stores);
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

/** Opens the quick window. */
export async function openQuickWindow({ api, notices }: Stores): Promise<void> {
  try {
    await unwrap(api.quickAsk.show());
  } catch (failure) {
    notices.fail(failure);
  }
}
