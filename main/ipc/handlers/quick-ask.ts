import type { AppPage } from '../../../preload/contract/app-pages.ts';
import { createQuickAsk } from '../../services/quick-ask.ts';
import type { SettingsService } from '../../services/settings.ts';
import type { QuickAskWindow } from '../../windows/quick-ask-window.ts';
import type { Handlers, Sender } from '../router.ts';

type QuickAskChannel = Extract<keyof Handlers<Sender>, `quick-ask:${string}`>;

export interface QuickAskHandlerOptions {
  window: () => Pick<QuickAskWindow, 'show' | 'hide' | 'setPinned' | 'setHeight'>;
  settings: Pick<SettingsService, 'get' | 'change'>;
  /** Shows a conversation in the main window, which is opened for it where it is not. */
  continueInMain(conversationId: string): void;
  /** Shows a page there. */
  openPage(page: AppPage): void;
}

/** What the channels of the quick window do. */
export function createQuickAskHandlers<S extends Sender>({
  window,
  settings,
  continueInMain,
  openPage,
}: QuickAskHandlerOptions): Pick<Handlers<S>, QuickAskChannel> {
  const quickAsk = createQuickAsk(settings);
  return {
    'quick-ask:state': async () => quickAsk.state(),
    'quick-ask:show': async () => {
      window().show();
      return null;
    },
    'quick-ask:hide': async () => {
      window().hide();
      return null;
    },
    'quick-ask:set-pinned': async ({ isPinned }) => {
      quickAsk.setPinned(isPinned);
      window().setPinned(isPinned);
      return null;
    },
    'quick-ask:set-height': async ({ height }) => {
      window().setHeight(height);
      return null;
    },
    'quick-ask:save-draft': async ({ draft }) => {
      await quickAsk.saveDraft(draft);
      return null;
    },
    'quick-ask:set-conversation': async ({ conversationId }) => {
      await quickAsk.setConversation(conversationId);
      return null;
    },
    'quick-ask:continue-in-main': async ({ conversationId }) => {
      // In this order: hidden first, the focus would go to another program in between.
      continueInMain(conversationId);
      window().hide();
      return null;
    },
    'quick-ask:open-page': async ({ page }) => {
      openPage(page);
      window().hide();
      return null;
    },
  };
}
