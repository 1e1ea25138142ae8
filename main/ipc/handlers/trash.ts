import type { Trash } from '../../services/trash.ts';
import type { Handlers, Sender } from '../router.ts';

type TrashChannel = Extract<keyof Handlers<Sender>, `trash:${string}`>;

/** What the channels of the trash do. */
export function createTrashHandlers<S extends Sender>({ trash }: { trash: Trash }): Pick<Handlers<S>, TrashChannel> {
  return {
    'trash:list': () => trash.list(),
    'trash:restore': ({ entries }) => trash.restore(entries),
    'trash:erase': (order) => trash.erase(order),
  };
}
