import { tick } from 'svelte';
import { sectionOfPage, type AppPage, type SettingsSection } from '../../preload/contract/app-pages.ts';
import { unwrap } from '../lib/api.ts';
import { temporarySentence } from '../lib/words.ts';
import type { Page } from '../stores/layout.svelte.ts';
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

/** Shows what was deleted and can come back. */
export function showTrash(stores: Stores): void {
  showPage(stores, 'trash', document.activeElement);
}

/** Shows the page that a link leads to. Escape leads back to where the link is. */
export function openPage(stores: Stores, page: AppPage): void {
  switch (page) {
    case 'models':
      showModels(stores);
      break;
    case 'trash':
      showTrash(stores);
      break;
    case 'search':
      showSearch(stores);
      break;
    case 'shortcuts':
      stores.layout.dialog = 'shortcuts';
      break;
    default:
      showSettings(stores, sectionOfPage(page satisfies `settings${string}`) ?? undefined);
  }
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

/** Opens a conversation at one of its messages, on the branch of it. */
export async function showMessage(
  { layout, settings, transcript }: Stores,
  conversationId: string,
  messageId: string,
): Promise<void> {
  layout.closeOverlay();
  layout.dialog = null;
  layout.showTranscript();
  if (transcript.wantedId !== conversationId) void settings.change({ lastConversationId: conversationId });
  await transcript.show(conversationId, messageId);
}

/** Shows the search, with what was looked for last. @param from where the focus belongs afterwards */
export function showSearch(stores: Stores, from: Element | null = document.activeElement): void {
  stores.search.openedId = null;
  if (stores.layout.page !== 'search') void stores.search.readModelNames();
  showPage(stores, 'search', from);
}

/** Shows an answer and its versions side by side. */
export function showVersions(stores: Stores, messageId: string): void {
  void stores.versions.open(messageId);
  showPage(stores, 'versions', document.activeElement);
}

/** Shows the map of the conversation on the page. */
export function showMap({ layout, transcript, treeMap }: Stores): void {
  if (transcript.conversation === null) return;
  void treeMap.open(transcript.conversation.id);
  layout.dialog = 'map';
}

/** Shows the first screen, with the cursor where the first question goes. */
export function showFirstScreen(stores: Stores): void {
  void stores.settings.change({ lastConversationId: null });
  stores.transcript.close();
  stores.temporary.isNext = false;
  showComposer(stores);
}

/** The same for a conversation that is kept in memory only. */
export function showTemporaryScreen(stores: Stores): void {
  showFirstScreen(stores);
  stores.temporary.isNext = true;
  stores.announcer.say(`Temporary conversation. ${temporarySentence}`);
}

/** Keeps the temporary conversation on the page after all: from now on it is in the list, and reopened at the next start. */
export async function keepTemporary({ notices, settings, temporary, transcript }: Stores): Promise<void> {
  if (!(await temporary.keep())) return;
  notices.say('The conversation is kept. It is in the list now.');
  if (transcript.wantedId !== null) void settings.change({ lastConversationId: transcript.wantedId });
}

/** Sends a question; a new conversation becomes the one to reopen. False when it was not accepted. */
export async function sendQuestion(
  { search, settings, temporary, transcript }: Stores,
  text: string,
): Promise<boolean> {
  // Whoever asks has arrived: Escape no longer leads back to what was found.
  search.openedId = null;
  const isNew = transcript.wantedId === null;
  const isTemporary = temporary.isOn;
  const isAccepted = await transcript.send(text, isNew && isTemporary ? true : undefined);
  if (isAccepted && isNew && !isTemporary && transcript.wantedId !== null) {
    void settings.change({ lastConversationId: transcript.wantedId });
  }
  return isAccepted;
}

/**
 * Deletes a conversation with a way back. When it was the one on the page, the first screen takes its place: nothing
 * opens that was not asked for. Undoing brings it back to the page as well.
 */
export async function deleteConversation(stores: Stores, conversationId: string): Promise<void> {
  // Leaving it is the end of it already.
  if (conversationId === stores.temporary.shownId) showFirstScreen(stores);
  else await deleteConversations(stores, [conversationId]);
}

/** The same for conversations of the list, with one way back for all of them. */
export async function deleteConversations(stores: Stores, conversationIds: readonly string[]): Promise<void> {
  const { conversations, transcript } = stores;
  const shownId = conversationIds.find((id) => id === transcript.wantedId);
  const isDone = await conversations.delete(conversationIds, () => {
    if (shownId !== undefined && transcript.wantedId === null) showConversation(stores, shownId);
  });
  if (shownId !== undefined && isDone) showFirstScreen(stores);
}

/** Opens whatever hides a conversation in the list: another view of it, or a closed folder. */
export function showInList({ conversations, folders, layout }: Stores, conversationId: string): void {
  layout.showSidebar();
  const { isArchived, isPinned, folderId } = conversations.find(conversationId) ?? {};
  if (isArchived === true) void conversations.showArchive();
  else conversations.showList();
  if (isPinned === false && folderId != null && folders.closedIds.includes(folderId)) folders.toggle(folderId);
}

/** Opens the quick window. */
export async function openQuickWindow({ api, notices }: Stores): Promise<void> {
  try {
    await unwrap(api.quickAsk.show());
  } catch (failure) {
    notices.fail(failure);
  }
}
