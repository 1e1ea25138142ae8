import type { QuickAssistantApi } from '../../preload/contract/api.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the quick window. */
    readonly quickAssistant: QuickAssistantApi;
  }
}

/**
 * The api as this window uses it. Asking whether to open a link takes the focus away, and an unpinned window hides when
 * it loses that; the question would go with it. So it counts as pinned until the owner has answered.
 */
export function keepOpenWhileAsking(api: QuickAssistantApi, isPinned: () => boolean): QuickAssistantApi {
  return {
    ...api,
    app: {
      ...api.app,
      async openLink(input) {
        await api.quickAsk.setPinned({ isPinned: true });
        try {
          return await api.app.openLink(input);
        } finally {
          await api.quickAsk.setPinned({ isPinned: isPinned() });
        }
      },
    },
  };
}
