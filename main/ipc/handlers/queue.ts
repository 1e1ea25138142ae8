import type { Queue } from '../../services/queue.ts';
import type { Handlers, Sender } from '../router.ts';

type QueueChannel = Extract<keyof Handlers<Sender>, `queue:${string}`>;

/** What the channels of waiting questions do. */
export function createQueueHandlers<S extends Sender>({ queue }: { queue: Queue }): Pick<Handlers<S>, QueueChannel> {
  return {
    'queue:get': ({ conversationId }) => queue.get(conversationId),
    'queue:add': (input) => queue.add(input),
    'queue:change': (input) => queue.change(input),
    'queue:move': (input) => queue.move(input),
    'queue:remove': (input) => queue.remove(input),
    'queue:resume': ({ conversationId }) => queue.resume(conversationId),
  };
}
