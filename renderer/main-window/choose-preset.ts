import { unwrap } from '../lib/api.ts';
import type { Stores } from '../stores/stores.ts';

/**
 * Chooses the preset of the next answers: in a conversation for it alone, where null follows the settings again; before
 * there is one, for all that have none of their own.
 */
export async function choosePreset(stores: Stores, presetId: string | null): Promise<void> {
  const { api, notices, settings, transcript } = stores;
  const conversationId = transcript.wantedId;
  if (conversationId === null) {
    if (presetId !== null) await settings.change({ presetId });
    return;
  }
  try {
    // Everybody is told of it, so the list of conversations follows by itself.
    await unwrap(api.conversations.choosePreset({ conversationId, presetId }));
  } catch (failure) {
    notices.fail(failure);
  }
}
