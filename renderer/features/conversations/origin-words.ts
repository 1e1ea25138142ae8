import type { ConversationOrigin } from '../../../preload/contract/conversations.ts';
import type { IconName } from '../../components/icons.ts';

/** How the list marks conversations that were not begun in this window. */
export const originWords: Record<ConversationOrigin, { icon: IconName; label: string } | null> = {
  window: null,
  'quick-ask': { icon: 'quick', label: 'Asked in the quick window' },
  terminal: { icon: 'terminal', label: 'Asked in the terminal' },
};
