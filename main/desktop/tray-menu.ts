import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';

/** What the tray icon tells. */
export type Activity = 'idle' | 'loading' | 'answering';

export interface TrayState {
  model: ModelStatus;
  isAnswering: boolean;
  /** Newest first. */
  conversations: readonly ConversationSummary[];
}

export type TrayAction =
  | { kind: 'quick-ask' }
  | { kind: 'open' }
  | { kind: 'conversation'; conversationId: string; messageId: null }
  | { kind: 'load-model' }
  | { kind: 'unload-model' }
  | { kind: 'quit' };

/** A line of the menu; one without an action only tells something. */
export type TrayEntry = { label: string; action: TrayAction | null } | 'separator';

export const recentCount = 5;
const longestLabel = 40;
/** A loading model tells of many small steps; the menu, which desktops redraw, follows in these. */
const percentStep = 10;

export function activityOf({ model, isAnswering }: TrayState): Activity {
  if (model.state === 'loading') return 'loading';
  return isAnswering ? 'answering' : 'idle';
}

function modelWords({ model, isAnswering }: TrayState): string {
  switch (model.state) {
    case 'unloaded':
      return 'not loaded';
    case 'loading': {
      const percent = (model.loadFraction ?? 0) * 100;
      return `loading, ${Math.floor(percent / percentStep) * percentStep} %`;
    }
    case 'ready':
      return isAnswering ? 'writing an answer' : 'ready';
    case 'failed':
      return 'could not be loaded';
  }
}

/** Shortens to one line, and keeps ampersands from becoming marks for keys. */
function labelOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  const short = characters.length > longestLabel ? `${characters.slice(0, longestLabel - 1).join('')}…` : line;
  return short.replaceAll('&', '&&');
}

/** What the icon says when the pointer rests on it, and the first line of the menu. */
export function trayTooltip(state: TrayState): string {
  return `${state.model.name}: ${modelWords(state)}`;
}

/** The lines of the tray's menu. */
export function trayMenu(state: TrayState): TrayEntry[] {
  const { model, isAnswering, conversations } = state;
  const isLoaded = model.state === 'ready' || model.state === 'loading';
  const recent = conversations.slice(0, recentCount).map(({ id, title }) => ({
    label: labelOf(title),
    action: { kind: 'conversation', conversationId: id, messageId: null } as const,
  }));
  return [
    { label: 'Ask…', action: { kind: 'quick-ask' } },
    { label: 'Open OASST Desktop', action: { kind: 'open' } },
    'separator',
    ...recent,
    ...(recent.length > 0 ? (['separator'] as const) : []),
    { label: labelOf(trayTooltip(state)), action: null },
    isLoaded
      ? { label: 'Unload the model', action: isAnswering ? null : { kind: 'unload-model' } }
      : { label: 'Load the model', action: { kind: 'load-model' } },
    'separator',
    { label: 'Quit', action: { kind: 'quit' } },
  ];
}
