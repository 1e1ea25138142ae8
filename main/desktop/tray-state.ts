import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import type { Core } from '../core.ts';
import { recentCount, type TrayState } from './tray-menu.ts';

/** Keeps what the tray shows in step with the app, from now on. `changed` is called after every change. */
export async function followTrayState(
  { models, conversations, generations, onGenerationEvent }: Core,
  changed: () => void,
): Promise<() => TrayState> {
  let newest: readonly ConversationSummary[] = await conversations.newest(recentCount);
  let isAnswering = generations.isBusy();

  conversations.onChanged(() => {
    void conversations.newest(recentCount).then(
      (now) => {
        newest = now;
        changed();
      },
      () => undefined, // The menu keeps what it shows.
    );
  });
  onGenerationEvent(() => {
    if (generations.isBusy() === isAnswering) return;
    isAnswering = !isAnswering;
    changed();
  });
  models.onChanged(changed);
  return () => ({ model: models.status(), isAnswering, conversations: newest });
}
