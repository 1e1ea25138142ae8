import type { QuickAskState } from '../../preload/contract/quick-ask.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import type { SettingsService } from './settings.ts';

/** A clipboard may hold megabytes. The page takes less than this along, and says where it cuts. */
const longestOffer = 10_000;

/** What of the clipboard is offered with a question: its text, where the owner wants that; null for nothing. */
export async function offerFromClipboard(
  { quickAskClipboard }: Settings,
  readText: () => string | Promise<string>,
): Promise<string | null> {
  if (!quickAskClipboard) return null;
  const text = await readText();
  return text.trim() === '' ? null : text.slice(0, longestOffer);
}

/** What the quick window goes on with: the draft and the conversation outlive the app, the pin does not. */
export function createQuickAsk(settings: Pick<SettingsService, 'get' | 'change'>) {
  let isPinned = false;
  return {
    state(): QuickAskState {
      const { quickAskDraft, quickAskConversationId } = settings.get();
      return { draft: quickAskDraft, conversationId: quickAskConversationId, isPinned };
    },
    setPinned(pinned: boolean): void {
      isPinned = pinned;
    },
    async saveDraft(draft: string): Promise<void> {
      if (draft !== settings.get().quickAskDraft) await settings.change({ quickAskDraft: draft });
    },
    async setConversation(conversationId: string | null): Promise<void> {
      if (conversationId !== settings.get().quickAskConversationId) {
        await settings.change({ quickAskConversationId: conversationId });
      }
    },
  };
}
