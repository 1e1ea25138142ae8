import type { Updates } from '../../services/updates.ts';
import type { Handlers, Sender } from '../router.ts';

type UpdatesChannel = Extract<keyof Handlers<Sender>, `updates:${string}`>;

/** What the channels of updates do. */
export function createUpdateHandlers<S extends Sender>(
  updatesSoon: Promise<Pick<Updates, 'state' | 'look' | 'fetch' | 'install' | 'cancel'>>,
): Pick<Handlers<S>, UpdatesChannel> {
  return {
    'updates:state': async () => (await updatesSoon).state(),
    'updates:look': async () => {
      const updates = await updatesSoon;
      await updates.look();
      return updates.state();
    },
    'updates:fetch': async () => {
      const updates = await updatesSoon;
      updates.fetch();
      return updates.state();
    },
    'updates:install': async () => {
      const updates = await updatesSoon;
      updates.install();
      return updates.state();
    },
    'updates:cancel': async () => {
      const updates = await updatesSoon;
      updates.cancel();
      return updates.state();
    },
  };
}
