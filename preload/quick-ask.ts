import { contextBridge } from 'electron';
import { assistantApi } from './bridge.ts';
import type { QuickAssistantApi } from './contract/api.ts';

const { app, conversations, generations, models, quickAsk } = assistantApi;

/** What the quick window needs and nothing else: it can ask and read answers, not change settings, models or the list. */
const quickAssistantApi: QuickAssistantApi = {
  app: { copyText: app.copyText, openLink: app.openLink },
  conversations: {
    open: conversations.open,
    earlier: conversations.earlier,
    selectBranch: conversations.selectBranch,
    onChanged: conversations.onChanged,
  },
  generations,
  models: { status: models.status, load: models.load, onChanged: models.onChanged },
  quickAsk: {
    state: quickAsk.state,
    hide: quickAsk.hide,
    setPinned: quickAsk.setPinned,
    setHeight: quickAsk.setHeight,
    saveDraft: quickAsk.saveDraft,
    setConversation: quickAsk.setConversation,
    continueInMain: quickAsk.continueInMain,
    openPage: quickAsk.openPage,
    onOpened: quickAsk.onOpened,
  },
};

contextBridge.exposeInMainWorld('quickAssistant', quickAssistantApi);
